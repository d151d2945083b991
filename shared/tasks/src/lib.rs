//! What a model is asked.
//!
//! An [`Example`] is a question with its reference answer, whatever it was made from; a [`Source`] yields examples. Training, evaluation,
//! distillation and the tokenizer's texts know these two and nothing else. [`embedded`] is one source: small problems, put into words in
//! seventeen languages, drawn from a [`Mixture`].
//!
//! ```
//! use explang_language::Language;
//! use explang_tasks::{Mixture, Source, Split};
//!
//! let tasks = Mixture::even(["sums/steps/2".parse()?])?;
//! let example = tasks.draw(7, Split::Train, Language::En);
//! assert_eq!(example, tasks.draw(7, Split::Train, Language::En), "a stream names its example");
//! assert_eq!(example.kind.as_str(), "sums/steps");
//! let solved = tasks.solved(7, Language::En, Language::Zh).expect("the embedded tasks have traces");
//! assert_eq!(solved.example, example);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod embedded;
mod example;
pub mod random;
mod source;
mod split;

pub use embedded::*;
pub use example::{Example, Kind, Solved};
pub use source::{Source, question_language};
pub use split::Split;
