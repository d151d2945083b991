//! Values that no run could have.
//!
//! The upper limits are far above what any run needs. They are there so that a slip of the pen is a sentence before the run, and
//! not memory that runs out in the middle of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::RangeInclusive;

use explang_language::Language;
use explang_named::{brief, meant};
use explang_objective::{Estimator, KlPlace, Surrogate};
use explang_tasks::Kind;

use super::reading::PIECE;
use super::{Config, LEAST_TOKENS, ModelSection, PhaseSection, RlSection, Schedule};
use crate::stage::Stage;

/// Most problems of an evaluation, and most samples of a problem.
pub const MOST_PROBLEMS: usize = 1_000_000;

/// Most documents, prompts or rollouts of a step.
const MOST_AT_ONCE: usize = 1_000_000;

/// Most tokens of a tokenizer that is trained.
const MOST_TOKENS: usize = 1 << 18;

/// Most positions of a model that is read.
const MOST_POSITIONS: usize = 1 << 20;

/// Widest adapter.
const MOST_RANK: usize = 1 << 12;

/// Longest name of a run, in bytes.
const LONGEST_NAME: usize = 100;

/// A value that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CheckError {
    /// The key, such as `rl.clip`.
    pub(super) key: String,
    /// What it must be.
    rule: String,
}

impl fmt::Display for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.key, self.rule)
    }
}

type Checked = Result<(), CheckError>;

fn ensure(key: &str, holds: bool, rule: impl Into<String>) -> Checked {
    if holds {
        return Ok(());
    }
    Err(CheckError {
        key: key.to_owned(),
        rule: rule.into(),
    })
}

fn within(key: &str, value: usize, range: RangeInclusive<usize>) -> Checked {
    let (least, most) = (range.start(), range.end());
    let rule = format!("must be from {least} to {most}, not {value}");
    ensure(key, range.contains(&value), rule)
}

fn not_negative(key: &str, value: f64) -> Checked {
    let rule = format!("must be a finite number, 0 or more, not {value}");
    ensure(key, value.is_finite() && value >= 0.0, rule)
}

fn share(key: &str, value: f64) -> Checked {
    let rule = format!("must be between 0 and 1, not {value}");
    ensure(key, (0.0..=1.0).contains(&value), rule)
}

/// Shares of languages, each at most 1, and together at most `most`.
fn shares(key: &str, shares: &BTreeMap<Language, f64>, most: f64) -> Checked {
    let each = shares.values().all(|share| (0.0..=1.0).contains(share));
    ensure(
        key,
        each && shares.values().sum::<f64>() <= most,
        "must be between 0 and 1, and 1 at most together",
    )
}

fn schedule(key: &str, schedule: &Schedule) -> Checked {
    not_negative(&format!("{key}.peak"), schedule.peak)?;
    share(&format!("{key}.warm_up"), schedule.warm_up)
}

impl Config {
    /// Finds the first value that makes no sense.
    pub(super) fn check(&self) -> Checked {
        let plain = |c: char| c != '/' && c != '\\' && !c.is_control();
        ensure(
            "name",
            self.name.chars().all(plain)
                && !self.name.starts_with('.')
                && (1..=LONGEST_NAME).contains(&self.name.len()),
            format!(
                "names a folder, so it has 1 to {LONGEST_NAME} bytes, no slash, and no point at its start; `{}` does not do",
                brief(&self.name, PIECE)
            ),
        )?;
        // A TOML file has no larger whole number.
        ensure(
            "seed",
            i64::try_from(self.seed).is_ok(),
            format!("must be at most {}, not {}", i64::MAX, self.seed),
        )?;
        within("shards", self.shards, 1..=1024)?;
        share("asked_in_all", self.asked_in_all)?;
        within("checkpoint_every", self.checkpoint_every, 1..=usize::MAX)?;
        within(
            "optimizer.max_skipped",
            self.optimizer.max_skipped,
            1..=usize::MAX,
        )?;
        let mut positions = MOST_POSITIONS;
        if let ModelSection::New { preset, vocab_size } = &self.model {
            within("model.vocab_size", *vocab_size, LEAST_TOKENS..=MOST_TOKENS)?;
            positions = preset.shape().max_positions;
        }
        self.check_adapters()?;
        self.check_optimizer()?;
        self.check_problems()?;
        self.check_lessons()?;
        self.check_practice()?;
        self.rl.check()?;
        within("rl.max_new_tokens", self.rl.max_new_tokens, 1..=positions)?;
        if let Some(distil) = &self.distil {
            within("distil.prompts", distil.prompts, 1..=MOST_AT_ONCE)?;
            share("distil.forced", distil.forced)?;
            schedule("distil.warm_up_schedule", &distil.warm_up_schedule)?;
            schedule("distil.schedule", &distil.schedule)?;
        }
        let eval = &self.eval;
        within("eval.problems", eval.problems, 1..=MOST_PROBLEMS)?;
        within(
            "eval.samples",
            eval.samples,
            1..=MOST_PROBLEMS / eval.problems,
        )?;
        within(
            "eval.forced_problems",
            eval.forced_problems,
            1..=MOST_PROBLEMS,
        )?;
        not_negative("eval.temperature", f64::from(eval.temperature))?;
        ensure(
            "eval.top_p",
            eval.top_p > 0.0 && eval.top_p <= 1.0,
            format!("must be above 0 and at most 1, not {}", eval.top_p),
        )
    }

    fn check_adapters(&self) -> Checked {
        if let Some(lora) = &self.lora {
            within("lora.rank", lora.rank, 1..=MOST_RANK)?;
            let rule = format!("must be a finite number above 0, not {}", lora.alpha);
            ensure(
                "lora.alpha",
                lora.alpha.is_finite() && lora.alpha > 0.0,
                rule,
            )?;
            let distinct: BTreeSet<_> = lora.targets.iter().collect();
            ensure(
                "lora.targets",
                !lora.targets.is_empty() && distinct.len() == lora.targets.len(),
                "must name one matrix at least, and none twice",
            )?;
        }
        let micro = self.memory.micro_batch_tokens.unwrap_or(1);
        within("memory.micro_batch_tokens", micro, 1..=usize::MAX)?;
        let cache = self.memory.cache_tokens.unwrap_or(1);
        within("memory.cache_tokens", cache, 1..=usize::MAX)
    }

    /// Problems are of the embedded tasks or of files, and a stage that needs reasoning has it.
    fn check_problems(&self) -> Checked {
        let Some(data) = &self.data else {
            return ensure(
                "tasks",
                self.tasks.is_some(),
                "is missing; name kinds of problems, or files of problems in a section [data]",
            );
        };
        let rule = "goes without [data]; keep one of the two";
        ensure("tasks", self.tasks.is_none(), rule)?;
        ensure(
            "data.train",
            !data.train.is_empty(),
            "must name one file at least",
        )?;
        let rule = "goes with `tasks` only: files of problems hold no pages to learn from";
        ensure(Stage::Pretrain.name(), self.pretrain.is_none(), rule)?;
        let told = self.sft.as_ref().is_none_or(|sft| sft.rows.is_some());
        let rule = "is missing; name a file that `explang data filter` wrote, or leave out [sft]";
        ensure("sft.rows", told, rule)
    }

    fn check_optimizer(&self) -> Checked {
        let adamw = &self.optimizer.adamw;
        for (key, beta) in [
            ("optimizer.adamw.beta1", adamw.beta1),
            ("optimizer.adamw.beta2", adamw.beta2),
        ] {
            let rule = format!("must be at least 0 and below 1, not {beta}");
            ensure(key, (0.0..1.0).contains(&beta), rule)?;
        }
        not_negative("optimizer.adamw.weight_decay", adamw.weight_decay)?;
        for (key, value) in [
            ("optimizer.adamw.epsilon", adamw.epsilon),
            ("optimizer.clip_norm", self.optimizer.clip_norm),
        ] {
            let rule = format!("must be a finite number above 0, not {value}");
            ensure(key, value.is_finite() && value > 0.0, rule)?;
        }
        Ok(())
    }

    fn check_lessons(&self) -> Checked {
        if let Some(pretrain) = &self.pretrain {
            within("pretrain.batch", pretrain.batch, 1..=MOST_AT_ONCE)?;
            share(
                "pretrain.asked_in_own_language",
                pretrain.asked_in_own_language,
            )?;
            schedule("pretrain.schedule", &pretrain.schedule)?;
            if let Some(until) = &pretrain.until {
                within("pretrain.until.every", until.every, 1..=usize::MAX)?;
                within("pretrain.until.problems", until.problems, 1..=MOST_PROBLEMS)?;
                share("pretrain.until.accuracy", until.accuracy)?;
            }
        }
        let Some(sft) = &self.sft else {
            return Ok(());
        };
        within("sft.batch", sft.batch, 1..=MOST_AT_ONCE)?;
        schedule("sft.schedule", &sft.schedule)?;
        shares("sft.shares", &sft.shares, 1.0)?;
        let unseen = sft.shares.keys().find(|language| !language.seen());
        unseen.map_or(Ok(()), |unseen| {
            let rule =
                format!("names `{unseen}`, which is unseen: SFT shows the 13 seen languages only");
            ensure("sft.shares", false, rule)
        })
    }

    fn check_practice(&self) -> Checked {
        let (Some(tasks), Some(pretrain)) = (&self.tasks, &self.pretrain) else {
            return Ok(());
        };
        let kinds = tasks.kinds();
        let mut named = BTreeSet::new();
        for (i, practice) in pretrain.practice.iter().enumerate() {
            let key = |part: &str| format!("pretrain.practice[{i}].{part}");
            let kind = practice.kind.as_str();
            let names = kinds.iter().map(Kind::as_str);
            let rule = format!(
                "names `{}`, which is not among `tasks`{}; expected one of: {}",
                brief(kind, PIECE),
                meant(kind, names.clone()),
                names.collect::<Vec<_>>().join(" ")
            );
            ensure(&key("kind"), kinds.contains(&practice.kind), rule)?;
            let rule = format!("names `{kind}` a second time; put its shares into one entry");
            ensure(&key("kind"), named.insert(kind), rule)?;
            // With what rounding adds to shares that sum to 1.
            shares(&key("shares"), &practice.shares, 1.0 + 1e-9)?;
        }
        Ok(())
    }
}

impl RlSection {
    fn check(&self) -> Checked {
        let objective = self.objective();
        within("rl.prompts", self.prompts, 1..=MOST_AT_ONCE)?;
        ensure(
            "rl.group",
            self.group >= 2,
            "must be at least 2: an advantage compares the rollouts of a group",
        )?;
        within(
            "rl.group",
            self.group,
            2..=MOST_AT_ONCE.div_ceil(self.prompts).max(2),
        )?;
        within("rl.mini_batches", self.mini_batches, 1..=self.prompts)?;
        ensure(
            "rl.prompts",
            self.prompts.is_multiple_of(self.mini_batches),
            format!(
                "must be a multiple of rl.mini_batches ({}), not {}",
                self.mini_batches, self.prompts
            ),
        )?;
        not_negative("rl.temperature", f64::from(self.temperature))?;
        within(
            "rl.dynamic_sampling.max_batches",
            objective.dynamic_sampling.max_batches,
            1..=usize::MAX,
        )?;
        for (key, value) in [
            ("rl.clip", f64::from(objective.loss.clip_low)),
            ("rl.clip", f64::from(objective.loss.clip_high)),
            ("rl.advantage.epsilon", objective.advantage.epsilon),
            ("rl.overlong.penalty", objective.overlong.penalty),
        ] {
            not_negative(key, value)?;
        }
        share("rl.overlong.share", objective.overlong.share)?;
        ensure(
            "rl.loss.dual_clip",
            objective
                .loss
                .dual_clip
                .is_none_or(|c| c > 1.0 && c.is_finite()),
            "must be a finite number above 1",
        )?;
        ensure(
            "rl.loss.dual_clip",
            objective.loss.dual_clip.is_none() || objective.loss.surrogate == Surrogate::Clip,
            "goes with surrogate = \"clip\" only",
        )?;
        ensure(
            "rl.loss.kl_place",
            objective.kl_place != KlPlace::Reward
                || objective.advantage.estimator != Estimator::Gdpo,
            "= \"reward\" does not go with the estimator gdpo, which normalises each part of the reward, so that the \
             divergence would lose its weight; choose \"loss\" or \"return\"",
        )?;
        self.check_phase("rl.explore", &self.explore)?;
        self.check_phase("rl.exploit", &self.exploit)
    }

    fn check_phase(&self, key: &str, phase: &PhaseSection) -> Checked {
        if let Err(error) = self.reward(phase) {
            ensure(
                &format!("{key}.variant"),
                false,
                format!("cannot be that: {error}"),
            )?;
        }
        not_negative(&format!("{key}.kl"), f64::from(phase.kl))?;
        schedule(&format!("{key}.schedule"), &phase.schedule)
    }
}

#[cfg(test)]
mod tests;
