//! Tests of the tables on a run with every stage.

use std::collections::BTreeMap;

use explang::run::Stage;

use explang::run::{Choice, Record};

use super::*;
use crate::eval::information::tests::choice;
use crate::eval::metrics::Options;
use crate::eval::record::Evaluation;
use crate::eval::selection::choices_by_kind;
use crate::eval::summary::{compare, stage_summary};

fn record(problem: usize, mode: Mode, language: Language, correct: bool) -> Record {
    Record {
        problem,
        // The longest names that there are.
        family: ["products", "differences"][problem % 2].into(),
        style: "breath".into(),
        level: 1,
        mode,
        forced: (mode != Mode::SelfChosen).then_some(language),
        tag: Some(language),
        detected: Some(language),
        compliant: true,
        correct,
        thinking_tokens: Some(123),
        truncated: Some(false),
    }
}

/// Products in Chinese, differences half in Portuguese.
fn choices() -> Vec<Choice> {
    (0..40)
        .map(|problem| {
            let (kind, shares) = [
                (
                    "products/breath",
                    [(Language::Zh, 0.9), (Language::En, 0.1)],
                ),
                (
                    "differences/breath",
                    [(Language::Pt, 0.5), (Language::En, 0.5)],
                ),
            ][problem % 2];
            choice(problem, kind, &shares)
        })
        .collect()
}

/// A run with every stage.
pub(in crate::report) fn full_run() -> Summary {
    full().0
}

/// The evaluations of that run.
pub(in crate::report) fn full_run_evaluations() -> BTreeMap<Stage, Evaluation> {
    full().1
}

fn full() -> (Summary, BTreeMap<Stage, Evaluation>) {
    let mut records = Vec::new();
    for problem in 0..40 {
        for language in Language::ALL {
            let mode = Mode::forcing(language);
            records.push(record(
                problem,
                mode,
                language,
                problem % (2 + language.index()) == 0,
            ));
        }
        for sample in 0..4 {
            let language = Language::SEEN[(problem + sample) % 5];
            records.push(record(
                problem,
                Mode::SelfChosen,
                language,
                problem % 3 == 0,
            ));
            records.push(record(
                problem,
                Mode::English,
                Language::En,
                problem % 5 == 0,
            ));
        }
    }
    let rollouts = choices_by_kind(&records);
    let options = Options::default();
    let mut summary = Summary {
        name: "quick".into(),
        seed: 1,
        version: "0.1.0".into(),
        peak_memory_bytes: Some(1 << 30),
        seconds: 600.0,
        ..Summary::default()
    };
    let mut by_stage = BTreeMap::new();
    for stage in Stage::EVALUATED {
        let evaluation = match stage {
            Stage::Pretrain => Evaluation::default(),
            _ => Evaluation {
                records: records.clone(),
                choices: choices(),
            },
        };
        let rollouts = (stage == Stage::Explore).then_some(&rollouts);
        let figures = stage_summary(&evaluation, rollouts, 0.1, &options);
        summary.stages.insert(stage, figures);
        by_stage.insert(stage, evaluation);
    }
    compare(&mut summary, &by_stage, &options);
    (summary, by_stage)
}

#[test]
fn the_report_of_a_full_run_fits_100_columns_without_broken_rows() {
    let text = report(&full_run(), Style::Terminal);
    for line in text.lines().filter(|line| !line.contains("; Spearman ")) {
        assert!(line.chars().count() <= 100, "{line}");
    }
    // 5 evaluated stages of 4 modes, 17 languages, 2 families: a wrapped row would add lines.
    let table = stages(&full_run(), Style::Terminal).unwrap();
    let rows = |text: &str, what: &str| text.lines().filter(|line| line.contains(what)).count();
    assert_eq!(rows(&table, " ["), 20, "{table}");
    assert_eq!(rows(&table, " 123.0 "), 20, "{table}");
    assert!(table.contains("35.0 ["), "14 of 40 problems\n{table}");
    assert!(table.contains("(train)"));
    let table = languages(&full_run(), Style::Terminal).unwrap();
    assert_eq!(rows(&table, "±"), 17, "{table}");
    assert_eq!(rows(&table, "(unseen)"), 4, "{table}");
    let table = families(&full_run(), Style::Terminal).unwrap();
    assert_eq!(rows(&table, "±"), 2, "{table}");
    let table = selection::table(&full_run(), Style::Terminal).unwrap();
    assert_eq!(rows(&table, "zh 90"), 1, "{table}");
    assert_eq!(rows(&table, "information, nats"), 1, "{table}");
    assert_eq!(rows(&table, "±"), 3, "{table}");
}

#[test]
fn markdown_has_one_line_a_row_and_equal_columns() {
    for table in [
        stages(&full_run(), Style::Markdown).unwrap(),
        languages(&full_run(), Style::Markdown).unwrap(),
        families(&full_run(), Style::Markdown).unwrap(),
        selection::table(&full_run(), Style::Markdown).unwrap(),
    ] {
        let pipes: Vec<_> = table
            .lines()
            .map(|line| line.matches('|').count())
            .collect();
        assert!(pipes.windows(2).all(|pair| pair[0] == pair[1]), "{table}");
        assert!(table.lines().nth(1).unwrap().starts_with("|--"), "{table}");
    }
}

#[test]
fn findings_name_the_comparison_and_the_correlation() {
    let lines = findings(&full_run());
    assert!(
        lines[0]
            .starts_with("Exploit minus control, both choosing: +0.0 [+0.0, +0.0] points over 40")
    );
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("all: exploit chooses ") && line.contains("; Spearman "))
    );
    assert!(lines.last().unwrap().starts_with("Peak memory 1024 MiB"));
}

#[test]
fn an_empty_run_has_no_tables() {
    let summary = Summary::default();
    assert_eq!(stages(&summary, Style::Terminal), None);
    assert_eq!(languages(&summary, Style::Terminal), None);
    assert_eq!(families(&summary, Style::Markdown), None);
    assert!(findings(&summary).is_empty());
    assert_eq!(report(&summary, Style::Terminal).lines().count(), 1);
}
