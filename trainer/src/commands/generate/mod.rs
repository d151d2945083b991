//! `explang generate`: a prompt in, a streamed transcript out; or, with `--raw`, a text and its continuation.

mod answer;
mod prompt;
mod stream;

use std::io::{Write, stderr, stdout};
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use explang::Language;
use explang::action::{Action, distribution};
use explang::generate::Sampling;
use explang::model::Decoder;
use explang::prompt::PromptTokens;
use explang::run::Stage;
use explang::tokenizer::Tokenizer;
use explang::transcript::page_header;
use explang_trainer::locate::{Location, locate};
use explang_trainer::report::chart;
use explang_trainer::report::modes::label;
use explang_trainer::threads::spread_products;

use self::answer::Answer;
use self::prompt::PromptArguments;
use self::stream::stream;
use super::arguments::LanguageChoice;
use super::device::{DeviceArguments, WeightArguments};

/// Longest response of a checkpoint that comes from no run, unless told.
const MOST_NEW_TOKENS: usize = 256;

/// Arguments of `explang generate`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    prompt: PromptArguments,
    /// Folder or GGUF file of a checkpoint, or folder of a run: then the first finished stage of exploit, explore, sft, pretrain, or else the only one.
    #[arg(long, visible_alias = "model", value_name = "PATH")]
    checkpoint: PathBuf,
    /// The stage of the run.
    #[arg(long, value_parser = Stage::evaluated)]
    stage: Option<Stage>,
    /// `auto`, where the model chooses the language that it thinks in, or the code of the one that is forced.
    #[arg(long, default_value = "auto")]
    language: LanguageChoice,
    /// Divides the logits; 0 takes the most probable token.
    #[arg(long, default_value_t = 1.0)]
    temperature: f32,
    /// Draws from the smallest set of tokens with this much probability.
    #[arg(long, default_value_t = 1.0)]
    top_p: f32,
    /// Longest response, in tokens, a forced tag included; that of the run the checkpoint is from, else 256, if not given.
    #[arg(long)]
    max_new_tokens: Option<usize>,
    /// Seed of the sampling, and of the problem where one is drawn.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    weights: WeightArguments,
    #[command(flatten)]
    device: DeviceArguments,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        if !(self.temperature >= 0.0 && self.temperature.is_finite()) {
            bail!("--temperature must be 0 or more, not {}", self.temperature);
        }
        if !(self.top_p > 0.0 && self.top_p <= 1.0) {
            bail!("--top-p must be above 0 and at most 1, not {}", self.top_p);
        }
        if self.max_new_tokens == Some(0) {
            bail!("--max-new-tokens must be at least 1");
        }
        let located = locate(&self.checkpoint, self.stage)?;
        let sampling = self.sampling(&located)?;
        if self.prompt.raw {
            return self.continuation(&located, &sampling);
        }
        let (question, problem) = self.prompt.question(self.seed)?;
        let format = self.prompt.format(&located)?;
        let (model, tokenizer) = self.load(&located)?;
        let tokens = format.tokens(&tokenizer, &question, "")?.tokens;
        let mut out = stdout().lock();
        writeln!(out, "{question}\n")?;
        writeln!(out, "{}\n", choice(&model, &tokenizer, &tokens)?)?;
        let prefix = match self.language {
            // Before SFT there are no tags; a page's header forces the language.
            LanguageChoice::Forced(language) if located.stage == Some(Stage::Pretrain) => {
                page_header(language)
            }
            LanguageChoice::Forced(language) => Action::Forced(language).prefix(),
            LanguageChoice::Auto => Action::Free.prefix(),
        };
        let prompt = format.tokens(&tokenizer, &question, &prefix)?;
        let prompt = (prompt, prefix, self.seed);
        let streamed = stream(&model, &tokenizer, prompt, &sampling, &mut out)?;
        if !streamed.text.ends_with('\n') {
            writeln!(out)?;
        }
        let truth = problem.map(|p| p.answer());
        writeln!(out, "\n{}", Answer { streamed, truth }.line())?;
        Ok(())
    }

    /// The text alone goes on, and its continuation alone is written to standard output.
    fn continuation(&self, located: &Location, sampling: &Sampling) -> anyhow::Result<()> {
        if self.language != LanguageChoice::Auto {
            bail!("--raw writes no tag, so --language cannot force one; leave one of them out");
        }
        let text = self.prompt.text()?;
        let (model, tokenizer) = self.load(located)?;
        let prompt = PromptTokens {
            tokens: tokenizer.encode_prompt(&text)?,
            forced_len: 0,
        };
        let prompt = (prompt, String::new(), self.seed);
        let streamed = stream(&model, &tokenizer, prompt, sampling, &mut stdout().lock())?;
        writeln!(stderr(), "\n{}", streamed.rate())?;
        Ok(())
    }

    /// The model, for one sequence on all threads.
    fn load(&self, located: &Location) -> anyhow::Result<(Decoder, Tokenizer)> {
        let device = self.device.open()?;
        let (model, tokenizer) = device.load(&located.checkpoint, self.weights)?;
        spread_products(device.threads)?;
        Ok((model.for_one_sequence(), tokenizer))
    }

    fn sampling(&self, located: &Location) -> anyhow::Result<Sampling> {
        let max_new_tokens = match self.max_new_tokens {
            Some(given) => given,
            None => located
                .config()?
                .map_or(MOST_NEW_TOKENS, |config| config.rl.max_new_tokens),
        };
        Ok(Sampling {
            temperature: self.temperature,
            top_p: self.top_p,
            max_new_tokens,
        })
    }
}

/// The exact distribution of the language action, as bars.
fn choice(model: &Decoder, tokenizer: &Tokenizer, prompt: &[u32]) -> anyhow::Result<String> {
    let action = pollster::block_on(distribution(model, tokenizer, prompt, &Language::ALL))?;
    let mut rows = action.probabilities.clone();
    rows.sort_by(|a, b| b.1.total_cmp(&a.1));
    let top = rows.first().map_or(1.0, |(_, p)| f64::from(*p));
    let rows: Vec<(String, f64)> = rows
        .into_iter()
        .map(|(language, p)| (label(language), f64::from(p)))
        .collect();
    Ok(format!(
        "Thinking language, exact probabilities (temperature 1, entropy {:.2} nats; all 17 together {:.1} % once a tag is open):\n{}",
        action.entropy(),
        100.0 * action.mass,
        chart::bars(&rows, top)
    ))
}
