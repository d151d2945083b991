//! Distillation: a smaller student learns from the RL policy.
//!
//! First a warm-up on the teacher's own samples, so that the student's samples are worth judging: at every token the forward KL divergence
//! `KL(teacher ‖ student)` is lowered (supervised distillation as in Agarwal et al.; all that the teacher thought possible is learned, not
//! only what it happened to say). On-policy distillation follows (Agarwal et al. 2024, arXiv 2306.13649): the student samples responses, and
//! training lowers the reverse KL divergence `KL(student ‖ teacher)` at each of their tokens. The sampling is not differentiated.
//!
//! Where the model chooses its language, the RL policy is the teacher. Where the prompt forces one, that is a poor one: RL pays only for the
//! model's own choice, and costs it obedience in other languages. There the SFT checkpoint teaches. In unseen languages it strays too, and a
//! divergence would teach the student to stray as often; so in these, in both phases, the likelihood of those of its responses that obey is
//! raised instead. A teacher's response that was cut off, or that strays, is dropped.

use burn::module::Module;
use explang::Language;
use explang::action::Action;
use explang::generate::Sampling;
use explang::identify::Identify;
use explang::learn::Learner;
use explang::likelihood::{Direction, Sequence, response_kl, response_log_probs};
use explang::model::{Decoder, ModelConfig, memory};
use explang::random;
use explang::reward::TraceText;
use explang::rollout::{Query, Rollout, Sampler};
use explang::run::config::DistilSection;
use explang::run::{DistilMetrics, Metrics, Stage};
use explang::tasks::{Place, Split, question_language};
use explang::transcript::Parsed;

use super::driver::Session;
use super::start::Start;
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
            let model = Decoder::random(&shape, session.stream_named("student"), &session.device);
            let model = model.computing_in(session.precision);
            Ok(Start { model, base: None })
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
            session.load_beside(&session.checkpoint_path(Stage::Sft), &policy)?
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
    let taught = |(language, rollout): &Told| {
        !rollout.truncated
            && language.is_none_or(|language| thinks_in(&rollout.text, language, &session.detector))
    };
    let sample =
        |model, wanted: fn(Option<Language>) -> bool| sample(session, distil, model, step, wanted);
    let (direction, rate, responses) = if warm_up {
        let mut responses = sample(&teachers.policy, |told| told.is_none())?;
        responses.extend(sample(&teachers.told, |told| told.is_some())?);
        responses.retain(taught);
        let rate = distil.warm_up_schedule.at(step, distil.warm_up_steps);
        (Direction::Forward, rate, responses)
    } else {
        let mut responses = sample(&teachers.told, is_unseen)?;
        responses.retain(taught);
        // The student's own responses are all kept: its teachers correct them.
        responses.extend(sample(&learner.model, |told| !is_unseen(told))?);
        let step = step - distil.warm_up_steps;
        let rate = distil.schedule.at(step, distil.steps);
        (Direction::Reverse, rate, responses)
    };
    let (unseen, others): (Vec<_>, Vec<_>) =
        (responses.into_iter()).partition(|(told, _)| is_unseen(*told));
    let (chosen, seen) = others.into_iter().partition(|(told, _)| told.is_none());
    let lessons = [
        Lesson::of(chosen, Some((&teachers.policy, direction))),
        Lesson::of(seen, Some((&teachers.told, direction))),
        Lesson::of(unseen, None),
    ];
    Ok(update(session, learner, &lessons, rate))
}

/// Whether a language is forced that SFT did not teach to obey in.
fn is_unseen(told: Option<Language>) -> bool {
    told.is_some_and(|language| !language.seen())
}

/// The language that prompt `i` of all prompts of the stage is forced to be thought about in; none where the model chooses.
///
/// The forced prompts are spread evenly, and the languages come in turn, unseen ones twice: a part of their responses strays and is dropped.
fn forced(share: f64, i: usize) -> Option<Language> {
    let forced = |prompts: usize| (prompts as f64 * share) as usize;
    let before = forced(i);
    if forced(i + 1) == before {
        return None;
    }
    let mut turn = Language::ALL.into_iter().chain(Language::UNSEEN);
    turn.nth(before % TURN)
}

/// Forced prompts until the languages come anew.
const TURN: usize = Language::ALL.len() + Language::UNSEEN.len();

/// Share of the probability that responses are drawn from. In a language that the policy hardly ever chooses RL has cost it obedience,
/// and such a trace is not to be learned; how rare the language is still is, since a divergence is over all tokens.
const TOP_P: f32 = 0.9;

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
            let place = Place {
                stream: random::derive(stream, &[i as u64]),
                order: session.stream(Stage::Distil),
                index: (step * distil.prompts + i) as u64,
            };
            let asked_in = question_language(place.stream, session.config.asked_in_all);
            let query = Query {
                example: session.source.draw(place, Split::Train, asked_in),
                prefix: forced.map_or(Action::Free, Action::Forced).prefix(),
                samples: 1,
            };
            (forced, query)
        })
        .unzip();
    let sampler = Sampler {
        model,
        tokenizer: &session.tokenizer,
        format: &session.format,
        sampling: Sampling {
            temperature: 1.0,
            top_p: TOP_P,
            max_new_tokens: session.config.rl.max_new_tokens,
        },
        shards: session.config.shards,
        parallel: &Threads(session.threads),
        cache_tokens: session.config.memory.cache_tokens,
        cancel: None,
    };
    let draws = random::derive(stream, &[u64::MAX]);
    let rollouts = pollster::block_on(sampler.sample(&queries, draws))?;
    let said = rollouts.into_iter().filter(|r| r.response_len() > 0);
    Ok(said.map(|rollout| (told[rollout.query], rollout)).collect())
}

/// Whether a response thinks in `language`.
fn thinks_in(response: &str, language: Language, detector: &dyn Identify) -> bool {
    let trace = Parsed::of(response).trace;
    trace.is_some_and(|trace| TraceText::Prose.language(trace, detector) == Some(language))
}

/// A teacher, and the divergence from it that is lowered.
type Divergence<'a> = (&'a Decoder, Direction);

/// Responses that the student learns from.
struct Lesson<'a> {
    /// What is lowered at their tokens; if nothing is said, their negative log-likelihood.
    divergence: Option<Divergence<'a>>,
    responses: Vec<Rollout>,
}

impl<'a> Lesson<'a> {
    fn of(told: Vec<Told>, divergence: Option<Divergence<'a>>) -> Self {
        let responses = told.into_iter().map(|(_, rollout)| rollout).collect();
        Lesson {
            divergence,
            responses,
        }
    }
}

/// One update on the mean over the tokens of all lessons.
fn update(session: &Session, learner: &mut Learner, lessons: &[Lesson<'_>], rate: f64) -> Step {
    let rollouts = || lessons.iter().flat_map(|lesson| &lesson.responses);
    let responses = rollouts().count().max(1);
    let tokens: usize = rollouts().map(Rollout::response_len).sum();
    let read: usize = rollouts().map(|r| r.tokens.len()).sum();
    let pad = session.tokenizer.pad();
    let (memory, device) = (session.config.memory, learner.model.device());
    type Part<'a> = (Option<Divergence<'a>>, Vec<&'a Rollout>);
    let shards: Vec<Vec<Part<'_>>> = lessons
        .iter()
        .flat_map(|lesson| {
            // Shards of about equal length over all lessons: a small one costs nearly as much as a large one.
            let shards = (session.config.shards * lesson.responses.len()).div_ceil(responses);
            let responses: Vec<&Rollout> = lesson.responses.iter().collect();
            let shards = memory::shards(memory, &responses, shards, &device, |r| r.tokens.len());
            let taught = |part| (lesson.divergence, part);
            (shards
                .into_iter()
                .map(move |shard| shard.into_iter().map(taught).collect()))
            .collect::<Vec<_>>()
        })
        .collect();
    let loss = async |student: &Decoder, (divergence, part): &Part<'_>| {
        let sequences: Vec<Sequence<'_>> = part.iter().map(|r| r.sequence()).collect();
        let each = match *divergence {
            Some((teacher, direction)) => {
                response_kl(student, teacher, &sequences, pad, memory, direction)
            }
            None => response_log_probs(student, &sequences, pad, memory).neg(),
        };
        let sum = each.sum();
        let diverges = match divergence {
            Some(_) => f64::from(sum.clone().inner().into_scalar::<f32>()),
            None => 0.0,
        };
        (sum / tokens.max(1) as f32, diverges)
    };
    let threads = Threads(session.threads);
    let update = pollster::block_on(learner.update(&shards, &threads, rate, loss));
    let compared = lessons.iter().filter(|lesson| lesson.divergence.is_some());
    let compared: usize = compared
        .flat_map(|lesson| &lesson.responses)
        .map(Rollout::response_len)
        .sum();
    let divergence = update.parts.iter().sum::<f64>() / compared.max(1) as f64;
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
            let prompts = 64 * TURN;
            let languages: Vec<Language> = (0..prompts).filter_map(|i| forced(share, i)).collect();
            let expected = (prompts as f64 * share) as usize;
            assert_eq!(languages.len(), expected, "{share}");
            for turn in languages.chunks_exact(TURN) {
                for language in Language::ALL {
                    let times = turn.iter().filter(|told| **told == language).count();
                    assert_eq!(times, if language.seen() { 1 } else { 2 }, "{language:?}");
                }
            }
            let of_step = |step: usize| {
                let prompts = step * 64..(step + 1) * 64;
                prompts.filter(|&i| forced(share, i).is_some()).count() as f64
            };
            assert!((0..17).all(|step| (of_step(step) - 64.0 * share).abs() <= 1.0));
        }
    }
}
