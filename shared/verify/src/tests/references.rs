//! References in the forms that data sets have them, made around any answer: what the form adds is no part of the answer.

use proptest::prelude::*;

use super::compared;

/// A reference around `@`, and whether the answer is found in it.
const FORMS: &[(&str, bool)] = &[
    // GSM8K, with and without its calculator's marks.
    (
        "Natalia sold 48/2 = 24 clips in May.\nShe sold 48+24 = 72 clips in both months.\n#### @",
        true,
    ),
    (
        "He eats 2*3=<<2*3=6>>6 eggs, so 20-6=<<20-6=14>>14 are left.\n#### @",
        true,
    ),
    // ASDiv
    ("@ (apples)", true),
    ("@ (gold stars)", true),
    ("@ (people per square mile)", true),
    // MATH: the whole solution; of two boxes the last is the answer where nothing joins them.
    (
        "We have $2 \\cdot 3 = 6$, so the answer is $\\boxed{@}$.",
        true,
    ),
    (
        "First $x = \\boxed{1000003}$. Dividing by it gives, in the end, $\\boxed{@}.$",
        true,
    ),
    ("Therefore $n = \\boxed{@ \\text{ cm}}$.", true),
    // OlympiadBench, college_math, Gaokao
    ("$@$", true),
    ("$$ @ $$", true),
    ("$x=@$", true),
    ("@ .", true),
    // A book's sentence with its number in front.
    (
        "@. Anya needs to climb the height of one floor; Vanya needs to climb five.",
        false,
    ),
    ("@. Prove that the lines meet in a point.", false),
    (
        "@) It follows from the lemma that such a number exists.",
        false,
    ),
];

proptest! {
    #[test]
    fn the_form_is_no_part_of_the_answer(n in 7_u32..10_000, wrong in 1_u32..50, form in 0..FORMS.len()) {
        let (form, found) = FORMS[form];
        let reference = form.replace('@', &n.to_string());
        for answer in [format!("\\boxed{{{n}}}"), format!("The answer is {n}."), format!("\\boxed{{{n}.0}}")] {
            let comparison = compared(&answer, &reference);
            prop_assert_eq!(comparison.equal, found, "{} {}", reference, answer);
        }
        let other = compared(&format!("\\boxed{{{}}}", n + wrong), &reference);
        prop_assert!(!other.equal, "{}", reference);
    }

    #[test]
    fn any_reference_answers_itself(words in "[a-z]{2,9}( [a-z]{1,9}){0,6}", n in 0_u32..2000, at in 0_usize..7) {
        // Prose, with a number, a time and a formula somewhere.
        let mut parts: Vec<_> = words.split(' ').map(str::to_owned).collect();
        let at = at.min(parts.len());
        parts.insert(at, format!("{n}, {}:{:02} p.m. $x^{{{n}}}$", n % 12 + 1, n % 60));
        let reference = format!("{}.", parts.join(" "));
        let answer = format!("\\boxed{{{reference}}}");
        prop_assert!(compared(&answer, &reference).equal, "{}", reference);
    }
}
