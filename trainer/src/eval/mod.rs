//! Evaluation: what is recorded of each sample, and the figures and intervals made of the records.

pub mod compare;
pub mod metrics;
pub mod record;
pub mod sample;
pub mod selection;
pub(crate) mod statistics;
pub mod summary;
