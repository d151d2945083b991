//! A small model that was taught to open a tag, to think a little and to end.

use burn::module::Module;
use burn::tensor::Device;
use explang::Language;
use explang::generate::Prompt;
use explang::learn::{Learner, supervised};
use explang::model::{Decoder, Memory, ModelConfig, ModelPreset, Precision};
use explang::prompt::PromptFormat;
use explang::random;
use explang::random::SplitMix64;
use explang::run::config::AdamWConfig;
use explang::tasks::{Mixture, Problem, Split};
use explang::tokenizer::Tokenizer;
use explang_trainer::data::Document;
use explang_trainer::data::documents::{Batches, tokenizer_texts};
use explang_trainer::device::DeviceName;
use explang_trainer::threads::Threads;

/// Where the tests' models compute: the device that the tests were built for, else the processor.
pub(crate) fn device() -> Device {
    let mut built = DeviceName::CARDS.into_iter().filter(|name| name.is_built());
    built
        .next()
        .unwrap_or_default()
        .open(Precision::F32)
        .unwrap()
}

/// A policy for questions about sampling.
pub(crate) struct Policy {
    /// The model, without autodiff.
    pub(crate) model: Decoder,
    /// Its tokenizer.
    pub(crate) tokenizer: Tokenizer,
    /// The problems that it was taught.
    pub(crate) tasks: Mixture,
}

/// Short problems of two families.
pub(crate) fn tasks() -> Mixture {
    let kinds = ["sums/breath/1", "weekdays/breath/1"];
    Mixture::even(kinds.map(|kind| kind.parse().unwrap())).unwrap()
}

/// The embedded tokenizer, trained on those problems.
pub(crate) fn tokenizer() -> Tokenizer {
    Tokenizer::train(tokenizer_texts(&tasks(), 5, 340), 600).unwrap()
}

/// Tags as unequal as a choice worth measuring: half of them English, a sixth Chinese.
pub(crate) fn shares() -> Vec<(Language, f64)> {
    let share = |language| match language {
        Language::En => 0.5,
        Language::Zh => 1.0 / 6.0,
        _ => 1.0 / 33.0,
    };
    Language::SEEN
        .map(|language| (language, share(language)))
        .to_vec()
}

impl Policy {
    /// A `pico` model after `steps` updates on tagged transcripts.
    pub(crate) fn taught(tokenizer: Tokenizer, steps: usize) -> Self {
        let device = device();
        let (tasks, shares) = (tasks(), shares());
        let shape = ModelConfig::of(ModelPreset::Pico, tokenizer.vocab_size());
        let model = Decoder::random(&shape, 3, &device.clone().autodiff());
        let mut learner = Learner::new(model, AdamWConfig::default(), 1.0);
        let batches = Batches {
            source: &tasks,
            tokenizer: &tokenizer,
            format: &PromptFormat::Line,
            stream: 9,
            asked_in_all: 0.0,
        };
        for step in 0..steps {
            let documents = batches.transcripts(step, 16, &shares).unwrap();
            let sequences: Vec<_> = documents.iter().map(Document::sequence).collect();
            let metrics = pollster::block_on(supervised::update(
                &mut learner,
                &Threads(2),
                &sequences,
                4e-3,
                2,
                tokenizer.pad(),
                Memory::default(),
            ));
            assert!(
                metrics.loss.is_finite() && metrics.skipped == 0,
                "{metrics:?}"
            );
        }
        Policy {
            model: learner.model.fork(&device),
            tokenizer,
            tasks,
        }
    }

    /// The `index`-th of the test problems.
    pub(crate) fn problem(&self, index: u64) -> Problem {
        self.tasks.problem(
            &mut SplitMix64::new(random::derive(77, &[index])),
            Split::HeldOut,
        )
    }

    /// The tokens of that problem's question, asked in `language`.
    pub(crate) fn prompt(&self, index: u64, language: Language) -> Vec<u32> {
        let question = self.problem(index).example(language).question;
        let prompt = PromptFormat::Line.tokens(&self.tokenizer, &question, "");
        prompt.unwrap().tokens
    }

    /// Sixteen prompts of different lengths, each with a stream of its own.
    pub(crate) fn prompts(&self) -> Vec<Prompt> {
        (0..16)
            .map(|i| Prompt {
                tokens: self.prompt(i, Language::ALL[i as usize]),
                forced_len: 0,
                streams: vec![random::derive(21, &[i])],
            })
            .collect()
    }
}
