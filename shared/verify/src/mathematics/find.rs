//! Finding the answer in a whole response or reference, boxed or not.
//!
//! In this order: the last `\boxed{…}`, together with those that are joined to it; what follows `####`; a text that is nothing but an
//! answer; in prose what is said right after the last "answer is" (`told`), or else the last formula between dollars or the last
//! number where one follows that formula, with what an "and" or "or" joins to it (`prose`).

mod prose;
mod told;

use std::borrow::Cow;
use std::ops::Range;

use self::prose::in_prose;
use self::told::{Told, announced, told};
use super::node::Node;
use super::read::{is_answer_word, read};
use crate::boxed::{ANY_BOX, joined};

/// The answer in a reference, which every door reads in this way: as the answer that a text states, except that a box may lack its
/// end. None where the text states no answer.
pub(crate) fn reference(text: &str) -> Option<Cow<'_, str>> {
    let open = || {
        let (_, rest) = text.rsplit_once("\\boxed")?;
        rest.trim_start().strip_prefix('{')
    };
    match (joined(text, &ANY_BOX), open()) {
        (None, Some(rest)) => Some(unescaped(Cow::Borrowed(rest))),
        _ => stated(text),
    }
}

/// The answer that a text states, boxed or not, wherever it stands.
pub(crate) fn stated(text: &str) -> Option<Cow<'_, str>> {
    if let Some(boxed) = joined(text, &ANY_BOX).or_else(|| unbraced(text).map(Cow::Borrowed)) {
        return Some(unescaped(boxed));
    }
    let text = text.rsplit_once("####").map_or(text, |(_, last)| last);
    let text = without_emphasis(text);
    let bare = Some(text).filter(|text| is_bare(text));
    let start = announced(text);
    // "Answer: C" has one word only.
    if let Some(text) = bare.filter(|text| start == 0 || reads(text)) {
        return Some(unescaped(Cow::Borrowed(text))).filter(|text| !text.trim().is_empty());
    }
    let after = text.get(start..).filter(|_| start > 0);
    let found = match after.map_or(Told::Nothing, told) {
        Told::Answer(answer) => Some(answer),
        Told::Unclear => None,
        Told::Nothing => bare
            .or_else(|| in_prose(text, start))
            .or_else(|| in_prose(text, 0)),
    };
    found.map(|answer| unescaped(Cow::Borrowed(answer)))
}

/// Whether the text is read as mathematics.
fn reads(text: &str) -> bool {
    read(text).usual.is_some()
}

/// Whether the text is nothing but an answer.
fn is_bare(text: &str) -> bool {
    let segments = segments(text);
    let formulas = segments.iter().any(|segment| segment.formula);
    let strange: usize = segments
        .iter()
        .filter(|s| !s.formula)
        .map(|s| strange_words(s.text))
        .sum();
    // One word beside a formula is prose; without dollars it may be a product of letters or a unit.
    strange < if formulas { 1 } else { 2 } || !formulas && is_one_thing(text)
}

/// Whether the text is read, and not as a list in which words stand beside other things: they say something of these.
fn is_one_thing(text: &str) -> bool {
    let words = |item: &Node| matches!(item, Node::Words(_));
    match read(text).usual {
        Some(Node::List(items, _)) => !items.iter().any(words) || items.iter().all(words),
        other => other.is_some(),
    }
}

/// The text without the asterisks that make all of it bold.
fn without_emphasis(text: &str) -> &str {
    let bold = || {
        let inside = text.trim().strip_prefix("**")?;
        let inside = inside.trim_end_matches('.').strip_suffix("**")?;
        (!inside.contains("**")).then_some(inside)
    };
    bold().unwrap_or(text)
}

/// What follows `\boxed` without braces, as in `$\boxed 8$`.
fn unbraced(text: &str) -> Option<&str> {
    let (_, rest) = text.rsplit_once("\\boxed")?;
    let content = rest.strip_prefix([' ', '~'])?;
    let ends = ["$", "\\)", "\\]", "\n"]
        .iter()
        .filter_map(|end| content.find(end));
    let content = content[..ends.min().unwrap_or(content.len())].trim();
    let braced = content.starts_with('{');
    (!braced && is_bare(content) && reads(content)).then_some(content)
}

/// Text whose every backslash is doubled, as data that was escaped twice has it, with single ones.
fn unescaped(text: Cow<'_, str>) -> Cow<'_, str> {
    let mut commands = false;
    let mut rest: &str = &text;
    while let Some(at) = rest.find('\\') {
        let run = rest[at..].bytes().take_while(|&byte| byte == b'\\').count();
        if run % 2 == 1 {
            return text;
        }
        rest = &rest[at + run..];
        commands |= rest.starts_with(|c: char| c.is_ascii_alphabetic());
    }
    if commands {
        Cow::Owned(text.replace("\\\\", "\\"))
    } else {
        text
    }
}

/// A stretch of text; formulas without what delimits them.
struct Segment<'a> {
    formula: bool,
    text: &'a str,
    /// Where it begins in the whole text.
    at: usize,
}

/// Splits at `$`, `$$`, `\(` and `\[`. A formula that does not end is prose.
fn segments(text: &str) -> Vec<Segment<'_>> {
    const DELIMITERS: [(&str, &str); 4] =
        [("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]")];
    let mut segments = Vec::new();
    // A delimiter without a partner has none further on either; to look again each time would take the square of the length.
    let mut alone = [false; 4];
    let mut from = 0;
    let mut i = 0;
    let bytes = text.as_bytes();
    while i < bytes.len() {
        let rest = &text[i..];
        let Some(kind) = DELIMITERS
            .iter()
            .position(|(open, _)| rest.starts_with(open))
        else {
            // A backslash takes the next character with it.
            i += if bytes[i] == b'\\' { 2 } else { 1 };
            while i < bytes.len() && !text.is_char_boundary(i) {
                i += 1;
            }
            continue;
        };
        let (open, close) = DELIMITERS[kind];
        let length = if alone[kind] {
            None
        } else {
            closing(&rest[open.len()..], close)
        };
        let Some(length) = length else {
            alone[kind] = true;
            i += open.len();
            continue;
        };
        let open = open.len();
        segments.push(Segment {
            formula: false,
            text: &text[from..i],
            at: from,
        });
        let inside = i + open;
        segments.push(Segment {
            formula: true,
            text: &text[inside..inside + length],
            at: inside,
        });
        i = inside + length + close.len();
        from = i;
    }
    segments.push(Segment {
        formula: false,
        text: &text[from..],
        at: from,
    });
    segments
}

/// Where `close` is, not after a backslash of its own.
fn closing(text: &str, close: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + text[from..].find(close)?;
        let escaped = close.starts_with('$') && text[..at].ends_with('\\');
        if !escaped {
            return Some(at);
        }
        from = at + close.len();
    }
}

/// How many words say something besides an answer: two letters or more, outside of TeX commands and their groups.
fn strange_words(text: &str) -> usize {
    let mut count = 0;
    let mut rest = text;
    while let Some(word) = strange_word(rest) {
        count += 1;
        rest = &rest[word.end..];
    }
    count
}

/// Where the first such word is.
fn strange_word(text: &str) -> Option<Range<usize>> {
    let mut depth = 0_usize;
    let mut before = ' ';
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if c.is_alphabetic() {
            let length = text[at..].find(|c: char| !c.is_alphabetic());
            let end = length.map_or(text.len(), |length| at + length);
            let word = &text[at..end];
            // The name of a command follows its backslash.
            let alone = before.is_whitespace() || matches!(before, '*' | '(' | '，' | '、');
            if depth == 0 && alone && word.chars().nth(1).is_some() && !is_answer_word(word) {
                return Some(at..end);
            }
            at = end;
            before = 'a';
            continue;
        }
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        before = c;
        at += c.len_utf8();
    }
    None
}
