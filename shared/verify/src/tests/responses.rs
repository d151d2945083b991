//! Answers in whole responses.

use super::compared;

fn right(response: &str, reference: &str) {
    let comparison = compared(response, reference);
    assert!(
        comparison.equal,
        "{response:?} for {reference:?}: {comparison:?}"
    );
}

fn wrong(response: &str, reference: &str) {
    let comparison = compared(response, reference);
    assert!(
        !comparison.equal,
        "{response:?} for {reference:?}: {comparison:?}"
    );
}

#[test]
fn the_last_box_counts() {
    right("It is \\boxed{4}, no, \\boxed{5}. Done with 6.", "5");
    wrong("It is \\boxed{4}. No, it is \\boxed{5}.", "4");
    right("The roots are $\\boxed{1}$ and $\\boxed{2}$.", "1, 2");
    right(
        "$\\boxed{k = 45} \\quad \\text{and} \\quad \\boxed{n = 2}$",
        "n = 2, k = 45",
    );
    right("\\boxed{1}, \\boxed{2}, \\boxed{3}", "$\\{1,2,3\\}$");
    wrong("\\boxed{1}, \\boxed{2}", "2");
    right("\\boxed{3} \\text{ for part (a) and } \\boxed{4}", "3, 4");
    wrong("\\boxed{1} because of this we get \\boxed{2}", "1, 2");
    right("\\boxed{840}.\n\n**Final Answer**\n\\boxed{840}", "840");
    right("\\boxed{5}, \\boxed{5}", "5");
    right("\\boxed{\\boxed{7}}", "7");
}

#[test]
fn a_bare_answer_is_itself() {
    right("10/9", "$\\frac{10}{9}$");
    right("$\\frac13$ meters", "1/3");
    right("W(x)=1orW(x)=-1", "$1$ and $-1$");
    right("Evelyn", "$\\text{Evelyn}$");
    right("no solution", "$\\varnothing$");
    wrong("12 xy", "12");
    wrong("", "0");
    wrong("0", "");
}

#[test]
fn in_prose_the_last_formula_or_number_counts() {
    right("The sum of $2$ and $3$ is $5$.", "5");
    right("So the answer is \\[ 9 \\]", "9");
    right(
        "Final Answer: the value of $f(x)$ is 19. I hope it is correct.",
        "19",
    );
    right("the price is not 10 but 1,000.99€", "1000.99");
    right("She needs -3/4 of it.", "-0.75");
    right("It rose by 12.5%.", "1/8");
    right("The final answer is $7$. Thanks to all of you.", "7");
    // What follows at once is what the answer is said to be.
    right("The final answer is 13, and not 12.", "13");
    right("The answer is $x = 2$, for $2 + 2 = 4$.", "2");
    right(
        "**Final answer:** the choice is (B).\n\nThe answer is **(C)**.",
        "C",
    );
    right("The answer is $3$ or $5$. Both work.", "5, 3");
    right("答案是 12，不是 13。", "12");
    wrong("The answer is $n$ more than 4", "n");
    wrong("AZYUK2A", "2");
    wrong("there is no number in here", "2");
    // A price in dollars begins no formula.
    right("It costs \\$5 here and there, we say.", "5");
}

#[test]
fn what_is_thought_is_no_answer() {
    let cut = "<lang_select>\nen\n</lang_select>\n<think>\nso it is \\boxed{42}";
    wrong(cut, "42");
    right(&format!("{cut}\n</think>\nIt is 41."), "41");
    right(&format!("{cut}\n</think>\n\\boxed{{41}}"), "41");
}

#[test]
fn data_escaped_twice_is_read() {
    right("\\\\boxed{\\\\frac{1}{2}}", "1/2");
    right(
        "\\boxed{\\\\left( 3, \\\\frac{\\\\pi}{2} \\\\right)}",
        "$(3, \\frac{\\pi}{2})$",
    );
    right(
        "$\\begin{pmatrix}1\\\\2\\end{pmatrix}$",
        "$\\begin{pmatrix}1\\\\2\\end{pmatrix}$",
    );
}

#[test]
fn a_reference_may_lack_the_end_of_its_box() {
    right("7", "so \\boxed{7");
    wrong("so \\boxed{7", "8");
    // An answer may not: what is missing is not known.
    wrong("so it is \\boxed{7 and", "7 and 9");
}

#[test]
fn both_sides_are_shown_as_understood() {
    let comparison = compared("It is $x = \\frac{2}{4}$.", "\\boxed{50\\%}");
    assert_eq!(comparison.answer.as_deref(), Some("x = 1/2"));
    assert_eq!(comparison.reference.as_deref(), Some("50%"));
    assert!(comparison.equal);
    for (answer, reference, reason) in [
        ("5", "5", "written alike"),
        ("5", "5.0", "equal"),
        (
            "0,5",
            "0.5",
            "equal, with the comma between digits read the other way",
        ),
        ("5", "6", "different values"),
        (
            "5",
            "(5,6)",
            "the answer is a number, the reference a point or an open interval",
        ),
        (
            "\\foo{5}",
            "5",
            "the answer is not read as mathematics, and the texts differ",
        ),
        ("\\boxed{}", "5", "one side is empty"),
        (
            "nothing, to be found here (I think)",
            "5",
            "there is no answer",
        ),
    ] {
        assert_eq!(
            compared(answer, reference).reason,
            reason,
            "{answer} {reference}"
        );
    }
}

#[test]
fn the_kinds_of_two_answers_are_told_where_they_differ() {
    for (answer, kind) in [
        ("5\\text{ cm}", "a number with a unit"),
        ("(1,2)", "a point or an open interval"),
        ("(1,2,3)", "a tuple"),
        ("[1,2]", "an interval"),
        ("\\{1,2\\}", "a set"),
        ("\\{x \\mid x > 2\\}", "a set"),
        ("[1,2) \\cup [3,4)", "a set"),
        (
            "\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}",
            "a matrix",
        ),
        ("2x + 3y = 5", "an equation"),
        ("x > 5", "an inequality"),
        ("x \\in [1,2]", "a set"),
        ("1, 2", "a list"),
        ("12:20", "a time of day"),
        ("3:4:5", "a ratio"),
        ("\\text{Monday}", "words"),
        ("1 \\pm \\sqrt{2}", "two values"),
        ("x + 1", "an expression"),
    ] {
        assert_eq!(
            compared(answer, "77").reason,
            format!("the answer is {kind}, the reference a number"),
            "{answer}"
        );
    }
}

#[test]
fn only_what_joins_two_boxes_makes_a_list_of_them() {
    let between = |text: &str| compared(&format!("\\boxed{{1}}{text}\\boxed{{2}}"), "1, 2").equal;
    assert!(between(", "));
    assert!(between(" and "));
    assert!(between(&format!("{}, ", " ".repeat(58))));
    assert!(!between(&format!("{}, ", " ".repeat(59))));
    assert!(!between(",\n\n"));
    assert!(!between(" is one. Another, "));
}

#[test]
fn a_verdict_says_where_the_budget_did_not_suffice() {
    assert_eq!(compared("3", "4").reason, "different values");
    let waves = |name: &str| {
        let terms: Vec<String> = (1..150).map(|i| format!("\\{name}({i}x)")).collect();
        terms.join("+")
    };
    assert_eq!(
        compared(&waves("sin"), &waves("cos")).reason,
        "too long or too large to be decided"
    );
}
