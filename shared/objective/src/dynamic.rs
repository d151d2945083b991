//! Dynamic sampling (DAPO, arXiv 2503.14476, equation 11): groups from which nothing can be learned are replaced by new ones.
//!
//! The paper keeps a group where `0 < right answers < G`. Prompts are sampled again until the batch is full of such groups.
//!
//! # Who does which
//! - verl's DAPO keeps a group where the chosen metric differs within it (`filter_groups.metric`: `acc` in the paper's recipe,
//!   or a sum of rewards), samples whole batches again, at most `max_num_gen_batches` times, and stops with an error when
//!   that is not enough.
//! - OpenRLHF (`dynamic_filtering`) keeps a group whose mean score lies strictly between two bounds, 0 and 1 by default.
//! - TRL has none.
//!
//! Here whole batches are sampled again as in verl, and when that is not enough the step learns from the groups that it has.

use explang_named::named;
use serde::{Deserialize, Serialize};

use super::advantage::all_the_same;

/// What must differ within a group for it to be kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Varied {
    /// Nothing: every group is kept, and none is sampled again.
    #[default]
    Nothing,
    /// Whether the answer is right, as in the paper.
    Accuracy,
    /// The reward: with more components than the answer, a group of right answers may still have something to say.
    Reward,
}

named!(Varied, "choice for `dynamic_sampling.by`", { Nothing => "nothing", Accuracy => "accuracy", Reward => "reward" });

/// Which groups are kept, and how long others are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DynamicSampling {
    /// What must differ within a group.
    pub by: Varied,
    /// Batches a step may sample, at least 1.
    pub max_batches: usize,
}

impl DynamicSampling {
    /// One batch, all of it.
    pub const NONE: DynamicSampling = DynamicSampling {
        by: Varied::Nothing,
        max_batches: 10,
    };
    /// DAPO's, with the limit of its recipe in verl.
    pub const DAPO: DynamicSampling = DynamicSampling {
        by: Varied::Accuracy,
        max_batches: 10,
    };

    /// Whether a group is kept. For each of its responses that takes part: is it right, and its reward.
    pub fn keeps(&self, group: &[(bool, f64)]) -> bool {
        match self.by {
            Varied::Nothing => true,
            Varied::Accuracy => {
                let right = group.iter().filter(|(right, _)| *right).count();
                0 < right && right < group.len()
            }
            Varied::Reward => !all_the_same(group.iter().map(|(_, reward)| *reward)),
        }
    }
}

/// Who speaks of it wants it.
impl Default for DynamicSampling {
    fn default() -> Self {
        DynamicSampling::DAPO
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_kept_where_what_is_asked_for_differs() {
        let by = |by| DynamicSampling {
            by,
            ..DynamicSampling::NONE
        };
        let (all_right, mixed) = ([(true, 1.0), (true, 1.2)], [(true, 1.0), (false, 0.4)]);
        let all_wrong = [(false, 0.3), (false, 0.1 + 0.2)];
        let table = [
            (Varied::Nothing, [true, true, true, true]),
            (Varied::Accuracy, [false, true, false, false]),
            (Varied::Reward, [true, true, false, false]),
        ];
        for (what, wanted) in table {
            let sampling = by(what);
            let groups: [&[(bool, f64)]; 4] = [&all_right, &mixed, &all_wrong, &[]];
            assert_eq!(
                groups.map(|group| sampling.keeps(group)),
                wanted,
                "{what:?}"
            );
        }
    }
}
