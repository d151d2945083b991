//! Answers in prose: what is said after "answer is" counts where it ends, and not before.

use proptest::prelude::*;

use super::compared;

/// Ways to say that an answer follows.
const ANNOUNCED: [&str; 12] = [
    "The answer is ",
    "Answer: ",
    "**Final answer:** ",
    "So the final answer is: ",
    "答案是",
    "答案：",
    "答えは",
    "답은 ",
    "La respuesta es ",
    "La réponse est ",
    "Die Antwort lautet ",
    "Ответ: ",
];
/// What may follow it.
const TAILS: [&str; 7] = [
    "",
    ".",
    " because both groups are disjoint.",
    ", which is all we need.",
    " as we have seen above.\nThanks!",
    "; it cannot be less.",
    ". There are 7 of them.",
];

fn said() -> impl Strategy<Value = (&'static str, &'static str)> {
    (
        prop::sample::select(&ANNOUNCED[..]),
        prop::sample::select(&TAILS[..]),
    )
}

proptest! {
    #[test]
    fn a_chain_counts_where_it_ends((before, tail) in said(), a in 20_i64..400, b in 20_i64..400) {
        let sum = a + b;
        for chain in [
            format!("{a} + {b} = {sum}"), format!("${a} + {b} = {sum}$"), format!("m+n = {a}+{b} = {sum}"),
            format!("{a} plus {b} = {sum}"), format!("{a} + {b} + ... = {sum}"), format!("${a}$ + ${b}$ = ${sum}$"),
        ] {
            let response = format!("{before}{chain}{tail}");
            prop_assert!(compared(&response, &sum.to_string()).equal, "{}", response);
            for first in [a, b, a + 7] {
                prop_assert!(!compared(&response, &first.to_string()).equal, "{} {}", response, first);
            }
        }
        // An equation of its own says why.
        let response = format!("{before}{sum} since {a} + {b} = {sum}{tail}");
        prop_assert!(compared(&response, &sum.to_string()).equal, "{}", response);
    }

    #[test]
    fn two_answers_are_not_the_first((before, tail) in said(), a in 20_i64..400, by in 1_i64..400) {
        let b = a + by;
        for (both, list) in [
            (format!("{a} or {b}"), true), (format!("{a} and {b}"), true), (format!("${a}$ or ${b}$"), true),
            (format!("x = {a} or x = {b}"), true), (format!("{a} or maybe {b}"), false), (format!("{a} to {b}"), false),
        ] {
            let response = format!("{before}{both}{tail}");
            for one in [a, b] {
                prop_assert!(!compared(&response, &one.to_string()).equal, "{} {}", response, one);
            }
            prop_assert_eq!(compared(&response, &format!("{b}, {a}")).equal, list, "{}", response);
        }
    }

    #[test]
    fn a_first_answer_joined_to_one_that_cannot_be_read_is_not_the_answer(
        before in prop::sample::select(&ANNOUNCED[..]), a in 20_i64..400,
        word in prop::sample::select(&["or", "and", "或", "oder", "et", "или", "または", "또는", "và"][..]),
        strange in prop::sample::select(&["$+$", "$\\frac$", "$)($", "(]"][..]),
    ) {
        for first in [format!("${a}$"), a.to_string()] {
            let response = format!("{before}{first} {word} {strange} apples");
            prop_assert!(!compared(&response, &a.to_string()).equal, "{}", response);
        }
    }

    #[test]
    fn the_last_of_several_in_prose_is_not_the_answer(a in 1_i64..400, by in 1_i64..400) {
        let b = a + by;
        for response in [
            format!("We find that the roots are {a} and {b}."), format!("Hence it must be x = {a} or x = {b}, we see."),
            format!("They can only be ${a}$ or ${b}$."), format!("So there are both ${a}$ and {b} of them"),
        ] {
            prop_assert!(compared(&response, &format!("{b}, {a}")).equal, "{}", response);
            prop_assert!(!compared(&response, &b.to_string()).equal, "{}", response);
        }
    }
}

#[test]
fn what_follows_a_number_may_change_it() {
    for (response, reference, right) in [
        ("The answer is 3 eighths of the cake.", "3", false),
        ("The answer is 12 or more, I think.", "12", false),
        ("The answer is 10 choose 3 = 120.", "120", true),
        ("The answer is 10 choose 3 = 120.", "10", false),
        ("The answer is (5), as 7 is not prime.", "5", true),
        ("The answer is 12 (see page 7 of it).", "12", true),
        (
            "The answer is 13, since 10 + 3 = 13 and no less.",
            "13",
            true,
        ),
        (
            "9. Anya climbs one floor and Vanya some more floors.",
            "9",
            false,
        ),
        (
            "First we add.\n2. Then we are done with all of it.",
            "2",
            false,
        ),
        ("First we add.\n2. Then we get 7 of them all.", "7", true),
    ] {
        assert_eq!(
            compared(response, reference).equal,
            right,
            "{response} {reference}"
        );
    }
}
