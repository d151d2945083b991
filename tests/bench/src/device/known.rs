//! Answers that are known: the processor's, which are tested against `transformers` and PyTorch.

use std::path::Path;

use anyhow::Context;
use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Gradients, Tensor};
use explang::Language;
use explang::likelihood::{Sequence, response_log_probs};
use explang::model::{Cache, Decoder, Memory, Packing};
use explang::tasks::{Mixture, Source, Spec};
use explang::tokenizer::Tokenizer;
use explang_trainer::checkpoint;
use explang_trainer::device::DeviceName;

use super::Row;

/// Largest difference of losses, as a share of the loss.
const LOSS: f64 = 1e-4;
/// Largest norm of the gradients' difference, as a share of the gradient's norm.
const GRADIENT: f64 = 1e-3;
/// Largest difference of logits, as a share of the largest logit.
const LOGITS: f64 = 1e-4;

/// What one device computes.
#[derive(Debug, Clone, PartialEq)]
struct Answers {
    /// Mean negative log-probability of a token.
    loss: f64,
    /// Its gradient, all parameters in order.
    gradient: Vec<f32>,
    /// Logits of one text, `[tokens, vocabulary]`, in one pass.
    whole: Vec<f32>,
    /// The same, token by token with a cache.
    cached: Vec<f32>,
}

/// The rows of a checkpoint's known answers.
pub(super) fn rows(folder: &Path, device: DeviceName) -> anyhow::Result<Vec<Row>> {
    let texts = |tokenizer: &Tokenizer| -> anyhow::Result<Vec<Vec<u32>>> {
        let tasks = Mixture::even(Spec::all())?;
        // A problem in each of eight languages, asked and thought through.
        let languages = Language::SEEN.into_iter().take(8);
        languages
            .zip(0..)
            .map(|(language, stream)| {
                let solved = tasks.solved(stream.into(), language, language);
                let solved = solved.context("the embedded tasks come with traces")?;
                let text = format!("{}\n{}", solved.example.question, solved.trace);
                Ok(tokenizer.encode(&text)?)
            })
            .collect()
    };
    let answers = |device: Device| -> anyhow::Result<Answers> {
        // Parameters learn where they were made for it.
        let (learner, tokenizer) = checkpoint::load(folder, &device.autodiff())?;
        Ok(answers(&learner, &texts(&tokenizer)?, tokenizer.pad()))
    };
    let known = answers(Device::flex())?;
    let gpu = device.open()?;
    let first = answers(gpu.clone())?;
    let second = answers(gpu)?;
    Ok(compared(&known, &first, &second))
}

/// Loss and gradient of the texts, and the logits of the first one.
fn answers(learner: &Decoder, texts: &[Vec<u32>], pad: u32) -> Answers {
    let model = learner.valid();
    let sequences: Vec<Sequence<'_>> = texts
        .iter()
        .map(|tokens| Sequence {
            tokens,
            prompt_len: 1,
        })
        .collect();
    let loss = response_log_probs(learner, &sequences, pad, Memory::default())
        .mean()
        .neg();
    let value = f64::from(loss.clone().inner().into_scalar::<f32>());
    let gradient = flat(learner, &loss.backward());
    let tokens = &texts[0];
    let logits = |hidden| host(model.logits(hidden));
    let whole = logits(model.hidden(tokens, &Packing::new([tokens.len()])));
    let mut cache = Cache::new(model.config(), &model.device(), 1, tokens.len());
    let mut cached = Vec::with_capacity(whole.len());
    for &token in tokens {
        cached.extend(logits(model.extend(
            &[token],
            &Packing::new([1]),
            &mut cache,
        )));
    }
    Answers {
        loss: value,
        gradient,
        whole,
        cached,
    }
}

fn host<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// The gradients of all parameters, one after the other.
fn flat(model: &Decoder, gradients: &Gradients) -> Vec<f32> {
    struct Visit<'a>(&'a Gradients, Vec<f32>);
    impl ModuleVisitor for Visit<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if let Some(gradient) = param.val().grad(self.0) {
                self.1.extend(host(gradient));
            }
        }
    }
    let mut visit = Visit(gradients, Vec::new());
    model.visit(&mut visit);
    visit.1
}

/// Every number beside the processor's, and the device's beside itself.
fn compared(known: &Answers, first: &Answers, second: &Answers) -> Vec<Row> {
    let loss = |a: &Answers, b: &Answers| ((a.loss - b.loss) / a.loss).abs();
    let gradient = |a: &Answers, b: &Answers| apart(&a.gradient, &b.gradient);
    let row = |name, cpu: String, device: String, found: f64, limit: f64| Row {
        name,
        cpu,
        device,
        within: format!("{found:.1e} of {limit:.0e}"),
        // Neither NaN nor a list of another length is good.
        good: found <= limit,
    };
    let again = [
        (loss(first, second), LOSS),
        (gradient(first, second), GRADIENT),
        (farthest(&first.whole, &second.whole), LOGITS),
        (farthest(&first.cached, &second.cached), LOGITS),
    ];
    let same = first == second;
    let worst = again.iter().map(|(found, _)| *found).fold(0.0, f64::max);
    let shown = |answers: &Answers| format!("{:.6}", answers.loss);
    let norm = |answers: &Answers| format!("{:.6}", norm(&answers.gradient));
    vec![
        row("loss", shown(known), shown(first), loss(known, first), LOSS),
        row(
            "gradient, its norm",
            norm(known),
            norm(first),
            gradient(known, first),
            GRADIENT,
        ),
        row(
            "logits of a text in one pass",
            String::new(),
            String::new(),
            farthest(&known.whole, &first.whole),
            LOGITS,
        ),
        row(
            "logits token by token, beside the device's one pass",
            String::new(),
            String::new(),
            farthest(&first.whole, &first.cached),
            LOGITS,
        ),
        Row {
            name: "all of it a second time",
            cpu: String::new(),
            device: if same { "the same bits" } else { "other bits" }.to_owned(),
            within: format!("{worst:.1e}, as above"),
            good: again.iter().all(|(found, limit)| found <= limit),
        },
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

#[cfg(test)]
mod tests {
    use super::*;
    use explang::model::{ModelConfig, ModelPreset};

    fn some() -> Answers {
        let model = Decoder::random(
            &ModelConfig::of(ModelPreset::Pico, 64),
            1,
            &Device::flex().autodiff(),
        );
        answers(&model, &[vec![1, 2, 3, 4], vec![5, 6, 7]], 0)
    }

    #[test]
    fn the_processor_agrees_with_itself_and_its_cache_with_one_pass() {
        let known = some();
        assert!(norm(&known.gradient) > 0.0);
        let rows = compared(&known, &some(), &some());
        assert!(rows.iter().all(|row| row.good), "{rows:?}");
        assert_eq!(rows[4].device, "the same bits");
    }

    #[test]
    fn what_is_wrong_is_found() {
        let known = some();
        let failed = |change: &dyn Fn(&mut Answers)| -> Vec<usize> {
            let mut wrong = known.clone();
            change(&mut wrong);
            let rows = compared(&known, &wrong, &known);
            (0..rows.len()).filter(|&i| !rows[i].good).collect()
        };
        assert_eq!(failed(&|wrong| wrong.loss *= 1.001), [0, 4]);
        assert_eq!(failed(&|wrong| wrong.gradient[0] = f32::NAN), [1, 4]);
        assert_eq!(
            failed(&|wrong| {
                wrong.gradient.pop();
            }),
            [1, 4]
        );
        assert_eq!(failed(&|wrong| wrong.whole[3] = f32::INFINITY), [2, 3, 4]);
        assert_eq!(failed(&|wrong| wrong.cached[3] += 1.0), [3, 4]);
    }
}
