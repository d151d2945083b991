//! Supervised fine-tuning is light: tagged transcripts in the thirteen seen languages. It teaches the form, not the arithmetic.
//!
//! The tags' shares are a setting. Every language is shown the same kinds of problems.

use explang::run::Stage;

use super::driver::Session;
use super::step::Step;
use crate::data::Document;

/// Runs the stage from the model before it, with a fresh optimizer; nothing where the configuration has no such section.
///
/// # Errors
/// When the disk refuses or the tokenizer fails.
pub fn run(session: &mut Session) -> anyhow::Result<()> {
    let config = session.config.clone();
    let Some(sft) = &config.sft else {
        return Ok(());
    };
    let shares = sft.tag_shares();
    session.drive(
        Stage::Sft,
        sft.steps,
        |session| session.start(Stage::Sft),
        |session, learner, step| {
            let transcripts = session
                .batches(Stage::Sft)
                .transcripts(step, sft.batch, &shares)?;
            let rate = sft.schedule.at(step, sft.steps);
            let sequences: Vec<_> = transcripts.iter().map(Document::sequence).collect();
            let metrics = session.supervised(learner, &sequences, rate);
            Ok(Step::supervised(metrics))
        },
    )
}
