//! "And" and "or" in every language, spaced and tight, between values and between boxes.

use proptest::prelude::*;

use super::{compared, equal};
use crate::Extraction;
use crate::verify;

/// Words for "and" and for "or", and whether they stand without spaces, by language.
const WORDS: [(&str, &str, bool); 19] = [
    ("and", "or", false),
    ("und", "oder", false),
    ("et", "ou", false),
    ("e", "o", false),
    ("y", "o", false),
    ("e", "ou", false),
    ("și", "sau", false),
    ("и", "или", false),
    ("和", "或", true),
    ("且", "或者", true),
    ("と", "または", true),
    ("かつ", "もしくは", true),
    ("와", "또는", true),
    ("และ", "หรือ", true),
    ("và", "hoặc", false),
    ("dan", "atau", false),
    ("na", "au", false),
    ("و", "أو", true),
    ("ו", "או", true),
];

/// Two values joined in one language: as text between two items, and the languages' word.
fn joined() -> impl Strategy<Value = String> {
    (
        prop::sample::select(&WORDS[..]),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|((and, or, tight), first, spaced)| {
            let word = if first { and } else { or };
            if tight && !spaced {
                word.to_owned()
            } else {
                format!(" {word} ")
            }
        })
}

proptest! {
    #[test]
    fn both_values_are_the_answer_and_neither_alone_is(joint in joined(), a in -99_i64..99, by in 1_i64..99) {
        let b = a + by;
        let both = format!("{b}, {a}");
        for answer in [
            format!("{a}{joint}{b}"), format!("x={a}{joint}x={b}"), format!("x_1={a}{joint}x_2={b}"),
            format!("{a}\\text{{{joint}}}{b}"), format!("$x={a}${joint}$x={b}$"),
        ] {
            // A minus after a letter of Hebrew is its hyphen.
            if joint.contains('ו') && answer.contains("ו-") {
                continue;
            }
            let boxed = format!("\\boxed{{{}}}", answer.replace('$', ""));
            prop_assert!(compared(&boxed, &both).equal, "{}", boxed);
            for one in [a, b] {
                prop_assert!(!compared(&boxed, &one.to_string()).equal, "{} {}", boxed, one);
                prop_assert!(!compared(&one.to_string(), &answer).equal, "{} {}", one, answer);
            }
            prop_assert!(compared(&both, &answer).equal, "{}", answer);
        }
    }

    #[test]
    fn joined_boxes_are_one_answer_at_every_door(joint in joined(), a in -99_i64..99, by in 1_i64..99) {
        let b = a + by;
        for said in [
            format!("\\boxed{{{a}}}{joint}\\boxed{{{b}}}"), format!("$\\boxed{{{a}}}${joint}$\\boxed{{x={b}}}$."),
            format!("\\boxed{{{a}}}\\text{{{joint}}}\\boxed{{{b}}}"), format!("$x_1=\\boxed{{{a}}}${joint}$x_2=\\boxed{{{b}}}$"),
            format!("x = \\boxed{{{a}}}, y = \\boxed{{{b}}}"), format!("x=\\boxed{{{a}}}{joint}x=\\boxed{{{b}}}"),
            format!("\\boxed{{{a}}} \\boxed{{{b}}}"),
        ] {
            let response = format!("<think>\n\\boxed{{{b}}}\n</think>\nSo it is {said}");
            for extraction in [Extraction::AfterThinking, Extraction::Stated] {
                prop_assert!(verify(&response, &format!("{b}, {a}"), extraction), "{}", response);
                prop_assert!(verify(&response, &said, extraction), "{}", response);
                for one in [a, b] {
                    prop_assert!(!verify(&response, &one.to_string(), extraction), "{} {}", response, one);
                }
            }
        }
    }
}

#[test]
fn sets_and_tuples_are_joined_as_numbers_are() {
    for (answer, reference) in [
        ("-1<x<3且x\\neq0", "(-1,0)\\cup(0,3)"),
        ("x>2或x<-2", "(-\\infty,-2)\\cup(2,\\infty)"),
        ("x<-2または2<x", "|x|>2"),
        ("(1,2)或(3,4)", "(3,4), (1,2)"),
        ("(1,2), (3,4)와(5,6)", "\\{(5,6), (1,2), (3,4)\\}"),
    ] {
        assert!(equal(answer, reference), "{answer} {reference}");
        assert!(equal(reference, answer), "{answer} {reference}");
    }
    for (answer, reference) in [
        ("x<-2", "x>2或x<-2"),
        ("(1,2)", "(1,2)或(3,4)"),
        ("(2,1)或(3,4)", "(1,2)或(3,4)"),
        ("x>2且x<-2", "x>2或x<-2"),
    ] {
        assert!(!equal(answer, reference), "{answer} {reference}");
    }
}
