//! Distillation: a smaller student learns from the RL policy.
//!
//! First a warm-up on the teacher's own samples, so that the student's samples are worth judging: at every token the forward KL divergence
//! `KL(teacher ‖ student)` is lowered (supervised distillation as in Agarwal et al.; all that the teacher thought possible is learned, not
//! only what it happened to say). Then on-policy distillation (Agarwal et al. 2024, arXiv 2306.13649): the student samples, and at every
//! token of its own response the reverse KL divergence `KL(student ‖ teacher)` is lowered. The gradient does not go through the
//! sampling.

use burn::module::Module;
use burn::tensor::{Tensor, activation};
use explang::Language;
use explang::action::Action;
use explang::generate::Sampling;
use explang::learn::Learner;
use explang::likelihood::{Sequence, response_hidden};
use explang::model::{Decoder, ModelConfig};
use explang::parallel::split;
use explang::prompt::PromptFormat;
use explang::random;
use explang::rollout::{Query, Rollout, Sampler};
use explang::run::config::DistilSection;
use explang::run::{DistilMetrics, Metrics, Stage};
use explang::tasks::{Source, Split, question_language};

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

/// Samples one response to each of the step's problems.
fn sample(
    session: &Session,
    distil: &DistilSection,
    model: &Decoder,
    step: usize,
) -> anyhow::Result<Vec<Rollout>> {
    let stream = random::derive(session.stream(Stage::Distil), &[step as u64]);
    let queries: Vec<Query> = (0..distil.prompts)
        .map(|i| {
            let forced = forced(distil.forced, step * distil.prompts + i);
            let problem = random::derive(stream, &[i as u64]);
            let asked_in = question_language(problem, session.config.asked_in_all);
            Query {
                example: session.config.tasks.draw(problem, Split::Train, asked_in),
                prefix: forced.map_or(Action::Free, Action::Forced).prefix(),
                samples: 1,
            }
        })
        .collect();
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
    let mut rollouts = pollster::block_on(sampler.sample(&queries, draws))?;
    rollouts.retain(|r| r.response_len() > 0);
    Ok(rollouts)
}

fn warm_up(
    session: &Session,
    distil: &DistilSection,
    teacher: &Decoder,
    learner: &mut Learner,
    step: usize,
) -> anyhow::Result<Step> {
    let mut rollouts = sample(session, distil, teacher, step)?;
    // A response that the teacher did not finish teaches nothing.
    rollouts.retain(|rollout| !rollout.truncated);
    let rate = distil.warm_up_schedule.at(step, distil.warm_up_steps);
    Ok(update(
        session, teacher, learner, &rollouts, rate, forward_kl,
    ))
}

fn on_policy(
    session: &Session,
    distil: &DistilSection,
    teacher: &Decoder,
    learner: &mut Learner,
    step: usize,
) -> anyhow::Result<Step> {
    let rollouts = sample(session, distil, &learner.model, step)?;
    let rate = distil
        .schedule
        .at(step - distil.warm_up_steps, distil.steps);
    Ok(update(
        session, teacher, learner, &rollouts, rate, reverse_kl,
    ))
}

/// One update that lowers the mean over the rollouts' tokens of a divergence between student and teacher.
fn update(
    session: &Session,
    teacher: &Decoder,
    learner: &mut Learner,
    rollouts: &[Rollout],
    rate: f64,
    divergence: fn(Tensor<2>, Tensor<2>) -> Tensor<1>,
) -> Step {
    let tokens: usize = rollouts.iter().map(Rollout::response_len).sum();
    let pad = session.tokenizer.pad();
    let parts = split(rollouts, session.config.shards);
    let loss = async |student: &Decoder, part: &&[Rollout]| {
        let sequences: Vec<Sequence<'_>> = part.iter().map(Rollout::sequence).collect();
        let student = student.logits(response_hidden(student, &sequences, pad));
        let teacher = teacher.logits(response_hidden(teacher, &sequences, pad));
        (divergence(student, teacher) / tokens.max(1) as f32, ())
    };
    let threads = Threads(session.threads);
    let update = pollster::block_on(learner.update(&parts, &threads, rate, loss));
    let divergence = update.loss;
    let read: usize = rollouts.iter().map(|r| r.tokens.len()).sum();
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

/// Sum over tokens of `KL(teacher ‖ student)`, from logits `[tokens, vocab]`; the teacher's are constants.
fn forward_kl(student: Tensor<2>, teacher: Tensor<2>) -> Tensor<1> {
    let (student, teacher) = log_probs(student, teacher);
    kl(teacher, student)
}

/// Sum over tokens of `KL(student ‖ teacher)`, from logits `[tokens, vocab]`; the teacher's are constants.
fn reverse_kl(student: Tensor<2>, teacher: Tensor<2>) -> Tensor<1> {
    let (student, teacher) = log_probs(student, teacher);
    kl(student, teacher)
}

fn log_probs(student: Tensor<2>, teacher: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    let teacher = Tensor::from_inner(activation::log_softmax(teacher, 1));
    (activation::log_softmax(student, 1), teacher)
}

/// Sum over the rows of `KL(p ‖ q)`, from log-probabilities.
fn kl(p: Tensor<2>, q: Tensor<2>) -> Tensor<1> {
    (p.clone().exp() * (p - q)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

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

    #[test]
    fn the_divergences_are_their_formulas_and_pull_towards_the_teacher() {
        let device = Device::flex();
        let student =
            Tensor::<2>::from_floats([[1.0, 0.0]], &device.clone().autodiff()).require_grad();
        let teacher = Tensor::<2>::from_floats([[0.0, 0.0]], &device);
        let loss = reverse_kl(student.clone(), teacher.clone());
        let p = 1.0 / (1.0 + (-1.0f64).exp());
        let expected = p * (2.0 * p).ln() + (1.0 - p) * (2.0 * (1.0 - p)).ln();
        assert!((f64::from(loss.clone().into_scalar::<f32>()) - expected).abs() < 1e-6);
        let grad = student.grad(&loss.backward()).unwrap().into_data();
        let grad: Vec<f32> = grad.iter::<f32>().collect();
        assert!(grad[0] > 0.0 && grad[1] < 0.0, "{grad:?}");
        let forward = forward_kl(student.clone(), teacher.clone());
        let expected = 0.5 * (0.5 / p).ln() + 0.5 * (0.5 / (1.0 - p)).ln();
        assert!((f64::from(forward.clone().into_scalar::<f32>()) - expected).abs() < 1e-6);
        let grad = student.grad(&forward.backward()).unwrap().into_data();
        let grad: Vec<f32> = grad.iter::<f32>().collect();
        // The gradient of a cross-entropy: the student's probabilities minus the teacher's.
        assert!((f64::from(grad[0]) - (p - 0.5)).abs() < 1e-6, "{grad:?}");
        for divergence in [forward_kl, reverse_kl] {
            let same = divergence(Tensor::from_inner(teacher.clone()), teacher.clone());
            assert!(same.into_scalar::<f32>().abs() < 1e-7);
        }
    }
}
