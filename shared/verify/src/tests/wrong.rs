//! Wrong answers made from right ones: a part, a half, more than was asked, every option. None is accepted, whatever the numbers.

use proptest::prelude::*;

use crate::{Extraction, verify};

/// References, each with wrong answers made from it.
fn wrong(a: i64, b: i64, c: i64) -> Vec<(String, Vec<String>)> {
    let (first, last) = (a / 10, a % 10);
    let texts = |texts: &[&str]| -> Vec<String> {
        let filled = texts.iter().map(|text| {
            let text = text
                .replace('A', &a.to_string())
                .replace('B', &b.to_string());
            text.replace('C', &c.to_string())
        });
        filled.collect()
    };
    let number = [
        texts(&[
            "A, B",
            "A or B",
            "B or A",
            "A and B",
            "A或B",
            "Aと B",
            "\\{A, B\\}",
            "(A, B)",
            "[A, B]",
            "A \\pm B",
            "A+B",
            "A/B",
            "A:B",
            "A^2",
            "2A",
            "A1",
            "1A",
            "-A",
            "A\\%",
            "0.A",
            "A.1",
            "A!",
            "\\frac{1}{A}",
            "x > A",
            "x \\ne A",
            "A = B",
            "B = A = C",
            "x = B",
            "x = A = B",
            "x = A, y = B",
            "x_1 = A, x_2 = B",
            "A \\text{ or more}",
            "A \\text{ to } B",
            "\\text{not } A",
            "A \\ldots B",
            "A...",
            "A x",
            "A \\approx B",
            "A + B = C1",
            "m + n = B",
            "x + A",
            "Ax = A",
            "\\text{(a) } A \\text{ (b) } B",
            "A, B, C",
            "A; B",
            "A \\quad \\text{or} \\quad B",
            "x = A \\quad x = B",
            "A^\\circ C1",
        ]),
        vec![
            first.to_string(),
            format!("{first}\\text{{ }}{last}"),
            format!("{first}, {last}"),
            (a + 100).to_string(),
        ],
    ];
    let list = [
        "A, B",
        "A \\text{ or } B",
        "\\{A, B\\}",
        "x = A \\text{ or } x = B",
    ];
    let half = texts(&[
        "A",
        "B",
        "x = A",
        "x = B",
        "\\{A\\}",
        "A, A",
        "A, C",
        "A, B, C",
        "x = A, y = B1",
        "(A, B)",
        "-A, -B",
        "AB",
        "A or A",
        "x = A or x = C",
        "A \\pm B",
        "[A, B]",
        "A = B",
        "x_1 = A, x_2 = C",
        "A < x < B",
        "A + B",
    ]);
    let mut all = vec![(a.to_string(), number.concat())];
    all.extend(
        list.iter()
            .map(|list| (texts(&[list]).concat(), half.clone())),
    );
    for (reference, answers) in [
        (
            "(A, B)",
            texts(&[
                "(B, A)",
                "A, B",
                "A",
                "(A, B, C)",
                "(A, C)",
                "(A, B) or (B, A)",
                "x = A",
                "x = B, y = A",
                "\\{A, B\\}",
                "[A, B]",
            ]),
        ),
        (
            "[A, B)",
            texts(&[
                "(A, B)",
                "[A, B]",
                "(A, B]",
                "x \\ge A",
                "A \\le x \\le B",
                "A",
                "B",
                "A, B",
                "x < A or x \\ge B",
                "[A, B) \\cup \\{C1\\}",
            ]),
        ),
        (
            "x > A",
            texts(&[
                "x \\ge A",
                "x < A",
                "A",
                "x = A",
                "y > A",
                "(-\\infty, A)",
                "[A, \\infty)",
                "x > A, x > B",
                "x > A or x < 0",
                "(A, B)",
            ]),
        ),
        (
            "y = Ax + B",
            texts(&[
                "Ax",
                "B",
                "y = Ax",
                "y = Bx + A",
                "Ax + B = 0",
                "x = Ay + B",
                "A",
                "y = Ax + B1",
                "A + B",
                "y = Ax - B",
            ]),
        ),
        (
            "m + n = A",
            texts(&[
                "A",
                "m = A",
                "n = A",
                "m + n = B",
                "m - n = A",
                "m + n",
                "m + n > A",
                "p = A",
            ]),
        ),
        (
            "A \\text{ cm}",
            texts(&[
                "A \\text{ m}",
                "A \\text{ cm}^2",
                "A \\text{ s}",
                "A\\%",
                "A^\\circ",
                "B \\text{ cm}",
                "A \\text{ cm or } B \\text{ cm}",
            ]),
        ),
    ] {
        all.push((texts(&[reference]).concat(), answers));
    }
    let options = [
        "A, B, C, D",
        "A or B",
        "B or C",
        "A B C D",
        "ABCD",
        "\\text{(A) or (B)}",
        "A/B",
        "\\text{not B}",
        "B and C",
        "\\text{A, B}",
        "\\text{(A), (B)}",
        "A和B",
        "BまたはC",
        "\\{A, B\\}",
        "b + c",
        "2B",
        "A",
        "\\text{(C)}",
        "B > C",
    ];
    all.push(("B".to_owned(), options.map(str::to_owned).to_vec()));
    all
}

proptest! {
    #[test]
    fn no_wrong_answer_made_from_a_right_one_is_accepted(a in 12_i64..98, by in 3_i64..40, c in 200_i64..300) {
        prop_assume!(a % 10 != 0);
        let all = wrong(a, a + by, c);
        prop_assert!(all.iter().map(|(_, answers)| answers.len()).sum::<usize>() >= 150);
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
