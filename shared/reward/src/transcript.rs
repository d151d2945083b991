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
    /// The answer holds `<think>` or `</think>`, which would make it part of the thinking.
    #[error("the answer holds `<think>` or `</think>`")]
    MarkInAnswer,
    /// There is an answer, but the thinking was never closed.
    #[error("there is an answer, but the thinking is not closed")]
    AnswerWithoutEndThink,
}

impl Transcript {
    /// A complete transcript in `language`.
    ///
    /// # Errors
    /// When the trace or the answer holds a mark of the format.
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
        } else if self.answer.contains(THINK) || self.answer.contains(END_THINK) {
            Err(TranscriptError::MarkInAnswer)
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
        let transcript = Transcript {
            tag: tag.to_owned(),
            trace: trace.to_owned(),
            answer: answer.to_owned(),
            closed,
        };
        transcript.check()?;
        Ok(transcript)
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
    /// All thinking: after the first `<think>`, up to the last `</think>`, or to the end of the text where none follows the last
    /// `<think>`. The trace, unless the text thinks again after it.
    pub thinking: Option<&'a str>,
    /// The thinking ends: a `</think>` is there, and no `<think>` after the last one.
    pub closed: bool,
    /// What follows the trace ([`after_thinking`]).
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
        let opened = body.split_once(THINK);
        let opened = opened.map(|(_, rest)| rest.strip_prefix('\n').unwrap_or(rest));
        let first = |rest: &'a str| rest.split_once(END_THINK);
        let last = |rest: &'a str| {
            let ends = rest.rsplit_once(END_THINK);
            ends.filter(|(_, behind)| !behind.contains(THINK))
        };
        let answer = after_thinking(body);
        Parsed {
            tag,
            well_formed: header.is_some(),
            anchored: matches!(header, Some((0, ..))),
            trace: opened.map(|rest| first(rest).map_or(rest, own_lines)),
            thinking: opened.map(|rest| last(rest).map_or(rest, own_lines)),
            closed: opened.map_or(answer.is_some(), |rest| last(rest).is_some()),
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

/// What ends with a mark, without the line break that belongs to the mark.
fn own_lines<'a>((text, _): (&'a str, &str)) -> &'a str {
    text.strip_suffix('\n').unwrap_or(text)
}

/// The trimmed text between the first `<lang_select>` and the `</lang_select>` after it.
fn loose_tag(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once(OPEN_TAG)?;
    Some(rest.split_once(CLOSE_TAG)?.0.trim())
}

#[cfg(test)]
mod tests;
