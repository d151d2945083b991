//! `explang-bench smollm2`: SmolLM2-135M-Instruct from its GGUF file and from a folder, beside `transformers`: the same greedy texts, the time to
//! open it, the memory at its highest, and tokens a second; in blocks of `Q8_0` beside llama.cpp; and LoRA steps beside PEFT.

mod blocks;
mod memory;
mod step;
mod stored;
mod streams;
mod texts;

use std::io::{Write, stdout};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{bail, ensure};
use burn::tensor::Device;
use clap::Args;
use explang::generate::{End, Prompt, SampledToken, Sampling, generate};
use explang::model::{Decoder, WeightForm};
use explang::run::config::{PromptForm, PromptSection};
use explang::tokenizer::Tokenizer;
use explang_trainer::threads::spread_products;
use explang_trainer::{checkpoint, prompt};
use serde::Deserialize;
use serde_json::json;

use crate::peer::{Peer, PeerError};
use blocks::BlocksArguments;
use step::StepArguments;
use stored::Stored;
use streams::StreamsArguments;
use texts::{PROMPTS, Text};

/// Longest continuation, in tokens.
const MOST_NEW_TOKENS: usize = 64;

/// Arguments of `explang-bench smollm2`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The GGUF file.
    #[arg(long)]
    gguf: PathBuf,
    /// The folder that `tests/peers/smollm2.py folder` made of it.
    #[arg(long)]
    folder: PathBuf,
    /// The same in bf16.
    #[arg(long)]
    bf16_folder: PathBuf,
    /// Python with the packages of tests/peers/requirements.txt.
    #[arg(long)]
    peer: String,
    /// The peer's program.
    #[arg(long, default_value = "tests/peers/smollm2.py")]
    peer_script: PathBuf,
    /// Rounds in which both decode the same text in turns, for the speed.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Threads of each program.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Most seconds to open the GGUF file.
    #[arg(long, default_value_t = 2.0)]
    most_seconds: f64,
    /// Most memory while the GGUF file is opened and decodes, in times the weights in f32.
    #[arg(long, default_value_t = 1.3)]
    most_memory: f64,
    #[command(flatten)]
    streams: StreamsArguments,
    #[command(flatten)]
    blocks: BlocksArguments,
    #[command(flatten)]
    step: StepArguments,
}

/// How speeds are measured.
struct Setting<'a> {
    gguf: &'a Path,
    /// Of the peers.
    python: &'a str,
    threads: usize,
    rounds: usize,
}

/// What a kind of checkpoint came to.
struct Opened {
    model: Decoder,
    tokenizer: Tokenizer,
    seconds: f64,
}

#[derive(Deserialize)]
struct Ready {
    ready: bool,
}

/// What the peer answers; see `tests/peers/smollm2.py`.
#[derive(Deserialize)]
struct Answer {
    text: String,
    prompt_ids: Vec<u32>,
    ids: Vec<u32>,
    seconds: f64,
}

impl Opened {
    fn open(path: &Path, form: WeightForm) -> anyhow::Result<Self> {
        let started = Instant::now();
        let (model, tokenizer) = checkpoint::load_in(form, path, &Device::flex())?;
        Ok(Opened {
            model,
            tokenizer,
            seconds: started.elapsed().as_secs_f64(),
        })
    }

    /// Bytes of its weights in f32.
    fn bytes(&self) -> f64 {
        4.0 * self.model.config().num_parameters() as f64
    }

    /// [`Opened::continuation`] of each.
    fn continuations(&self, texts: &[Text]) -> anyhow::Result<Vec<Vec<u32>>> {
        let prompts = texts.iter().map(|text| &text.prompt_ids);
        let made = prompts.map(|prompt| self.continuation(prompt).map(|(ids, _)| ids));
        made.collect()
    }

    /// The greedy continuation without the token that ends it, and the seconds that it took.
    fn continuation(&self, prompt: &[u32]) -> anyhow::Result<(Vec<u32>, f64)> {
        let started = Instant::now();
        let made = pollster::block_on(self.greedy(&[prompt]))?;
        let seconds = started.elapsed().as_secs_f64();
        Ok((made.concat(), seconds))
    }

    /// The greedy continuations of prompts in one batch, without the tokens that end them.
    async fn greedy(&self, prompts: &[&[u32]]) -> anyhow::Result<Vec<Vec<u32>>> {
        let prompts: Vec<Prompt> = prompts
            .iter()
            .map(|prompt| Prompt {
                tokens: prompt.to_vec(),
                forced_len: 0,
                streams: vec![0],
            })
            .collect();
        let sampling = Sampling {
            temperature: 0.0,
            top_p: 1.0,
            max_new_tokens: MOST_NEW_TOKENS,
        };
        let go_on = |_: SampledToken<'_>| ControlFlow::Continue(());
        let made = generate(&self.model, &self.tokenizer, &prompts, &sampling, go_on).await?;
        let without_end = made.into_iter().map(|mut made| {
            if made.end == End::EndOfText {
                made.tokens.pop();
            }
            made.tokens
        });
        Ok(without_end.collect())
    }
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        ensure!(self.rounds > 0, "--rounds must be at least 1");
        crate::peer::find(&self.peer_script)?;
        self.blocks.check()?;
        spread_products(self.threads)?;
        let mut out = stdout().lock();
        let mut texts = self.expected()?;

        let plain = PromptSection {
            format: PromptForm::Chat,
            system: Some(String::new()),
            ..PromptSection::default()
        };
        let in_blocks = Stored::sample(&self.blocks.q8_gguf, &texts)?;
        let in_bf16 = Stored::sample(&self.bf16_folder, &texts)?;
        let mut sizes = Vec::new();
        for path in [&self.gguf, &self.folder] {
            memory::forget_peak();
            let opened = Opened::open(path, WeightForm::F32)?;
            let format = prompt::format(path, &plain)?;
            for text in &mut texts {
                text.check(path, &opened.tokenizer, &format)?;
                let (ids, _) = opened.continuation(&text.prompt_ids)?;
                text.add(path, &opened.tokenizer, &ids);
            }
            let weights = opened.bytes();
            let peak = memory::peak().map(|bytes| bytes as f64 / weights);
            writeln!(
                out,
                "{}: opened in {:.2} s; at most {} times its weights of {:.0} MB in f32",
                path.display(),
                opened.seconds,
                times(peak),
                weights / 1e6
            )?;
            sizes.push((opened.seconds, peak));
        }
        let same = texts.iter().filter(|text| text.report(&mut out)).count();
        writeln!(out, "{same} of {} texts are the same in all", texts.len())?;

        let setting = Setting {
            gguf: &self.gguf,
            python: &self.peer,
            threads: self.threads,
            rounds: self.rounds,
        };
        self.blocks
            .compare(&texts, &in_blocks, &setting, &mut out)?;
        let same_in_bf16 = in_bf16.compare(&self.bf16_folder, &texts, &mut out)?;
        // One peer after the other: each keeps its model in memory.
        let streams = [&self.folder, &self.bf16_folder].map(|folder| {
            let mut peer = self.start(folder)?;
            (self.streams).compare(folder, &texts, &setting, &mut peer, &mut out)
        });
        (self.step).compare(&setting, &mut self.start(&self.folder)?, &mut out)?;
        ensure!(
            same_in_bf16,
            "not all texts are the same in bf16 and in f32"
        );
        for result in streams {
            result?;
        }

        ensure!(same == texts.len(), "not all texts are the same");
        let (seconds, peak) = sizes[0];
        ensure!(
            seconds <= self.most_seconds,
            "opening the GGUF file took {seconds:.2} s, more than {}",
            self.most_seconds
        );
        ensure!(
            peak.is_none_or(|peak| peak <= self.most_memory),
            "memory was more than {} times the weights",
            self.most_memory
        );
        Ok(())
    }

    /// Starts the peer, which computes in f32.
    fn start(&self, folder: &Path) -> anyhow::Result<Peer> {
        let mut command = Command::new(&self.peer);
        command
            .arg(&self.peer_script)
            .arg("serve")
            .arg(folder)
            .args(["--threads", &self.threads.to_string()]);
        let (peer, ready): (Peer, Ready) = Peer::start(command)?;
        ensure!(ready.ready, PeerError::Answer("not ready".into()));
        Ok(peer)
    }

    /// The texts of `transformers`.
    fn expected(&self) -> anyhow::Result<Vec<Text>> {
        let mut peer = self.start(&self.folder)?;
        let texts = PROMPTS.iter().map(|&(prompt, chat)| {
            let answer = ask(&mut peer, prompt, chat, 1)?;
            Ok(Text {
                question: prompt,
                chat,
                prompt: answer.text,
                prompt_ids: answer.prompt_ids,
                expected: answer.ids,
                others: Vec::new(),
            })
        });
        texts.collect()
    }
}

/// The longest of the plain texts, which take a peer no template.
fn longest_plain(texts: &[Text]) -> anyhow::Result<&Text> {
    let plain = texts.iter().filter(|text| !text.chat);
    match plain.max_by_key(|text| text.expected.len()) {
        Some(text) => Ok(text),
        None => bail!("there is no plain prompt"),
    }
}

/// How many times something is, in words.
fn times(number: Option<f64>) -> String {
    number.map_or("an unknown number of".to_owned(), |times| {
        format!("{times:.2}")
    })
}

fn ask(peer: &mut Peer, prompt: &str, chat: bool, streams: usize) -> Result<Answer, PeerError> {
    let asked = json!({"prompt": prompt, "chat": chat, "streams": streams, "max_new_tokens": MOST_NEW_TOKENS});
    peer.ask(&asked.to_string())
}
