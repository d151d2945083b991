//! What the visitor sees: the frame, and in it the numbered views, a file or a folder each.

pub mod ask;
pub mod batch_control;
pub mod builder;
pub mod choose;
pub mod conditions;
pub mod every;
pub mod learn;
pub mod model;
pub mod question;
pub mod response;
pub mod run;
pub mod shell;
pub mod think;
pub mod trace;
pub mod trainer;
pub mod travel;
pub mod verdict;
pub mod watch;
pub mod way;
