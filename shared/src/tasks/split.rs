//! The held-out split.

use serde::{Deserialize, Serialize};

use super::problem::Operands;
use crate::random::mix;

/// The side of the split that a problem is on. Serialised as `train` or `heldout`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// May be trained on: four problems in five.
    Train,
    /// Only ever evaluated on: one problem in five.
    HeldOut,
}

/// One problem in so many is held out.
const HELD_OUT_OF: u64 = 5;

impl Split {
    /// The side of the problem with these operands.
    ///
    /// It depends on the operands' canonical text alone, so style and level do not matter, nor does the
    /// order of the operands of a sum or product: a question seen in training never comes back in another
    /// guise.
    pub fn of(operands: &Operands) -> Split {
        // FNV-1a mixes its last bytes poorly into the low bits; the finaliser of SplitMix64 spreads them.
        match mix(fnv1a(operands.canonical().as_bytes())) % HELD_OUT_OF {
            0 => Split::HeldOut,
            _ => Split::Train,
        }
    }
}

/// The 64-bit FNV-1a hash (Fowler, Noll and Vo).
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::Spec;

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn twins_and_styles_share_a_side() {
        for a in 1..=99 {
            for b in 1..=99 {
                assert_eq!(
                    Split::of(&Operands::Sum { a, b }),
                    Split::of(&Operands::Sum { a: b, b: a })
                );
                assert_eq!(
                    Split::of(&Operands::Product { a, b }),
                    Split::of(&Operands::Product { a: b, b: a })
                );
            }
        }
    }

    #[test]
    fn about_a_fifth_of_every_kind_is_held_out() {
        for spec in Spec::all() {
            let (mut held, mut all) = (0_u32, 0_u32);
            for problem in spec.problems().take(20_000) {
                held += u32::from(problem.split() == Split::HeldOut);
                all += 1;
            }
            let share = f64::from(held) / f64::from(all);
            // Four standard deviations of a binomial share; twins double the variance.
            let slack = 4.0 * (2.0 * 0.16 / f64::from(all)).sqrt();
            assert!((share - 0.2).abs() < slack, "{spec}: {held} of {all}");
            assert!(held > 0 && held < all);
        }
    }
}
