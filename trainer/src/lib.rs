//! The trainer: data → pretrain → SFT → explore → exploit → distil → eval, as runs on disk that can be killed and resumed.

pub mod adapter;
pub mod allocator;
pub mod checkpoint;
pub mod config;
pub mod data;
pub mod device;
pub mod eval;
pub mod export;
pub mod files;
pub mod hub;
pub mod lines;
pub mod locate;
pub mod manifest;
pub mod pair;
pub mod progress;
pub mod prompt;
pub mod report;
pub mod rows;
pub mod run;
pub mod stages;
pub mod threads;
