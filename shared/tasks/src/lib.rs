//! What a model is asked.
//!
//! An [`Example`] is a question with its reference answer, whatever it was made from; a [`Source`] yields examples. Training, evaluation,
//! distillation and the tokenizer's texts know these two and nothing else. [`embedded`] is one source: small problems, put into words in
//! seventeen languages, drawn from a [`Mixture`]. A [`ProblemSet`] is another: the problems of a data set.
//!
//! ```
//! use explang_language::Language;
//! use explang_tasks::{Mixture, Place, Source, Split};
//!
//! let tasks = Mixture::even(["sums/steps/2".parse()?])?;
//! let place = Place::from(7);
//! let example = tasks.draw(place, Split::Train, Language::En);
//! assert_eq!(example, tasks.draw(place, Split::Train, Language::En), "a place names its example");
//! assert_eq!(example.kind.as_str(), "sums/steps");
//! let solved = tasks.solved(place, Language::En, Language::Zh).expect("the embedded tasks have traces");
//! assert_eq!(solved.example, example);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod embedded;
mod example;
mod order;
mod problem_set;
pub mod random;
mod source;
mod split;

pub use embedded::*;
pub use example::{Example, Kind, Solved};
pub use order::shuffled;
pub use problem_set::{EmptySide, ProblemSet, Translated};
pub use source::{Place, Source, question_language};
pub use split::Split;
