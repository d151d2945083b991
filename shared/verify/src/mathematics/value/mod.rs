//! What expressions come to: exactly where that is possible, else to fifty digits with a bound of the error, and to 190 where fifty do not tell.

mod ball;
mod evaluate;
mod exact;
mod fuel;
mod function;
mod modular;
mod point;

pub(crate) use ball::Verdict;
pub(crate) use evaluate::{Machine, Value};
pub(crate) use exact::{Fault, exact};
pub(crate) use fuel::Fuel;
pub(crate) use modular::{PRIMES, modular};
pub(crate) use point::{Point, mixed, points};

#[cfg(test)]
mod tests;
