use explang::identify::Identify;
use explang::random::SplitMix64;
use explang::transcript::forced_prefix;
use serde_json::json;

use super::*;
use crate::eval::judge::Judge;
use crate::eval::statistics::Bootstrap;
use crate::rows::Columns;

/// Names the language whose code the text ends with.
struct ByCode;

impl Identify for ByCode {
    fn identify(&self, text: &str) -> Option<Language> {
        text.trim().rsplit(' ').next()?.parse().ok()
    }
}

/// Random records as an evaluation makes them: in the order of modes and problems, several samples a problem.
fn records(seed: u64) -> Vec<Record> {
    let mut rng = SplitMix64::new(seed);
    let mut draw = |bound: u64| rng.below(bound) as usize;
    let mut records = Vec::new();
    for mode in Mode::ALL {
        let languages: Vec<Option<Language>> = match mode {
            Mode::SelfChosen => vec![None; 4],
            Mode::English => vec![Some(Language::En); 4],
            Mode::Multi => Language::SEEN.map(Some).to_vec(),
            Mode::Unseen => Language::UNSEEN.map(Some).to_vec(),
        };
        for problem in 0..12 {
            for &forced in &languages {
                let any = Language::ALL[draw(17)];
                let tag = forced.or((draw(5) > 0).then_some(any));
                let detected = match draw(3) {
                    0 => Some(Language::ALL[draw(17)]),
                    1 => None,
                    _ => tag,
                };
                records.push(Record {
                    problem,
                    family: ["algebra", "geometry", "number"][problem % 3].into(),
                    style: ["", "hard"][problem % 2].into(),
                    level: problem % 4,
                    mode,
                    forced,
                    tag,
                    detected,
                    compliant: detected.is_some() && detected == tag,
                    correct: draw(2) == 0,
                    thinking_tokens: (draw(9) > 0).then(|| draw(400)),
                    truncated: (draw(9) > 0).then(|| draw(4) == 0),
                });
            }
        }
    }
    records
}

/// A row whose response is judged as the record says.
fn row(record: &Record) -> Value {
    let opening = match record.tag {
        Some(tag) => forced_prefix(tag),
        None => "<think>\n".to_owned(),
    };
    let trace = record
        .detected
        .map_or("…".to_owned(), |language| format!("text {language}"));
    let answer = if record.correct { "7" } else { "8" };
    let mut row = json!({
        "response": format!("{opening}{trace}\n</think>\n\\boxed{{{answer}}}"),
        "ground_truth": 7,
        "prompt": format!("Problem {}?", record.problem),
        "kind": record.kind(),
        "tokens": record.thinking_tokens,
        "truncated": record.truncated,
        "forced": record.forced,
    });
    // Unknown levels and the default mode can be left out.
    if record.level > 0 {
        row["level"] = record.level.into();
    }
    if record.mode != Mode::SelfChosen {
        row["mode"] = record.mode.name().into();
    }
    row
}

fn read(rows: &[Value], problems: &mut Problems) -> Result<Vec<Judged>, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.jsonl");
    let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
    std::fs::write(&path, lines).unwrap();
    let columns = Columns::default();
    let file = RowsFile {
        path: &path,
        columns: &columns,
    };
    let samples = samples(file, problems).map_err(|error| {
        let error = error.to_string();
        error.replace(folder.path().to_str().unwrap(), "")
    })?;
    Ok(Judge::new(&ByCode, None).unwrap().judged(samples, 2))
}

#[test]
fn rows_give_the_figures_of_the_records_that_they_were_made_from() {
    // Few resamples: that both sides draw the same ones is what matters.
    let options = Options {
        bootstrap: Bootstrap {
            seed: 3,
            resamples: 40,
        },
        ..Options::default()
    };
    for seed in 0..4 {
        let records = records(seed);
        let rows: Vec<Value> = records.iter().map(row).collect();
        let judged = read(&rows, &mut Problems::default()).unwrap();
        let found: Vec<Record> = judged.iter().map(|of| of.record.clone()).collect();
        assert_eq!(found, records);
        let evaluation = Evaluation {
            records,
            choices: Vec::new(),
        };
        let summary = summary(("rows".into(), found), None, &options);
        assert!(summary.responses == stage_summary(&evaluation, None, 0.5, &options));
        // What was judged is read again with the same result.
        let again: Vec<Value> = judged
            .iter()
            .map(|of| serde_json::to_value(of).unwrap())
            .collect();
        assert_eq!(read(&again, &mut Problems::default()).unwrap(), judged);
    }
}

#[test]
fn a_baseline_is_paired_by_prompt_whatever_the_order() {
    let ours = records(1);
    let kept = |record: &&Record| record.problem > 2;
    let mut theirs: Vec<Value> = records(2).iter().filter(kept).map(row).collect();
    theirs.reverse();
    theirs.push(json!({"response": "x", "ground_truth": 1, "prompt": "Another?"}));
    theirs.push(json!({"response": "x", "ground_truth": 1}));
    let mut problems = Problems::default();
    let rows: Vec<Value> = ours.iter().map(row).collect();
    let mut read = |rows: &[Value]| -> Vec<Record> {
        let judged = read(rows, &mut problems).unwrap();
        judged.into_iter().map(|of| of.record).collect()
    };
    let (ours, theirs) = (read(&rows), read(&theirs));
    let options = Options::default();
    let accuracy = |records: &[Record], mode| {
        let of: Vec<&Record> = records
            .iter()
            .filter(|r| r.mode == mode && (3..12).contains(&r.problem))
            .collect();
        of.iter().filter(|r| r.correct).count() as f64 / of.len() as f64
    };
    let expected = accuracy(&ours, Mode::Multi) - accuracy(&theirs, Mode::Multi);
    let summary = summary(("a".into(), ours), Some(("b".into(), theirs)), &options);
    let pairs = summary.pairs.unwrap();
    assert_eq!((pairs.responses, pairs.baseline, pairs.both), (12, 11, 9));
    let multi = pairs.modes[&Mode::Multi];
    assert_eq!(multi.difference.n, 9);
    assert!((multi.difference.value - expected).abs() < 1e-12);
    let counts = multi.win_tie_lose;
    assert_eq!(counts.win + counts.tie + counts.lose, 9);
    let of_self = summary.comparison.unwrap().self_chosen.unwrap();
    assert_eq!(of_self, pairs.modes[&Mode::SelfChosen].difference);
}

#[test]
fn a_row_that_contradicts_itself_is_named_with_what_to_write() {
    let good = json!({"response": "x", "ground_truth": 1, "prompt": "p"});
    let with = |members: Value| {
        let mut row = good.clone();
        row.as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        row
    };
    for (members, sentence) in [
        (
            json!({"mode": "slef"}),
            "unknown mode `slef` (did you mean `self`?)",
        ),
        (
            json!({"forced": "zh"}),
            "`forced` is zh in mode self, in which the model chooses; write `mode`: multi",
        ),
        (json!({"mode": "ood"}), "`forced` is missing in mode ood"),
        (
            json!({"mode": "ood", "forced": "zh"}),
            "which is seen; write `mode`: multi",
        ),
        (
            json!({"mode": "multi", "forced": "sw"}),
            "which is unseen; write `mode`: ood",
        ),
        (
            json!({"mode": "en", "forced": "sw"}),
            "write en, or `mode`: ood",
        ),
        (
            json!({"mode": "multi", "forced": "xx"}),
            "unknown language `xx`",
        ),
        (
            json!({"tokens": -1}),
            "`tokens` is a number; write a whole number",
        ),
        (
            json!({"tokens": "12"}),
            "`tokens` is a text; write a whole number",
        ),
        (
            json!({"level": 1.5}),
            "`level` is a number; write a whole number",
        ),
        (json!({"kind": 3}), "`kind` is a number; write a text"),
        (
            json!({"truncated": 0}),
            "`truncated` is a number; write true or false",
        ),
        (
            json!({"response": null}),
            "`response` is missing or not a text",
        ),
    ] {
        let error = read(&[good.clone(), with(members)], &mut Problems::default()).unwrap_err();
        assert!(error.starts_with("/rows.jsonl: line 2"), "{error}");
        assert!(error.contains(sentence), "{sentence}: {error}");
    }
    let twice = [
        with(json!({"sample": 0})),
        with(json!({"sample": 1})),
        with(json!({"sample": 0})),
    ];
    let error = read(&twice, &mut Problems::default()).unwrap_err();
    assert!(
        error.starts_with("/rows.jsonl: line 3: it repeats `sample` of line 1"),
        "{error}"
    );
    // What Parquet writes for counts, and messages in place of a text.
    let odd = with(
        json!({"tokens": 12.0, "response": [{"role": "assistant", "content": "\\boxed{1}", "reasoning": "text zh"}]}),
    );
    let judged = read(&[odd], &mut Problems::default()).unwrap();
    let record = &judged[0].record;
    assert_eq!(
        (record.thinking_tokens, record.detected, record.correct),
        (Some(12), Some(Language::Zh), true)
    );
}

#[test]
fn what_the_figures_hide_is_said() {
    let row = |prompt: Value, mode: &str| {
        let forced = (mode == "multi").then_some("zh");
        json!({"response": "<think>\ntext zh\n</think>\n1", "ground_truth": 1, "prompt": prompt, "mode": mode, "forced": forced})
    };
    let rows = [
        row("a".into(), "self"),
        row("a".into(), "self"),
        row("b".into(), "self"),
        row("b".into(), "multi"),
        row(Value::Null, "multi"),
    ];
    let judged = read(&rows, &mut Problems::default()).unwrap();
    let notes = notes(&judged, &Options::default());
    assert_eq!(notes.len(), 3, "{notes:?}");
    assert!(notes[0].starts_with("1 of 5 rows have no `prompt`"));
    assert!(notes[1].starts_with("mode self: problems have 1 to 2 samples; pass@k takes k = 1"));
    assert!(notes[2].starts_with("no forced response has a tag"));
}
