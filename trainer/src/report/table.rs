//! The figures of a run as tables: for a terminal of 100 columns, or as Markdown.

use std::collections::BTreeSet;

use comfy_table::{
    CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle, presets,
};
use explang::Language;
use explang::run::summary::ranked;
use explang::run::{Estimate, Mode, ModeSummary, SelectionSource, Stage, StageSummary, Summary};

use super::selection;

/// How tables are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Lines of box-drawing characters, at most 100 columns wide.
    Terminal,
    /// Markdown, each row on one line.
    Markdown,
}

/// Widest line of [`Style::Terminal`].
const COLUMNS: u16 = 100;

/// Rules above, below and under the header only: many rows stay together and no column is lost to lines.
const HORIZONTAL: TableStyle = TableStyle::new()
    .top_border(LineStyle::none().fill('─').junction('─'))
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .bottom_border(LineStyle::none().fill('─').junction('─'));

/// Stands where there is no figure.
pub(super) const NONE: &str = "–";

/// All tables of a run and what they come to, each under a line that says what it shows.
pub fn report(summary: &Summary, style: Style) -> String {
    let mut text = format!(
        "Run {}, seed {}, version {}. Percent, with 95 % bootstrap intervals over problems.\n",
        summary.name, summary.seed, summary.version
    );
    if !summary.practice.is_empty() {
        text.push_str("Practice in pretraining, a cause that was put in:\n");
        for practice in &summary.practice {
            text.push_str(&format!("  {practice}\n"));
        }
    }
    let tables = [
        ("Stages and modes", stages(summary, style)),
        (
            "Accuracy of each forced language",
            languages(summary, style),
        ),
        (
            "Accuracy of each family, language chosen by the model",
            families(summary, style),
        ),
        (
            "Language for each kind: the most probable one, at temperature 1",
            selection::table(summary, style),
        ),
    ];
    for (title, table) in tables {
        if let Some(table) = table {
            let title = match style {
                Style::Terminal => format!("\n{title}\n"),
                Style::Markdown => format!("\n**{title}**\n\n"),
            };
            text.push_str(&title);
            text.push_str(&table);
            text.push('\n');
        }
    }
    let lines = findings(summary);
    if !lines.is_empty() {
        text.push('\n');
        let bullet = if style == Style::Markdown { "- " } else { "" };
        for line in lines {
            text.push_str(&format!("{bullet}{line}\n"));
        }
    }
    text
}

/// A row for each stage and mode: accuracy and its interval, pass@k, compliance, thinking tokens, truncated
/// responses, and the languages most chosen. `None` when no stage was evaluated.
pub fn stages(summary: &Summary, style: Style) -> Option<String> {
    let mut table = new_table(
        style,
        &[
            "stage", "mode", "accuracy", "pass@k", "complies", "tokens", "cut", "chosen",
        ],
    );
    for (name, stage) in &summary.stages {
        let mut first = true;
        for mode in Mode::ALL {
            let Some(figures) = stage.mode(mode) else {
                continue;
            };
            table.add_row([
                if first || style == Style::Markdown {
                    name.to_string()
                } else {
                    String::new()
                },
                mode.to_string(),
                with_interval(figures.accuracy, figures.intervals.accuracy),
                format!("{} @{}", percent(figures.pass_at_k), figures.k),
                percent(figures.compliance),
                figures
                    .thinking_tokens
                    .map_or_else(|| NONE.into(), |tokens| format!("{tokens:.1}")),
                figures.truncation.map_or_else(|| NONE.into(), percent),
                if first { chosen(stage) } else { String::new() },
            ]);
            first = false;
        }
    }
    align_numbers(&mut table, 2..7);
    drawn(table)
}

/// A row for each language: accuracy when it is forced, after each stage. `None` when no stage has forced languages.
pub fn languages(summary: &Summary, style: Style) -> Option<String> {
    let columns: Vec<_> = summary
        .stages
        .iter()
        .filter(|(_, stage)| stage.multi.is_some() || stage.unseen.is_some())
        .collect();
    let mut header = vec!["language"];
    header.extend(columns.iter().map(|(name, _)| name.name()));
    let mut table = new_table(style, &header);
    for language in Language::ALL {
        let cells: Vec<_> = columns
            .iter()
            .map(|(_, stage)| {
                [&stage.multi, &stage.unseen]
                    .into_iter()
                    .flatten()
                    .find_map(|figures| figures.by_language.get(&language))
            })
            .collect();
        if cells.iter().all(Option::is_none) {
            continue;
        }
        let unseen = if language.seen() { "" } else { " (unseen)" };
        let mut row = vec![format!("{language} {}{unseen}", language.english_name())];
        row.extend(cells.into_iter().map(plus_minus));
        table.add_row(row);
    }
    align_numbers(&mut table, 1..header.len());
    drawn(table)
}

/// A row for each family and style: self-mode accuracy after each stage, what exploit settles on most, and the best
/// forced language after SFT. `None` when no stage has self-mode figures.
pub fn families(summary: &Summary, style: Style) -> Option<String> {
    let columns: Vec<_> = summary
        .stages
        .iter()
        .filter_map(|(name, stage)| Some((name, stage.self_chosen.as_ref()?)))
        .collect();
    let families: BTreeSet<_> = columns
        .iter()
        .flat_map(|(_, figures)| figures.by_kind.keys())
        .collect();
    let mut header = vec!["family"];
    header.extend(columns.iter().map(|(name, _)| name.name()));
    let numbers = 1..header.len();
    if !summary.settled.is_empty() {
        header.extend(["settles on", "best in sft"]);
    }
    let mut table = new_table(style, &header);
    for family in families {
        let mut row = vec![family.clone()];
        row.extend(
            columns
                .iter()
                .map(|(_, figures)| plus_minus(figures.by_kind.get(family))),
        );
        if !summary.settled.is_empty() {
            let settled = summary.settled.get(family);
            row.push(settled.map_or(NONE.into(), |s| top(&s.chosen, 1)));
            row.push(settled.map_or(NONE.into(), |s| top(&ranked(&s.forced_accuracy), 1)));
        }
        table.add_row(row);
    }
    align_numbers(&mut table, numbers);
    // A kind's name is one word: it is not broken.
    kept_whole(&mut table, 0..1);
    drawn(table)
}

/// A value and half the width of its interval.
pub(super) fn spread(estimate: Estimate, scale: f64, decimals: usize) -> String {
    let half = (estimate.high - estimate.low) / 2.0;
    format!(
        "{:.decimals$} ±{:.decimals$}",
        scale * estimate.value,
        scale * half
    )
}

/// One line for each thing that the figures come to: ExpLang against the control, and choice against accuracy.
pub(crate) fn findings(summary: &Summary) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(comparison) = &summary.comparison {
        let differences = [
            ("both choosing", comparison.self_chosen),
            ("both in English", comparison.english),
            ("choosing against English", comparison.self_against_en),
        ];
        for (what, difference) in differences {
            if let Some(difference) = difference {
                lines.push(format!(
                    "Exploit minus control, {what}: {}.",
                    points(&difference)
                ));
            }
        }
    }
    if let Some(baselines) = &summary.baselines {
        let accuracy = |e: Estimate| with_interval(e.value, e.interval());
        let (single, each) = (baselines.best_single, &baselines.best_of_each_kind);
        lines.push(format!(
            "Chosen without learning, after SFT: a language at random {},",
            accuracy(baselines.uniform)
        ));
        lines.push(format!(
            "the best single one ({}) {}, the best of each kind {}.",
            single.language,
            accuracy(single.accuracy),
            accuracy(each.accuracy)
        ));
    }
    let transfer = summary.stages.get(&Stage::Exploit);
    if let Some(transfer) = transfer.and_then(|stage| stage.transfer.as_ref()) {
        let beyond: Vec<String> = [
            ("asked in another language", transfer.other_questions),
            ("at an untrained level", transfer.other_level),
        ]
        .into_iter()
        .filter_map(|(where_, share)| Some(format!("{} {where_}", percent(share?))))
        .collect();
        if !beyond.is_empty() {
            lines.push(format!(
                "Exploit gives each kind's own language {} as trained, {}.",
                percent(transfer.trained),
                beyond.join(", ")
            ));
        }
    }
    for (family, settled) in &summary.settled {
        let correlation = settled.correlation.as_ref().and_then(|c| c.spearman);
        let correlation = correlation.map_or("none".to_owned(), |c| {
            format!("{:+.2} [{:+.2}, {:+.2}]", c.value, c.low, c.high)
        });
        lines.push(format!(
"{family}: exploit chooses {} (first: number {} in accuracy after SFT); Spearman {correlation}",
            top(&settled.chosen, 3),
            settled.place_of_first
        ));
    }
    if let Some(bytes) = summary.peak_memory_bytes {
        lines.push(format!(
            "Peak memory {:.0} MiB; {:.0} s.",
            bytes as f64 / 1024.0 / 1024.0,
            summary.seconds
        ));
    }
    lines
}

pub(super) fn new_table(style: Style, header: &[&str]) -> Table {
    let mut table = Table::new();
    match style {
        Style::Terminal => table
            .load_style(HORIZONTAL)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(COLUMNS),
        Style::Markdown => table.load_style(presets::ASCII_MARKDOWN),
    };
    table.set_header(header);
    table
}

pub(super) fn align_numbers(table: &mut Table, columns: std::ops::Range<usize>) {
    for index in columns {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// Breaks no cell of some columns, however narrow the terminal is.
pub(super) fn kept_whole(table: &mut Table, columns: std::ops::Range<usize>) {
    for index in columns {
        if let Some(column) = table.column_mut(index) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
}

/// The text of a table that has rows, without blanks at the ends of lines.
pub(super) fn drawn(table: Table) -> Option<String> {
    let lines: Vec<_> = table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect();
    (table.row_count() > 0).then(|| lines.join("\n"))
}

pub(super) fn percent(fraction: f64) -> String {
    format!("{:.1}", 100.0 * fraction)
}

pub(super) fn with_interval(value: f64, [low, high]: [f64; 2]) -> String {
    format!("{} [{}, {}]", percent(value), percent(low), percent(high))
}

/// A difference of shares with its interval, in points.
pub(super) fn points(difference: &Estimate) -> String {
    let Estimate {
        value,
        low,
        high,
        n,
    } = difference;
    let [value, low, high] = [value, low, high].map(|share| 100.0 * share);
    format!("{value:+.1} [{low:+.1}, {high:+.1}] points over {n} problems")
}

/// Accuracy and half the width of its interval.
pub(super) fn plus_minus(figures: Option<&ModeSummary>) -> String {
    figures.map_or(NONE.into(), |figures| {
        let [low, high] = figures.intervals.accuracy;
        let half = 50.0 * (high - low);
        // Wide intervals need no decimal, and columns have no room for it.
        let decimals = usize::from(half < 10.0);
        format!("{} ±{half:.decimals$}", percent(figures.accuracy))
    })
}

/// The most chosen languages of a stage, in whole percent.
fn chosen(stage: &StageSummary) -> String {
    let Some(rates) = &stage.selection else {
        return NONE.into();
    };
    let source = match stage.selection_source {
        Some(SelectionSource::Rollouts) => " (train)",
        _ => "",
    };
    format!("{}{source}", top(&ranked(rates), 3))
}

/// The first `count` languages with their values in whole percent.
pub(super) fn top(ranked: &[(Language, f64)], count: usize) -> String {
    let parts: Vec<_> = ranked
        .iter()
        .take(count)
        .map(|(language, value)| format!("{language} {:.0}", 100.0 * value))
        .collect();
    if parts.is_empty() {
        NONE.into()
    } else {
        parts.join(" ")
    }
}

#[cfg(test)]
pub(super) mod tests;
