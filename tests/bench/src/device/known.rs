//! Answers that are known: the processor's, which are tested against `transformers` and PyTorch. What is asked of a small random model
//! before a device is used is asked of a checkpoint here.

use std::path::Path;

use anyhow::Context;
use burn::tensor::Device;
use explang::Language;
use explang::model::Precision;
use explang::model::device::{Answers, Difference, Limits, differences};
use explang::tasks::{Mixture, Source, Spec};
use explang::tokenizer::Tokenizer;
use explang_trainer::checkpoint;
use explang_trainer::device::DeviceName;

use super::Row;

/// The rows of a checkpoint's known answers.
pub(super) fn rows(
    folder: &Path,
    device: DeviceName,
    precision: Precision,
) -> anyhow::Result<Vec<Row>> {
    let answers = |device: Device, precision| -> anyhow::Result<Answers> {
        // Parameters learn where they were made for it.
        let (learner, tokenizer) = checkpoint::load(folder, &device.autodiff())?;
        let texts = texts(&tokenizer)?;
        let learner = learner.computing_in(precision);
        let answers = Answers::of(&learner, &texts, tokenizer.pad());
        Ok(pollster::block_on(answers)?)
    };
    let known = answers(Device::flex(), Precision::F32)?;
    let device = device.open(precision)?;
    let first = answers(device.clone(), precision)?;
    let second = answers(device, precision)?;
    Ok(compared(&known, &first, &second, Limits::of(precision)))
}

/// A problem in each of eight languages, asked and thought through.
fn texts(tokenizer: &Tokenizer) -> anyhow::Result<Vec<Vec<u32>>> {
    let tasks = Mixture::even(Spec::all())?;
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
}

/// Every number beside the processor's, and the device's beside itself.
fn compared(known: &Answers, first: &Answers, second: &Answers, limits: Limits) -> Vec<Row> {
    let row = |(i, difference): (usize, Difference)| {
        let (cpu, device) = match i {
            0 => (loss(known), loss(first)),
            1 => (norm(&known.gradient), norm(&first.gradient)),
            _ => (String::new(), String::new()),
        };
        Row {
            name: difference.what,
            cpu,
            device,
            within: format!(
                "{:.1e} of {:.0e}, beside {}",
                difference.found, difference.limit, difference.with
            ),
            good: difference.is_good(),
        }
    };
    let rows = differences(known, first, second, limits)
        .into_iter()
        .enumerate();
    let same = if first == second {
        "the same bits"
    } else {
        "other bits"
    };
    let twice = Row {
        name: "all of it a second time",
        cpu: String::new(),
        device: same.to_owned(),
        within: String::new(),
        good: true,
    };
    rows.map(row).chain([twice]).collect()
}

fn loss(answers: &Answers) -> String {
    format!("{:.6}", answers.loss)
}

/// The norm of a gradient.
fn norm(values: &[f32]) -> String {
    let squares = values.iter().map(|&value| f64::from(value).powi(2));
    format!("norm {:.6}", squares.sum::<f64>().sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use explang::model::{Decoder, ModelConfig, ModelPreset};

    fn some() -> Answers {
        let config = ModelConfig::of(ModelPreset::Pico, 64);
        let model = Decoder::random(&config, 1, &Device::flex().autodiff());
        pollster::block_on(Answers::of(&model, &[vec![1, 2, 3, 4], vec![5, 6, 7]], 0)).unwrap()
    }

    #[test]
    fn the_processor_agrees_with_itself_and_its_cache_with_one_pass() {
        let known = some();
        let rows = compared(&known, &some(), &some(), Limits::of(Precision::F32));
        assert!(rows.iter().all(|row| row.good), "{rows:?}");
        assert_eq!(rows.last().unwrap().device, "the same bits");
    }

    #[test]
    fn what_is_wrong_is_found() {
        let known = some();
        let mut wrong = known.clone();
        wrong.loss *= 1.001;
        let rows = compared(&known, &wrong, &known, Limits::of(Precision::F32));
        let failed: Vec<&str> = (rows.iter().filter(|row| !row.good))
            .map(|row| row.name)
            .collect();
        assert_eq!(failed, ["the loss", "a second loss"]);
        assert_eq!(rows.last().unwrap().device, "other bits");
    }
}
