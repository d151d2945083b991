use std::collections::BTreeSet;

use explang::random::SplitMix64;
use explang::transcript::Transcript;
use serde_json::json;

use super::*;
use crate::data::sft_row::{SftFormat, row};

fn response(language: Language, number: usize) -> String {
    let answer = format!("\\boxed{{{number}}}");
    Transcript::new(language, "x", answer).unwrap().to_string()
}

fn read(lines: &[String], shares: &[(Language, f64)]) -> Result<TaggedRows, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sft.jsonl");
    std::fs::write(&path, lines.join("\n")).unwrap();
    let shares = shares.iter().copied().collect();
    TaggedRows::read(&path, &shares, |row| row.response.len() < 500)
        .map_err(|error| error.to_string())
}

#[test]
fn what_filter_writes_is_read_back_in_every_form() {
    let user = Message {
        role: "user".into(),
        content: "1+1?".into(),
    };
    let system = Message {
        role: "system".into(),
        content: "Be brief.".into(),
    };
    let text = Value::from("1+1?");
    let said: Value = [&system, &user].into_iter().map(Message::json).collect();
    for (format, prompt, expected) in [
        (
            SftFormat::PromptCompletion,
            &text,
            Prompt::Asked(vec![user.clone()]),
        ),
        (
            SftFormat::PromptCompletion,
            &said,
            Prompt::Asked(vec![system.clone(), user.clone()]),
        ),
        (SftFormat::Text, &text, Prompt::Text("1+1?".into())),
        (
            SftFormat::Text,
            &said,
            Prompt::Text("Be brief.\n1+1?".into()),
        ),
        (
            SftFormat::Messages,
            &text,
            Prompt::Conversation(vec![user.clone()]),
        ),
        (
            SftFormat::Messages,
            &said,
            Prompt::Conversation(vec![system.clone(), user.clone()]),
        ),
    ] {
        let response = response(Language::Sw, 2);
        let line = row(format, prompt, &response).to_string();
        let rows = read(&[line], &[]).unwrap();
        let expected = TaggedRow {
            prompt: expected,
            response,
            language: Language::Sw,
        };
        assert_eq!(rows.rows(), [expected]);
    }
}

#[test]
fn rows_that_cannot_be_learned_from_are_counted_by_their_reason() {
    let tagged = response(Language::En, 2);
    let lines = [
        json!({"prompt": "1+1?", "completion": tagged}),
        json!({"prompt": "1+1?", "response": tagged}),
        json!({"prompt": "1+1?"}),
        json!({"completion": tagged}),
        json!({"prompt": [], "completion": tagged}),
        json!({"prompt": "1+1?", "completion": "\\boxed{2}"}),
        json!({"prompt": "1+1?", "completion": format!("So: {tagged}")}),
        json!({"prompt": "1+1?", "completion": tagged.replace("en", "xx")}),
        json!({"prompt": "1+1?", "completion": format!("{tagged}{}", "x".repeat(500))}),
        json!({"messages": [{"role": "user", "content": "1+1?"}]}),
        json!({"messages": [{"role": "assistant", "content": tagged}]}),
        json!([]),
    ];
    let lines = lines.map(|line| line.to_string());
    let rows = read(&lines, &[]).unwrap();
    assert_eq!(rows.rows().len(), 2);
    let expected = [
        (Reason::Malformed, vec![12]),
        (Reason::Question, vec![4, 5, 11]),
        (Reason::Response, vec![3, 10]),
        (Reason::Tag, vec![6, 7, 8]),
        (Reason::Long, vec![9]),
    ];
    assert_eq!(rows.tally.left_out, expected.into());
    assert_eq!((rows.tally.rows, rows.tally.used), (12, 2));
    assert!(
        rows.tally
            .malformed
            .as_ref()
            .unwrap()
            .contains("line 12 is not a JSON object")
    );
    let error = read(&lines[2..3], &[]).unwrap_err();
    assert!(
        error.contains(
            "sft.jsonl: 1 rows, 0 used; left out: 1 without a response (line 1); write rows"
        ),
        "{error}"
    );
}

/// So many rows in each language.
fn of(counts: &[(Language, usize)]) -> Vec<String> {
    let each = counts
        .iter()
        .flat_map(|&(language, count)| (0..count).map(move |n| (language, n)));
    each.map(|(language, n)| {
        json!({"prompt": format!("{n}?"), "completion": response(language, n)}).to_string()
    })
    .collect()
}

#[test]
fn an_epoch_has_each_row_once_and_shares_are_kept() {
    let counts = [(Language::En, 40), (Language::Zh, 7), (Language::Th, 3)];
    let lines = of(&counts);
    let rows = read(&lines, &[]).unwrap();
    let mut rng = SplitMix64::new(3);
    for order in 0..20 {
        let epoch = rng.below(1000) * 50;
        let seen: BTreeSet<&str> = (epoch..epoch + 50)
            .map(|i| rows.row(order, i).response.as_str())
            .collect();
        assert_eq!(seen.len(), 50);
    }
    // Half in English, a fifth in Thai, and what is left in Chinese.
    let shared = read(&lines, &[(Language::En, 0.5), (Language::Th, 0.2)]).unwrap();
    for round in [0, 7] {
        let drawn: Vec<&TaggedRow> = (round * 1000..(round + 1) * 1000)
            .map(|i| shared.row(9, i))
            .collect();
        for (language, count, turns) in [
            (Language::En, 40, 500),
            (Language::Zh, 7, 300),
            (Language::Th, 3, 200),
        ] {
            let mut times = BTreeMap::<&str, usize>::new();
            for row in drawn.iter().filter(|row| row.language == language) {
                *times.entry(&row.response).or_default() += 1;
            }
            assert_eq!(times.values().sum::<usize>(), turns, "{language}");
            assert_eq!(times.len(), count);
            // Each as often as the others: a round may begin and end within an epoch.
            let even = turns / count;
            assert!(
                times
                    .values()
                    .all(|&n| (even.saturating_sub(1)..=even + 2).contains(&n)),
                "{language}: {times:?}"
            );
        }
    }
    assert_eq!(shared.row(9, 123), shared.row(9, 123));
}

#[test]
fn a_share_without_rows_is_refused() {
    let lines = of(&[(Language::En, 2), (Language::Zh, 2)]);
    let error = read(&lines, &[(Language::Th, 0.2)]).unwrap_err();
    assert!(
        error.starts_with("sft.shares names `th`, in which")
            && error.ends_with("has no row; leave it out, or add rows"),
        "{error}"
    );
    let error = read(&lines, &[(Language::En, 0.0), (Language::Zh, 0.0)]).unwrap_err();
    assert!(error.starts_with("sft.shares leaves no share"), "{error}");
    let only = read(&lines, &[(Language::Zh, 1.0), (Language::Th, 0.0)]).unwrap();
    assert!((0..50).all(|index| only.row(1, index).language == Language::Zh));
}
