//! What a response is worth, what a group of them teaches, and which problem of the tasks a text is.

pub mod assess;
pub mod component;
pub mod group;
pub mod incentive;
pub mod problem_text;
pub mod recognise;
