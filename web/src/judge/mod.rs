//! What a response is worth, what a group of them teaches, and which problem of the tasks a text is.

pub mod assess;
pub mod component;
pub mod experiment;
pub mod group;
pub mod incentive;
pub mod problem_text;
pub mod recognise;
pub mod taught;

#[cfg(test)]
use crate::protocol::{Completed, Ending};

/// A response of nine tokens, none of them prefilled.
#[cfg(test)]
fn completed(text: &str, end: Ending) -> Completed {
    Completed {
        text: text.into(),
        forced_text: String::new(),
        drawn: 9,
        tokens: 9,
        end,
    }
}
