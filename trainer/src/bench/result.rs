//! What the rounds come to.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Kind;

/// Tokens a second of one kind of work, round by round.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Series {
    /// Ours.
    pub ours: Vec<f64>,
    /// The peer's, of the same rounds; empty without one.
    pub theirs: Vec<f64>,
}

/// How many times as fast as the peer we are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Ratio {
    /// Median of the rounds' ratios.
    pub median: f64,
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
}

impl Series {
    /// Median of our rounds.
    pub fn ours(&self) -> Option<f64> {
        median(&self.ours)
    }

    /// Median of the peer's rounds.
    pub fn theirs(&self) -> Option<f64> {
        median(&self.theirs)
    }

    /// Ours over the peer's, round by round: what both suffered in a round cancels.
    pub fn ratio(&self) -> Option<Ratio> {
        let pairs = self.ours.iter().zip(&self.theirs);
        let ratios: Vec<f64> = pairs.map(|(ours, theirs)| ours / theirs).collect();
        Some(Ratio {
            median: median(&ratios)?,
            min: ratios.iter().copied().fold(f64::INFINITY, f64::min),
            max: ratios.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        })
    }
}

/// All rounds.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct BenchResult {
    /// Parameters of the model.
    pub parameters: usize,
    /// Threads on our side.
    pub threads: usize,
    /// The peer's PyTorch, where there is a peer.
    pub torch: Option<String>,
    /// Optimizer steps.
    pub train: Series,
    /// Sampling, all sequences full.
    pub rollout: Series,
    /// Sampling, half of the sequences ending early.
    pub half_rollout: Series,
    /// Tokens of one rollout, all sequences full.
    pub rollout_tokens: usize,
    /// Tokens of one rollout, half of the sequences ending early.
    pub half_rollout_tokens: usize,
}

impl BenchResult {
    /// The series of a kind.
    const fn series(&self, kind: Kind) -> &Series {
        match kind {
            Kind::Train => &self.train,
            Kind::Rollout => &self.rollout,
            Kind::HalfRollout => &self.half_rollout,
        }
    }

    /// The series of a kind, to be added to.
    pub const fn series_mut(&mut self, kind: Kind) -> &mut Series {
        match kind {
            Kind::Train => &mut self.train,
            Kind::Rollout => &mut self.rollout,
            Kind::HalfRollout => &mut self.half_rollout,
        }
    }

    /// What a rollout with half of its sequences ending early has of the tokens, and takes of the time, of a full one; from
    /// the medians.
    fn half_share(&self) -> Option<[f64; 2]> {
        if self.rollout_tokens == 0 {
            return None;
        }
        let tokens = self.half_rollout_tokens as f64 / self.rollout_tokens as f64;
        Some([
            tokens,
            tokens * self.rollout.ours()? / self.half_rollout.ours()?,
        ])
    }

    /// A line a kind, for people.
    pub fn table(&self) -> String {
        let lines = Kind::ALL.into_iter().filter_map(|kind| {
            let series = self.series(kind);
            let mut line = format!("{:<26} {:>9.0} tokens/s", kind.name(), series.ours()?);
            if let (Some(theirs), Some(ratio)) = (series.theirs(), series.ratio()) {
                line += &format!(
                    " · PyTorch {theirs:>9.0} tokens/s · ratio {:.2} [{:.2}, {:.2}]",
                    ratio.median, ratio.min, ratio.max
                );
            }
            Some(line)
        });
        let mut lines: Vec<String> = lines.collect();
        if let Some([tokens, time]) = self.half_share() {
            lines.push(format!(
                "With half of the sequences ending early, a rollout has {:.0} % of the tokens and takes {:.0} % of the time.",
                100.0 * tokens,
                100.0 * time
            ));
        }
        lines.join("\n")
    }

    /// The medians and ratios beside all rounds, for programs.
    pub fn to_json(&self) -> serde_json::Value {
        let kinds: BTreeMap<&str, serde_json::Value> = [
            ("train", Kind::Train),
            ("rollout", Kind::Rollout),
            ("half_rollout", Kind::HalfRollout),
        ]
        .into_iter()
        .map(|(name, kind)| {
            let series = self.series(kind);
            let value = serde_json::json!({
                "tokens_per_s": series.ours(),
                "peer_tokens_per_s": series.theirs(),
                "ratio": series.ratio(),
                "rounds": series,
            });
            (name, value)
        })
        .collect();
        serde_json::json!({
            "parameters": self.parameters,
            "threads": self.threads,
            "torch": self.torch,
            "half_rollout_share": self.half_share().map(|[tokens, time]| serde_json::json!({"tokens": tokens, "time": time})),
            "kinds": kinds,
        })
    }
}

/// The middle value; the mean of the two in the middle of an even number; none of none.
fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = sorted.get(sorted.len() / 2)?;
    let lower = sorted.get((sorted.len() - 1) / 2)?;
    Some((lower + upper) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_ratios_are_taken_round_by_round() {
        let series = Series {
            ours: vec![10.0, 30.0, 20.0],
            theirs: vec![10.0, 10.0, 40.0],
        };
        assert_eq!((series.ours(), series.theirs()), (Some(20.0), Some(10.0)));
        let ratio = series.ratio().unwrap();
        assert_eq!((ratio.median, ratio.min, ratio.max), (1.0, 0.5, 3.0));
        assert_eq!(median(&[1.0, 2.0]), Some(1.5));
        assert_eq!(Series::default().ratio(), None);
    }

    #[test]
    fn without_a_peer_there_is_no_ratio() {
        let mut result = BenchResult::default();
        for kind in Kind::ALL {
            result.series_mut(kind).ours.push(100.0);
        }
        result.half_rollout.ours = vec![50.0];
        (result.rollout_tokens, result.half_rollout_tokens) = (1000, 600);
        let table = result.table();
        assert!(
            table.contains("60 % of the tokens and takes 120 % of the time"),
            "{table}"
        );
        assert!(!table.contains("PyTorch"), "{table}");
        assert!(result.to_json()["kinds"]["train"]["ratio"].is_null());
    }
}
