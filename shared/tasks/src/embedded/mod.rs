//! The embedded tasks: small problems on which languages really differ.
//!
//! A [`Problem`] has one list of language-neutral reasoning steps ([`Problem::steps`]); [`say`] puts the
//! problem and its steps into words in each of the seventeen languages. A language only *says* the steps:
//! no language is given a shortcut, more information, or other arithmetic than the rest.
//!
//! Problems are drawn from a [`Mixture`] of [`Spec`]s with a seeded [`SplitMix64`](crate::random::SplitMix64), so a seed gives the
//! same problems on every platform, and only ever from one side of the held-out [`Split`](crate::Split).

pub mod calendar;
mod clock;
mod family;
mod mixture;
pub mod numbers;
mod operands;
mod problem;
pub mod say;
mod source;
mod spec;
mod step;

pub use clock::{Span, Time, TimeError};
pub use family::{Family, SpecError, Style};
pub use mixture::{Mixture, MixtureError, Weighted};
pub use operands::Operands;
pub use problem::{Problem, ProblemError};
pub use spec::Spec;
pub use step::Step;

#[cfg(test)]
mod tests;
