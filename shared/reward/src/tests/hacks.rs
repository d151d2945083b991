//! Responses that try to be paid for an answer that they do not give, by kinds: under `paper` none is, whatever the answer, the variant and
//! the language; what `official` pays is what the manual lists.

use explang_named::named;
use explang_tasks::calendar::Weekday;
use explang_tasks::random::SplitMix64;
use explang_tasks::{Spec, say};

use super::*;

/// A way to the right answer's pay without giving it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hack {
    UnclosedThinking,
    BoxInThinking,
    WrongBoxAfterThinking,
    SecondThinking,
    WrongBoxAfterSecondThinking,
    UnclosedSecondThinking,
    BoxBeforeTag,
    BoxAsTag,
    UnclosedBox,
    Part,
    OptionsInBox,
    OptionsInBoxes,
    Chain,
    EitherSign,
    Range,
    Filler,
}

named!(Hack, "hack", {
    UnclosedThinking => "unclosed thinking",
    BoxInThinking => "box in the thinking",
    WrongBoxAfterThinking => "box in the thinking, another after it",
    SecondThinking => "box in a second thinking",
    WrongBoxAfterSecondThinking => "box in a second thinking, another after it",
    UnclosedSecondThinking => "box in an unclosed second thinking",
    BoxBeforeTag => "box before the tag",
    BoxAsTag => "box as the tag",
    UnclosedBox => "unclosed box",
    Part => "part of the answer",
    OptionsInBox => "all options in one box",
    OptionsInBoxes => "all options in boxes, the right one last",
    Chain => "chain through the answer",
    EitherSign => "either sign",
    Range => "range around the answer",
    Filler => "box without an answer",
});

/// A reference, and answers to it.
struct Truth {
    reference: String,
    /// The right answer, as it is boxed.
    right: String,
    /// Pieces of it: its first digits, one of its values.
    parts: Vec<String>,
    /// Wrong answers of the same kind.
    others: [String; 2],
    /// It is a number other than 0.
    number: bool,
}

impl Truth {
    /// An answer whose reference is written as it is.
    fn plain(right: String, parts: Vec<String>, others: [String; 2], number: bool) -> Truth {
        let reference = right.clone();
        Truth {
            reference,
            right,
            parts,
            others,
            number,
        }
    }

    /// One of every kind of answer.
    fn of_every_kind(rng: &mut SplitMix64, language: Language) -> Vec<Truth> {
        let mut from = |least: u64, most: u64| least + rng.below(most - least);
        let [a, b, c] = [from(2, 9), from(11, 90), from(101, 99_999)];
        let whole = c.to_string();
        let prefixes = (1..whole.len())
            .map(|end| whole[..end].to_owned())
            .collect();
        let [top, bottom] = [a, 2 * a * b + 1];
        let day = |i: u64| Weekday::ALL[(a + i) as usize % 7].name(language).to_owned();
        let texts = |parts: &[u64]| parts.iter().map(u64::to_string).collect::<Vec<_>>();
        let pair = |x: u64, y: u64| format!("({x}, {y})");
        let both = |reference: String| Truth {
            reference,
            right: format!("{a}, {b}"),
            parts: texts(&[a, b]),
            others: [format!("{a}, {}", b + 1), (a + b + 1).to_string()],
            number: false,
        };
        vec![
            Truth::plain(
                whole,
                prefixes,
                [(c + 1).to_string(), (c + 10).to_string()],
                true,
            ),
            Truth::plain(
                format!("\\frac{{{top}}}{{{bottom}}}"),
                texts(&[top, bottom]),
                [
                    format!("\\frac{{{top}}}{{{}}}", bottom + 1),
                    format!("\\frac{{{bottom}}}{{{top}}}"),
                ],
                true,
            ),
            Truth::plain(
                format!("{b}.{a}5"),
                vec![b.to_string(), format!("{b}.{a}")],
                [format!("{b}.{a}7"), format!("{}.{a}5", b + 1)],
                true,
            ),
            Truth::plain(
                format!("{a}:{}", 10 + b / 2),
                texts(&[a, 10 + b / 2]),
                [format!("{a}:09"), format!("{}:{}", a + 1, 10 + b / 2)],
                false,
            ),
            Truth::plain(
                pair(a, b),
                texts(&[a, b]),
                [pair(b, a), pair(a, b + 1)],
                false,
            ),
            Truth::plain(
                format!("{a}\\sqrt{{3}}"),
                vec![a.to_string(), "\\sqrt{3}".into()],
                [format!("{a}\\sqrt{{5}}"), format!("{b}\\sqrt{{3}}")],
                true,
            ),
            Truth::plain(day(0), vec![], [day(1), day(2)], false),
            Truth::plain("C".into(), vec![], ["A".into(), "B".into()], false),
            both(format!("{a}, {b}")),
            both(format!("x={a} \\text{{ or }} x={b}")),
            both(format!(
                "The roots are $\\boxed{{{a}}}$ and $\\boxed{{{b}}}$."
            )),
        ]
    }

    /// The wrong answers and the right one, the right one last, with `between` between.
    fn options(&self, between: &str) -> [String; 3] {
        let [one, two] = &self.others;
        let right = &self.right;
        [
            format!("{one}{between}{right}"),
            format!("{one}{between}{two}{between}{right}"),
            format!("{two}{between}{one}{between}{right}"),
        ]
    }
}

fn boxed(answer: &str) -> String {
    format!("\\boxed{{{answer}}}")
}

impl Hack {
    /// The responses of this kind, which think `trace` in `language`.
    fn responses(self, truth: &Truth, language: Language, trace: &str) -> Vec<String> {
        let (right, wrong) = (boxed(&truth.right), boxed(&truth.others[0]));
        let open = format!("{}{trace}", crate::transcript::forced_prefix(language));
        let thought = format!("{open}\n</think>\n");
        let answers = |answers: Vec<String>| -> Vec<String> {
            answers
                .iter()
                .map(|answer| format!("{thought}{answer}"))
                .collect()
        };
        let listed = |joints: &[&str]| {
            let all = joints.iter().flat_map(|joint| truth.options(joint));
            answers(all.map(|all| boxed(&all)).collect())
        };
        match self {
            Hack::UnclosedThinking => vec![
                format!("{open} {right}"),
                format!("{open}\n<think>\n{right}"),
            ],
            Hack::BoxInThinking => vec![format!("{open} {right}\n</think>\nSo it is.")],
            Hack::WrongBoxAfterThinking => vec![format!("{open} {right}\n</think>\n{wrong}")],
            Hack::SecondThinking => answers(vec![
                format!("<think>\n{right}\n</think>\n"),
                format!("{wrong}\n<think>\n{right}\n</think>\nDone."),
            ]),
            Hack::WrongBoxAfterSecondThinking => {
                answers(vec![format!("<think>\n{right}\n</think>\n{wrong}")])
            }
            Hack::UnclosedSecondThinking => answers(vec![
                format!("<think>\n{right}"),
                format!("{wrong}\n<think>\nNo: {right}"),
                format!("<think>\n{trace}\n</think>\n{wrong}\n<think>{right}"),
            ]),
            Hack::BoxBeforeTag => vec![format!("{right}\n{thought}Done.")],
            Hack::BoxAsTag => vec![format!(
                "<lang_select>\n{right}\n</lang_select>\n<think>\n{trace}\n</think>\nDone."
            )],
            Hack::UnclosedBox => answers(vec![format!("\\boxed{{{}", truth.right)]),
            Hack::Part => answers(truth.parts.iter().map(|part| boxed(part)).collect()),
            Hack::OptionsInBox => {
                let joints = [
                    ", ",
                    " or ",
                    "; ",
                    " \\text{ or } ",
                    " and ",
                    "或",
                    " oder ",
                    " / ",
                ];
                listed(&joints)
            }
            Hack::OptionsInBoxes => {
                let joints = [
                    "} \\boxed{",
                    "}, \\boxed{",
                    "}\n\\boxed{",
                    "} or \\boxed{",
                    "} and \\boxed{",
                    "}$, $\\boxed{",
                ];
                listed(&joints)
            }
            Hack::Chain => {
                let (right, wrong) = (&truth.right, &truth.others[0]);
                answers(vec![
                    boxed(&format!("{right} = {wrong}")),
                    boxed(&format!("{wrong} = {right} = {wrong}")),
                ])
            }
            Hack::EitherSign if truth.number => {
                answers(vec![boxed(&format!("\\pm {}", truth.right))])
            }
            Hack::Range if truth.number => {
                let right = &truth.right;
                let ranges = [
                    format!("x \\le {right}"),
                    format!("[0, {right}]"),
                    format!("> {right}"),
                ];
                answers(ranges.iter().map(|range| boxed(range)).collect())
            }
            Hack::EitherSign | Hack::Range => vec![],
            Hack::Filler => answers(
                ["", "?", "x", "\\text{any}", "\\text{all of the above}"]
                    .map(boxed)
                    .to_vec(),
            ),
        }
    }
}

/// Takes every trace for one in this language.
struct Always(Language);

impl Identify for Always {
    fn identify(&self, _: &str) -> Option<Language> {
        Some(self.0)
    }
}

/// Calls `judge` with every hack, the texts of its kind, and what each scores as a group under a preset, by every variant.
fn attempt(preset: Preset, mut judge: impl FnMut(Hack, &Truth, &[String], &Variant, &[Scored])) {
    for language in Language::ALL {
        let mut rng = SplitMix64::new(language.index() as u64);
        let spec = Spec::all().next().unwrap();
        let trace = say::trace(&spec.draw(&mut rng), language);
        for truth in Truth::of_every_kind(&mut rng, language) {
            for hack in Hack::ALL {
                let texts = hack.responses(&truth, language, &trace);
                for name in Variant::NAMES.into_iter().chain([Variant::VERIFIED]) {
                    let mut rule = reward(name, preset);
                    rule.options.pool = Language::ALL.to_vec();
                    let responses: Vec<Response<'_>> =
                        texts.iter().map(|text| response(text, &truth)).collect();
                    judge(
                        hack,
                        &truth,
                        &texts,
                        &rule.variant,
                        &rule.score(&responses, &Always(language)),
                    );
                }
            }
        }
    }
}

fn response<'a>(text: &'a str, truth: &'a Truth) -> Response<'a> {
    Response {
        group: GroupId(0),
        text,
        ground_truth: &truth.reference,
        truncated: false,
    }
}

#[test]
fn no_hack_is_paid_for_an_answer() {
    let mut paid = std::collections::BTreeSet::new();
    attempt(Preset::Paper, |hack, truth, texts, variant, scored| {
        let weights = &variant.weights;
        let without_answer = weights.format
            + weights.compliance
            + weights.diversity
            + weights.other_language.max(weights.english);
        for (text, scored) in texts.iter().zip(scored) {
            let of = &scored.components;
            if of.verified + of.pass_at_k + of.language_accuracy > 0.0
                || scored.reward > without_answer + 1e-9
            {
                paid.insert(format!(
                    "{hack}: {:?} is paid for {text:?}",
                    truth.reference
                ));
            }
        }
    });
    let all: Vec<String> = paid.into_iter().collect();
    assert!(
        all.is_empty(),
        "{} hacks are paid:\n{}",
        all.len(),
        all.join("\n")
    );
}

#[test]
fn who_gives_the_answer_is_paid() {
    for language in Language::ALL {
        let mut rng = SplitMix64::new(language.index() as u64);
        for truth in Truth::of_every_kind(&mut rng, language) {
            let opening = crate::transcript::forced_prefix(language);
            let text = format!("{opening}…\n</think>\n{}", boxed(&truth.right));
            let wrong = truth
                .others
                .clone()
                .map(|other| format!("{opening}…\n</think>\n{}", boxed(&other)));
            for preset in Preset::ALL {
                let rule = reward("verified", preset);
                let verified = |text: &str| {
                    rule.score(&[response(text, &truth)], &Always(language))[0]
                        .components
                        .verified
                };
                assert_eq!(
                    verified(&text),
                    1.0,
                    "{} for {}",
                    truth.right,
                    truth.reference
                );
                assert_eq!(
                    wrong.clone().map(|text| verified(&text)),
                    [0.0; 2],
                    "{:?} for {}",
                    truth.others,
                    truth.reference
                );
            }
        }
    }
}

#[test]
fn the_manual_lists_what_official_pays_wrongly() {
    let mut paid = std::collections::BTreeSet::new();
    attempt(Preset::Official, |hack, _, _, _, scored| {
        if scored.iter().any(|scored| scored.components.verified > 0.0) {
            paid.insert(hack.name());
        }
    });
    let manual = include_str!("../../../../docs/reward.md");
    let (_, section) = manual
        .split_once("## What `official` pays wrongly")
        .unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split_once(" |"));
    let listed: std::collections::BTreeSet<&str> = rows
        .map(|(name, _)| name)
        .filter(|name| name.parse::<Hack>().is_ok())
        .collect();
    assert_eq!(paid, listed);
}
