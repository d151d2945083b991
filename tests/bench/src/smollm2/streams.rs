//! The speed of one text and of sixteen at once beside `transformers`, which computes in f32 as this does: with weights stored in f32, and with
//! weights stored in bf16, which stay so here.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use anyhow::ensure;
use clap::Args;
use explang::model::WeightForm;

use super::texts::Text;
use super::{Opened, Setting, ask, longest_plain};
use crate::peer::Peer;
use crate::statistics::{Rates, median};

/// Rows of a text that are decoded at once.
const STREAMS: usize = 16;

/// Arguments of this part.
#[derive(Debug, Args)]
pub(super) struct StreamsArguments {
    /// Least tokens a second of one text.
    #[arg(long, default_value_t = 16.0)]
    least_rate: f64,
    /// Least speed of one text, in times the peer's.
    #[arg(long, default_value_t = 1.0)]
    least_ratio: f64,
    /// Least speed of sixteen texts at once, in times the peer's.
    #[arg(long, default_value_t = 2.0)]
    least_ratio_at_once: f64,
}

impl StreamsArguments {
    /// Decodes the longest plain text here, from the checkpoint at `path`, and in a peer that has the same numbers, in turns, alone and in sixteen
    /// rows that share nothing; writes what it found.
    pub(super) fn compare(
        &self,
        path: &Path,
        texts: &[Text],
        setting: &Setting<'_>,
        peer: &mut Peer,
        out: &mut impl Write,
    ) -> anyhow::Result<()> {
        let opened = Opened::open(path, WeightForm::Stored)?;
        let text = longest_plain(texts)?;
        let mut rates = [Rates::default(), Rates::default()];
        for _ in 0..setting.rounds {
            let (alone, seconds) = opened.continuation(&text.prompt_ids)?;
            let theirs = ask(peer, text.question, text.chat, 1)?;
            ensure!(
                alone == theirs.ids,
                "{:?} goes on otherwise than in transformers",
                text.prompt
            );
            rates[0].add(
                alone.len() as f64 / seconds,
                theirs.ids.len() as f64 / theirs.seconds,
            );
            let (rows, seconds) = opened.at_once(&text.prompt_ids)?;
            ensure!(
                rows.iter().all(|row| *row == alone),
                "{:?} goes on otherwise beside others",
                text.prompt
            );
            let theirs = ask(peer, text.question, text.chat, STREAMS)?;
            rates[1].add(
                (STREAMS * alone.len()) as f64 / seconds,
                (STREAMS * theirs.ids.len()) as f64 / theirs.seconds,
            );
        }
        writeln!(out, "{}:", path.display())?;
        let mut ratios = [0.0; 2];
        for ((rates, ratio), what) in rates.iter().zip(&mut ratios).zip(["one text", "sixteen"]) {
            *ratio = rates.report(what, "transformers", out)?;
        }
        let rate = median(&rates[0].ours).unwrap_or_default();
        ensure!(
            rate >= self.least_rate,
            "{rate:.1} tokens/s, fewer than {}",
            self.least_rate
        );
        for (ratio, least) in [
            (ratios[0], self.least_ratio),
            (ratios[1], self.least_ratio_at_once),
        ] {
            ensure!(
                ratio >= least,
                "the speed is {ratio:.2} times that of transformers, less than {least}"
            );
        }
        Ok(())
    }
}

impl Opened {
    /// The greedy continuations of a prompt in sixteen rows of one batch, as rollouts of a large model are, and the seconds that they took.
    fn at_once(&self, prompt: &[u32]) -> anyhow::Result<(Vec<Vec<u32>>, f64)> {
        let started = Instant::now();
        let rows = pollster::block_on(self.greedy(&[prompt; STREAMS]))?;
        Ok((rows, started.elapsed().as_secs_f64()))
    }
}
