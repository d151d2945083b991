//! `explang generate`: a prompt in, a streamed transcript out.

use std::io::{Read, Write, stdin, stdout};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, bail};
use clap::Args;
use explang::Language;
use explang::action::{Action, distribution};
use explang::generate::{End, Prompt, SampledToken, Sampling, generate};
use explang::identify::LinguaDetector;
use explang::model::Decoder;
use explang::prompt::{PromptFormat, PromptTokens};
use explang::reward::TraceText;
use explang::run::Stage;
use explang::tasks::{Problem, Split, say};
use explang::text_stream::TextStream;
use explang::tokenizer::Tokenizer;
use explang::transcript::{Parsed, page_header};
use explang::verify::{equal, extract_boxed};
use explang_trainer::checkpoint;
use explang_trainer::data::sample::draw;
use explang_trainer::locate::locate;
use explang_trainer::report::chart;
use explang_trainer::report::modes::label;

use super::arguments::{KindArguments, LanguageChoice};
use super::device::DeviceArguments;

/// Longest response of a checkpoint that comes from no run, unless told.
const MOST_NEW_TOKENS: usize = 256;

/// Arguments of `explang generate`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The problem, such as "What is 47 + 38? Think in steps."; standard input, if not given.
    prompt: Option<String>,
    /// Folder of a checkpoint, or of a run: then the first finished stage of exploit, explore, sft, pretrain.
    #[arg(long)]
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
    /// Draw a held-out problem of this kind in place of a prompt, and say whether the answer is right.
    #[command(flatten)]
    kind: KindArguments,
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
        let (question, problem) = self.question()?;
        let device = self.device.open()?.inner();
        let (model, tokenizer) = checkpoint::load(&located.checkpoint, &device)?;
        let tokens = PromptFormat::Line.tokens(&tokenizer, &question, "")?.tokens;
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
        let sampling = Sampling {
            temperature: self.temperature,
            top_p: self.top_p,
            max_new_tokens: match self.max_new_tokens {
                Some(given) => given,
                None => located
                    .config()?
                    .map_or(MOST_NEW_TOKENS, |config| config.rl.max_new_tokens),
            },
        };
        let prompt = PromptFormat::Line.tokens(&tokenizer, &question, &prefix)?;
        let prompt = (prompt, prefix, self.seed);
        let mut answer = Answer::stream(&model, &tokenizer, prompt, &sampling, &mut out)?;
        if !answer.text.ends_with('\n') {
            writeln!(out)?;
        }
        answer.truth = problem.map(|p| p.answer());
        writeln!(out, "\n{}", answer.line())?;
        Ok(())
    }

    /// The question, and the problem behind it where one is drawn.
    fn question(&self) -> anyhow::Result<(String, Option<Problem>)> {
        if !self.kind.is_empty() {
            if self.prompt.is_some() {
                bail!(
                    "give either a prompt, or --family, --style and --level for a problem to be drawn"
                );
            }
            let problem = draw(&self.kind.mixture()?, Split::HeldOut, self.seed, 0);
            return Ok((say::problem(&problem, Language::En), Some(problem)));
        }
        let text = match &self.prompt {
            Some(prompt) => prompt.clone(),
            None => {
                let mut text = String::new();
                stdin()
                    .read_to_string(&mut text)
                    .context("the prompt cannot be read from standard input")?;
                text
            }
        };
        let text = text.trim_end();
        if text.is_empty() {
            bail!("the prompt is empty; write it after `generate`, or on standard input");
        }
        Ok((text.to_owned(), None))
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

/// A response and what is known of it.
struct Answer {
    text: String,
    truth: Option<String>,
    tokens: usize,
    seconds: f64,
    end: End,
}

impl Answer {
    /// Samples the response, and writes its text as it comes.
    fn stream(
        model: &Decoder,
        tokenizer: &Tokenizer,
        (prompt, prefix, seed): (PromptTokens, String, u64),
        sampling: &Sampling,
        out: &mut impl Write,
    ) -> anyhow::Result<Self> {
        let prompts = [Prompt {
            tokens: prompt.tokens,
            forced_len: prompt.forced_len,
            streams: vec![seed],
        }];
        let mut text = prefix;
        let mut written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        let mut stream = TextStream::new(tokenizer);
        let started = Instant::now();
        let observe = |drawn: SampledToken<'_>| {
            if !tokenizer.is_end(drawn.token) {
                let piece = stream.push(drawn.token);
                written = out.write_all(piece.as_bytes()).and_then(|()| out.flush());
                text.push_str(&piece);
            }
            match written {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        };
        let completions =
            pollster::block_on(generate(model, tokenizer, &prompts, sampling, observe))?;
        let seconds = started.elapsed().as_secs_f64();
        written?;
        let rest = stream.finish();
        out.write_all(rest.as_bytes())?;
        text.push_str(&rest);
        let completion = completions.first();
        Ok(Answer {
            text,
            truth: None,
            tokens: completion.map_or(0, |c| c.tokens.len()),
            seconds,
            end: completion.map_or(End::Length, |c| c.end),
        })
    }

    /// Tag, detected language, compliance, boxed answer, tokens and their rate.
    fn line(&self) -> String {
        let parsed = Parsed::of(&self.text);
        let tag = parsed.language().filter(|_| parsed.anchored);
        // Before SFT there is no trace to set apart: the language of the whole text is told.
        let trace = parsed.thinking.unwrap_or(&self.text);
        let detected = TraceText::Prose.language(trace, &LinguaDetector::new(&Language::ALL));
        let name = |language: Option<Language>| language.map_or("none", Language::code);
        let complies = match (tag, detected) {
            (Some(tag), Some(detected)) if tag == detected => "complies",
            (None, _) => "no language chosen",
            _ => "does not comply",
        };
        let boxed = match parsed.answer {
            Some(answer) => answer,
            None if parsed.tag.is_none() => &self.text,
            None => "",
        };
        let boxed = extract_boxed(boxed);
        let mut parts = vec![
            format!("tag {}", name(tag)),
            format!("detected {}", name(detected)),
            complies.to_owned(),
            format!("answer {}", boxed.unwrap_or("none")),
        ];
        if let Some(truth) = &self.truth {
            let right = boxed.is_some_and(|answer| equal(answer, truth));
            parts.push(if right {
                "right".to_owned()
            } else {
                format!("wrong, it is {truth}")
            });
        }
        if self.end == End::Length {
            parts.push("cut short".to_owned());
        }
        let rate = self.tokens as f64 / self.seconds.max(1e-9);
        parts.push(format!("{} tokens, {rate:.0} tokens/s", self.tokens));
        parts.join(" · ")
    }
}
