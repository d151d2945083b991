//! The figures on records made by hand.

use super::*;
use crate::eval::record::tests::record;

#[test]
fn the_figures_follow_their_definitions() {
    let mut records = vec![
        record(0, Mode::SelfChosen, Some(Language::Zh), true),
        record(0, Mode::SelfChosen, Some(Language::Zh), true),
        record(0, Mode::SelfChosen, Some(Language::En), false),
        record(0, Mode::SelfChosen, None, true),
        record(1, Mode::SelfChosen, Some(Language::En), false),
        record(1, Mode::SelfChosen, Some(Language::En), false),
        record(1, Mode::SelfChosen, Some(Language::En), false),
        record(1, Mode::SelfChosen, Some(Language::En), false),
        // Another mode: must not count.
        record(1, Mode::English, Some(Language::En), true),
    ];
    records[1].compliant = false;
    records[4].truncated = Some(true);
    records[4].thinking_tokens = Some(50);
    records[5].family = "products".into();
    records[5].problem = 2;

    let s = mode_summary(&records, Mode::SelfChosen, &Options::default()).unwrap();
    assert_eq!((s.n, s.problems), (8, 3));
    assert_eq!(s.accuracy, 3.0 / 8.0);
    assert_eq!(s.compliance, 6.0 / 8.0);
    assert_eq!(s.acc_f, Some(1.0 / 6.0));
    assert_eq!(s.acc_star, 1.0 / 8.0);
    assert_eq!(s.thinking_tokens, Some(120.0 / 8.0));
    assert_eq!(s.truncation, Some(1.0 / 8.0));
    // The problem with the fewest samples has one, so k is 1: the mean over problems of 3/4, 0 and 0.
    assert_eq!((s.k, s.pass_at_k), (1, 0.25));
    assert!(s.intervals.accuracy[0] <= s.accuracy && s.accuracy <= s.intervals.accuracy[1]);

    assert_eq!(s.by_language[&Language::Zh].accuracy, 1.0);
    assert_eq!(s.by_language[&Language::Zh].compliance, 0.5);
    assert_eq!(s.by_language[&Language::En].truncation, Some(0.2));
    assert_eq!(s.by_language.len(), 2);
    assert_eq!(s.by_kind["sums/steps"].n, 7);
    assert_eq!(s.by_kind["sums/steps"].by_language[&Language::En].n, 4);
    assert_eq!(s.by_level[&1].n, 8);
}

#[test]
fn pass_at_k_is_any_of_the_samples_unless_asked_otherwise() {
    let records: Vec<_> = (0..12)
        .map(|i| record(0, Mode::English, Some(Language::En), i < 3))
        .chain((0..12).map(|_| record(1, Mode::English, Some(Language::En), false)))
        .collect();
    let s = mode_summary(&records, Mode::English, &Options::default()).unwrap();
    assert_eq!((s.k, s.pass_at_k), (12, 0.5));
    let options = Options {
        pass_k: Some(1),
        ..Options::default()
    };
    let s = mode_summary(&records, Mode::English, &options).unwrap();
    assert_eq!(s.k, 1);
    assert!((s.pass_at_k - s.accuracy).abs() < 1e-12);
}

#[test]
fn no_records_no_figures_and_none_compliant_no_acc_f() {
    assert_eq!(mode_summary(&[], Mode::Multi, &Options::default()), None);
    let mut wrong = record(0, Mode::Multi, Some(Language::Th), true);
    wrong.compliant = false;
    let s = mode_summary(
        std::slice::from_ref(&wrong),
        Mode::Multi,
        &Options::default(),
    )
    .unwrap();
    assert_eq!((s.acc_f, s.acc_star, s.accuracy), (None, 0.0, 1.0));
    wrong.thinking_tokens = None;
    wrong.truncated = None;
    wrong.level = 0;
    let s = mode_summary(&[wrong], Mode::Multi, &Options::default()).unwrap();
    assert_eq!((s.thinking_tokens, s.truncation), (None, None));
    assert!(s.by_level.is_empty());
    let json = serde_json::to_string(&s).unwrap();
    assert!(!json.contains("null"), "{json}");
    let back: ModeSummary = serde_json::from_str(&json).unwrap();
    assert_eq!(back, s);
}
