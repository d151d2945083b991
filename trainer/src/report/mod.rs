//! What a run says to people: tables of its figures.

pub mod table;
