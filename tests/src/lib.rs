//! What crosses crates: parity with published references, the pipeline end to end, and what sampling promises.
//!
//! Everything here is a test; the crate has nothing else. What needs the program itself (`explang`) lies in `trainer/tests/`,
//! the one place where cargo tells a test where that program is.

// A test that panics fails, and that is all it should do.
#![allow(clippy::unwrap_used)]

#[cfg(test)]
mod action;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod generate;
#[cfg(test)]
mod identify;
#[cfg(test)]
mod metrics;
#[cfg(test)]
mod objective;
#[cfg(test)]
mod parity;
#[cfg(test)]
mod pipeline;
#[cfg(test)]
mod policy_step;
#[cfg(test)]
mod support;
