//! The views, one file each.

pub mod ask;
mod builder;
pub mod choose;
pub mod think;
mod trace;
mod verdict;
pub mod watch;
