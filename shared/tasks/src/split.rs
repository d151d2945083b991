//! The held-out split.

use explang_named::named;

use crate::example::fnv1a;
use crate::random::mix;

/// The side of the split that a problem is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Split {
    /// May be trained on: four problems in five.
    Train,
    /// Only ever evaluated on: one problem in five.
    HeldOut,
}

named!(Split, "side of the split", { Train => "train", HeldOut => "heldout" });

/// One problem in so many is held out.
const HELD_OUT_OF: u64 = 5;

impl Split {
    /// The side of whatever this text names.
    ///
    /// The embedded tasks name a problem by its operands alone, in one order for those of a sum or product: style and level do not
    /// matter, and a question seen in training never comes back in another guise.
    pub fn of(canonical: &str) -> Split {
        // FNV-1a mixes its last bytes poorly into the low bits; the finaliser of SplitMix64 spreads them.
        match mix(fnv1a(canonical.as_bytes())) % HELD_OUT_OF {
            0 => Split::HeldOut,
            _ => Split::Train,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedded::{Operands, Spec};

    #[test]
    fn twins_and_styles_share_a_side() {
        for a in 1..=99 {
            for b in 1..=99 {
                let side = |operands: Operands| Split::of(&operands.canonical());
                assert_eq!(
                    side(Operands::Sum { a, b }),
                    side(Operands::Sum { a: b, b: a })
                );
                assert_eq!(
                    side(Operands::Product { a, b }),
                    side(Operands::Product { a: b, b: a })
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
