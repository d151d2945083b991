//! Any bytes are JSON lines of a kind that the program reads, or are refused with one line.

#![no_main]

use std::path::Path;

use explang::run::{Choice, Line, Record, Summary};
use explang::Language;
use explang::identify::Identify;
use explang::reward::{Preset, Reward};
use explang::rows::{Row, score};
use explang_trainer::eval::metrics::Options;
use explang_trainer::eval::record::{Evaluation, read_records, write_records};
use explang_trainer::eval::summary::stage_summary;
use explang_trainer::lines::lines;
use explang_trainer::pair::Pair;
use explang_trainer::report::{figure, history, table};
use explang_trainer::run::metrics_log::parse_lines;
use libfuzzer_sys::fuzz_target;

/// Tells a language by the first letter, so that no model of languages slows the fuzzer down.
struct Fast;

impl Identify for Fast {
    fn identify(&self, text: &str) -> Option<Language> {
        let first = text.chars().next()?;
        Language::ALL.into_iter().nth(first as usize % 18)
    }
}

/// One line, and not a long one.
fn one_line(error: impl std::fmt::Display) {
    let said = error.to_string();
    assert!(
        !said.contains(char::is_control) && said.len() < 2000,
        "{said:?}"
    );
}

/// What `explang score` does.
fn rows(bytes: &[u8]) {
    let mut rows = Vec::new();
    for line in lines(bytes) {
        let (number, text) = match line {
            Ok(line) => line,
            Err(error) => return one_line(error),
        };
        match Row::parse(number, &text) {
            Ok(row) => rows.push(row),
            Err(error) => one_line(error),
        }
    }
    for preset in [Preset::Paper, Preset::Official] {
        let reward = Reward::named("combine", preset).expect("the variant exists");
        assert_eq!(score(&rows, &reward, &Fast).len(), rows.len());
    }
}

/// What `explang verify` reads; the comparison has a target of its own.
fn pairs(bytes: &[u8]) {
    for line in lines(bytes) {
        let (number, text) = match line {
            Ok(line) => line,
            Err(error) => return one_line(error),
        };
        if let Err(error) = Pair::parse(number, &text) {
            one_line(error);
        }
    }
}

/// What `explang inspect` does with a run's metrics.
fn metrics(bytes: &[u8]) {
    match parse_lines::<Line>(Path::new("metrics.jsonl"), bytes) {
        Ok(lines) => {
            let stages = history::by_stage(lines);
            for stage in &stages {
                let _ = (stage.line(), stage.selection());
            }
            let _ = figure::selection(&stages);
        }
        Err(error) => one_line(error),
    }
}

/// What `explang inspect` does with a run's evaluations.
fn records(bytes: &[u8]) {
    match read_records::<Record>(Path::new("evaluation.jsonl"), bytes) {
        Ok(records) => {
            let mut written = Vec::new();
            write_records(&mut written, &records).expect("memory takes every write");
            let again = read_records::<Record>(Path::new("evaluation.jsonl"), written.as_slice());
            assert_eq!(again.expect("what was written can be read"), records);
            summarised(records, Vec::new());
        }
        Err(error) => one_line(error),
    }
    match read_records::<Choice>(Path::new("choices.jsonl"), bytes) {
        Ok(choices) => summarised(Vec::new(), choices),
        Err(error) => one_line(error),
    }
}

/// What is made of an evaluation can be written down.
fn summarised(records: Vec<Record>, choices: Vec<Choice>) {
    let evaluation = Evaluation { records, choices };
    let summary = stage_summary(&evaluation, None, 0.1, &Options::default());
    serde_json::to_vec(&summary).expect("figures can be written");
}

fuzz_target!(|bytes: &[u8]| {
    // The first byte chooses the kind, so that each has the fuzzer's whole attention.
    let Some((kind, bytes)) = bytes.split_first() else {
        return;
    };
    match kind.wrapping_sub(b'0') % 5 {
        0 => rows(bytes),
        1 => metrics(bytes),
        2 => records(bytes),
        3 => pairs(bytes),
        _ => {
            if let Ok(summary) = serde_json::from_slice::<Summary>(bytes) {
                let _ = table::report(&summary, table::Style::Terminal);
            }
        }
    }
});
