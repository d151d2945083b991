//! The wire format: tag, thinking trace, answer; one printer and one strict parser, each the other's
//! inverse, and one lenient reader for whatever a model happens to write.
//!
//! ```text
//! <lang_select>
//! zh
//! </lang_select>
//! <think>
//! TRACE
//! </think>
//! ANSWER, with \boxed{…}
//! ```
//!
//! A response cut short inside its thinking has no `</think>` and no answer; the format holds it too
//! ([`Transcript::closed`] is false).

use std::fmt;

use explang_language::Language;
use explang_verify::after_thinking;

/// Opens the tag.
pub const OPEN_TAG: &str = "<lang_select>";
/// Closes the tag.
pub const CLOSE_TAG: &str = "</lang_select>";
/// Opens the thinking trace.
pub const THINK: &str = "<think>";
/// Closes the thinking trace.
pub const END_THINK: &str = "</think>";
/// What a response opens with before its language action: the next text is the tag.
pub const OPENING: &str = "<lang_select>\n";

/// What stands between the tag's text and the thinking trace.
const TAG_TO_THINK: &str = "</lang_select>\n<think>";

/// The prefix that forces `language`: everything up to the first word of the thinking trace.
pub fn forced_prefix(language: Language) -> String {
    format!("{OPENING}{language}\n{TAG_TO_THINK}\n")
}

/// The header under which pretraining shows a language, in the place where a tag will stand. A model that knows no tags yet is
/// forced by it.
pub fn page_header(language: Language) -> String {
    format!("lang\n{language}\n")
}

/// One response, taken apart.
///
/// `parse(print(t)) == t` for every transcript that [`Transcript::check`] accepts, and
/// `print(parse(s)) == s` for every text that [`Transcript::parse`] accepts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Transcript {
    /// Text of the tag as written, one line; a language code when the policy behaves.
    pub tag: String,
    /// The thinking trace; never holds `</think>`.
    pub trace: String,
    /// What follows the thinking; empty while the trace is not closed.
    pub answer: String,
    /// Whether the thinking was closed by `</think>`.
    pub closed: bool,
}

/// Why a text is no transcript, or a transcript cannot be printed so that it reads back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TranscriptError {
    /// The text does not open with `<lang_select>` on a line of its own.
    #[error("the response does not open with `<lang_select>` on a line of its own")]
    MissingOpenTag,
    /// No `</lang_select>` line follows the line of the tag.
    #[error("the line after the tag is not `</lang_select>`")]
    MissingCloseTag,
    /// No `<think>` line follows the tag.
    #[error("the line after `</lang_select>` is not `<think>`")]
    MissingThink,
    /// `</think>` shares its line with other text.
    #[error("`</think>` is not on a line of its own")]
    EndThinkNotAlone,
    /// The tag spans several lines.
    #[error("the tag spans more than one line")]
    TagOfSeveralLines,
    /// The trace holds `</think>`, which would end it early.
    #[error("the thinking trace holds `</think>`")]
    EndThinkInTrace,
    /// There is an answer, but the thinking was never closed.
    #[error("there is an answer, but the thinking is not closed")]
    AnswerWithoutEndThink,
}

impl Transcript {
    /// A complete transcript in `language`.
    ///
    /// # Errors
    /// When the trace holds `</think>`.
    pub fn new(
        language: Language,
        trace: impl Into<String>,
        answer: impl Into<String>,
    ) -> Result<Self, TranscriptError> {
        let transcript = Transcript {
            tag: language.code().to_owned(),
            trace: trace.into(),
            answer: answer.into(),
            closed: true,
        };
        transcript.check()?;
        Ok(transcript)
    }

    /// Whether this transcript, printed, reads back as itself.
    ///
    /// # Errors
    /// Names the field that the format cannot hold.
    pub fn check(&self) -> Result<(), TranscriptError> {
        if self.tag.contains('\n') {
            Err(TranscriptError::TagOfSeveralLines)
        } else if self.trace.contains(END_THINK) {
            Err(TranscriptError::EndThinkInTrace)
        } else if !self.closed && !self.answer.is_empty() {
            Err(TranscriptError::AnswerWithoutEndThink)
        } else {
            Ok(())
        }
    }

    /// Reads a text that follows the format to the letter; the tag's text is not judged.
    ///
    /// # Errors
    /// Says which mark is missing or misplaced. [`Parsed::of`] reads any text.
    pub fn parse(text: &str) -> Result<Self, TranscriptError> {
        let rest = text
            .strip_prefix(OPENING)
            .ok_or(TranscriptError::MissingOpenTag)?;
        let (tag, rest) = rest
            .split_once('\n')
            .ok_or(TranscriptError::MissingCloseTag)?;
        let rest = rest
            .strip_prefix(CLOSE_TAG)
            .and_then(|r| r.strip_prefix('\n'))
            .ok_or(TranscriptError::MissingCloseTag)?;
        let rest = rest
            .strip_prefix(THINK)
            .and_then(|r| r.strip_prefix('\n'))
            .ok_or(TranscriptError::MissingThink)?;
        let (trace, answer, closed) = match rest.split_once(END_THINK) {
            None => (rest, "", false),
            Some((trace, answer)) => {
                let trace = trace.strip_suffix('\n');
                let answer = answer.strip_prefix('\n');
                let (Some(trace), Some(answer)) = (trace, answer) else {
                    return Err(TranscriptError::EndThinkNotAlone);
                };
                (trace, answer, true)
            }
        };
        Ok(Transcript {
            tag: tag.to_owned(),
            trace: trace.to_owned(),
            answer: answer.to_owned(),
            closed,
        })
    }

    /// The language that the tag names, if it names one.
    pub fn language(&self) -> Option<Language> {
        self.tag.parse().ok()
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{OPENING}{}\n{TAG_TO_THINK}\n{}", self.tag, self.trace)?;
        if self.closed {
            write!(f, "\n{END_THINK}\n{}", self.answer)?;
        }
        Ok(())
    }
}

/// What can be made of any response text; borrowed from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parsed<'a> {
    /// Text of the tag. Of a well-formed header its line as written, else whatever stands between the
    /// first `<lang_select>` and its `</lang_select>`, trimmed.
    pub tag: Option<&'a str>,
    /// The tag is well formed somewhere in the text: `<lang_select>`, one line, `</lang_select>`, each on
    /// a line of its own, then `<think>`.
    pub well_formed: bool,
    /// The text opens with the well-formed tag: nothing stands before it.
    pub anchored: bool,
    /// The thinking trace: after `<think>`, up to `</think>` or to the end of the text, without the line
    /// breaks that belong to the marks. None without `<think>`.
    pub trace: Option<&'a str>,
    /// `</think>` is there (after `<think>`, where there is one).
    pub closed: bool,
    /// What follows the thinking ([`after_thinking`]).
    pub answer: Option<&'a str>,
}

impl<'a> Parsed<'a> {
    /// Reads any text, in time linear in its length.
    pub fn of(text: &'a str) -> Self {
        let header = find_header(text);
        let (tag, body) = match header {
            Some((_, tag, body)) => (Some(tag), body),
            None => (loose_tag(text), text),
        };
        let trace = body.split_once(THINK).map(|(_, thinking)| {
            thinking
                .split_once(END_THINK)
                .map_or(thinking, |(trace, _)| {
                    trace.strip_suffix('\n').unwrap_or(trace)
                })
        });
        let answer = after_thinking(body);
        Parsed {
            tag,
            well_formed: header.is_some(),
            anchored: matches!(header, Some((0, ..))),
            trace: trace.map(|t| t.strip_prefix('\n').unwrap_or(t)),
            closed: answer.is_some(),
            answer,
        }
    }

    /// The language that the tag names, if it names one.
    pub fn language(&self) -> Option<Language> {
        self.tag?.parse().ok()
    }
}

/// The first well-formed header: where it starts, its tag, and the text from `<think>` on.
fn find_header(text: &str) -> Option<(usize, &str, &str)> {
    text.match_indices(OPENING).find_map(|(start, opening)| {
        let (tag, rest) = text[start + opening.len()..].split_once('\n')?;
        rest.starts_with(TAG_TO_THINK)
            .then(|| (start, tag, &rest[CLOSE_TAG.len()..]))
    })
}

/// The trimmed text between the first `<lang_select>` and the `</lang_select>` after it.
fn loose_tag(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once(OPEN_TAG)?;
    Some(rest.split_once(CLOSE_TAG)?.0.trim())
}

#[cfg(test)]
mod tests {
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
                answer: if closed { answer } else { String::new() },
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
                prop_assert_eq!(parsed.answer.unwrap_or(""), transcript.answer.as_str());
                prop_assert_eq!(parsed.closed, transcript.closed);
            }
        }
    }
}
