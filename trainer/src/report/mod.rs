//! What a run says to people: tables and charts of its figures.

pub mod accepted;
pub mod arms;
pub mod chart;
pub mod devices;
pub mod figure;
pub mod history;
pub mod modes;
pub mod plan;
pub mod seeds;
pub mod selection;
pub mod table;
