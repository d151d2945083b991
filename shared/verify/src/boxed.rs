//! Finding the boxed answer: the last box, and the boxes that are joined to it.

use std::borrow::Cow;
use std::ops::Range;

use crate::joints::{Joint, joint, joint_letter, without_name};

/// The command of a box.
pub(super) const BOX: [&str; 1] = ["\\boxed"];
/// Every command that draws a box.
#[cfg(feature = "mathematics")]
pub(super) const ANY_BOX: [&str; 3] = ["\\boxed", "\\fbox", "\\framebox"];

/// Text between two boxes that belong together is at most this long, in bytes.
const MAX_JOINT: usize = 60;

/// An open brace, waiting for its partner.
enum Brace {
    Plain,
    /// Where the command and the content of a `\boxed{` start.
    Boxed(usize, usize),
}

/// A complete box.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Boxed {
    /// Where its command starts.
    start: usize,
    /// Where its content is.
    inside: Range<usize>,
}

/// The content of the last complete `\boxed{…}`, braces nested as they come; of two boxes one inside the
/// other, the inner. Braces escaped as `\{` and `\}` do not count. Linear in the length of the text.
pub fn extract_boxed(text: &str) -> Option<&str> {
    let mut last: Option<Boxed> = None;
    each(text, &BOX, |found| {
        if last
            .as_ref()
            .is_none_or(|last| last.inside.start < found.inside.start)
        {
            last = Some(found);
        }
    });
    last.map(|last| &text[last.inside])
}

/// The content of the last complete box, and of those that are joined to it, as a list: `\boxed{1}` and `\boxed{2}` are 1, 2, and
/// neither alone. Boxes are joined by a comma, by a word for "and" or "or" in any language, or by nothing but space.
pub(super) fn joined<'a>(text: &'a str, commands: &[&str]) -> Option<Cow<'a, str>> {
    let boxes = boxes(text, commands);
    let (last, earlier) = boxes.split_last()?;
    let mut first = last;
    let mut contents = vec![&text[last.inside.clone()]];
    let mut separator = " , ";
    for before in earlier.iter().rev() {
        match text
            .get(before.inside.end + 1..first.start)
            .and_then(joint_between)
        {
            None => break,
            Some(Joint::Or) => separator = " or ",
            Some(Joint::Comma | Joint::And) => {}
        }
        contents.push(&text[before.inside.clone()]);
        first = before;
    }
    contents.reverse();
    // The same answer said twice is one.
    contents.dedup_by(|a, b| a.trim() == b.trim());
    Some(match contents.as_slice() {
        [single] => Cow::Borrowed(*single),
        many => Cow::Owned(many.join(separator)),
    })
}

/// What the text between two boxes joins them by: it ends in a comma or a word such as "and", or there is nothing but space.
/// Two boxes side by side may be one answer in two spellings, so they are alternatives.
fn joint_between(between: &str) -> Option<Joint> {
    if between.len() > MAX_JOINT || between.contains("\n\n") || between.contains(". ") {
        return None;
    }
    let layout = |c: char| c.is_whitespace() || matches!(c, '$' | '}' | '{' | '(' | '[' | '\\');
    let words = ["\\qquad", "\\quad", "\\text"]
        .iter()
        .fold(between.to_owned(), |words, command| {
            words.replace(command, "")
        });
    // Hebrew writes a hyphen between its "and" and what follows.
    let plain = words.trim_end_matches(|c: char| layout(c) || matches!(c, '-' | '־'));
    let alone = plain.trim_start_matches(layout);
    if alone.is_empty() && !between.contains('-') {
        return Some(Joint::Or);
    }
    // `x = \boxed{1}, y = \boxed{2}`
    let alone = without_name(alone).trim_end_matches(layout);
    if let Some(head) = alone.strip_suffix([',', ';', '、', '，', '；', '،', '؛']) {
        // Words before the comma begin another thought.
        return (!head.contains(char::is_alphabetic)).then_some(Joint::Comma);
    }
    let word = alone.rsplit(|c: char| !c.is_alphabetic()).next();
    word.and_then(|word| joint(&word.to_lowercase()))
        .or_else(|| joint_letter(alone).and_then(joint))
}

/// All complete boxes that have no box inside, in order.
fn boxes(text: &str, commands: &[&str]) -> Vec<Boxed> {
    let mut boxes: Vec<Boxed> = Vec::new();
    each(text, commands, |found| {
        // A box ends after all boxes inside it.
        if boxes
            .last()
            .is_none_or(|last| last.inside.start < found.inside.start)
        {
            boxes.push(found);
        }
    });
    boxes
}

/// Calls `visit` for every complete box, in the order of their ends.
fn each(text: &str, commands: &[&str], mut visit: impl FnMut(Boxed)) {
    let bytes = text.as_bytes();
    let mut open = Vec::new();
    let mut i = 0;
    while let Some(&byte) = bytes.get(i) {
        match byte {
            // The character after a backslash is no brace of ours.
            b'\\' => i += 1,
            b'{' => {
                let before = text[..i].trim_end_matches(' ');
                let head = commands
                    .iter()
                    .find_map(|command| before.strip_suffix(command));
                open.push(match head {
                    Some(head) => Brace::Boxed(head.len(), i + 1),
                    None => Brace::Plain,
                });
            }
            b'}' => {
                if let Some(Brace::Boxed(start, content)) = open.pop() {
                    visit(Boxed {
                        start,
                        inside: content..i,
                    });
                }
            }
            _ => {}
        }
        i += 1;
    }
}

#[cfg(all(test, feature = "mathematics"))]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_found_with_where_they_start() {
        let found = |text| {
            let boxes = boxes(text, &ANY_BOX).into_iter();
            boxes
                .map(|found| (found.start, found.inside))
                .collect::<Vec<_>>()
        };
        assert_eq!(found("a \\boxed{1} \\fbox {2}"), [(2, 9..10), (12, 19..20)]);
        assert_eq!(found("\\boxed{\\boxed{1}}"), [(7, 14..15)]);
        assert_eq!(found("\\boxed{\\{{1}\\}}"), [(0, 7..14)]);
        assert_eq!(found("\\boxed{} \\framebox{\\}}"), [(0, 7..7), (9, 19..21)]);
        assert_eq!(found("} {1} \\boxed{"), []);
        // The box that begins last, of those with one content it is the inner.
        assert_eq!(extract_boxed("\\boxed{a\\boxed{b}c}"), Some("b"));
        assert_eq!(extract_boxed("\\fbox{1}"), None);
    }
}
