//! What every view draws with: scales, numbers as people read them, the names and colours of the languages.

mod colours;
pub mod kind_name;
#[cfg(feature = "views")]
pub mod language_name;
#[cfg(feature = "views")]
pub(crate) mod motion;
pub mod number;
pub mod scale;
