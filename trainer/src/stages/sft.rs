//! Supervised fine-tuning is light: tagged transcripts in the thirteen seen languages. It teaches the form, not the arithmetic.
//!
//! The tags' shares are a setting. Every language is shown the same kinds of problems. A run of a model from elsewhere learns from a teacher's
//! tagged rows instead, as `explang data filter` writes them.

use std::path::Path;

use explang::model::Decoder;
use explang::run::Stage;
use explang::run::config::SftSection;

use super::driver::Session;
use super::step::Step;
use crate::data::Document;
use crate::data::tagged::TaggedRows;
use crate::progress::tell;

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
    let mut rows: Option<TaggedRows> = None;
    session.drive(
        Stage::Sft,
        sft.steps,
        |session| session.start(Stage::Sft),
        |session, learner, step| {
            let batches = session.batches(Stage::Sft);
            let documents = match (&sft.rows, &rows) {
                (None, _) => batches.transcripts(step, sft.batch, &shares)?,
                (Some(_), Some(rows)) => batches.tagged(step, sft.batch, rows)?,
                (Some(path), None) => {
                    let read = read(session, sft, Path::new(path), &learner.model)?;
                    batches.tagged(step, sft.batch, rows.insert(read))?
                }
            };
            let rate = sft.schedule.at(step, sft.steps);
            let sequences: Vec<_> = documents.iter().map(Document::sequence).collect();
            let metrics = session.supervised(learner, &sequences, rate);
            Ok(Step::supervised(metrics))
        },
    )
}

/// The tagged rows of a file that fit the model; what becomes of the others is told.
fn read(
    session: &Session,
    sft: &SftSection,
    path: &Path,
    model: &Decoder,
) -> anyhow::Result<TaggedRows> {
    let positions = model.config().max_positions;
    let rows = TaggedRows::read(path, &sft.shares, |row| {
        Document::tagged(&session.tokenizer, &session.format, row)
            .is_ok_and(|document| document.tokens.len() <= positions)
    })?;
    for line in rows.tally.told(path) {
        tell(&line);
    }
    Ok(rows)
}
