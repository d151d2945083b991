//! Wrong answers made from right ones: a part, a half, more than was asked, every option. None is accepted, whatever the numbers.

use proptest::prelude::*;

use crate::{Extraction, verify};

/// Two items of a list, and what is half of it or more than it.
const LISTS: [&str; 4] = [
    "A, B",
    "A \\text{ or } B",
    "\\{A, B\\}",
    "x = A \\text{ or } x = B",
];
const HALVES: &str = r"A | B | x = A | x = B | \{A\} | A, A | A, C | A, B, C | x = A, y = B1 | (A, B) | -A, -B | AB | A or A |
    x = A or x = C | A \pm B | [A, B] | A = B | x_1 = A, x_2 = C | A < x < B | A + B | A or more | A, ... | A, B, ...";
/// References, each with wrong answers made from it; A, B and C are numbers, D and E the digits of A.
const WRONG: [(&str, &str); 8] = [
    (
        "A",
        r"A, B | A or B | B or A | A and B | A或B | AとB | A 또는 B | \{A, B\} | (A, B) | [A, B] | A \pm B | A+B | A/B | A:B |
        A^2 | 2A | A1 | 1A | -A | A\% | 0.A | A.1 | A! | \frac{1}{A} | x > A | x \ne A | A = B | B = A = C | x = B | x = A = B |
        x = A, y = B | x_1 = A, x_2 = B | A \text{ or more} | A \text{ to } B | \text{not } A | A \ldots B | A... | A x |
        A \approx B | A + B = C1 | m + n = B | x + A | Ax = A | \text{(a) } A \text{ (b) } B | A, B, C | A; B |
        A \quad \text{or} \quad B | x = A \quad x = B | D | E | D\text{ }E | D, E | A choose 2 | A (B) | A \text{ or so} |
        x = A \text{ ou } x = B | \sqrt{A} | A\overline{A} | \frac{A}{B} | \boxed{A}, \boxed{B} | \lvert A-B\rvert | A \times B | (A)(B)",
    ),
    (
        "(A, B)",
        r"(B, A) | A, B | A | (A, B, C) | (A, C) | (A, B) or (B, A) | x = A | x = B, y = A | \{A, B\} | [A, B] | (A, B), (C, B)",
    ),
    (
        "[A, B)",
        r"(A, B) | [A, B] | (A, B] | x \ge A | A \le x \le B | A | B | A, B | x < A or x \ge B | [A, B) \cup \{C1\}",
    ),
    (
        "x > A",
        r"x \ge A | x < A | A | x = A | y > A | (-\infty, A) | [A, \infty) | x > A, x > B | x > A or x < 0 | (A, B) | x > A and x < C",
    ),
    (
        "y = Ax + B",
        r"Ax | B | y = Ax | y = Bx + A | Ax + B = 0 | x = Ay + B | A | y = Ax + B1 | A + B | y = Ax - B",
    ),
    (
        "m + n = A",
        r"A | m = A | n = A | m + n = B | m - n = A | m + n | m + n > A | p = A | m + n = A + 1",
    ),
    (
        "A \\text{ cm}",
        r"A \text{ m} | A \text{ cm}^2 | A \text{ s} | A\% | A^\circ | B \text{ cm} | A \text{ cm or } B \text{ cm}",
    ),
    (
        "\\text{(b)}",
        r"a, b, c, d | (a) or (b) | \text{(a), (b)} | \text{not (b)} | (b) and (c) | (c) | a/b | 2b | b > c",
    ),
];
/// Every option, or more than one.
const OPTIONS: &str = r"A, B, C, D | A or B | B or C | A B C D | ABCD | \text{(A) or (B)} | A/B | \text{not B} | B and C | A | b + c |
    \text{A, B} | \text{(A), (B)} | A和B | BまたはC | \{A, B\} | 2B | \text{(C)} | B > C | (B) or (C) | A: 1, B: 2 | B: 2, C: 3 |
    \text{(B) and (C)} | (B)(C) | (B) 1 (C) 2 | \text{B: x; C: y}";

/// References, each with wrong answers.
fn wrong(a: i64, b: i64, c: i64) -> Vec<(String, Vec<String>)> {
    let filled = |text: &str| {
        let [first, last] = [a / 10, a % 10].map(|digit| digit.to_string());
        let numbers = [
            ("A", a.to_string()),
            ("B", b.to_string()),
            ("C", c.to_string()),
            ("D", first),
            ("E", last),
        ];
        let text = numbers
            .iter()
            .fold(text.to_owned(), |text, (letter, number)| {
                text.replace(letter, number)
            });
        text.split('|')
            .map(|item| item.trim().to_owned())
            .collect::<Vec<_>>()
    };
    let reference = |text: &str| filled(text).concat();
    let mut all: Vec<_> = WRONG
        .iter()
        .map(|(text, answers)| (reference(text), filled(answers)))
        .collect();
    all.extend(LISTS.iter().map(|list| (reference(list), filled(HALVES))));
    let options = OPTIONS.split('|').map(|option| option.trim().to_owned());
    all.push(("B".to_owned(), options.collect()));
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_wrong_answer_made_from_a_right_one_is_accepted(a in 12_i64..98, by in 3_i64..40, c in 200_i64..300) {
        prop_assume!(a % 10 != 0 && by != a);
        let all = wrong(a, a + by, c);
        prop_assert!(all.iter().map(|(_, answers)| answers.len()).sum::<usize>() > 240);
        for (reference, answers) in &all {
            for answer in answers {
                let boxed = format!("<think>\nSo \\boxed{{{reference}}}\n</think>\nIt is $\\boxed{{{answer}}}$.");
                let second = format!("<think>\nA\n</think>\n\\boxed{{{answer}}}\n<think>\n\\boxed{{{reference}}}");
                for response in [&boxed, &second] {
                    prop_assert!(!verify(response, reference, Extraction::AfterThinking), "{} {}", response, reference);
                    prop_assert!(!verify(response, reference, Extraction::Stated), "{} {}", response, reference);
                }
                prop_assert!(!verify(&boxed, reference, Extraction::WholeResponse), "{} {}", boxed, reference);
                for said in [format!("The answer is {answer}."), format!("Answer: {answer}\nThat is all of it.")] {
                    prop_assert!(!verify(&said, reference, Extraction::Stated), "{} {}", said, reference);
                }
            }
        }
    }
}
