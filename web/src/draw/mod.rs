//! What every view draws with: scales, numbers as people read them, the names and colours of the languages.

mod colours;
pub mod kind_name;
pub mod language_name;
pub(crate) mod motion;
pub mod number;
pub mod scale;
