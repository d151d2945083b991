//! Finding the answer in a whole response, boxed or not.
//!
//! In this order: the last `\boxed{…}`, together with those that it is joined to by a comma or an "and"; what follows `####`; a
//! text that is nothing but an answer; in prose what follows the last "answer is" at once, or else the last formula between dollars
//! or the last number where one follows that formula.

use std::borrow::Cow;

use super::read::{is_answer_word, joins_items, letter_joins_items, read};
use crate::boxed::boxes;
use crate::normal::ascii;

/// Text between two boxes that belong together is at most this long, in bytes.
const MAX_JOINT: usize = 60;

/// The answer in a reference, of which a box may lack its end.
pub(crate) fn reference(text: &str) -> Option<Cow<'_, str>> {
    let open = || {
        let (_, rest) = text.rsplit_once("\\boxed")?;
        rest.trim_start().strip_prefix('{')
    };
    match (boxes(text).is_empty(), open()) {
        (true, Some(rest)) => Some(unescaped(rest)),
        _ => stated(text),
    }
}

/// The answer that a text states, boxed or not, wherever it stands.
pub(crate) fn stated(text: &str) -> Option<Cow<'_, str>> {
    if let Some(joined) = boxed(text) {
        return Some(joined);
    }
    let text = text.rsplit_once("####").map_or(text, |(_, last)| last);
    let text = without_emphasis(text);
    let bare = Some(text).filter(|text| is_bare(text));
    let start = announced(text);
    // "Answer: C" has one word only.
    if let Some(text) = bare.filter(|text| start == 0 || read(text).usual.is_some()) {
        return Some(unescaped(text)).filter(|text| !text.trim().is_empty());
    }
    let told = || told(text.get(start..).filter(|_| start > 0)?);
    told()
        .or(bare)
        .or_else(|| in_prose(text, start))
        .or_else(|| in_prose(text, 0))
        .map(unescaped)
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
    strange < if formulas { 1 } else { 2 } || !formulas && read(text).usual.is_some()
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

/// What stands at the beginning of the text after "answer is": a whole clause, a formula, or a number.
fn told(text: &str) -> Option<&str> {
    let filler = |c: char| c.is_whitespace() || matches!(c, ':' | '：' | '*');
    let text = text.trim_start_matches(filler);
    let ends = ["\n", ". ", "。"].iter().filter_map(|end| text.find(end));
    let clause = &text[..ends.min().unwrap_or(text.len())];
    let clause = clause.trim_end_matches(|c| filler(c) || c == '.');
    if is_bare(clause) && read(clause).usual.is_some() {
        return Some(clause);
    }
    let segments = segments(text);
    if let [before, formula, ..] = segments.as_slice()
        && before.text.is_empty()
        // A name alone is what the answer is about.
        && read(formula.text).usual.is_some_and(|node| !node.is_name())
    {
        return Some(formula.text);
    }
    let parts = |c: char| c.is_whitespace() || matches!(c, '，' | '、' | '。');
    let word = text.split(parts).next()?;
    let word = word.trim_end_matches([',', ';', '.', ')', '*', '!']);
    let digits = word.contains(|c| ascii(c).is_ascii_digit());
    (digits && read(word).usual.is_some()).then_some(word)
}

/// The content of the last box, and of those joined to it.
fn boxed(text: &str) -> Option<Cow<'_, str>> {
    let boxes = boxes(text);
    let Some((last, earlier)) = boxes.split_last() else {
        return unbraced(text).map(unescaped);
    };
    let mut first = last;
    let mut contents = vec![&text[last.inside.clone()]];
    for before in earlier.iter().rev() {
        let between = text.get(before.inside.end + 1..first.start);
        if !between.is_some_and(joins) {
            break;
        }
        contents.push(&text[before.inside.clone()]);
        first = before;
    }
    contents.reverse();
    // The same answer said twice is one.
    contents.dedup_by(|a, b| a.trim() == b.trim());
    match contents.as_slice() {
        [single] => Some(unescaped(single)),
        many => Some(Cow::Owned(unescaped(&many.join(" , ")).into_owned())),
    }
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
    (!braced && is_bare(content) && read(content).usual.is_some()).then_some(content)
}

/// Whether the text between two boxes makes them items of one list: it ends in a comma or a word such as "and".
fn joins(between: &str) -> bool {
    if between.len() > MAX_JOINT || between.contains("\n\n") || between.contains(". ") {
        return false;
    }
    let plain = between
        .trim_end_matches(|c: char| {
            c.is_whitespace() || matches!(c, '$' | '}' | '{' | '(' | '[' | '\\')
        })
        .trim_end_matches("\\quad")
        .trim_end_matches("\\text")
        .trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '}' | '\\'));
    if let Some(head) = plain.strip_suffix([',', ';', '、', '，']) {
        // Words before the comma begin another thought.
        return !head
            .replace("\\quad", "")
            .replace("\\text", "")
            .contains(char::is_alphabetic);
    }
    let word = plain
        .rsplit(|c: char| !c.is_alphabetic())
        .next()
        .unwrap_or("");
    let alone = plain.trim_start_matches(|c: char| c.is_whitespace() || c == '$');
    joins_items(word) || letter_joins_items(alone)
}

/// Text whose every backslash is doubled, as data that was escaped twice has it, with single ones.
fn unescaped(text: &str) -> Cow<'_, str> {
    let mut commands = false;
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let run = rest[at..].bytes().take_while(|&byte| byte == b'\\').count();
        if run % 2 == 1 {
            return Cow::Borrowed(text);
        }
        rest = &rest[at + run..];
        commands |= rest.starts_with(|c: char| c.is_ascii_alphabetic());
    }
    if commands {
        Cow::Owned(text.replace("\\\\", "\\"))
    } else {
        Cow::Borrowed(text)
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
    let mut depth = 0_usize;
    let mut before = ' ';
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c.is_alphabetic() {
            let end = rest
                .find(|c: char| !c.is_alphabetic())
                .unwrap_or(rest.len());
            let (word, tail) = rest.split_at(end);
            // The name of a command follows its backslash.
            let alone = before.is_whitespace() || before == '*';
            if depth == 0 && alone && word.chars().nth(1).is_some() && !is_answer_word(word) {
                count += 1;
            }
            rest = tail;
            before = 'a';
            continue;
        }
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        before = c;
        rest = &rest[c.len_utf8()..];
    }
    count
}

/// Where the text after the last "answer is" or "answer:" begins.
fn announced(text: &str) -> usize {
    let lower = text.to_ascii_lowercase();
    let ends = [
        "answer is",
        "answer:",
        "option is",
        "choice is",
        "答案是",
        "答案为",
        "答案：",
        "答案:",
        "答えは",
        "答え：",
        "답은",
        "답:",
        "respuesta es",
        "respuesta:",
        "réponse est",
        "réponse :",
        "antwort ist",
        "antwort lautet",
        "antwort:",
        "resposta é",
        "resposta:",
        "ответ:",
        "Ответ:",
        "risposta è",
        "risposta:",
        "răspunsul este",
        "الإجابة هي",
        "الجواب هو",
        "התשובה היא",
        "คำตอบคือ",
        "đáp án là",
        "jawabannya adalah",
        "jibu ni",
    ];
    let found = ends
        .iter()
        .filter_map(|phrase| lower.rfind(phrase).map(|at| at + phrase.len()));
    found.max().unwrap_or(0)
}

/// The last formula or number from `start` on.
fn in_prose(text: &str, start: usize) -> Option<&str> {
    let mut found = None;
    for segment in segments(text) {
        if segment.formula {
            if segment.at >= start && !segment.text.trim().is_empty() {
                found = Some(segment.text);
            }
            continue;
        }
        let skip = start.saturating_sub(segment.at).min(segment.text.len());
        found = last_number(&segment.text[skip..]).or(found);
    }
    found
}

/// The last number that is no part of a word, with its sign, and a percent sign or a second part after it.
fn last_number(text: &str) -> Option<&str> {
    let digit = |c: char| ascii(c).is_ascii_digit();
    let part = |c: char| digit(c) || matches!(ascii(c), '.' | ',' | '/' | ':' | '%');
    let mut end = text.len();
    while let Some(last) = text[..end].rfind(digit) {
        let stop = last + text[last..].chars().next()?.len_utf8();
        let stop = stop
            + text[stop..]
                .find(|c| ascii(c) != '%')
                .unwrap_or(text.len() - stop);
        let start = text[..last].trim_end_matches(part).len();
        let after = text[stop..].chars().next();
        let before = text[..start].chars().next_back();
        let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() || c == '_' || c == '^');
        if letter(before) || letter(after) {
            end = start;
            continue;
        }
        let signed = before
            .filter(|&c| ascii(c) == '-')
            .map_or(start, |c| start - c.len_utf8());
        let free = text[..signed]
            .chars()
            .next_back()
            .is_none_or(|c| !c.is_alphanumeric());
        let number = &text[if free { signed } else { start }..stop];
        return Some(number.trim_start_matches([',', '/', ':', '%']));
    }
    None
}
