use std::path::Path;

use explang::identify::Identify;
use explang::random::SplitMix64;
use serde_json::json;

use super::*;
use crate::rows::Columns;

/// Names the language whose code the text ends with.
struct ByCode;

impl Identify for ByCode {
    fn identify(&self, text: &str) -> Option<Language> {
        text.trim().rsplit(' ').next()?.parse().ok()
    }
}

fn problems() -> Vec<Problem> {
    let prompt = Value::from("1+1");
    vec![Problem {
        line: 3,
        messages: crate::data::problems::messages(&prompt).unwrap(),
        prompt,
        ground_truth: "2".into(),
    }]
}

fn read(row: Value) -> Result<Answered, String> {
    let (problems, columns) = (problems(), Columns::default());
    let file = RowsFile {
        path: Path::new("out.jsonl"),
        columns: &columns,
    };
    let reading = Reading::new(file, &problems);
    let Value::Object(row) = row else {
        panic!("a row is an object")
    };
    reading.row(5, row).map_err(|error| error.to_string())
}

fn only(row: Value) -> Sample {
    match read(row).unwrap() {
        Answered::Responses(samples) => samples.into_iter().next().unwrap(),
        Answered::Failed => panic!("it did not fail"),
    }
}

#[test]
fn the_prefix_is_put_back_whatever_the_server_returns() {
    let whole = "<lang_select>\nfr\n</lang_select>\n<think>\nD'accord, fr\n</think>\n\n2";
    let completions = |choice: Value| json!({"custom_id": "3-fr", "error": null, "response": {"status_code": 200, "body": {"choices": [choice]}}});
    for row in [
        completions(json!({"text": ", fr\n</think>\n\n2", "finish_reason": "stop"})),
        completions(json!({"message": {"role": "assistant", "content": ", fr\n</think>\n\n2"}})),
        completions(json!({"text": "<think>\nD'accord, fr\n</think>\n\n2"})),
        completions(json!({"message": {"reasoning_content": ", fr\n", "content": "\n2"}})),
        completions(json!({"message": {"reasoning": "D'accord, fr", "content": "\n\n2"}})),
        json!({"prompt": "1+1", "ground_truth": 2, "language": "fr", "response": whole}),
    ] {
        assert_eq!(only(row).response, whole);
    }
    let cut = only(completions(
        json!({"text": ", fr", "finish_reason": "length"}),
    ));
    assert_eq!(cut.truncated, Some(true));
    let failed = json!({"custom_id": "3-fr", "error": {"message": "busy"}, "response": null});
    assert_eq!(read(failed), Ok(Answered::Failed));
}

#[test]
fn a_row_that_cannot_be_judged_says_what_it_lacks() {
    let plain = json!({"prompt": "1+1", "ground_truth": 2, "response": "2"});
    for (row, sentence) in [
        (plain.clone(), "`language` is missing"),
        (json!({"language": "xx"}), "unknown language `xx`"),
        (json!({"language": "fr"}), "`prompt` is missing"),
        (
            json!({"language": "fr", "prompt": "1+1"}),
            "`response` is missing or not a text",
        ),
        (json!({"custom_id": "x"}), "named like 12-zh"),
        (json!({"custom_id": "4-fr"}), "no problem on line 4"),
        (json!({"custom_id": "3-fr"}), "has no `body` with `choices`"),
    ] {
        let error = read(row).unwrap_err();
        assert!(
            error.starts_with("out.jsonl: ") && error.contains("line 5"),
            "{error}"
        );
        assert!(error.contains(sentence), "{sentence}: {error}");
    }
}

#[test]
fn every_response_is_counted_once_and_kept_only_where_both_check() {
    let judge = Judge::new(&ByCode, None).unwrap();
    let mut rng = SplitMix64::new(11);
    let mut draw = |bound: u64| rng.below(bound);
    let mut all = Counts::default();
    let mut kept = 0;
    for _ in 0..500 {
        let (asked, thought) = (
            Language::ALL[draw(17) as usize],
            Language::ALL[draw(17) as usize],
        );
        let thought = if draw(2) == 0 { asked } else { thought };
        let (answer, closed, truncated) = (draw(2), draw(4) > 0, draw(8) == 0);
        let end = if closed { "\n</think>\n\n" } else { "" };
        let text = format!("<think>\ntrace {thought}{end}\\boxed{{{answer}}}");
        let row = json!({
            "prompt": "x", "ground_truth": "1", "language": asked, "response": text, "truncated": truncated,
        });
        let verdict = verdict(&judge, &only(row));
        all.count(verdict);
        let right = closed && !truncated && asked == thought && answer == 1;
        assert_eq!(verdict == Verdict::Kept, right, "{text}");
        kept += usize::from(right);
    }
    let Counts {
        responses,
        unfinished,
        wrong_language,
        wrong_answer,
        wrong_both,
        ..
    } = all;
    assert_eq!(all.kept, kept);
    assert_eq!(
        responses,
        kept + unfinished + wrong_language + wrong_answer + wrong_both
    );
    assert!(
        [kept, unfinished, wrong_language, wrong_answer, wrong_both]
            .iter()
            .all(|&n| n > 10),
        "{all:?}"
    );
    assert_eq!(Counts::default().rate(), None);
}
