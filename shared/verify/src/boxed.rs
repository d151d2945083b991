//! Finding the boxed answer.

use std::ops::Range;

/// An open brace, waiting for its partner.
enum Brace {
    Plain,
    /// Where the command and the content of a `\boxed{` start.
    Boxed(usize, usize),
}

/// A complete box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Boxed {
    /// Where its command starts.
    pub(super) start: usize,
    /// Where its content is.
    pub(super) inside: Range<usize>,
}

/// The content of the last complete `\boxed{…}`, braces nested as they come; of two boxes one inside the
/// other, the inner. Braces escaped as `\{` and `\}` do not count. Linear in the length of the text.
pub fn extract_boxed(text: &str) -> Option<&str> {
    let mut last: Option<Boxed> = None;
    each(text, &["\\boxed"], |found| {
        if last
            .as_ref()
            .is_none_or(|last| last.inside.start < found.inside.start)
        {
            last = Some(found);
        }
    });
    last.map(|last| &text[last.inside])
}

/// All complete boxes that have no box inside, in order; `\fbox` and `\framebox` are boxes here too.
#[cfg(feature = "mathematics")]
pub(super) fn boxes(text: &str) -> Vec<Boxed> {
    let mut boxes: Vec<Boxed> = Vec::new();
    each(text, &["\\boxed", "\\fbox", "\\framebox"], |found| {
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
            let boxes = boxes(text).into_iter();
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
