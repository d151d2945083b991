//! A run on disk: its folder, its lock, its metrics, and what survives a kill at any moment.

pub mod atomic;
pub mod error;
pub mod folder;
pub mod memory;
pub mod metrics_log;
pub mod stop;
