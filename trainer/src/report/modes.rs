//! The figures of one evaluated checkpoint, where there is no run around it.

use explang::Language;
use explang::run::summary::ranked;
use explang::run::{Mode, ModeSummary, StageSummary};

use super::chart;
use super::table::{Style, align_numbers, drawn, new_table, percent, with_interval};

/// A row for each mode, a bar for each forced language, and what the model chose by itself.
pub fn modes(figures: &StageSummary) -> String {
    let mut table = new_table(
        Style::Terminal,
        &[
            "mode", "accuracy", "pass@k", "complies", "tokens", "cut", "samples",
        ],
    );
    let evaluated = Mode::ALL
        .into_iter()
        .filter_map(|mode| Some((mode, figures.mode(mode)?)));
    for (mode, row) in evaluated {
        table.add_row([
            mode.to_string(),
            with_interval(row.accuracy, row.intervals.accuracy),
            format!("{} @{}", percent(row.pass_at_k), row.k),
            percent(row.compliance),
            format!("{:.1}", row.thinking_tokens),
            percent(row.truncation),
            row.n.to_string(),
        ]);
    }
    align_numbers(&mut table, 1..7);
    let mut text = "Percent, with 95 % bootstrap intervals over problems.\n".to_owned();
    text.push_str(&drawn(table).unwrap_or_default());
    let forced: Vec<(String, f64)> = [&figures.multi, &figures.unseen]
        .into_iter()
        .flatten()
        .flat_map(by_language)
        .collect();
    section(&mut text, "Accuracy of each forced language", &forced, 1.0);
    let chosen: Vec<(String, f64)> = figures
        .selection
        .iter()
        .flat_map(ranked)
        .map(|(language, rate)| (label(language), rate))
        .collect();
    let top = chosen.iter().map(|(_, rate)| *rate).fold(0.0, f64::max);
    section(&mut text, "Languages that the model chose", &chosen, top);
    text
}

fn section(text: &mut String, title: &str, rows: &[(String, f64)], full: f64) {
    if !rows.is_empty() {
        text.push_str(&format!("\n\n{title}\n{}", chart::bars(rows, full)));
    }
}

fn by_language(figures: &ModeSummary) -> Vec<(String, f64)> {
    let rows = figures.by_language.iter();
    rows.map(|(&language, figures)| (label(language), figures.accuracy))
        .collect()
}

/// Code, English name, and whether training ever showed the language's tag.
pub fn label(language: Language) -> String {
    let unseen = if language.seen() { "" } else { " (unseen)" };
    format!("{language} {}{unseen}", language.english_name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::metrics::Options;
    use crate::eval::record::Evaluation;
    use crate::eval::summary::stage_summary;
    use explang::run::Record;

    fn record(mode: Mode, language: Language, correct: bool) -> Record {
        Record {
            problem: 0,
            family: "sums".into(),
            style: "steps".into(),
            level: 3,
            mode,
            forced: (mode != Mode::SelfChosen).then_some(language),
            tag: Some(language),
            detected: Some(language),
            compliant: true,
            correct,
            thinking_tokens: 10,
            truncated: false,
        }
    }

    #[test]
    fn modes_languages_and_choices_are_shown() {
        let records = [
            record(Mode::SelfChosen, Language::Zh, true),
            record(Mode::Multi, Language::Fr, false),
            record(Mode::Unseen, Language::Sw, true),
        ];
        let evaluation = Evaluation {
            records: records.to_vec(),
            choices: Vec::new(),
        };
        let text = modes(&stage_summary(&evaluation, None, 0.1, &Options::default()));
        for part in [
            "self",
            "multi",
            "ood",
            "fr French             0.0 %",
            "sw Swahili (unseen) 100.0 % ████",
            "zh Chinese",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert!(!text.contains("\nen"), "{text}");
    }
}
