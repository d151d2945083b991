//! Evaluation: what is recorded of each sample and choice, and the figures and intervals made of the records.

pub mod choose;
pub mod compare;
pub(crate) mod information;
pub mod judge;
pub mod metrics;
pub mod record;
pub(crate) mod regret;
pub mod responses;
pub mod sample;
pub mod selection;
pub(crate) mod statistics;
pub mod summary;
