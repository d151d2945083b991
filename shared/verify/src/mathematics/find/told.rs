//! What is said right after "answer is".
//!
//! It may be longer than its first piece: `12 + 5 = 17`, `10 choose 3 = 120`, "2 or maybe 3". So a piece counts only where what
//! follows neither goes on with it nor changes it, and where that cannot be told, no answer is taken.

use dashu_ratio::RBig;

use super::{is_bare, is_one_thing, reads, segments, strange_word};
use crate::joints::{Joint, joint};
use crate::mathematics::read::{changes_number, read};
use crate::mathematics::value::{Fuel, Point, exact};
use crate::normal::ascii;

/// What a text tells after "answer is".
pub(super) enum Told<'a> {
    Answer(&'a str),
    /// Something, but it cannot be told where it ends.
    Unclear,
    Nothing,
}

/// Where the text after the last "answer is" or "answer:" begins; or after "A:" in the last line, as GSM8K's model answers end.
pub(super) fn announced(text: &str) -> usize {
    if let Some((_, last)) = text.trim_end().rsplit_once('\n')
        && let Some(answer) = last.strip_prefix("A:")
    {
        return text.trim_end().len() - answer.len();
    }
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

/// What stands at the beginning of the text after "answer is": a whole clause, or the part of it that no word belongs to.
pub(super) fn told(text: &str) -> Told<'_> {
    let filler = |c: char| c.is_whitespace() || matches!(c, ':' | '：' | '*');
    // "answer is" may be set as text in a formula.
    let text = text.trim_start_matches(|c| filler(c) || c == '}');
    // Dots that stand for what is left out end no sentence.
    let stop = text
        .match_indices(". ")
        .find(|(at, _)| !text[..*at].ends_with('.'));
    let ends = [stop.map(|(at, _)| at), text.find('\n'), text.find('。')];
    let clause = &text[..ends.into_iter().flatten().min().unwrap_or(text.len())];
    let clause = clause.trim_end_matches(filler);
    let clause = clause
        .strip_suffix('.')
        .filter(|clause| !clause.ends_with('.'))
        .unwrap_or(clause)
        .trim_end_matches(filler);
    if is_bare(clause) && is_one_thing(clause) {
        return Told::Answer(clause);
    }
    let end = strange_word(clause).map_or(clause.len(), |word| word.start);
    let (begun, rest) = clause.split_at(end);
    let Some(piece) = closed(begun) else {
        return Told::Unclear;
    };
    if is_said(piece, rest) {
        return ended(begun, piece, rest);
    }
    // A sum with dots in it is not read, but the value after its sign is.
    if let Some((sum, value)) = piece.rsplit_once('=')
        && !sum.ends_with(['<', '>', '!', '='])
        && reads(value)
    {
        return ended(begun, value.trim(), rest);
    }
    // "13, and not 12"
    let comma = begun
        .match_indices([',', '，', ';', '；'])
        .find(|(at, mark)| {
            let next = begun[at + mark.len()..].trim_start().chars().next();
            next.is_some_and(char::is_alphabetic)
        });
    if let Some((at, _)) = comma
        && let Some(piece) = closed(&begun[..at])
        && is_said(piece, &clause[at..])
    {
        return Told::Answer(piece);
    }
    let found = first_formula(text).or_else(|| first_word(clause));
    found.unwrap_or(if rest.is_empty() && !clause.is_empty() {
        // Nothing but an answer, though it is not read: no part of it is one.
        Told::Answer(clause)
    } else {
        Told::Nothing
    })
}

/// Whether the piece is an answer, where `rest` follows. A name alone is what the answer is about: "$n$ more than 4".
fn is_said(piece: &str, rest: &str) -> bool {
    read(piece)
        .usual
        .is_some_and(|node| rest.is_empty() || !node.is_name())
}

/// The piece without marks and words at its end that join it to what follows; none where an "or" leaves it open.
fn closed(piece: &str) -> Option<&str> {
    let marks = |c: char| c.is_whitespace() || ",;.*!:(，；、：—–-".contains(c);
    // Dots say that it goes on.
    if piece.trim_end_matches([' ', ',', ';']).ends_with("..") {
        return Some(piece);
    }
    let mut piece = piece;
    loop {
        let trimmed = piece.trim_end_matches(marks);
        let trimmed = match trimmed.strip_suffix(')') {
            Some(inside) if trimmed.matches(')').count() > trimmed.matches('(').count() => inside,
            _ => trimmed,
        };
        let start = trimmed
            .char_indices()
            .rev()
            .take_while(|(_, c)| c.is_alphabetic())
            .last();
        let Some((start, _)) = start else {
            return Some(trimmed);
        };
        let before = trimmed[..start].trim_end();
        match joint(&trimmed[start..]) {
            // A command, such as `\or`, is no word.
            _ if before.is_empty() || before.ends_with('\\') => return Some(trimmed),
            None => return Some(trimmed),
            Some(Joint::Or) if !before.ends_with([',', '，', ';', '；']) => return None,
            Some(_) => piece = before,
        }
    }
}

/// The piece, where what follows it has nothing to do with it; what a chain of equals signs that goes on ends in.
fn ended<'a>(begun: &str, piece: &'a str, rest: &'a str) -> Told<'a> {
    let over = begun
        .trim_end()
        .ends_with([',', ';', '(', '，', '；', '、', '—', '–']);
    let Some(word) = strange_word(rest).filter(|_| !over) else {
        return Told::Answer(piece);
    };
    let changed = changes_number(&rest[word]);
    let kept = if changed {
        Told::Unclear
    } else {
        Told::Answer(piece)
    };
    let thought = rest.find([',', ';', '，', '；', '(']);
    let thought = &rest[..thought.unwrap_or(rest.len())];
    let (Some((left, _)), Some((_, right))) = (thought.split_once('='), thought.rsplit_once('='))
    else {
        return kept;
    };
    let mut left = left;
    while let Some(word) = strange_word(left) {
        left = &left[word.end..];
    }
    let right = &right[..strange_word(right).map_or(right.len(), |word| word.start)];
    match (constant(left), constant(right)) {
        // "12 because 7 + 5 = 12" is an equation of its own, "10 choose 3 = 120" is none.
        (Some(left), Some(value)) if left != value => Told::Answer(right.trim()),
        (None, Some(_)) if left.trim().is_empty() => Told::Unclear,
        _ => kept,
    }
}

/// The value of a rational number.
fn constant(text: &str) -> Option<RBig> {
    let node = read(text).usual.filter(|node| node.is_scalar())?;
    exact(&node, &Point::new(), &Fuel::new()).ok()
}

/// A formula that the text begins with.
fn first_formula(text: &str) -> Option<Told<'_>> {
    let segments = segments(text);
    let [before, formula, after] = segments.get(..3)? else {
        return None;
    };
    if !before.text.is_empty() || !is_said(formula.text, after.text) {
        return None;
    }
    alone(formula.text, after.text)
}

/// A number that the clause begins with.
fn first_word(clause: &str) -> Option<Told<'_>> {
    let parts = |c: char| c.is_whitespace() || matches!(c, '，' | '、' | '。');
    let end = clause.find(parts).unwrap_or(clause.len());
    let (word, rest) = clause.split_at(end);
    let word = closed(word)?;
    let digits = word.contains(|c| ascii(c).is_ascii_digit());
    if !digits || !reads(word) {
        return None;
    }
    alone(word, rest)
}

/// What a formula or a number says before `rest`, which is not read as a whole: nothing where a sign or another number goes on with it,
/// and where a word joins it to more it is but a part of the answer.
fn alone<'a>(piece: &'a str, rest: &str) -> Option<Told<'a>> {
    let rest = rest.split('\n').next().unwrap_or("").trim_start();
    let word = rest
        .find(|c: char| !c.is_alphabetic())
        .unwrap_or(rest.len());
    let sign = |c: char| c.is_ascii_digit() || "+-*/=<>^!≈≤≥≠±×·÷$\\".contains(c);
    if joint(&rest[..word]).is_some() {
        Some(Told::Unclear)
    } else {
        (!rest.starts_with(sign)).then_some(Told::Answer(piece))
    }
}
