//! What the rounds come to.

use std::collections::BTreeMap;

use explang::model::ModelConfig;

use super::kind::{Kind, Theirs};
use super::machine::Machine;
use crate::statistics::{Spread, median};

/// Tokens a second of one kind of work, round by round.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Series {
    /// Ours.
    pub(super) ours: Vec<f64>,
    /// The peer's, of the same rounds; none without one.
    pub(super) theirs: BTreeMap<Theirs, Vec<f64>>,
}

impl Series {
    /// Median of our rounds.
    pub(super) fn ours(&self) -> Option<f64> {
        median(&self.ours)
    }

    /// What the peer did, its median, and ours over it.
    fn beside(&self) -> impl Iterator<Item = (Theirs, f64, Spread)> {
        self.theirs.iter().filter_map(|(&work, rates)| {
            let ratio = Spread::of_ratios(&self.ours, rates)?;
            Some((work, median(rates)?, ratio))
        })
    }
}

/// All rounds.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct BenchResult {
    /// Shape of the model.
    pub(super) config: ModelConfig,
    /// What the processor can do; none where another device does the work.
    pub(super) machine: Option<Machine>,
    /// Threads on our side.
    pub(super) threads: usize,
    /// The peer's PyTorch, where there is a peer.
    pub(super) torch: Option<String>,
    /// Optimizer steps.
    pub(super) train: Series,
    /// Sampling, all sequences full.
    pub(super) rollout: Series,
    /// Sampling, half of the sequences ending early.
    pub(super) half_rollout: Series,
    /// Tokens of one rollout, all sequences full.
    pub(super) rollout_tokens: usize,
    /// Tokens of one rollout, half of the sequences ending early.
    pub(super) half_rollout_tokens: usize,
}

impl BenchResult {
    /// No rounds yet, of a model of this shape.
    pub(super) fn of(config: ModelConfig) -> Self {
        BenchResult {
            config,
            machine: None,
            threads: 1,
            torch: None,
            train: Series::default(),
            rollout: Series::default(),
            half_rollout: Series::default(),
            rollout_tokens: 0,
            half_rollout_tokens: 0,
        }
    }

    /// The series of a kind.
    const fn series(&self, kind: Kind) -> &Series {
        match kind {
            Kind::Train => &self.train,
            Kind::Rollout => &self.rollout,
            Kind::HalfRollout => &self.half_rollout,
        }
    }

    /// The series of a kind, to be added to.
    pub(super) const fn series_mut(&mut self, kind: Kind) -> &mut Series {
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
    pub(super) fn table(&self) -> String {
        let lines = Kind::ALL.into_iter().filter_map(|kind| {
            let series = self.series(kind);
            let mut line = format!("{:<26} {:>9.0} tokens/s", kind.title(), series.ours()?);
            for (work, theirs, ratio) in series.beside() {
                line += &format!(
                    " · {} {theirs:>9.0} tokens/s · ratio {:.2} [{:.2}, {:.2}]",
                    work.title(),
                    ratio.median,
                    ratio.min,
                    ratio.max
                );
            }
            if let Some(machine) = self.machine {
                let share = machine.share(kind, &self.config, series.ours()?);
                line += &format!(" · {:.0} % of the machine's products", 100.0 * share);
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
        if let Some(Machine { operations, bytes }) = self.machine {
            lines.push(format!(
                "The machine multiplies matrices with {:.0} billion operations a second, and reads {:.1} GB/s.",
                operations / 1e9,
                bytes / 1e9
            ));
        }
        lines.join("\n")
    }

    /// The medians and ratios beside all rounds, for programs.
    pub(super) fn to_json(&self) -> serde_json::Value {
        let kinds = Kind::ALL.into_iter().map(|kind| {
            let series = self.series(kind);
            let peers = series.beside().map(|(work, median, ratio)| {
                let value = serde_json::json!({
                    "tokens_per_s": median,
                    "ratio": ratio,
                    "rounds": series.theirs[&work],
                });
                (work.name().to_owned(), value)
            });
            let peers: serde_json::Map<_, _> = peers.collect();
            let value = serde_json::json!({
                "tokens_per_s": series.ours(),
                "share_of_products": self.machine.zip(series.ours()).map(|(machine, ours)| machine.share(kind, &self.config, ours)),
                "rounds": series.ours,
                "peers": peers,
            });
            (kind.name().to_owned(), value)
        });
        let kinds: serde_json::Map<_, _> = kinds.collect();
        serde_json::json!({
            "parameters": self.config.num_parameters(),
            "machine": self.machine.map(|machine| serde_json::json!({"operations_per_s": machine.operations, "bytes_per_s": machine.bytes})),
            "threads": self.threads,
            "torch": self.torch,
            "half_rollout_share": self.half_share().map(|[tokens, time]| serde_json::json!({"tokens": tokens, "time": time})),
            "kinds": kinds,
        })
    }
}

#[cfg(test)]
mod tests {
    use explang::model::ModelPreset;

    use super::*;

    #[test]
    fn without_a_peer_there_is_no_ratio() {
        let mut result = BenchResult::of(ModelConfig::of(ModelPreset::Pico, 100));
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
        assert!(result.to_json()["kinds"]["train"]["peers"] == serde_json::json!({}));
    }

    #[test]
    fn each_peer_has_a_ratio_of_its_own() {
        let mut result = BenchResult::of(ModelConfig::of(ModelPreset::Pico, 100));
        result.train.ours = vec![300.0, 200.0];
        for (work, rates) in [
            (Theirs::Train, [100.0, 100.0]),
            (Theirs::Compiled, [400.0, 100.0]),
        ] {
            result.train.theirs.insert(work, rates.to_vec());
        }
        let table = result.table();
        for said in [
            "PyTorch       100 tokens/s · ratio 2.50 [2.00, 3.00]",
            "torch.compile       250 tokens/s · ratio 1.38 [0.75, 2.00]",
        ] {
            assert!(table.contains(said), "{table}");
        }
        let peers = &result.to_json()["kinds"]["train"]["peers"];
        assert_eq!(
            peers["compiled"]["rounds"],
            serde_json::json!([400.0, 100.0])
        );
    }
}
