//! Distillation: a smaller student learns from the RL policy.
//!
//! First a warm-up on the teacher's own samples, so that the student's samples are worth judging: at every token the forward KL divergence
//! `KL(teacher ‖ student)` is lowered (supervised distillation as in Agarwal et al.; all that the teacher thought possible is learned, not
//! only what it happened to say). Then on-policy distillation (Agarwal et al. 2024, arXiv 2306.13649): the student samples, and at every
//! token of its own response the reverse KL divergence `KL(student ‖ teacher)` is lowered. No gradient passes through the sampling.
//!
//! Both apply where the model chooses its language. Where the prompt forces one, the RL policy is a poor teacher: RL pays only for the
//! model's own choice, and costs it obedience in other languages. There, in both phases, the student learns from the SFT checkpoint: it
//! raises the likelihood of responses that obey, and drops the others. A divergence would teach it to disobey as often as its teacher.

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
    let mut teachers: Option<Teachers> = None;
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
            let teachers = match &mut teachers {
                Some(teachers) => teachers,
                none => none.insert(Teachers::load(session)?),
            };
            learn(session, distil, teachers, learner, step)
        },
    )
}

/// Whom the student learns from.
struct Teachers {
    /// The RL policy, where the model chooses its language.
    policy: Decoder,
    /// The SFT checkpoint, where the prompt forces a language; the RL policy if the run has no SFT checkpoint.
    told: Decoder,
}

impl Teachers {
    fn load(session: &Session) -> anyhow::Result<Self> {
        let policy = session.load(Stage::Exploit)?.valid();
        let told = if session.is_done(Stage::Sft) {
            session.load(Stage::Sft)?.valid()
        } else {
            policy.clone()
        };
        Ok(Teachers { policy, told })
    }
}

/// One step of either phase.
fn learn(
    session: &Session,
    distil: &DistilSection,
    teachers: &Teachers,
    learner: &mut Learner,
    step: usize,
) -> anyhow::Result<Step> {
    let warm_up = step < distil.warm_up_steps;
    let (chooser, direction, rate) = if warm_up {
        let rate = distil.warm_up_schedule.at(step, distil.warm_up_steps);
        (&teachers.policy, Direction::Forward, rate)
    } else {
        let rate = distil
            .schedule
            .at(step - distil.warm_up_steps, distil.steps);
        (&learner.model, Direction::Reverse, rate)
    };
    let mut chosen = sample(session, distil, chooser, step, |told| told.is_none())?;
    let mut told = sample(session, distil, &teachers.told, step, |told| told.is_some())?;
    // A response that a teacher did not finish teaches nothing.
    chosen.retain(|(_, rollout)| !(warm_up && rollout.truncated));
    told.retain(|(language, rollout)| {
        !rollout.truncated && thinks_in(&rollout.text, *language, &session.detector)
    });
    let [chosen, told] =
        [chosen, told].map(|all| all.into_iter().map(|(_, rollout)| rollout).collect());
    let lessons = [(Some(direction), chosen), (None, told)];
    Ok(update(session, &teachers.policy, learner, &lessons, rate))
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

/// Whether a response thinks in `language`.
fn thinks_in(response: &str, language: Option<Language>, detector: &dyn Identify) -> bool {
    let trace = Parsed::of(response).trace;
    trace.is_some_and(|trace| TraceText::Prose.language(trace, detector) == language)
}

/// Responses, and the divergence from the teacher that is lowered at their tokens; without one, the negative log-likelihood is.
type Lesson = (Option<Direction>, Vec<Rollout>);

/// One update on the mean over the tokens of all lessons.
fn update(
    session: &Session,
    teacher: &Decoder,
    learner: &mut Learner,
    lessons: &[Lesson],
    rate: f64,
) -> Step {
    let rollouts = || lessons.iter().flat_map(|(_, rollouts)| rollouts);
    let tokens: usize = rollouts().map(Rollout::response_len).sum();
    let read: usize = rollouts().map(|r| r.tokens.len()).sum();
    let pad = session.tokenizer.pad();
    let parts: Vec<(Option<Direction>, &[Rollout])> = lessons
        .iter()
        .flat_map(|(direction, rollouts)| {
            let parts = split(rollouts, session.config.shards).into_iter();
            parts.map(move |part| (*direction, part))
        })
        .collect();
    let loss = async |student: &Decoder, &(direction, part): &(Option<Direction>, &[Rollout])| {
        let sequences: Vec<Sequence<'_>> = part.iter().map(Rollout::sequence).collect();
        let each = match direction {
            Some(direction) => response_kl(student, teacher, &sequences, pad, direction),
            None => response_log_probs(student, &sequences, pad).neg(),
        };
        let sum = each.sum();
        let diverges = match direction {
            Some(_) => f64::from(sum.clone().inner().into_scalar::<f32>()),
            None => 0.0,
        };
        (sum / tokens.max(1) as f32, diverges)
    };
    let threads = Threads(session.threads);
    let update = pollster::block_on(learner.update(&parts, &threads, rate, loss));
    let compared = lessons.iter().filter(|(direction, _)| direction.is_some());
    let compared: usize = compared
        .flat_map(|(_, rollouts)| rollouts)
        .map(Rollout::response_len)
        .sum();
    let divergence = update.shards.iter().sum::<f64>() / compared.max(1) as f64;
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
