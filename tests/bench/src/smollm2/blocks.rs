//! The model in blocks of `Q8_0`: its greedy texts beside those of the same numbers in f32, its memory, and its speed beside llama.cpp's.

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use anyhow::ensure;
use clap::Args;
use explang::model::WeightForm;
use serde::Deserialize;
use serde_json::json;

use super::stored::Stored;
use super::texts::Text;
use super::{MOST_NEW_TOKENS, Opened, Ready, Setting, longest_plain};
use crate::peer::{Peer, PeerError};
use crate::statistics::Rates;

/// Arguments of this part.
#[derive(Debug, Args)]
pub(super) struct BlocksArguments {
    /// The GGUF file in Q8_0 that `tests/peers/smollm2.py q8_0` made.
    #[arg(long)]
    pub(super) q8_gguf: PathBuf,
    /// The program of llama.cpp's peer.
    #[arg(long, default_value = "tests/peers/llama_cpp.py")]
    llama_script: PathBuf,
    /// Folder with PyPI's `xllamacpp`.
    #[arg(long)]
    llama_packages: PathBuf,
    /// Most memory while the file in Q8_0 is opened and decodes, in times the weights in f32.
    #[arg(long, default_value_t = 0.5)]
    most_memory_in_blocks: f64,
    /// Least speed in blocks, in times llama.cpp's.
    #[arg(long, default_value_t = 0.7)]
    least_llama_ratio: f64,
}

/// What llama.cpp answers; see `tests/peers/llama_cpp.py`.
#[derive(Deserialize)]
struct Answer {
    tokens: usize,
    seconds: f64,
}

impl BlocksArguments {
    /// Whether the scripts are there.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        crate::peer::find(&self.llama_script)
    }

    /// Holds that against the same numbers in f32, and the speed against llama.cpp's; writes what it found.
    pub(super) fn compare(
        &self,
        texts: &[Text],
        stored: &Stored,
        setting: &Setting<'_>,
        out: &mut impl Write,
    ) -> anyhow::Result<()> {
        let same = stored.compare(&self.q8_gguf, texts, out)?;
        let opened = Opened::open(&self.q8_gguf, WeightForm::Stored)?;
        let rates = self.rates(&opened, longest_plain(texts)?, setting)?;
        let ratio = rates.report("one text in Q8_0", "llama.cpp", out)?;
        ensure!(same, "not all texts are the same in blocks and in f32");
        ensure!(
            stored
                .peak
                .is_none_or(|peak| peak <= self.most_memory_in_blocks),
            "memory in blocks was more than {} times the weights in f32",
            self.most_memory_in_blocks
        );
        ensure!(
            ratio >= self.least_llama_ratio,
            "the speed in Q8_0 is {ratio:.2} times llama.cpp's, less than {}",
            self.least_llama_ratio
        );
        Ok(())
    }

    /// Tokens a second here and in llama.cpp, in turns.
    fn rates(&self, opened: &Opened, text: &Text, setting: &Setting<'_>) -> anyhow::Result<Rates> {
        let mut peer = self.start(setting)?;
        let asked = json!({"ids": text.prompt_ids, "max_new_tokens": MOST_NEW_TOKENS}).to_string();
        let mut rates = Rates::default();
        for _ in 0..setting.rounds {
            let (ids, seconds) = opened.continuation(&text.prompt_ids)?;
            let answer: Answer = peer.ask(&asked)?;
            rates.add(
                ids.len() as f64 / seconds,
                answer.tokens as f64 / answer.seconds,
            );
        }
        Ok(rates)
    }

    fn start(&self, setting: &Setting<'_>) -> anyhow::Result<Peer> {
        let mut command = Command::new(setting.python);
        command
            .env("PYTHONPATH", &self.llama_packages)
            .arg(&self.llama_script)
            .arg(&self.q8_gguf)
            .args(["--threads", &setting.threads.to_string()]);
        let (peer, ready): (Peer, Ready) = Peer::start(command)?;
        ensure!(ready.ready, PeerError::Answer("not ready".into()));
        Ok(peer)
    }
}
