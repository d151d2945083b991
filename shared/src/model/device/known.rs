//! Known answers: what a device must compute as the processor does before it is used.
//!
//! Some drivers and some kernels give wrong numbers without a word, in ways that a loss alone does not show: a cache that goes wrong after a
//! few tokens (burn#5257), a kernel that tuning picks on the second run (burn#5352). So a model's loss, all of its gradient and its logits
//! are compared with the processor's, decoding with a cache with one pass over the whole text, and everything is computed twice. The device
//! computes in the format that it will be used in, the processor in f32.
//!
//! Left out: sizes of real models, at which a device may choose other kernels. `bash tests/device` asks with a checkpoint.

use std::convert::Infallible;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Gradients, Tensor, TensorData};
use explang_run::config::ModelPreset;

use super::{Unread, is_cpu, read};
use crate::likelihood::{Sequence, response_log_probs};
use crate::model::{
    Cache, CausalLm, Decoder, Memory, ModelConfig, Packing, Precision, Weights, ops,
};
use crate::random::{derive, uniform};

/// How far a device's numbers may lie from what they should be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Largest difference of losses, as a share of the loss.
    loss: f64,
    /// Largest norm of the gradients' difference, as a share of the gradient's norm.
    gradient: f64,
    /// Largest difference of logits, as a share of the largest logit.
    logits: f64,
}

impl Limits {
    /// Of a device that computes in this format: in f32 many roundings, since devices add up in any order; in the others a few of the roundings
    /// of factors, which are the larger part.
    pub const fn of(precision: Precision) -> Self {
        match precision {
            Precision::F32 => Limits {
                loss: 1e-4,
                gradient: 1e-3,
                logits: 1e-4,
            },
            short => Limits {
                loss: 4.0 * short.rounding(),
                gradient: 16.0 * short.rounding(),
                logits: 8.0 * short.rounding(),
            },
        }
    }
}

/// What one device computes of a model and some texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Answers {
    /// Mean negative log-probability of a token, in nats.
    pub loss: f64,
    /// The loss's gradient, all parameters in order.
    pub gradient: Vec<f32>,
    /// Logits `[steps, texts, vocabulary]` of the last tokens of each text, from one pass over all of them.
    pub whole: Vec<f32>,
    /// The same from a cache: the beginnings of all texts at once, then token by token.
    pub cached: Vec<f32>,
}

impl Answers {
    /// The answers of a model whose device has autodiff, for texts of at least two tokens each.
    ///
    /// # Errors
    /// When the device does not give its numbers back.
    pub async fn of(learner: &Decoder, texts: &[Vec<u32>], pad: u32) -> Result<Self, Unread> {
        let sequence = |tokens| Sequence {
            tokens,
            prompt_len: 1,
        };
        let sequences: Vec<Sequence<'_>> = texts.iter().map(|text| sequence(text)).collect();
        let loss = response_log_probs(learner, &sequences, pad, Memory::default())
            .mean()
            .neg();
        let value = read(loss.clone().inner()).await?;
        let scale = learner.precision().loss_scale();
        let gradient = flat(learner, &(loss * scale).backward()).await?;
        let model = learner.for_sampling();
        Ok(Answers {
            loss: value.first().copied().map_or(f64::NAN, f64::from),
            gradient: gradient.into_iter().map(|of_it| of_it / scale).collect(),
            whole: whole(&model, texts, pad).await?,
            cached: cached(&model, texts, pad).await?,
        })
    }
}

/// Tokens of each text that are read one by one: half of the shortest.
fn steps(texts: &[Vec<u32>]) -> usize {
    texts.iter().map(Vec::len).min().unwrap_or(0) / 2
}

fn packing(model: &Decoder, lengths: impl IntoIterator<Item = usize>) -> Packing {
    if is_cpu(&model.device()) {
        Packing::new(lengths)
    } else {
        Packing::padded(lengths)
    }
}

/// [`Answers::whole`].
async fn whole(model: &Decoder, texts: &[Vec<u32>], pad: u32) -> Result<Vec<f32>, Unread> {
    let packing = packing(model, texts.iter().map(Vec::len));
    let tokens = packing.flatten(texts.iter().map(Vec::as_slice), pad);
    let hidden = model.hidden(&tokens, &packing);
    let steps = steps(texts);
    // Step by step, as the cache gives them.
    let last = |step: usize| {
        let packing = &packing;
        let at = move |(i, text): (usize, &Vec<u32>)| {
            let at = text.len() - 1 - steps + step;
            packing.within(i, at, at + 1)
        };
        texts.iter().enumerate().flat_map(at)
    };
    let rows: Vec<usize> = (0..=steps).flat_map(last).collect();
    read(model.logits(ops::rows(hidden, &rows))).await
}

/// [`Answers::cached`].
async fn cached(model: &Decoder, texts: &[Vec<u32>], pad: u32) -> Result<Vec<f32>, Unread> {
    let steps = steps(texts);
    let begun = |text: &Vec<u32>| text.len() - steps;
    let longest = texts.iter().map(Vec::len).max().unwrap_or(0);
    // A device keeps the filling of the beginnings in its cache.
    let capacity = longest + steps;
    let mut cache = Cache::new(model, texts.len(), capacity);
    let mut all = Vec::new();
    let mut logits = Vec::new();
    for step in 0..=steps {
        let (packing, tokens) = if step == 0 {
            let packing = packing(model, texts.iter().map(begun));
            let beginnings = texts.iter().map(|text| &text[..begun(text)]);
            let tokens = packing.flatten(beginnings, pad);
            (packing, tokens)
        } else {
            let next = texts.iter().map(|text| text[begun(text) + step - 1]);
            (Packing::new(vec![1; texts.len()]), next.collect())
        };
        let next = model.next_logits(&tokens, &packing, &mut cache, &mut logits);
        next.await?;
        all.extend_from_slice(&logits);
    }
    Ok(all)
}

/// The gradients of all parameters, one after the other.
async fn flat(model: &Decoder, gradients: &Gradients) -> Result<Vec<f32>, Unread> {
    struct Visit<'a>(&'a Gradients, Vec<Tensor<1>>);
    impl ModuleVisitor for Visit<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if let Some(gradient) = param.val().grad(self.0) {
                self.1.push(gradient.flatten(0, D - 1));
            }
        }
    }
    let mut visit = Visit(gradients, Vec::new());
    model.visit(&mut visit);
    read(Tensor::cat(visit.1, 0)).await
}

/// How far a device's numbers lie from those that they should be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// What was computed.
    pub what: &'static str,
    /// What it was compared with.
    pub with: &'static str,
    /// The difference as a share of what it should be; NaN where a number is not finite or there are too few.
    pub found: f64,
    /// The largest that is good.
    pub limit: f64,
}

impl Difference {
    /// True where the numbers are what they should be, but for rounding.
    pub fn is_good(&self) -> bool {
        self.found <= self.limit
    }
}

/// A device's answers, given twice, beside the processor's: the loss, the gradient and the logits in one pass beside the
/// processor's, the logits token by token beside the device's own pass, and the four a second time.
pub fn differences(
    known: &Answers,
    first: &Answers,
    second: &Answers,
    limits: Limits,
) -> [Difference; 8] {
    let loss = |a: &Answers, b: &Answers| ((a.loss - b.loss) / a.loss).abs();
    let gradient = |a: &Answers, b: &Answers| apart(&a.gradient, &b.gradient);
    let difference = |what, with, found, limit| Difference {
        what,
        with,
        found,
        limit,
    };
    let (cpu, own, again) = (
        "the processor's",
        "the device's own in one pass",
        "the device's first answer",
    );
    let whole = "the logits in one pass";
    let cached = "the logits token by token";
    let twice = |what, found, limit| difference(what, again, found, limit);
    [
        difference("the loss", cpu, loss(known, first), limits.loss),
        difference("the gradient", cpu, gradient(known, first), limits.gradient),
        difference(
            whole,
            cpu,
            farthest(&known.whole, &first.whole),
            limits.logits,
        ),
        difference(
            cached,
            own,
            farthest(&first.whole, &first.cached),
            limits.logits,
        ),
        twice("a second loss", loss(first, second), limits.loss),
        twice(
            "a second gradient",
            gradient(first, second),
            limits.gradient,
        ),
        twice(
            "a second pass's logits",
            farthest(&first.whole, &second.whole),
            limits.logits,
        ),
        twice(
            "a second time's logits token by token",
            farthest(&first.cached, &second.cached),
            limits.logits,
        ),
    ]
}

fn norm(values: &[f32]) -> f64 {
    let squares = values.iter().map(|&value| f64::from(value).powi(2));
    squares.sum::<f64>().sqrt()
}

/// Norm of the difference as a share of `known`'s; NaN where their lengths differ.
fn apart(known: &[f32], found: &[f32]) -> f64 {
    if known.len() != found.len() {
        return f64::NAN;
    }
    let difference: Vec<f32> = known.iter().zip(found).map(|(a, b)| a - b).collect();
    norm(&difference) / norm(known)
}

/// Largest difference as a share of `known`'s largest value; NaN where their lengths differ or a value is not finite.
fn farthest(known: &[f32], found: &[f32]) -> f64 {
    let finite = known.iter().chain(found).all(|value| value.is_finite());
    if known.len() != found.len() || !finite {
        return f64::NAN;
    }
    let largest =
        |values: &mut dyn Iterator<Item = f32>| values.fold(0.0, |a: f32, b| a.max(b.abs()));
    let difference = largest(&mut known.iter().zip(found).map(|(a, b)| a - b));
    f64::from(difference) / f64::from(largest(&mut known.iter().copied()))
}

/// Why a device cannot be trusted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum WrongNumbers {
    /// It does not compute what it should.
    #[error(
        "it gives wrong numbers: {} should be {} but is {}",
        .0.what, .0.with, off(.0)
    )]
    Wrong(Difference),
    /// Its numbers cannot be read.
    #[error(transparent)]
    Unread(#[from] Unread),
}

/// How far a number is from what it should be, in words.
fn off(difference: &Difference) -> String {
    let Difference { found, limit, .. } = difference;
    if found.is_nan() {
        return "not finite, or of another length".to_owned();
    }
    format!("off by {found:.1e} of it, where {limit:.0e} is rounding")
}

/// Tries a device with known answers in `precision`, twice: loss, gradient and logits of a small random decoder.
///
/// # Errors
/// When a number differs by more than rounding; the error names what differed most, measured by what is allowed.
pub async fn try_known_answers(device: &Device, precision: Precision) -> Result<(), WrongNumbers> {
    let device = device.clone().inner();
    let answers = async |device: &Device, precision| {
        let learner = decoder(&device.clone().autodiff()).computing_in(precision);
        Answers::of(&learner, &texts(), 0).await
    };
    let known = answers(&Device::flex(), Precision::F32).await?;
    let first = answers(&device, precision).await?;
    let second = answers(&device, precision).await?;
    judged(&differences(&known, &first, &second, Limits::of(precision)))
}

/// Refuses the difference that lies farthest beyond its limit.
fn judged(differences: &[Difference]) -> Result<(), WrongNumbers> {
    let share = |difference: &Difference| match difference.found / difference.limit {
        // Worse than any number.
        share if share.is_nan() => f64::INFINITY,
        share => share,
    };
    let bad = differences
        .iter()
        .filter(|difference| !difference.is_good());
    match bad.max_by(|a, b| share(a).total_cmp(&share(b))) {
        Some(worst) => Err(WrongNumbers::Wrong(*worst)),
        None => Ok(()),
    }
}

/// Size of the vocabulary. The bytes of a row of logits are then not a multiple of 16, where some kernels have gone wrong.
const VOCAB: usize = 126;

/// Texts of different lengths, so that a batch has filling.
fn texts() -> Vec<Vec<u32>> {
    let text = |(i, len): (usize, usize)| {
        let token = |at: usize| ((at * 37 + i * 53 + 5) % VOCAB) as u32;
        (0..len).map(token).collect()
    };
    [21, 14, 17].into_iter().enumerate().map(text).collect()
}

/// A small decoder whose logits and gradients are far from zero, unlike those of a model at the start of its training.
fn decoder(device: &Device) -> Decoder {
    let config = ModelConfig::of(ModelPreset::Pico, VOCAB);
    match Decoder::from_weights(&config, &mut Loud { tensors: 0 }, device) {
        Ok(decoder) => decoder,
        Err(never) => match never {},
    }
}

/// Weights that keep the size of what they multiply, and gains about one.
struct Loud {
    /// How many tensors have been drawn.
    tensors: u64,
}

impl Weights for Loud {
    type Error = Infallible;

    fn get(&mut self, _: &str, shape: &[usize]) -> Result<TensorData, Infallible> {
        let (middle, spread) = match shape {
            [_, input] => (0.0, (3.0 / *input as f32).sqrt()),
            _ => (1.0, 0.5),
        };
        let stream = derive(7, &[self.tensors]);
        self.tensors += 1;
        let value = |i| middle + spread * (2.0 * uniform(stream, i) - 1.0);
        let values: Vec<f32> = (0..).take(shape.iter().product()).map(value).collect();
        Ok(TensorData::new(values, shape.to_vec()))
    }
}

#[cfg(test)]
mod tests;
