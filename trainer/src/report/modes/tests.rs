use explang::run::Record;

use super::*;
use crate::eval::metrics::Options;
use crate::eval::record::Evaluation;
use crate::eval::responses::summary;
use crate::eval::summary::stage_summary;

fn record(problem: usize, mode: Mode, language: Language, correct: bool) -> Record {
    Record {
        problem,
        family: ["algebra", "geometry"][problem % 2].into(),
        style: String::new(),
        level: 0,
        mode,
        forced: (mode != Mode::SelfChosen).then_some(language),
        tag: Some(language),
        detected: Some(language),
        compliant: true,
        correct,
        thinking_tokens: Some(10),
        truncated: Some(false),
    }
}

fn shown(records: &[Record]) -> String {
    let evaluation = Evaluation {
        records: records.to_vec(),
        choices: Vec::new(),
    };
    modes(&stage_summary(&evaluation, None, 1.0, &Options::default()))
}

/// Two problems, all languages forced, one choice each.
fn whole() -> Vec<Record> {
    let mut records = Vec::new();
    for problem in 0..2 {
        for language in Language::ALL {
            let mode = Mode::forcing(language);
            records.push(record(problem, mode, language, language.index() % 2 == 0));
        }
        let chosen = [Language::Zh, Language::Fr][problem];
        records.push(record(problem, Mode::SelfChosen, chosen, problem == 0));
        records.push(record(problem, Mode::English, Language::En, true));
    }
    records
}

#[test]
fn every_table_and_finding_is_there_and_fits_a_terminal() {
    let text = shown(&whole());
    for part in [
        " accuracy     50.0 [0.0, 100.0]",
        "AccF",
        "Acc*",
        "Each forced language",
        "sw Swahili (unseen)",
        "Each language that the model chose",
        "zh Chinese",
        "Accuracy of each kind",
        "geometry",
        "Entropy of the choice: 0.69",
        "I(kind; language): 0.69 [0.69, 0.69] nats.",
        "Other languages against English: by mean 0 win, 0 tie, 2 lose; by pass@1",
        "zh 0/0/2",
        "Forced accuracy and choice: Pearson",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let wide = text.lines().filter(|line| line.chars().count() > 100);
    let wide: Vec<&str> = wide
        .filter(|line| !line.starts_with("Each against English"))
        .collect();
    assert!(wide.is_empty(), "{wide:?}");
}

#[test]
fn what_is_unknown_has_no_row_and_no_column() {
    let mut records = whole();
    records.retain(|record| record.mode == Mode::SelfChosen);
    for record in &mut records {
        (record.thinking_tokens, record.truncated) = (None, None);
        record.family = "all".into();
    }
    let text = shown(&records);
    for part in ["tokens", "cut", "kind", "English", "forced"] {
        assert!(!text.contains(part), "{part}\n{text}");
    }
    assert!(shown(&[]).lines().count() == 1);
}

#[test]
fn a_baseline_is_shown_beside_and_compared_problem_by_problem() {
    let theirs: Vec<Record> = whole()
        .into_iter()
        .filter(|record| record.problem == 1)
        .collect();
    let named = |name: &str, records| (name.to_owned(), records);
    let summary = summary(
        named("ours.jsonl", whole()),
        Some(named("theirs.jsonl", theirs)),
        &Options::default(),
    );
    let text = responses(&summary);
    for part in [
        "Responses: ours.jsonl\n",
        "Baseline: theirs.jsonl\n",
        "paired by prompt: 1 of 2 problems, 1 of the baseline's 1",
        "mode self: +0.0 [+0.0, +0.0] points over 1 problems; 0 win, 1 tie, 0 lose",
        "mode self against the baseline's mode en: -100.0",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}
