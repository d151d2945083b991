use super::*;

#[cfg(feature = "mathematics")]
mod hacks;
mod quirks;

/// Takes a trace that opens with a language code for a trace in that language.
struct CodeReader;

impl Identify for CodeReader {
    fn identify(&self, text: &str) -> Option<Language> {
        text.split_whitespace().next()?.parse().ok()
    }
}

/// A response with tag `tag`, thinking in `spoken`, answering `answer`.
fn text(tag: &str, spoken: &str, answer: &str) -> String {
    format!(
        "<lang_select>\n{tag}\n</lang_select>\n<think>\n{spoken} …\n</think>\nIt is \\boxed{{{answer}}}."
    )
}

fn reward(name: &str, preset: Preset) -> Reward {
    Reward::named(name, preset).unwrap()
}

/// Scores texts, each with its group; the right answer is always 7.
fn score(reward: &Reward, texts: &[(u64, String)]) -> Vec<Scored> {
    let responses: Vec<Response<'_>> = texts
        .iter()
        .map(|(group, text)| Response {
            group: GroupId(*group),
            text,
            ground_truth: "7",
            truncated: false,
        })
        .collect();
    reward.score(&responses, &CodeReader)
}

fn rewards(reward: &Reward, texts: &[(u64, String)]) -> Vec<f64> {
    score(reward, texts).iter().map(|s| s.reward).collect()
}

fn close(values: &[f64], wanted: &[f64]) {
    assert_eq!(values.len(), wanted.len());
    for (v, w) in values.iter().zip(wanted) {
        assert!((v - w).abs() < 1e-12, "{values:?} is not {wanted:?}");
    }
}

/// One group of five: a right and a wrong Chinese, a right English, a right Spanish tag over Korean
/// thinking, and a wrong text without a tag.
fn one_group() -> Vec<(u64, String)> {
    vec![
        (1, text("zh", "zh", "7")),
        (1, text("zh", "zh", "8")),
        (1, text("en", "en", "7")),
        (1, text("es", "ko", "7")),
        (1, "<think>\nen …\n</think>\nIt is \\boxed{8}.".to_owned()),
    ]
}

/// What the best response earns, all components being 1; a tag names one language.
fn best(variant: &Variant) -> f64 {
    let all = Components {
        format: 1.0,
        compliance: 1.0,
        verified: 1.0,
        diversity: 1.0,
        pass_at_k: 1.0,
        language_accuracy: 1.0,
        english: 0.0,
        other_language: 1.0,
    };
    variant.weights.sum(&all)
}

#[test]
fn every_variant_reaches_the_published_maximum() {
    let published = [1.6, 1.6, 1.5, 1.7, 1.4, 1.4, 1.4, 2.4, 1.6, 1.6];
    for (name, maximum) in Variant::NAMES.into_iter().zip(published) {
        let variant = Variant::named(name, Preset::Official).unwrap();
        close(&[best(&variant)], &[maximum]);
        assert_eq!(variant.name, name);
    }
    close(
        &[best(&Variant::named("exploit", Preset::Paper).unwrap())],
        &[1.9],
    );
    let error = Variant::named("nave", Preset::Paper).unwrap_err();
    assert!(error.to_string().contains("`nave`") && error.to_string().contains("combine_acc"));
}

#[test]
fn all_ten_formulas_by_hand() {
    // v = 1 0 1 1 0, c = 1 1 1 0 0, f = 1 1 1 1 0; with the published counts n = 2 2 1 1 and
    // d = 1/2 1/2 1 0 0, P = 1 1 1 1 0, mean v = 1/2 1/2 1 1 0.
    for (name, wanted) in [
        ("naive", [1.6, 0.6, 1.5, 1.4, 0.0]),
        ("explore", [1.5, 0.5, 1.6, 1.2, 0.0]),
        ("explore_mod1", [1.45, 0.45, 1.5, 1.2, 0.0]),
        ("explore_mod2", [1.55, 0.55, 1.7, 1.2, 0.0]),
        ("exploit", [1.4, 0.9, 1.4, 1.2, 0.0]),
        ("exploit_mod1", [1.4, 0.8, 1.4, 1.2, 0.0]),
        ("exploit_mod2", [1.4, 1.0, 1.4, 1.2, 0.0]),
        ("exploit_acc", [1.9, 0.9, 2.4, 2.2, 0.0]),
        ("combine", [1.5, 1.0, 1.6, 1.2, 0.0]),
        ("combine_acc", [1.25, 0.75, 1.6, 1.2, 0.0]),
    ] {
        close(
            &rewards(&reward(name, Preset::Official), &one_group()),
            &wanted,
        );
    }
    // The paper's weights; the Spanish answer does not comply and earns no P.
    let paper = reward("exploit", Preset::Paper);
    close(&rewards(&paper, &one_group()), &[1.9, 0.9, 1.9, 1.2, 0.0]);
}

#[test]
fn the_report_of_a_response_names_tag_and_detection() {
    let scored = score(&reward("explore", Preset::Paper), &one_group());
    assert_eq!(scored[3].tag.as_deref(), Some("es"));
    assert_eq!(scored[3].language, Some(Language::Es));
    assert_eq!(scored[3].detected, Some(Language::Ko));
    assert_eq!(
        (&scored[4].tag, scored[4].detected),
        (&None, Some(Language::En))
    );
    assert_eq!(scored[0].components.diversity, 0.5);
}

#[test]
fn scope_group_keeps_prompts_apart() {
    // Chinese is right on prompt 1 only.
    let texts = [(1, text("zh", "zh", "7")), (2, text("zh", "zh", "8"))];
    let mut exploit = reward("exploit", Preset::Paper);
    close(&rewards(&exploit, &texts), &[1.9, 0.4]);
    exploit.options.scope = Scope::Batch;
    close(&rewards(&exploit, &texts), &[1.9, 0.9]);
}

#[test]
fn the_whole_response_is_read_by_choice_only() {
    let texts = [(
        1,
        "<lang_select>\nzh\n</lang_select>\n<think>\nzh … so 7".to_owned(),
    )];
    let mut naive = reward("naive", Preset::Paper);
    close(&rewards(&naive, &texts), &[0.4]);
    naive.options.answer_scope = explang_verify::Extraction::WholeResponse;
    close(&rewards(&naive, &texts), &[1.4]);
}

/// The published verifier's time-out: what cannot be decided earns nothing, though it is the reference here.
#[cfg(feature = "mathematics")]
#[test]
fn an_answer_that_is_too_much_work_is_not_verified() {
    let terms: Vec<String> = (1..=90).map(|i| format!("\\sin({i}x+1)")).collect();
    let reference = terms.join("+");
    let answer = format!("{reference}+0x");
    let reason =
        explang_verify::compare(&answer, &reference, explang_verify::Extraction::Stated).reason;
    assert_eq!(reason, "too long or too large to be decided");
    let undecided = text("zh", "zh", &answer);
    let alike = text("zh", "zh", &reference);
    for preset in [Preset::Paper, Preset::Official] {
        let responses = [&undecided, &alike].map(|text| Response {
            group: GroupId(1),
            text,
            ground_truth: &reference,
            truncated: false,
        });
        let scored = reward("naive", preset).score(&responses, &CodeReader);
        let verified = [0, 1].map(|i: usize| scored[i].components.verified);
        close(&verified, &[0.0, 1.0]);
        close(&[scored[0].reward, scored[1].reward], &[0.6, 1.6]);
    }
}

#[test]
fn the_detectors_languages_are_a_named_choice() {
    assert_eq!(Options::of(Preset::Official).detector, Detector::Seen);
    assert_eq!(Options::of(Preset::Paper).detector, Detector::All);
    assert_eq!(Detector::Seen.languages(), Language::SEEN);
    assert_eq!(Detector::All.languages(), Language::ALL);
    let read: Options = serde_json::from_str(r#"{"detector": "seen"}"#).unwrap();
    assert_eq!(read.detector, Detector::Seen);
}

#[test]
fn plain_grpo_pays_the_right_answer_alone() {
    let variant = Variant::named("verified", Preset::Paper).unwrap();
    assert!(!Variant::NAMES.contains(&variant.name.as_str()));
    let plain = Reward {
        variant,
        ..reward("explore", Preset::Paper)
    };
    // Right without a tag, and wrong with everything else in order.
    let untagged = "<think>\nThree and four.\n</think>\n\\boxed{7}".to_owned();
    let texts = [(1, untagged), (1, text("zh", "zh", "8"))];
    assert_eq!(rewards(&plain, &texts), [1.0, 0.0]);
    let error = Variant::named("verifed", Preset::Paper)
        .unwrap_err()
        .to_string();
    assert!(error.contains("did you mean `verified`?"), "{error}");
}

#[test]
fn the_default_is_finite_on_anything() {
    let broken = [
        "",
        " ",
        "<lang_select>\n",
        "<lang_select>\nzh\n</lang_select>\n<think>",
        "</think>",
        "<think>",
        "\\boxed{",
        "<lang_select>\nxx\n</lang_select>\n<think>\n\n</think>\n\\boxed{}",
    ];
    for name in Variant::NAMES {
        let reward = reward(name, Preset::Paper);
        for n in 0..=broken.len() {
            let texts: Vec<_> = broken[..n].iter().map(|t| (1, (*t).to_owned())).collect();
            let values = rewards(&reward, &texts);
            assert_eq!(values.len(), n);
            assert!(values.iter().all(|r| r.is_finite()), "{name}: {values:?}");
            assert!(values.iter().take(2).all(|&r| r == 0.0));
        }
    }
}

#[test]
fn truncation_is_kept_penalised_or_masked() {
    let whole = text("zh", "zh", "7");
    let cut = "<lang_select>\nzh\n</lang_select>\n<think>\nzh thr";
    let responses = [(whole.as_str(), false), (cut, true)].map(|(text, truncated)| Response {
        group: GroupId(1),
        text,
        ground_truth: "7",
        truncated,
    });
    let mut explore = reward("explore", Preset::Paper);
    for (choice, wanted, masked) in [
        (Truncated::Keep, 0.4, false),
        (Truncated::Penalise, 0.0, false),
        (Truncated::Mask, 0.2, true),
    ] {
        explore.options.truncated = choice;
        let scored = explore.score(&responses, &CodeReader);
        close(&[scored[0].reward, scored[1].reward], &[1.6, wanted]);
        assert_eq!((scored[0].masked, scored[1].masked), (false, masked));
    }
    // A masked response is not counted among those that chose its language.
    explore.options.truncated = Truncated::Mask;
    let other = text("es", "es", "7");
    let with_other = [
        responses[0],
        responses[1],
        Response {
            text: &other,
            ..responses[0]
        },
    ];
    let scored = explore.score(&with_other, &CodeReader);
    assert_eq!(scored[0].components.diversity, 1.0);
}

#[test]
fn a_language_outside_the_pool_is_no_choice_until_the_pool_holds_it() {
    let texts = [(1, text("sw", "sw", "8"))];
    let mut explore = reward("explore", Preset::Paper);
    let outside = &score(&explore, &texts)[0];
    assert_eq!((outside.language, outside.detected), (None, None));
    assert_eq!(outside.reward, 0.0);
    explore.options.pool = Language::ALL.to_vec();
    close(&rewards(&explore, &texts), &[0.6]);
}

#[test]
fn a_reward_is_data() {
    let custom: Reward = serde_json::from_str(
        r#"{"variant": {"name": "mine", "weights": {"verified": 2}},
            "options": {"scope": "batch", "truncated": "mask", "quirks": {"any_tag": true}}}"#,
    )
    .unwrap();
    assert_eq!(custom.options.scope, Scope::Batch);
    assert!(custom.options.quirks.any_tag && !custom.options.quirks.score_empty);
    close(&rewards(&custom, &one_group()), &[2.0, 0.0, 2.0, 2.0, 0.0]);
    let text = serde_json::to_string(&custom).unwrap();
    assert_eq!(serde_json::from_str::<Reward>(&text).unwrap(), custom);
    assert!(serde_json::from_str::<Weights>(r#"{"verifed": 2}"#).is_err());
    assert_eq!(Options::default(), Options::of(Preset::Paper));
    assert_eq!("paper".parse(), Ok(Preset::Paper));
    assert_eq!("official".parse(), Ok(Preset::Official));
    assert_eq!(
        "officiel".parse::<Preset>().unwrap_err().to_string(),
        "unknown reward preset `officiel` (did you mean `official`?); expected one of: paper official"
    );
}
