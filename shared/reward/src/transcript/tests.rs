use super::*;
use proptest::prelude::*;

const WHOLE: &str =
    "<lang_select>\nzh\n</lang_select>\n<think>\n三加四是七。\n</think>\n\\boxed{7}";

#[test]
fn a_whole_response_is_taken_apart_and_put_together() {
    let transcript = Transcript::parse(WHOLE).unwrap();
    assert_eq!(
        transcript,
        Transcript::new(Language::Zh, "三加四是七。", "\\boxed{7}").unwrap()
    );
    assert_eq!(transcript.to_string(), WHOLE);
    assert!(WHOLE.starts_with(&forced_prefix(Language::Zh)));
    assert!(forced_prefix(Language::Zh).starts_with(OPENING));
    assert_eq!(transcript.language(), Some(Language::Zh));
    assert_eq!(page_header(Language::Zh), "lang\nzh\n");
}

#[test]
fn each_missing_mark_is_named() {
    for (text, error) in [
        ("", TranscriptError::MissingOpenTag),
        (" <lang_select>\nzh\n", TranscriptError::MissingOpenTag),
        ("<lang_select>\nzh", TranscriptError::MissingCloseTag),
        (
            "<lang_select>\nzh\n\n</lang_select>\n<think>\n",
            TranscriptError::MissingCloseTag,
        ),
        (
            "<lang_select>\nzh\n</lang_select>\nthree",
            TranscriptError::MissingThink,
        ),
        (
            "<lang_select>\nzh\n</lang_select>\n<think>\na</think>\nb",
            TranscriptError::EndThinkNotAlone,
        ),
        (
            "<lang_select>\nzh\n</lang_select>\n<think>\na\n</think>b",
            TranscriptError::EndThinkNotAlone,
        ),
    ] {
        assert_eq!(Transcript::parse(text), Err(error), "{text:?}");
    }
}

#[test]
fn what_the_format_cannot_hold_is_refused() {
    let mut transcript = Transcript::parse(WHOLE).unwrap();
    transcript.closed = false;
    assert_eq!(
        transcript.check(),
        Err(TranscriptError::AnswerWithoutEndThink)
    );
    transcript.closed = true;
    transcript.tag = "z\nh".into();
    assert_eq!(transcript.check(), Err(TranscriptError::TagOfSeveralLines));
    assert_eq!(
        Transcript::new(Language::En, "a</think>", ""),
        Err(TranscriptError::EndThinkInTrace)
    );
    for answer in ["7</think>", "<think>7"] {
        let refused = Transcript::new(Language::En, "a", answer);
        assert_eq!(refused, Err(TranscriptError::MarkInAnswer));
        let text = format!("{}a\n</think>\n{answer}", forced_prefix(Language::En));
        assert_eq!(Transcript::parse(&text), Err(TranscriptError::MarkInAnswer));
    }
}

#[test]
fn all_thinking_reaches_to_the_last_end_of_thinking() {
    let opening = forced_prefix(Language::En);
    let again = "a\n</think>\nb\n<think>\nc";
    let nested = "a\n<think>\nb\n";
    for (rest, trace, thinking, closed) in [
        ("a\n</think>\nb", "a", "a", true),
        (&format!("{again}\n</think>\nd"), "a", again, true),
        (again, "a", again, false),
        (nested, nested, nested, false),
    ] {
        let text = format!("{opening}{rest}");
        let parsed = Parsed::of(&text);
        let found = (parsed.trace, parsed.thinking, parsed.closed);
        assert_eq!(found, (Some(trace), Some(thinking), closed), "{rest}");
    }
}

#[test]
fn a_trace_without_its_end_runs_to_the_end_of_the_text() {
    let text = "<lang_select>\nko\n</lang_select>\n<think>\n삼 더하기\n사는";
    let parsed = Parsed::of(text);
    assert_eq!(parsed.trace, Some("삼 더하기\n사는"));
    assert_eq!((parsed.closed, parsed.answer), (false, None));
    assert_eq!(Transcript::parse(text).unwrap().to_string(), text);
}

#[test]
fn the_lenient_reader_says_how_far_the_text_follows_the_format() {
    let parsed = Parsed::of("Sure. <lang_select>\nes\n</lang_select>\n<think>\nuno</think>dos");
    assert_eq!(parsed.tag, Some("es"));
    assert!(parsed.well_formed && !parsed.anchored);
    assert_eq!((parsed.trace, parsed.answer), (Some("uno"), Some("dos")));

    let spaced = Parsed::of("<lang_select> es </lang_select>\n<think>\nuno");
    assert_eq!(spaced.language(), Some(Language::Es));
    assert!(!spaced.well_formed && !spaced.anchored);

    let untagged = Parsed::of("<think>\nuno\n</think>\n2");
    assert_eq!((untagged.tag, untagged.trace), (None, Some("uno")));
    let unthought = Parsed::of("uno </think> 2");
    assert_eq!((unthought.trace, unthought.answer), (None, Some(" 2")));
    let empty_tag = Parsed::of("<lang_select>\n\n</lang_select>\n<think>\n");
    assert!(empty_tag.anchored && empty_tag.tag == Some(""));
}

#[test]
fn a_broken_opening_does_not_hide_a_good_one() {
    let parsed =
        Parsed::of("<lang_select>\n<lang_select>\nfr\n</lang_select>\n<think>\nun\n</think>\n");
    assert_eq!(parsed.tag, Some("fr"));
    assert!(parsed.well_formed && !parsed.anchored);
}

/// Texts in which marks and line breaks are frequent.
fn marked_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<lang_select>".to_owned()),
        Just("<lang_select>\n".to_owned()),
        Just("\n</lang_select>\n".to_owned()),
        Just("<think>\n".to_owned()),
        Just("\n</think>\n".to_owned()),
        Just("</think>".to_owned()),
        Just("\n".to_owned()),
        Just("zh".to_owned()),
        "\\PC{0,3}",
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn print_then_parse_is_the_identity(tag in "[^\n]{0,6}", trace in marked_text(), answer in marked_text(), closed: bool) {
        let transcript = Transcript {
            tag,
            trace: trace.replace(END_THINK, "<"),
            answer: if closed {
                answer.replace(END_THINK, "<").replace(THINK, "<")
            } else {
                String::new()
            },
            closed,
        };
        prop_assume!(transcript.check().is_ok());
        prop_assert_eq!(Transcript::parse(&transcript.to_string()), Ok(transcript));
    }

    #[test]
    fn parse_then_print_is_the_identity(rest in marked_text()) {
        let text = format!("{}{rest}", forced_prefix(Language::Th));
        if let Ok(transcript) = Transcript::parse(&text) {
            prop_assert!(transcript.check().is_ok());
            prop_assert_eq!(transcript.to_string(), text);
        }
    }

    #[test]
    fn the_lenient_reader_takes_any_text_and_agrees_with_the_strict_one(text in marked_text()) {
        let parsed = Parsed::of(&text);
        if let Ok(transcript) = Transcript::parse(&text) {
            prop_assert!(parsed.anchored);
            prop_assert_eq!(parsed.tag, Some(transcript.tag.as_str()));
            prop_assert_eq!(parsed.trace, Some(transcript.trace.as_str()));
            prop_assert_eq!(parsed.thinking, parsed.trace);
            prop_assert_eq!(parsed.answer.unwrap_or(""), transcript.answer.as_str());
            prop_assert_eq!(parsed.closed, transcript.closed);
        }
    }
}
