//! The page, its worker, and what they say to each other.
//!
//! Two programs come from this crate: the page, which draws, and the engine, which computes in a Web Worker. They meet in
//! [`protocol`] only.

pub mod address;
pub mod assess;
pub mod batch;
pub mod client;
mod colours;
pub mod engine;
pub mod group;
pub mod history;
pub mod incentive;
pub mod language_name;
pub mod live;
mod motion;
pub mod number;
pub mod opening;
pub mod page;
mod pause;
pub mod problem_text;
pub mod protocol;
pub mod recognise;
pub mod scale;
pub mod shell;
pub mod views;
