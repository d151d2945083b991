//! A weighted mixture of kinds of problems to draw from.

use serde::{Deserialize, Serialize};

use super::family::{Family, SpecError, Style};
use super::problem::Problem;
use super::spec::Spec;
use crate::example::Kind;
use crate::random::SplitMix64;
use crate::split::Split;

/// A kind and its share of a mixture.
///
/// Read and written flat, as in `{ family = "sums", style = "steps", level = 2, weight = 3 }`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawWeighted", into = "RawWeighted")]
pub struct Weighted {
    /// The kind of problem.
    pub spec: Spec,
    /// Its share, relative to the sum of all weights.
    pub weight: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(rename = "Weighted", deny_unknown_fields)]
struct RawWeighted {
    family: Family,
    style: Style,
    level: u8,
    #[serde(default = "one")]
    weight: u32,
}

const fn one() -> u32 {
    1
}

impl TryFrom<RawWeighted> for Weighted {
    type Error = SpecError;

    fn try_from(raw: RawWeighted) -> Result<Self, Self::Error> {
        let spec = Spec::new(raw.family, raw.style, raw.level)?;
        let weight = raw.weight;
        Ok(Self { spec, weight })
    }
}

impl From<Weighted> for RawWeighted {
    fn from(weighted: Weighted) -> Self {
        RawWeighted {
            family: weighted.spec.family(),
            style: weighted.spec.style(),
            level: weighted.spec.level(),
            weight: weighted.weight,
        }
    }
}

/// A mixture from which nothing can be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a mixture of tasks needs at least one kind with a weight above zero")]
pub struct MixtureError;

/// Kinds of problems with weights, at least one of them above zero. Serialised as a list of [`Weighted`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Weighted>", into = "Vec<Weighted>")]
pub struct Mixture {
    parts: Vec<Weighted>,
    total: u64,
}

impl TryFrom<Vec<Weighted>> for Mixture {
    type Error = MixtureError;

    fn try_from(parts: Vec<Weighted>) -> Result<Self, MixtureError> {
        Mixture::new(parts)
    }
}

impl From<Mixture> for Vec<Weighted> {
    fn from(mixture: Mixture) -> Self {
        mixture.parts
    }
}

impl Mixture {
    /// The mixture of these kinds; an error where all weights are zero.
    pub fn new(parts: Vec<Weighted>) -> Result<Self, MixtureError> {
        let total = parts.iter().map(|part| u64::from(part.weight)).sum();
        if total == 0 {
            return Err(MixtureError);
        }
        Ok(Self { parts, total })
    }

    /// The same share of each kind; an error where there is none.
    pub fn even(specs: impl IntoIterator<Item = Spec>) -> Result<Self, MixtureError> {
        let parts = specs.into_iter().map(|spec| Weighted { spec, weight: 1 });
        Self::new(parts.collect())
    }

    /// The kinds and their weights.
    pub fn parts(&self) -> &[Weighted] {
        &self.parts
    }

    /// The kinds that can be drawn, each once, in their order here.
    pub fn kinds(&self) -> Vec<Kind> {
        let mut kinds = Vec::new();
        for part in self.parts.iter().filter(|part| part.weight > 0) {
            let kind = part.spec.kind();
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds
    }

    /// A problem of this side of the split: a kind by weight, then uniform among the problems of that
    /// kind and side. `Split::Train` never yields a held-out problem, nor the other way round.
    pub fn problem(&self, rng: &mut SplitMix64, split: Split) -> Problem {
        let spec = self.pick(rng.below(self.total));
        // Every kind has problems on both sides (tested over all kinds), so this ends.
        loop {
            let problem = spec.draw(rng);
            if problem.split() == split {
                return problem;
            }
        }
    }

    /// Places of the parts in turn, without end: the one that is furthest behind its share comes next (the smooth weighted round-robin of
    /// nginx). So every stretch of the sequence has each part nearly as often as its weight says.
    pub(super) fn turns(&self) -> impl Iterator<Item = usize> {
        let total = i64::try_from(self.total).unwrap_or(i64::MAX);
        let mut credit = vec![0_i64; self.parts.len()];
        std::iter::repeat_with(move || {
            for (credit, part) in credit.iter_mut().zip(&self.parts) {
                *credit += i64::from(part.weight);
            }
            let places = (0..credit.len()).rev();
            let next = places.max_by_key(|&place| credit[place]).unwrap_or(0);
            credit[next] -= total;
            next
        })
    }

    fn pick(&self, ticket: u64) -> Spec {
        let mut seen = 0;
        for part in &self.parts {
            seen += u64::from(part.weight);
            if ticket < seen {
                return part.spec;
            }
        }
        // `ticket` is below the sum of the weights, which is above zero: some part was returned.
        unreachable!("a ticket below the total weight belongs to a part")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_shares() {
        let part = |name: &str, weight| Weighted {
            spec: name.parse().unwrap(),
            weight,
        };
        let mixture = Mixture::new(vec![
            part("sums/steps/3", 3),
            part("clock/breath/1", 0),
            part("weekdays/breath/2", 1),
        ])
        .unwrap();
        let mut rng = SplitMix64::new(3);
        let sums = (0..8_000)
            .map(|_| mixture.problem(&mut rng, Split::Train))
            .inspect(|problem| assert_ne!(problem.family(), Family::Clock))
            .filter(|problem| problem.family() == Family::Sums)
            .count();
        // Five standard deviations of a binomial(8000, 3/4) are 194.
        assert!(sums.abs_diff(6_000) < 194, "{sums}");
    }

    #[test]
    fn a_mixture_is_read_from_plain_data_and_checked() {
        let text = r#"[{"family":"sums","style":"steps","level":2},
                       {"family":"clock","style":"breath","level":1,"weight":4}]"#;
        let mixture: Mixture = serde_json::from_str(text).unwrap();
        let weights: Vec<_> = mixture.parts().iter().map(|part| part.weight).collect();
        assert_eq!(weights, [1, 4]);
        let again = serde_json::to_string(&mixture).unwrap();
        assert_eq!(serde_json::from_str::<Mixture>(&again).unwrap(), mixture);

        for bad in [
            "[]",
            r#"[{"family":"sums","style":"steps","level":2,"weight":0}]"#,
            r#"[{"family":"sums","style":"steps","level":9}]"#,
            r#"[{"family":"sums","style":"steps","level":1,"wieght":2}]"#,
        ] {
            assert!(serde_json::from_str::<Mixture>(bad).is_err(), "{bad}");
        }
    }
}
