//! Each behaviour of the published code by itself.

use super::*;

/// The rewards without and with one quirk.
fn with_quirk(name: &str, texts: &[(u64, String)], set: fn(&mut Quirks)) -> (Vec<f64>, Vec<f64>) {
    let mut reward = reward(name, Preset::Paper);
    let without = rewards(&reward, texts);
    set(&mut reward.options.quirks);
    (without, rewards(&reward, texts))
}

#[test]
fn quirk_unanchored_format() {
    let texts = [(1, format!("Sure. {}", text("zh", "zh", "8")))];
    let (without, with) = with_quirk("naive", &texts, |q| q.unanchored_format = true);
    close(&without, &[0.0]);
    close(&with, &[0.6]);
}

#[test]
fn quirk_any_tag() {
    let texts = [(1, text("xx", "zh", "8")), (1, text("", "zh", "8"))];
    let (without, with) = with_quirk("naive", &texts, |q| q.any_tag = true);
    close(&without, &[0.0, 0.0]);
    close(&with, &[0.2, 0.2]);
}

#[test]
fn quirk_unclosed_format() {
    let texts = [(1, text("zh", "zh", "8").replace("</think>", ""))];
    let (without, with) = with_quirk("naive", &texts, |q| q.unclosed_format = true);
    close(&without, &[0.4]);
    close(&with, &[0.6]);
}

#[test]
fn quirk_first_trace() {
    // The second thinking is in English.
    let second = "</think>\n<think>\nen …\n</think>\n";
    let texts = [(1, text("zh", "zh", "7").replacen("</think>\n", second, 1))];
    let mut naive = reward("naive", Preset::Paper);
    let detected = |rule: &Reward| {
        let responses = texts.each_ref().map(|(_, text)| Response {
            group: GroupId(1),
            text,
            ground_truth: "7",
            truncated: false,
        });
        rule.score(&responses, &LastWord)[0].detected
    };
    assert_eq!(detected(&naive), Some(Language::En));
    naive.options.quirks.first_trace = true;
    assert_eq!(detected(&naive), Some(Language::Zh));
}

/// Takes a trace for one in the last language that it names.
struct LastWord;

impl Identify for LastWord {
    fn identify(&self, text: &str) -> Option<Language> {
        text.split_whitespace()
            .filter_map(|word| word.parse().ok())
            .next_back()
    }
}

#[test]
fn quirk_undefined_diversity() {
    let texts = [(1, text("zh", "en", "7")), (1, text("es", "en", "8"))];
    let (without, with) = with_quirk("explore", &texts, |q| q.undefined_diversity = true);
    close(&without, &[1.2, 0.2]);
    assert!(with.iter().all(|r| r.is_nan()));
    // A variant that does not weigh diversity is unharmed.
    let (_, exploit) = with_quirk("exploit", &texts, |q| q.undefined_diversity = true);
    close(&exploit, &[1.2, 0.2]);
}

#[test]
fn quirk_count_noncompliant() {
    let texts = [
        (1, text("zh", "zh", "8")),
        (1, text("zh", "en", "8")),
        (1, text("es", "es", "8")),
    ];
    let (without, with) = with_quirk("explore", &texts, |q| q.count_noncompliant = true);
    close(&without, &[0.6, 0.2, 0.6]);
    close(&with, &[0.5, 0.2, 0.6]);
}

#[test]
fn quirk_credit_noncompliant() {
    // The right Chinese answer was thought in English.
    let texts = [(1, text("zh", "en", "7")), (1, text("zh", "zh", "8"))];
    let (without, with) = with_quirk("exploit", &texts, |q| q.credit_noncompliant = true);
    close(&without, &[1.2, 0.4]);
    close(&with, &[1.7, 0.9]);
    // Nor is it paid for what another achieved.
    let texts = [(1, text("zh", "zh", "7")), (1, text("zh", "en", "8"))];
    let (without, with) = with_quirk("exploit", &texts, |q| q.credit_noncompliant = true);
    close(&without, &[1.9, 0.2]);
    close(&with, &[1.9, 0.7]);
}

#[test]
fn quirk_untagged_language() {
    let untagged = |answer| format!("<think>\nen\n</think>\n\\boxed{{{answer}}}");
    let texts = [(1, untagged("7")), (1, untagged("8"))];
    let (without, with) = with_quirk("exploit", &texts, |q| {
        q.credit_noncompliant = true;
        q.untagged_language = true;
    });
    close(&without, &[1.0, 0.0]);
    close(&with, &[1.5, 0.5]);
}

#[test]
fn quirk_score_empty() {
    let texts = [
        (1, " \n".to_owned()),
        (1, "<think>\nen\n</think>\n\\boxed{7}".to_owned()),
    ];
    let mut official = reward("exploit", Preset::Official);
    close(&rewards(&official, &texts), &[0.5, 1.0]);
    official.options.quirks.score_empty = false;
    close(&rewards(&official, &texts), &[0.0, 1.0]);
}

#[test]
fn each_quirk_has_a_name() {
    assert_eq!(Quirks::of(&[]), Quirks::NONE);
    assert_eq!(Quirks::of(&Quirk::ALL), Quirks::OFFICIAL);
    for quirk in Quirk::ALL {
        let alone = Quirks::of(&[quirk]);
        assert_eq!(alone.named(), [quirk]);
        assert_eq!(quirk.to_string().parse(), Ok(quirk));
        // The same name in a configuration, as a name and as a switch.
        assert_eq!(serde_json::to_value(quirk).unwrap(), quirk.name());
        assert_eq!(serde_json::to_value(alone).unwrap()[quirk.name()], true);
    }
    let error = "any-tag".parse::<Quirk>().unwrap_err().to_string();
    assert!(error.starts_with(
        "unknown quirk of the published code `any-tag` (did you mean `any_tag`?); expected one of: "
    ));
    assert!(error.contains(" score_empty"));
}

#[test]
fn the_manual_lists_every_quirk() {
    let manual = include_str!("../../../../docs/reward.md");
    for quirk in Quirk::ALL {
        assert!(
            manual.contains(&format!("| `{quirk}` |"))
                || manual.contains(&format!("`quirks`: `{quirk}`")),
            "{quirk}"
        );
    }
}
