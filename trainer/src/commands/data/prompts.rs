//! `explang data prompts`: requests to a teacher.

use std::path::PathBuf;

use clap::Args;
use explang::Language;
use explang_trainer::data::teacher::{Asking, Endpoint};
use explang_trainer::eval::record::write_records;

use super::super::choice::choice;
use super::{ProblemArguments, writer};

/// Arguments of `explang data prompts`.
///
/// Writes a line of the OpenAI batch format for each problem and language, for `vllm run-batch` or a server that is compatible with OpenAI's.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    problems: ProblemArguments,
    /// Name of the teacher at the server, such as Qwen/Qwen3-32B.
    #[arg(long)]
    model: String,
    /// Languages, with commas between; the thirteen seen ones, if not given.
    #[arg(long, value_delimiter = ',', value_parser = choice::<Language>())]
    languages: Vec<Language>,
    /// Endpoint: `completions` takes the conversation in ChatML (Qwen); `chat` leaves the template to the server, which must not close an
    /// unfinished answer (that of Qwen3 does).
    #[arg(long, default_value = "completions", value_parser = choice::<Endpoint>())]
    endpoint: Endpoint,
    /// Sampling temperature.
    #[arg(long, default_value_t = 0.1)]
    temperature: f64,
    /// Nucleus: share of the probability that is sampled from.
    #[arg(long, default_value_t = 0.9)]
    top_p: f64,
    /// Longest answer, in tokens.
    #[arg(long, default_value_t = 4096)]
    max_tokens: u32,
    /// Answers to each request.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    n: u32,
    /// Write into this file; `-` or nothing is standard output.
    #[arg(long)]
    out: Option<PathBuf>,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let problems = self.problems.read()?;
        let languages = match self.languages.as_slice() {
            [] => Language::SEEN.to_vec(),
            chosen => chosen.to_vec(),
        };
        let asking = Asking {
            endpoint: self.endpoint,
            model: self.model,
            temperature: self.temperature,
            top_p: self.top_p,
            max_tokens: self.max_tokens,
            n: self.n,
        };
        let mut out = writer(self.out.as_deref())?;
        for problem in &problems {
            let requests = languages
                .iter()
                .map(|&language| asking.request(problem, language));
            write_records(&mut out, &requests.collect::<Vec<_>>())?;
        }
        Ok(())
    }
}
