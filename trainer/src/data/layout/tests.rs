use explang::named::Named;
use serde_json::json;

use super::*;

fn row(value: Value) -> Members {
    value.as_object().unwrap().clone()
}

fn read(layout: Option<Layout>, columns: &str, value: Value) -> Result<Asked, String> {
    let columns = match columns {
        "" => Columns::default(),
        text => text.parse().unwrap(),
    };
    let row = row(value);
    let reader = RowReader::find(layout, &columns, std::slice::from_ref(&row));
    let reader = reader.map_err(|error| error.to_string())?;
    reader.read(&row).map_err(|reason| format!("{reason:?}"))
}

/// A row as each data set has it, whose answer is 1,234 where commas part thousands.
fn published(layout: Layout) -> Value {
    match layout {
        Layout::Plain => json!({"question": "1+1?", "answer": "1,234"}),
        Layout::Gsm8k => {
            json!({"question": "1+1?", "answer": "One plus one <<1+1=2>>2.\n#### 1,234"})
        }
        Layout::Mgsm => {
            json!({"question": "1+1?", "answer": null, "answer_number": 1234, "equation_solution": null})
        }
        Layout::OpenR1 => json!({
            "problem": "1+1?", "solution": "We see \\boxed{2}.", "answer": "1,234", "problem_type": "Algebra",
            "question_type": "math-word-problem", "source": "olympiads", "uuid": "x", "is_reasoning_complete": [true],
            "generations": ["<think>\nx\n</think>\n\\boxed{2}"], "correctness_math_verify": [true],
            "correctness_llama": null, "finish_reasons": null, "correctness_count": 1,
            "messages": [{"role": "user", "content": "1+1?"}, {"role": "assistant", "content": "y"}],
        }),
        Layout::Verl => json!({
            "data_source": "openai/gsm8k", "prompt": [{"role": "user", "content": "1+1?"}], "ability": "math",
            "reward_model": {"style": "rule", "ground_truth": "1,234"}, "extra_info": {"split": "train", "index": 0},
        }),
    }
}

#[test]
fn every_layout_is_known_by_its_name_and_by_its_columns() {
    for &layout in Layout::ALL.iter() {
        let given = read(Some(layout), "", published(layout)).unwrap();
        assert_eq!(given.question, "1+1?", "{layout}");
        let number = matches!(layout, Layout::Gsm8k | Layout::Mgsm);
        let expected = if number { "1234" } else { "1,234" };
        assert_eq!(given.answer, expected, "{layout}");
        assert_eq!(
            read(None, "", published(layout)).unwrap(),
            given,
            "{layout}"
        );
        let head = [row(published(layout))];
        let found = RowReader::find(None, &Columns::default(), &head).unwrap();
        assert_eq!(found.layout, layout);
    }
    assert_eq!(Layout::names().len(), Layout::ALL.len());
    let kind = |layout| read(None, "", published(layout)).unwrap().kind;
    assert_eq!(kind(Layout::OpenR1).as_deref(), Some("Algebra"));
    assert_eq!(kind(Layout::Verl).as_deref(), Some("openai/gsm8k"));
    assert_eq!(kind(Layout::Gsm8k), None);
}

#[test]
fn other_names_of_columns_are_read_in_any_layout() {
    let value = json!({"q": " 1+1? ", "meta": {"gold": 2.0, "topic": "sums"}, "lang": "de"});
    let asked = read(
        None,
        "question=q,answer=meta.gold,kind=meta.topic,asked_in=lang",
        value,
    )
    .unwrap();
    let expected = Asked {
        question: "1+1?".into(),
        answer: "2".into(),
        kind: Some("sums".into()),
        asked_in: Some(Language::De),
        system: false,
    };
    assert_eq!(asked, expected);
    let long = json!({"question": "1+1?", "answer": 2, "kind": format!("a\nb{}", "c".repeat(99))});
    let kind = read(None, "", long).unwrap().kind.unwrap();
    assert!(kind.starts_with("a\\nbcc") && kind.ends_with('…') && kind.len() < 80);
    // GSM8K under other names is found by its mark.
    let marked = json!({"q": "1+1?", "a": "x\n####  -2 "});
    assert_eq!(
        read(None, "question=q,answer=a", marked).unwrap().answer,
        "-2"
    );
    // A column whose name has a point in it.
    let pointed = json!({"q": "1+1?", "meta.gold": "3", "meta": {"gold": "2"}});
    assert_eq!(
        read(None, "question=q,answer=meta.gold", pointed)
            .unwrap()
            .answer,
        "3"
    );
}

#[test]
fn a_row_that_cannot_be_asked_or_verified_has_its_reason() {
    let with = |layout: Layout, column: &str, value: Value| {
        let mut changed = row(published(layout));
        changed.insert(column.into(), value);
        read(Some(layout), "", changed.into())
    };
    use Layout::{Gsm8k, Mgsm, OpenR1, Plain, Verl};
    let turns = json!([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}]);
    for (layout, column, value, reason) in [
        (Plain, "question", json!("  "), "Question"),
        (Plain, "question", json!(7), "Question"),
        (Plain, "question", json!(null), "Question"),
        (Plain, "answer", json!(""), "Answer"),
        (Plain, "answer", json!({"value": 1}), "Answer"),
        (Plain, "answer", json!(["1", "2"]), "Answer"),
        (Plain, "asked_in", json!("bn"), "Language"),
        (Gsm8k, "answer", json!("it is 18"), "Mark"),
        (Gsm8k, "answer", json!("it is\n#### \n18"), "Answer"),
        (Mgsm, "answer_number", json!(null), "Answer"),
        (OpenR1, "answer", json!(null), "Answer"),
        (
            Verl,
            "reward_model",
            json!({"style": "rule", "ground_truth": null}),
            "Answer",
        ),
        (Verl, "prompt", turns, "Turns"),
        (
            Verl,
            "prompt",
            json!([{"role": "system", "content": "Be brief."}]),
            "Question",
        ),
        (Verl, "prompt", json!([]), "Question"),
    ] {
        let found = with(layout, column, value.clone());
        assert_eq!(found, Err(reason.to_owned()), "{layout} {column} {value}");
    }
    let system =
        json!([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "1+1?"}]);
    let asked = with(Verl, "prompt", system).unwrap();
    assert!(asked.system && asked.question == "1+1?");
    assert_eq!(with(Plain, "answer", json!(["2"])).unwrap().answer, "2");
    assert_eq!(with(Plain, "answer", json!(0.5)).unwrap().answer, "0.5");
    // Only a number loses its commas.
    assert_eq!(
        with(Gsm8k, "answer", json!("#### 1, 2 and 3"))
            .unwrap()
            .answer,
        "1, 2 and 3"
    );
}

#[test]
fn a_file_of_another_layout_says_what_it_has_and_what_it_needs() {
    let error = |layout, columns: &str| {
        read(layout, columns, json!({"input": "1+1?", "output": "2"})).unwrap_err()
    };
    assert_eq!(
        error(Some(Layout::Gsm8k), ""),
        "layout `gsm8k` needs `question` and `answer`; it has `input`, `output`; name the columns, as in columns = \
         \"question=problem,answer=solution\""
    );
    let unknown = error(None, "question=input");
    assert!(
        unknown.starts_with("its rows are of no known layout: they lack `answer` or `ground_truth` or `solution`; it has"),
        "{unknown}"
    );
    assert!(
        read(
            None,
            "question=input,answer=output",
            json!({"input": "1+1?", "output": "2"})
        )
        .is_ok()
    );
}
