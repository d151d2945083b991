//! Supervised fine-tuning is light: tagged transcripts in the thirteen seen languages. It teaches the form, not the arithmetic.
//!
//! The tags' shares are a setting. Every language is shown the same kinds of problems.

use explang::learn::supervised;

use super::driver::{Session, Step};
use super::pretrain;
use crate::data::{Batches, Document};
use crate::threads::Threads;

/// The stage's name.
pub(crate) const STAGE: &str = "sft";

/// Runs the stage from the pretrained checkpoint, with a fresh optimizer.
///
/// # Errors
/// When the disk refuses or the tokenizer fails.
pub fn run(session: &mut Session) -> anyhow::Result<()> {
    let config = session.config.clone();
    let sft = &config.sft;
    let shares = sft.tag_shares();
    session.drive(
        STAGE,
        sft.steps,
        |session| session.load(pretrain::STAGE),
        |session, learner, step| {
            let batches = Batches {
                source: &config.tasks,
                tokenizer: &session.tokenizer,
                stream: session.stream(STAGE),
            };
            let transcripts = batches.transcripts(step, sft.batch, &shares)?;
            let rate = sft.schedule.at(step, sft.steps);
            let pad = session.tokenizer.pad();
            let sequences: Vec<_> = transcripts.iter().map(Document::sequence).collect();
            let metrics = pollster::block_on(supervised::update(
                learner,
                &Threads(session.threads),
                &sequences,
                rate,
                config.shards,
                pad,
            ));
            Step::supervised(&metrics)
        },
    )
}
