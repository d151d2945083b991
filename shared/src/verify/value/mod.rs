//! What expressions come to: exactly where that is possible, else to fifty digits with a bound of the error, and to 190 where fifty do not tell.

mod ball;
mod evaluate;
mod exact;
mod fuel;
mod function;
mod modular;
mod point;

pub(super) use ball::Verdict;
pub(super) use evaluate::{Machine, Value};
pub(super) use exact::{Fault, exact};
pub(super) use fuel::Fuel;
pub(super) use modular::{PRIMES, modular};
pub(super) use point::{Point, mixed, points};

#[cfg(test)]
mod tests;
