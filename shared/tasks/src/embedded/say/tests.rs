//! Every language says everything, and says it in the sentences written down here.

use std::collections::HashMap;

use super::golden::GOLDEN;
use super::*;
use crate::embedded::{Family, Spec};

/// Problems whose sayings `golden.rs` lists for every language, with what is said of each.
fn reviewed(language: Language) -> [String; 10] {
    let sums = |a, b| Operands::Sum { a, b };
    let days = |from, days| Operands::Weekday { from, days };
    let months = |from, months| Operands::Month { from, months };
    let clock = |from: &str, minutes| Operands::Clock {
        from: from.parse().unwrap(),
        span: Span::from_minutes(minutes),
    };
    let made = |operands, style| Problem::at_lowest_level(operands, style).unwrap();
    let question = |operands, style| problem(&made(operands, style), language);
    let said = |operands, style| trace(&made(operands, style), language);
    [
        question(sums(47, 38), Style::Steps),
        question(days(Weekday::Wednesday, 22), Style::Breath),
        said(sums(47, 38), Style::Steps),
        said(Operands::Difference { a: 85, b: 38 }, Style::Breath),
        said(Operands::Product { a: 47, b: 6 }, Style::Breath),
        said(days(Weekday::Monday, 17), Style::Steps),
        said(days(Weekday::Sunday, 41), Style::Breath),
        said(months(Month::April, 22), Style::Breath),
        said(clock("09:45", 30), Style::Steps),
        said(clock("10:25", 130), Style::Breath),
    ]
}

#[test]
fn every_language_says_what_reviewers_have_read() {
    for (language, expected) in Language::ALL.into_iter().zip(GOLDEN) {
        for (said, expected) in reviewed(language).iter().zip(expected) {
            assert_eq!(said, expected, "{language}");
        }
    }
}

#[test]
fn every_kind_is_said_in_words_by_every_language() {
    for spec in Spec::all() {
        let sample: Vec<_> = spec.problems().step_by(37).take(150).collect();
        for language in Language::ALL {
            for problem in &sample {
                let question = super::problem(problem, language);
                let said = trace(problem, language);
                assert!(question.contains(voice(language).ask_style(spec.style())));
                assert!(!said.chars().any(|c| c.is_ascii_digit()), "{said}");
                assert!(said.ends_with(voice(language).stop()), "{said}");
                assert!(!said.contains("  ") && said.trim() == said, "{said}");
                let first = said.chars().next().unwrap();
                assert!(!first.is_lowercase(), "{said}");
            }
        }
    }
}

#[test]
fn a_trace_has_a_sentence_a_step_and_ends_with_the_result() {
    for spec in Spec::all() {
        for problem in spec.problems().step_by(97).take(60) {
            let steps = problem.steps();
            for language in Language::ALL {
                let said = trace(&problem, language);
                // Empty in Thai, which ends sentences with a space.
                let mark = voice(language).stop();
                if !mark.is_empty() {
                    assert_eq!(said.matches(mark).count(), steps.len(), "{said}");
                }
                let last = step(steps.last().unwrap(), language);
                assert!(said.ends_with(&last), "{said}");
                if matches!(
                    spec.family(),
                    Family::Sums | Family::Differences | Family::Products
                ) {
                    let result = spell(problem.answer().parse().unwrap(), language);
                    // Japanese and Korean close the sentence with a copula.
                    let closed = ["です", "입니다", ""]
                        .into_iter()
                        .any(|copula| last.ends_with(&format!("{result}{copula}{mark}")));
                    assert!(closed, "{last}");
                }
            }
        }
    }
}

/// Two steps of different content must never sound alike, or the trace would not hold the answer.
#[test]
fn different_steps_sound_different() {
    for language in Language::ALL {
        let mut heard = HashMap::new();
        for spec in Spec::all().filter(|spec| spec.style() == Style::Breath) {
            for problem in spec.problems().step_by(17).take(1_500) {
                for step in problem.steps() {
                    let said = super::step(&step, language);
                    let before = heard.insert(said.clone(), step);
                    assert!(before.is_none_or(|before| before == step), "{said}");
                }
            }
        }
    }
}

#[test]
fn the_style_is_part_of_the_question() {
    let operands = Operands::Sum { a: 47, b: 38 };
    for language in Language::ALL {
        let [steps, breath] = Style::ALL.map(|style| {
            problem(
                &Problem::at_lowest_level(operands, style).unwrap(),
                language,
            )
        });
        assert_ne!(steps, breath);
    }
}

#[test]
fn the_gloss_is_the_english_trace() {
    let operands = Operands::Difference { a: 9, b: 4 };
    let nine = Problem::at_lowest_level(operands, Style::Breath).unwrap();
    assert_eq!(gloss(&nine), "Nine minus four equals five.");
}

/// Agreement of the noun with its count, where languages are strict about it.
#[test]
fn counts_agree_with_their_nouns() {
    let after = |days, language| {
        let from = Weekday::Monday;
        let to = from.plus((days % 7) as i32);
        step(&Step::AfterWeekday { from, days, to }, language)
    };
    for (days, language, expected) in [
        (1, Language::Ru, "Через один день "),
        (11, Language::Ru, "Через одиннадцать дней "),
        (21, Language::Ru, "Через двадцать один день "),
        (34, Language::Ru, "Через тридцать четыре дня "),
        (1, Language::Ar, "بعد يوم واحد "),
        (2, Language::Ar, "بعد يومين "),
        (10, Language::Ar, "بعد عشرة أيام "),
        (12, Language::Ar, "بعد اثني عشر يومًا "),
        (22, Language::Ar, "بعد اثنين وعشرين يومًا "),
        (2, Language::He, "יומיים "),
        (13, Language::He, "שלושה עשר ימים "),
        (22, Language::He, "עשרים ושניים ימים "),
        (1, Language::Ro, "La o zi "),
        (2, Language::Ro, "La două zile "),
        (12, Language::Ro, "La douăsprezece zile "),
        (20, Language::Ro, "La douăzeci de zile "),
        (31, Language::Ro, "La treizeci și una de zile "),
        (21, Language::Es, "Veintiún días "),
        (31, Language::Es, "Treinta y un días "),
        (1, Language::De, "Ein Tag "),
        (2, Language::Zh, "星期一再过两天"),
        (22, Language::Zh, "星期一再过二十二天"),
    ] {
        let said = after(days, language);
        assert!(said.starts_with(expected), "{said}");
    }
    let months = |months, language| {
        let from = Month::January;
        let to = from.plus((months % 12) as i32);
        step(&Step::AfterMonth { from, months, to }, language)
    };
    assert!(months(1, Language::Sw).starts_with("Mwezi mmoja "));
    assert!(months(13, Language::Sw).starts_with("Miezi kumi na mitatu "));
    assert!(months(16, Language::Sw).starts_with("Miezi kumi na sita "));
    assert!(months(9, Language::Ko).ends_with("시월입니다."));
}
