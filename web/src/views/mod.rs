//! The numbered views, a file or a folder each.

pub mod ask;
pub mod builder;
pub mod choose;
pub mod conditions;
pub mod every;
pub mod question;
pub mod response;
pub mod run;
pub mod think;
pub mod trace;
pub mod trainer;
pub mod travel;
pub mod verdict;
pub mod watch;
