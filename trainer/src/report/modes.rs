//! The figures of one evaluation, where there is no run around it: of a checkpoint, or of responses that another program sampled.

use std::collections::{BTreeMap, BTreeSet};

use explang::Language;
use explang::run::responses::ResponsesSummary;
use explang::run::summary::ranked;
use explang::run::{Estimate, Mode, ModeSummary, StageSummary, WinTieLose};

use super::table::{
    NONE, Style, align_numbers, drawn, kept_whole, new_table, percent, plus_minus, points, top,
    with_interval,
};

/// All tables of one evaluation, each under a line that says what it shows, and what they come to.
pub fn modes(figures: &StageSummary) -> String {
    let mut text = "Percent, with 95 % bootstrap intervals over problems.\n".to_owned();
    text.push_str(&by_mode(figures).unwrap_or_default());
    let tables = [
        ("Each forced language", forced(figures)),
        ("Each language that the model chose", chosen(figures)),
        ("Accuracy of each kind", by_kind(figures)),
    ];
    for (title, table) in tables {
        if let Some(table) = table {
            text.push_str(&format!("\n\n{title}\n{table}"));
        }
    }
    let lines = findings(figures);
    if !lines.is_empty() {
        text.push_str(&format!("\n\n{}", lines.join("\n")));
    }
    text
}

/// The tables of responses and of their baseline, and how the two compare.
pub fn responses(summary: &ResponsesSummary) -> String {
    let mut text = format!("Responses: {}\n{}", summary.name, modes(&summary.responses));
    if let (Some(name), Some(baseline)) = (&summary.baseline_name, &summary.baseline) {
        text.push_str(&format!("\n\nBaseline: {name}\n{}", modes(baseline)));
    }
    let Some(pairs) = &summary.pairs else {
        return text;
    };
    text.push_str(&format!(
        "\n\nResponses minus baseline, paired by prompt: {} of {} problems, {} of the baseline's {}",
        pairs.both, pairs.responses, pairs.both, pairs.baseline
    ));
    for (mode, paired) in &pairs.modes {
        text.push_str(&format!(
            "\n  mode {mode}: {}; {}",
            points(&paired.difference),
            counted(&paired.win_tie_lose)
        ));
    }
    let across = summary.comparison.as_ref();
    if let Some(difference) = across.and_then(|comparison| comparison.self_against_en) {
        text.push_str(&format!(
            "\n  mode self against the baseline's mode en: {}",
            points(&difference)
        ));
    }
    text
}

/// A figure of a mode as text; none where it is unknown.
type Figure = fn(&ModeSummary) -> Option<String>;

/// The modes that were evaluated, with their figures.
fn evaluated(figures: &StageSummary) -> Vec<(Mode, &ModeSummary)> {
    let modes = Mode::ALL.into_iter();
    modes
        .filter_map(|mode| Some((mode, figures.mode(mode)?)))
        .collect()
}

/// A column for each mode, a row for each figure that some mode has.
fn by_mode(figures: &StageSummary) -> Option<String> {
    let evaluated = evaluated(figures);
    let rows: [(&str, Figure); 10] = [
        ("accuracy", |of| {
            Some(with_interval(of.accuracy, of.intervals.accuracy))
        }),
        ("pass@k", |of| {
            Some(with_interval(of.pass_at_k, of.intervals.pass_at_k))
        }),
        ("k", |of| Some(of.k.to_string())),
        ("AccF", |of| {
            Some(with_interval(of.acc_f?, of.intervals.acc_f?))
        }),
        ("Acc*", |of| {
            Some(with_interval(of.acc_star, of.intervals.acc_star))
        }),
        ("complies", |of| {
            Some(with_interval(of.compliance, of.intervals.compliance))
        }),
        ("tokens", |of| {
            let [low, high] = of.intervals.thinking_tokens?;
            Some(format!("{:.1} [{low:.1}, {high:.1}]", of.thinking_tokens?))
        }),
        ("cut", |of| {
            Some(with_interval(of.truncation?, of.intervals.truncation?))
        }),
        ("problems", |of| Some(of.problems.to_string())),
        ("samples", |of| Some(of.n.to_string())),
    ];
    let mut header = vec!["mode"];
    header.extend(evaluated.iter().map(|(mode, _)| mode.name()));
    let mut table = new_table(Style::Terminal, &header);
    for (name, figure) in rows {
        let cells: Vec<Option<String>> = evaluated.iter().map(|(_, of)| figure(of)).collect();
        if cells.iter().any(Option::is_some) {
            let cells = cells.into_iter();
            let cells = cells.map(|cell| cell.unwrap_or_else(|| NONE.into()));
            table.add_row(std::iter::once(name.to_owned()).chain(cells));
        }
    }
    align_numbers(&mut table, 1..header.len());
    kept_whole(&mut table, 0..header.len());
    // Four intervals that reach 100 % fit 100 columns only where one blank parts them.
    for column in table.column_iter_mut() {
        column.set_padding((1, 0));
    }
    drawn(table)
}

/// A row for each language that was forced, seen ones first.
fn forced(figures: &StageSummary) -> Option<String> {
    let modes = [&figures.multi, &figures.unseen].into_iter().flatten();
    let rows: BTreeMap<Language, &ModeSummary> = modes
        .flat_map(|mode| &mode.by_language)
        .map(|(&language, of)| (language, of))
        .collect();
    languages(rows, |_| None)
}

/// A row for each language that the model chose, with how often it did.
fn chosen(figures: &StageSummary) -> Option<String> {
    let rows = &figures.self_chosen.as_ref()?.by_language;
    let rate = |language: Language| {
        let rate = *figures.selection.as_ref()?.get(&language)?;
        let interval = figures.selection_intervals.get(&language);
        Some(interval.map_or_else(|| percent(rate), |&ends| with_interval(rate, ends)))
    };
    languages(rows.iter().map(|(&language, of)| (language, of)), rate)
}

/// A row for each language: how often it was chosen, where that is known of some, then its figures.
fn languages<'a>(
    rows: impl IntoIterator<Item = (Language, &'a ModeSummary)>,
    rate: impl Fn(Language) -> Option<String>,
) -> Option<String> {
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(language, of)| (language, of, rate(language)))
        .collect();
    let rated = rows.iter().any(|(_, _, rate)| rate.is_some());
    let measured = rows.iter().any(|(_, of, _)| of.thinking_tokens.is_some());
    let mut header = vec!["language"];
    header.extend(rated.then_some("chosen"));
    header.extend(["accuracy", "AccF", "Acc*", "complies"]);
    header.extend(measured.then_some("tokens"));
    header.push("samples");
    let mut table = new_table(Style::Terminal, &header);
    for (language, of, rate) in rows {
        let or_none = |text: Option<String>| text.unwrap_or_else(|| NONE.into());
        let mut row = vec![label(language)];
        row.extend(rated.then(|| or_none(rate)));
        row.push(plus_minus(Some(of)));
        row.push(or_none(of.acc_f.map(percent)));
        row.push(percent(of.acc_star));
        row.push(percent(of.compliance));
        let tokens = of.thinking_tokens.map(|tokens| format!("{tokens:.1}"));
        row.extend(measured.then(|| or_none(tokens)));
        row.push(of.n.to_string());
        table.add_row(row);
    }
    align_numbers(&mut table, 1..header.len());
    kept_whole(&mut table, 0..1);
    drawn(table)
}

/// A row for each kind, where there are several: accuracy in each mode, and the languages chosen most.
fn by_kind(figures: &StageSummary) -> Option<String> {
    let evaluated = evaluated(figures);
    let kinds: BTreeSet<&String> = evaluated
        .iter()
        .flat_map(|(_, of)| of.by_kind.keys())
        .collect();
    if kinds.len() < 2 {
        return None;
    }
    let mut header = vec!["kind"];
    header.extend(evaluated.iter().map(|(mode, _)| mode.name()));
    let numbers = 1..header.len();
    header.extend(figures.selection.is_some().then_some("chosen"));
    let mut table = new_table(Style::Terminal, &header);
    for kind in kinds {
        let mut row = vec![kind.clone()];
        row.extend(
            evaluated
                .iter()
                .map(|(_, of)| plus_minus(of.by_kind.get(kind))),
        );
        let rates = figures.selection_by_kind.get(kind);
        row.extend(
            figures
                .selection
                .is_some()
                .then(|| rates.map_or_else(|| NONE.into(), |rates| top(&ranked(rates), 3))),
        );
        table.add_row(row);
    }
    align_numbers(&mut table, numbers);
    kept_whole(&mut table, 0..1);
    drawn(table)
}

/// One line for each thing that the figures come to.
fn findings(figures: &StageSummary) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(nats) = figures.choice_entropy {
        let interval = figures.choice_entropy_interval;
        let interval =
            interval.map_or_else(String::new, |[low, high]| format!(" [{low:.2}, {high:.2}]"));
        let share = figures
            .choice_entropy_share
            .map_or_else(String::new, |share| {
                format!(", {} % of ln 13", percent(share))
            });
        lines.push(format!(
            "Entropy of the choice: {nats:.2}{interval} nats{share}."
        ));
    }
    if let Some(untagged) = figures.untagged.filter(|&share| share > 0.0) {
        lines.push(format!("Responses without a tag: {} %.", percent(untagged)));
    }
    let value = |e: &Estimate| format!("{:.2} [{:.2}, {:.2}]", e.value, e.low, e.high);
    if let Some(information) = &figures.information {
        lines.push(format!("I(kind; language): {} nats.", value(information)));
    }
    if let Some(regret) = &figures.regret {
        lines.push(format!(
            "Regret, best forced language minus own choice: {}.",
            points(regret)
        ));
    }
    if let Some(against) = &figures.against_english {
        if against.k > 0 {
            lines.push(format!(
                "Other languages against English: by mean {}; by pass@{} {}.",
                counted(&against.mean),
                against.k,
                counted(&against.pass_at_k)
            ));
        }
        let each: Vec<String> = against
            .by_language
            .iter()
            .map(|(language, WinTieLose { win, tie, lose })| {
                format!("{language} {win}/{tie}/{lose}")
            })
            .collect();
        if !each.is_empty() {
            lines.push(format!(
                "Each against English, win/tie/lose: {}.",
                each.join(", ")
            ));
        }
    }
    if let Some(correlation) = &figures.correlation {
        let both = [
            ("Pearson", correlation.pearson),
            ("Spearman", correlation.spearman),
        ];
        let both: Vec<String> = both
            .into_iter()
            .filter_map(|(name, of)| Some(format!("{name} {}", value(&of?))))
            .collect();
        lines.push(format!("Forced accuracy and choice: {}.", both.join(", ")));
    }
    lines
}

fn counted(counts: &WinTieLose) -> String {
    let WinTieLose { win, tie, lose } = counts;
    format!("{win} win, {tie} tie, {lose} lose")
}

/// Code, English name, and whether training ever showed the language's tag.
pub fn label(language: Language) -> String {
    let unseen = if language.seen() { "" } else { " (unseen)" };
    format!("{language} {}{unseen}", language.english_name())
}

#[cfg(test)]
mod tests;
