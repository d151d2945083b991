//! Distillation: a smaller student learns from the RL policy.
//!
//! First a warm-up on the teacher's own samples, so that the student's samples are worth judging: at every token the forward KL divergence
//! `KL(teacher ‖ student)` is lowered (supervised distillation as in Agarwal et al.; all that the teacher thought possible is learned, not
//! only what it happened to say). Then on-policy distillation (Agarwal et al. 2024, arXiv 2306.13649): the student samples, and at every
//! token of its own response the reverse KL divergence `KL(student ‖ teacher)` is lowered. The gradient does not go through the sampling.
//!
//! So it is where the model chooses its language. Where it is told which to think in, the teacher is no model: RL, which asks only for its
//! own choice, has cost it some of its obedience, and a divergence would teach the student to stray as often. There the teacher's responses
//! that obey are learned by their likelihood, in both phases, and the others are dropped.

use burn::module::Module;
use explang::Language;
use explang::action::Action;
use explang::generate::Sampling;
use explang::identify::Identify;
use explang::learn::Learner;
use explang::likelihood::{Direction, Sequence, response_kl, response_log_probs};
use explang::model::{Decoder, ModelConfig};
use explang::parallel::split;
use explang::prompt::PromptFormat;
use explang::random;
use explang::reward::TraceText;
use explang::rollout::{Query, Rollout, Sampler};
use explang::run::config::DistilSection;
use explang::run::{DistilMetrics, Metrics, Stage};
use explang::tasks::{Source, Split, question_language};
use explang::transcript::Parsed;

use super::driver::Session;
use super::step::Step;
use crate::threads::Threads;

/// Runs the stage; nothing where the configuration has no such section.
///
/// # Errors
/// When sampling fails or the disk refuses.
pub fn run(session: &mut Session) -> anyhow::Result<()> {
    let config = session.config.clone();
    let Some(distil) = &config.distil else {
        return Ok(());
    };
    let mut teacher: Option<Decoder> = None;
    session.drive(
        Stage::Distil,
        distil.warm_up_steps + distil.steps,
        |session| {
            let shape = ModelConfig::of(distil.preset, session.tokenizer.vocab_size());
            Ok(Decoder::random(
                &shape,
                session.stream_named("student"),
                &session.device,
            ))
        },
        |session, learner, step| {
            if teacher.is_none() {
                teacher = Some(session.load(Stage::Exploit)?.valid());
            }
            match &teacher {
                Some(teacher) if step < distil.warm_up_steps => {
                    warm_up(session, distil, teacher, learner, step)
                }
                Some(teacher) => on_policy(session, distil, teacher, learner, step),
                None => anyhow::bail!("the teacher was not loaded"),
            }
        },
    )
}

/// The language that prompt `i` of all prompts of the stage is forced to be thought about in; none where the model chooses.
///
/// The forced prompts are spread evenly, and the languages come in turn.
fn forced(share: f64, i: usize) -> Option<Language> {
    let forced = |prompts: usize| (prompts as f64 * share) as usize;
    let before = forced(i);
    (forced(i + 1) > before).then(|| Language::ALL[before % Language::ALL.len()])
}

/// A response, and the language that it was to think in; none where the model chose.
type Told = (Option<Language>, Rollout);

/// Samples one response to each of the step's problems; to those for which `wanted` is true of the language they force.
fn sample(
    session: &Session,
    distil: &DistilSection,
    model: &Decoder,
    step: usize,
    wanted: impl Fn(Option<Language>) -> bool,
) -> anyhow::Result<Vec<Told>> {
    let stream = random::derive(session.stream(Stage::Distil), &[step as u64]);
    let (told, queries): (Vec<Option<Language>>, Vec<Query>) = (0..distil.prompts)
        .map(|i| (i, forced(distil.forced, step * distil.prompts + i)))
        .filter(|(_, forced)| wanted(*forced))
        .map(|(i, forced)| {
            let problem = random::derive(stream, &[i as u64]);
            let asked_in = question_language(problem, session.config.asked_in_all);
            let query = Query {
                example: session.config.tasks.draw(problem, Split::Train, asked_in),
                prefix: forced.map_or(Action::Free, Action::Forced).prefix(),
                samples: 1,
            };
            (forced, query)
        })
        .unzip();
    let sampler = Sampler {
        model,
        tokenizer: &session.tokenizer,
        format: PromptFormat::Line,
        sampling: Sampling {
            temperature: 1.0,
            top_p: 1.0,
            max_new_tokens: session.config.rl.max_new_tokens,
        },
        shards: session.config.shards,
        parallel: &Threads(session.threads),
        cancel: None,
    };
    let draws = random::derive(stream, &[u64::MAX]);
    let rollouts = pollster::block_on(sampler.sample(&queries, draws))?;
    let said = rollouts.into_iter().filter(|r| r.response_len() > 0);
    Ok(said.map(|rollout| (told[rollout.query], rollout)).collect())
}

/// What is lowered at every token of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lesson {
    /// A divergence between teacher and student.
    Kl(Direction),
    /// The negative log-likelihood of the token.
    Likelihood,
}

fn warm_up(
    session: &Session,
    distil: &DistilSection,
    teacher: &Decoder,
    learner: &mut Learner,
    step: usize,
) -> anyhow::Result<Step> {
    let mut rollouts = sample(session, distil, teacher, step, |_| true)?;
    // A response that the teacher did not finish teaches nothing.
    rollouts.retain(|(_, rollout)| !rollout.truncated);
    let rate = distil.warm_up_schedule.at(step, distil.warm_up_steps);
    let forward = Lesson::Kl(Direction::Forward);
    Ok(update(session, teacher, learner, rollouts, forward, rate))
}

fn on_policy(
    session: &Session,
    distil: &DistilSection,
    teacher: &Decoder,
    learner: &mut Learner,
    step: usize,
) -> anyhow::Result<Step> {
    let mut rollouts = sample(session, distil, teacher, step, |told| told.is_some())?;
    rollouts.retain(|(_, rollout)| !rollout.truncated);
    let chosen = sample(session, distil, &learner.model, step, |told| told.is_none())?;
    rollouts.extend(chosen);
    let rate = distil
        .schedule
        .at(step - distil.warm_up_steps, distil.steps);
    let reverse = Lesson::Kl(Direction::Reverse);
    Ok(update(session, teacher, learner, rollouts, reverse, rate))
}

/// Whether a response thinks in `language`.
fn thinks_in(response: &str, language: Language, detector: &dyn Identify) -> bool {
    let trace = Parsed::of(response).trace;
    trace.is_some_and(|trace| TraceText::Prose.language(trace, detector) == Some(language))
}

/// One update on the mean over all tokens: of what `lesson` lowers where the model chose the language, and of the negative
/// log-likelihood where it was told and obeyed.
fn update(
    session: &Session,
    teacher: &Decoder,
    learner: &mut Learner,
    rollouts: Vec<Told>,
    lesson: Lesson,
    rate: f64,
) -> Step {
    let (mut told, mut chosen) = (Vec::new(), Vec::new());
    for (language, rollout) in rollouts {
        match language {
            None => chosen.push(rollout),
            Some(language) if thinks_in(&rollout.text, language, &session.detector) => {
                told.push(rollout);
            }
            Some(_) => {}
        }
    }
    let rollouts = || chosen.iter().chain(&told);
    let tokens: usize = rollouts().map(Rollout::response_len).sum();
    let read: usize = rollouts().map(|r| r.tokens.len()).sum();
    let pad = session.tokenizer.pad();
    let parts: Vec<(Lesson, &[Rollout])> = [(lesson, &chosen), (Lesson::Likelihood, &told)]
        .into_iter()
        .flat_map(|(lesson, rollouts)| {
            let parts = split(rollouts, session.config.shards).into_iter();
            parts.map(move |part| (lesson, part))
        })
        .collect();
    let loss = async |student: &Decoder, &(lesson, part): &(Lesson, &[Rollout])| {
        let sequences: Vec<Sequence<'_>> = part.iter().map(Rollout::sequence).collect();
        let each = match lesson {
            Lesson::Kl(direction) => response_kl(student, teacher, &sequences, pad, direction),
            Lesson::Likelihood => response_log_probs(student, &sequences, pad).neg(),
        };
        let sum = each.sum();
        let diverges = match lesson {
            Lesson::Kl(_) => f64::from(sum.clone().inner().into_scalar::<f32>()),
            Lesson::Likelihood => 0.0,
        };
        (sum / tokens.max(1) as f32, diverges)
    };
    let threads = Threads(session.threads);
    let update = pollster::block_on(learner.update(&parts, &threads, rate, loss));
    let judged: usize = chosen.iter().map(Rollout::response_len).sum();
    let divergence = update.shards.iter().sum::<f64>() / judged.max(1) as f64;
    Step {
        metrics: Metrics::Distil(DistilMetrics {
            divergence,
            gradient_norm: update.gradient_norm,
            skipped: usize::from(update.not_finite.is_some()),
            not_finite: update.not_finite,
            learning_rate: rate,
            tokens: read,
        }),
        line: format!("divergence {divergence:.3}"),
        tokens: tokens + read,
        sample: None,
        last: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forced_prompts_are_spread_and_their_languages_come_in_turn() {
        for share in [0.0, 0.25, 0.5, 0.9, 1.0] {
            let prompts = 64 * 17;
            let languages: Vec<Language> = (0..prompts).filter_map(|i| forced(share, i)).collect();
            let expected = (prompts as f64 * share) as usize;
            assert_eq!(languages.len(), expected, "{share}");
            for (i, language) in languages.into_iter().enumerate() {
                assert_eq!(language, Language::ALL[i % 17]);
            }
            let of_step = |step: usize| {
                let prompts = step * 64..(step + 1) * 64;
                prompts.filter(|&i| forced(share, i).is_some()).count() as f64
            };
            assert!((0..17).all(|step| (of_step(step) - 64.0 * share).abs() <= 1.0));
        }
    }
}
