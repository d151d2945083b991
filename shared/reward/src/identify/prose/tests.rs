use proptest::prelude::*;

use super::*;

/// The words that are left, with one blank between.
fn left(text: &str) -> String {
    let kept = prose(text);
    let words: Vec<&str> = kept.split_whitespace().collect();
    words.join(" ")
}

#[test]
fn formulas_code_and_marks_are_no_language() {
    for (text, kept) in [
        (
            "因为 $\\vec{c}=2 \\vec{a}$ ，所以 \\(x^2\\) 是",
            "因为 ，所以 是",
        ),
        ("Wir $$\nab = cd\n$$ und \\[\\sin x\\] also", "Wir und also"),
        ("so \\begin{align} f &= gh \\end{align} thus", "so thus"),
        ("gives \\boxed{\\text{Monday}} done", "gives done"),
        (
            "gives \\frac{ab}{cd} \\cdot \\sqrt[3]{xy} done",
            "gives done",
        ),
        (
            "use `for_each(items)` or\n```python\nimport os\n```\nnow",
            "use or now",
        ),
        ("\\textbf{Lösung}: \\emph{klar}", "{Lösung}: {klar}"),
        ("one</think><think>two<br>three", "one two three"),
        ("a\\\\b\\,c\\$5", "a b c 5"),
    ] {
        assert_eq!(left(text), kept, "{text}");
    }
}

#[test]
fn prices_quotes_and_comparisons_are_none() {
    for text in [
        "She pays $5 and he pays $20 in all.",
        "It is $5 each, so $3 times $5.",
        "用了$5然后又花了$7",
        "The ` is a backtick.",
        "a < b and c > d",
        "Five dollars are $5",
    ] {
        let letters = |text: &str| {
            text.chars()
                .filter(|c| c.is_alphabetic())
                .collect::<String>()
        };
        assert_eq!(letters(&prose(text)), letters(text), "{text}");
    }
}

#[test]
fn sentences_are_language_wherever_they_stand() {
    for (open, close) in [
        ("$", "$"),
        ("$$", "$$"),
        ("\\[", "\\]"),
        ("\\(\\text{", "}\\)"),
        ("`", "`"),
        ("```\n", "\n```"),
        ("\\boxed{", "}"),
        ("\\begin{quote}", "\\end{quote}"),
        ("```\nprint(\"", ""),
        ("$$x", ""),
    ] {
        for sentence in [
            "we add the number of apples to the number of pears",
            "мы складываем число яблок с числом груш и получаем ответ",
            "我们把苹果的个数和梨的个数加起来得到答案",
            "ta cộng số táo với số lê để được đáp số của bài",
        ] {
            let text = format!("{open} {sentence} {close}");
            assert!(left(&text).contains(sentence), "{text}: {}", left(&text));
        }
    }
}

proptest! {
    #[test]
    fn nothing_is_made_up_and_plain_text_stays(text in "\\PC{0,60}", pieces in proptest::collection::vec("[\\\\$`<>{}a-zé漢 \n]{0,6}", 0..20)) {
        let marked = pieces.concat();
        for text in [&text, &marked] {
            let kept: Vec<char> = prose(text).chars().filter(|c| c.is_alphabetic()).collect();
            let mut letters = text.chars();
            prop_assert!(kept.iter().all(|c| letters.any(|other| other == *c)), "{text:?}");
        }
        if !text.contains(['\\', '$', '`', '<']) {
            prop_assert_eq!(prose(&text), text);
        }
    }
}

#[test]
fn marks_that_never_close_take_linear_time() {
    for mark in [
        "$",
        "`",
        "\\a{",
        "\\begin{a}",
        "\\(",
        "<",
        "\\",
        "$1 ",
        "``` `",
    ] {
        assert!(prose(&mark.repeat(100_000)).len() < 1_000_000);
    }
}
