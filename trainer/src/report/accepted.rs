//! How many of a teacher's responses were kept, by language.

use crate::data::accept::{Accepted, Counts};

use super::modes::label;
use super::table::{NONE, Style, align_numbers, drawn, kept_whole, new_table, percent};

/// A row for each language and one for all, and what became of the rows of the file.
pub fn table(accepted: &Accepted) -> String {
    let mut table = new_table(
        Style::Terminal,
        &[
            "language",
            "responses",
            "kept",
            "rate, %",
            "wrong language",
            "wrong answer",
            "wrong both",
            "unfinished",
        ],
    );
    let mut all = Counts::default();
    for (&language, counts) in &accepted.by_language {
        table.add_row(cells(label(language), counts));
        all.add(counts);
    }
    table.add_row(cells("all".to_owned(), &all));
    align_numbers(&mut table, 1..8);
    kept_whole(&mut table, 0..1);
    let Accepted {
        rows,
        malformed,
        failed,
        ..
    } = accepted;
    format!(
        "{}\n{rows} rows: {} with responses, {malformed} malformed, {failed} of failed requests.",
        drawn(table).unwrap_or_default(),
        rows - malformed - failed
    )
}

fn cells(name: String, counts: &Counts) -> [String; 8] {
    let Counts {
        responses,
        kept,
        unfinished,
        wrong_language,
        wrong_answer,
        wrong_both,
    } = counts;
    [
        name,
        responses.to_string(),
        kept.to_string(),
        counts.rate().map_or_else(|| NONE.into(), percent),
        wrong_language.to_string(),
        wrong_answer.to_string(),
        wrong_both.to_string(),
        unfinished.to_string(),
    ]
}
