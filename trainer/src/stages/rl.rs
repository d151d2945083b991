//! Reinforcement learning: explore, exploit, and the control with English forced.
//!
//! *Explore* pays rare languages, without a divergence. *Exploit* starts from explore's checkpoint with a fresh optimizer, pays
//! languages that reach correct answers, and pays for diverging from that checkpoint (k3). The *control* goes through the same
//! two phases, with the same rewards, steps and prompts' number, from the same SFT checkpoint; only its language is forced.

use std::sync::LazyLock;
use std::time::Instant;

use explang::Language;
use explang::action::Action;
use explang::learn::Learner;
use explang::model::Decoder;
use explang::named::Unknown;
use explang::policy::{self, PolicyOptions};
use explang::run::config::PhaseSection;
use explang::run::{Config, Metrics, PolicyMetrics, Stage};
use serde_json::json;

use super::driver::Session;
use super::step::Step;
use crate::threads::Threads;

/// Runs a stage of reinforcement learning from the checkpoint of the stage before: one phase, free or, in the control, with the control's
/// language forced; nothing where the configuration has no control. The control draws its problems from the stream of the free phase, so that it meets the same ones in the same order.
///
/// # Errors
/// When sampling fails or the disk refuses; when `stage` is not a stage of reinforcement learning.
pub fn run(session: &mut Session, stage: Stage) -> anyhow::Result<()> {
    let config = session.config.clone();
    let Some(section) = config.rl.phase(stage) else {
        anyhow::bail!("{stage} is not a stage of reinforcement learning");
    };
    let action = match config.rl.control {
        Some(language) if stage.is_control() => Action::Forced(language),
        None if stage.is_control() => return Ok(()),
        _ => Action::Free,
    };
    let options = options(&config, section, action)?;
    let detector = options.reward.options.identifier()?;
    let mut reference: Option<Decoder> = None;
    session.drive(
        stage,
        section.steps,
        |session| session.start(stage),
        |session, learner, step| {
            if section.kl != 0.0 && reference.is_none() {
                reference = Some(session.reference(stage, &learner.model)?);
            }
            let phase = policy::Phase {
                options: &options,
                source: &*session.source,
                format: &session.format,
                tokenizer: &session.tokenizer,
                detector: &*detector,
                reference: reference.as_ref(),
                stream: session.stream(stage.free()),
                parallel: &Threads(session.threads),
                now: seconds,
            };
            one_step(&phase, learner, step, stage)
        },
    )
}

/// The choices of a phase as the configuration has them.
///
/// # Errors
/// When no reward variant has the phase's name.
pub fn options(
    config: &Config,
    phase: &PhaseSection,
    action: Action,
) -> Result<PolicyOptions, Unknown> {
    let rl = &config.rl;
    Ok(PolicyOptions {
        prompts: rl.prompts,
        asked_in_all: config.asked_in_all,
        group: rl.group,
        mini_batches: rl.mini_batches,
        temperature: rl.temperature,
        max_new_tokens: rl.max_new_tokens,
        shards: config.shards,
        memory: config.memory,
        objective: rl.objective(),
        kl: phase.kl,
        reward: rl.reward(phase)?,
        action,
        schedule: phase.schedule,
        steps: phase.steps,
    })
}

/// Seconds since the first call: a step's clock.
pub fn seconds() -> f64 {
    static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
    BEGAN.elapsed().as_secs_f64()
}

/// Steps between two transcripts in `samples.jsonl`.
const SAMPLE_EVERY: usize = 5;

fn one_step(
    phase: &policy::Phase<'_>,
    learner: &mut Learner,
    step: usize,
    stage: Stage,
) -> anyhow::Result<Step> {
    let policy::StepReport { metrics, rollouts } =
        pollster::block_on(policy::take(phase, learner, step))?;
    let line = line(&metrics);
    let tokens = metrics.sampled_tokens + metrics.trained_tokens;
    let first = rollouts.rollouts.first().zip(rollouts.scored.first());
    let sample = first
        .filter(|_| step.is_multiple_of(SAMPLE_EVERY))
        .map(|(rollout, scored)| {
            json!({
                "stage": stage,
                "step": step,
                "text": phase.tokenizer.decode(&rollout.tokens),
                "tag": scored.tag,
                "detected": scored.detected,
                "components": scored.components,
                "reward": scored.reward,
            })
        });
    Ok(Step {
        metrics: Metrics::Policy(Box::new(metrics)),
        line,
        tokens,
        sample,
        last: false,
    })
}

/// What a person wants to see of a step: reward, accuracy, compliance, and where the choice goes.
fn line(metrics: &PolicyMetrics) -> String {
    let mut counts: Vec<(Language, usize)> = Language::ALL
        .into_iter()
        .map(|l| {
            (
                l,
                metrics
                    .choices
                    .values()
                    .filter_map(|c| c.tagged.get(&l))
                    .sum(),
            )
        })
        .collect();
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let total: usize = metrics.choices.values().map(|c| c.total()).sum();
    let top: Vec<String> = counts
        .iter()
        .take(3)
        .filter(|(_, n)| *n > 0)
        .map(|(l, n)| format!("{l} {:.0}%", 100.0 * *n as f64 / total.max(1) as f64))
        .collect();
    format!(
        "reward {:.2} · right {:.0}% · complies {:.0}% · {}",
        metrics.reward,
        100.0 * metrics.accuracy,
        100.0 * metrics.compliance,
        top.join(" "),
    )
}

#[cfg(test)]
mod tests {
    use explang::reward::{GroupId, Response, Scored};

    use super::*;
    use explang::run::config::{Config, PRESETS};

    /// A response that is tagged Italian and thinks in Romanian, as explore scores it with `lines` in `[rl]`.
    fn scored(lines: &str) -> Scored {
        let (_, smoke) = PRESETS[0];
        let text = smoke.replacen(
            "control = \"en\"\n",
            &format!("control = \"en\"\n{lines}\n"),
            1,
        );
        let rl = Config::parse("run.toml", &text).unwrap().rl;
        let reward = rl.reward(&rl.explore).unwrap();
        let text = "<lang_select>\nit\n</lang_select>\n<think>\nNimeni nu va fi supus la torturi, nici la pedepse sau tratamente crude, inumane sau degradante.\n</think>\n\\boxed{7}";
        let response = Response {
            group: GroupId(0),
            text,
            ground_truth: "7",
            truncated: false,
        };
        let mut scored = reward.score(&[response], &*reward.options.identifier().unwrap());
        scored.remove(0)
    }

    #[test]
    fn an_unseen_language_passes_for_a_seen_one_where_the_detector_knows_the_seen_ones_only() {
        for lines in ["", "detector = \"all\""] {
            let found = scored(lines);
            assert_eq!((found.detected, found.components.compliance), (None, 0.0));
        }
        for lines in ["detector = \"seen\"", "preset = \"official\""] {
            let found = scored(lines);
            assert_eq!(found.detected, Some(Language::It), "{lines}");
            assert_eq!(found.components.compliance, 1.0);
        }
    }
}
