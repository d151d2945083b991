//! Every door gives one verdict for one extraction, and thinking holds no answer at any.

use proptest::prelude::*;

use super::properties::piece;
use crate::{Extraction, compare, extract, verify};

proptest! {
    #[test]
    fn verify_and_compare_agree(
        response in prop::collection::vec(piece(), 0..30), reference in prop::collection::vec(piece(), 0..12)
    ) {
        let (response, reference) = (response.concat(), reference.concat());
        for extraction in Extraction::ALL {
            let compared = compare(&response, &reference, extraction).equal;
            prop_assert_eq!(verify(&response, &reference, extraction), compared, "{:?} {:?}", response, reference);
        }
    }

    #[test]
    fn a_text_is_itself_whatever_it_says(text in prop::collection::vec(piece(), 1..20)) {
        let text = text.concat();
        let empty = crate::normal::normalise(text.trim()).is_empty();
        let thinks = text.contains("<think>") || text.contains("</think>");
        prop_assert!(empty || thinks || verify(&text, &text, Extraction::Stated), "{:?}", text);
        let boxed = format!("<think>\n5\n</think>\n\\boxed{{{text}}}");
        let whole = extract(&boxed, Extraction::AfterThinking).is_some_and(|answer| answer == text);
        prop_assert!(empty || !whole || verify(&boxed, &text, Extraction::AfterThinking), "{:?}", text);
    }
}

#[test]
fn extractions_have_names() {
    for extraction in Extraction::ALL {
        assert_eq!(extraction.name().parse(), Ok(extraction));
    }
    let error = "boxes".parse::<Extraction>().unwrap_err().to_string();
    assert!(
        Extraction::ALL
            .iter()
            .all(|known| error.contains(known.name()))
    );
    assert!(error.contains("boxes"), "{error}");
}

#[test]
fn no_box_in_thinking_counts() {
    for (response, answer) in [
        ("<think>\\boxed{1}</think>\\boxed{2}", Some("2")),
        ("<think>a</think>\\boxed{2}<think>\\boxed{1}", Some("2")),
        ("<think>a</think>\\boxed{2}<think>\\boxed{1}</think>", None),
        (
            "<think>a</think>\\boxed{2}<think>\\boxed{1}</think>\\boxed{3}",
            Some("3"),
        ),
        ("<think>a</think><think>\\boxed{1}", None),
        (
            "<think>a<think>b</think>\\boxed{1}</think>\\boxed{2}",
            Some("2"),
        ),
        ("<think>\\boxed{1}", None),
        ("\\boxed{1}</think>\\boxed{2}", Some("2")),
        ("\\boxed{1}</think>", None),
    ] {
        for extraction in [Extraction::AfterThinking, Extraction::Stated] {
            assert_eq!(
                extract(response, extraction).as_deref(),
                answer,
                "{response}"
            );
        }
    }
}

#[test]
fn a_reference_is_read_the_same_way_everywhere() {
    for (response, reference, right) in [
        ("\\boxed{18}", "9 * 2 = 18 duck eggs a day.\n#### 18", true),
        ("\\boxed{7}", "**7**", true),
        (
            "\\boxed{1}",
            "the answers are $\\boxed{-2}$ and $\\boxed{1}$.",
            false,
        ),
        (
            "\\boxed{-2} and \\boxed{1}",
            "the answers are $\\boxed{-2}$ and $\\boxed{1}$.",
            true,
        ),
        (
            "\\boxed{11+x}",
            "This yields $\\boxed{x+11}$ or $\\boxed{11+x}$.",
            true,
        ),
        ("\\boxed{7}", "so \\boxed{7", true),
        ("\\boxed{$2: 15$ PM}", "$2: 15$ PM", true),
    ] {
        let response = format!("<think>\n?\n</think>\n{response}");
        for extraction in [Extraction::AfterThinking, Extraction::Stated] {
            assert_eq!(
                verify(&response, reference, extraction),
                right,
                "{response} {reference}"
            );
            assert_eq!(
                compare(&response, reference, extraction).equal,
                right,
                "{response} {reference}"
            );
        }
    }
}
