//! What of a trace is language: its text without TeX, code and markup.
//!
//! Formulas (`$…$`, `$$…$$`, `\(…\)`, `\[…\]`, environments, commands with their arguments), code (fences, backticks), `\boxed{…}` and tags
//! such as `<think>` are cut out. Sentences that stand in a formula or in code are kept: whoever writes his thinking there has still written
//! it. Names of variables, bare formulas (`ab + cd`) and URLs in the prose are left in.

use explang_language::Script;

use super::script::script_of;

/// This many words in a row make a sentence of what stands in a formula; fewer are names, units and conjunctions.
const IN_FORMULA: usize = 3;
/// The same of what stands in code or in a box, where `for item in items` and an answer of some words are no sentences.
const IN_CODE: usize = 6;

/// What is set apart from the prose: how it opens and closes, and how many words in a row are a sentence in it.
const SPANS: [(&str, &str, usize); 6] = [
    ("```", "```", IN_CODE),
    ("`", "`", IN_CODE),
    ("$$", "$$", IN_FORMULA),
    ("$", "$", IN_FORMULA),
    ("\\[", "\\]", IN_FORMULA),
    ("\\(", "\\)", IN_FORMULA),
];

/// What is cut out at one place of a text.
struct Cut<'a> {
    /// What may hold sentences.
    inside: &'a str,
    /// How many words in a row are a sentence in it.
    least: usize,
    /// The text behind it.
    after: &'a str,
}

/// The language in `text`, with blanks where something was cut out; in time linear in its length.
pub(super) fn prose(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '$', '`', '<']) {
        kept.push_str(&rest[..at]);
        let cut = cut(&rest[at..]);
        kept.push(' ');
        keep_sentences(cut.inside, cut.least, &mut kept);
        rest = cut.after;
    }
    kept.push_str(rest);
    kept
}

/// What opens with the first character of `text`, which is a backslash, a dollar, a backtick or `<`.
fn cut(text: &str) -> Cut<'_> {
    for (open, close, least) in SPANS {
        let Some(behind) = text.strip_prefix(open) else {
            continue;
        };
        // A price or a quotation mark ends with its paragraph; a block that is not closed was cut short.
        let alone = open.len() == 1;
        let end = behind.find(close);
        return match end.filter(|&end| !alone || is_span(behind, end)) {
            Some(end) => Cut {
                inside: &behind[..end],
                least,
                after: &behind[end + close.len()..],
            },
            None if alone => mark(behind),
            None => Cut {
                inside: behind,
                least,
                after: "",
            },
        };
    }
    match text.strip_prefix('\\') {
        Some(behind) => command(behind),
        None => tag(&text[1..]),
    }
}

/// A mark that opens nothing.
const fn mark(after: &str) -> Cut<'_> {
    Cut {
        inside: "",
        least: 0,
        after,
    }
}

/// Whether the mark at `end` closes what a single dollar or backtick opened. As in Pandoc, a dollar before a digit may be a price: then the
/// closing one follows something other than a blank, and precedes no digit.
fn is_span(text: &str, end: usize) -> bool {
    let (inside, behind) = (&text[..end], &text[end + 1..]);
    let price = inside.starts_with(|c: char| c.is_ascii_digit());
    let open =
        inside.ends_with(char::is_whitespace) || behind.starts_with(|c: char| c.is_ascii_digit());
    let paragraphs = inside.contains("\n\n");
    !(paragraphs || price && open)
}

/// A command of TeX, behind its backslash: with its arguments, but for those that set text.
fn command(text: &str) -> Cut<'_> {
    let letter = |c: char| c.is_ascii_alphabetic();
    let behind = text.trim_start_matches(letter);
    let name = &text[..text.len() - behind.len()];
    if name.is_empty() {
        // `\\`, `\,`, `\$`
        let mut letters = text.chars();
        letters.next();
        return mark(letters.as_str());
    }
    if name == "begin"
        && let Some((environment, body)) = behind
            .strip_prefix('{')
            .and_then(|rest| rest.split_once('}'))
    {
        let end = format!("\\end{{{environment}}}");
        let (inside, after) = body.split_once(&end).unwrap_or((body, ""));
        return Cut {
            inside,
            least: IN_FORMULA,
            after,
        };
    }
    if name.starts_with("text") || matches!(name, "emph" | "section" | "item") {
        return mark(behind);
    }
    let after = behind_arguments(behind);
    Cut {
        inside: &behind[..behind.len() - after.len()],
        least: if name == "boxed" { IN_CODE } else { IN_FORMULA },
        after,
    }
}

/// What follows the groups in braces that `text` opens with; nothing where one is not closed.
fn behind_arguments(text: &str) -> &str {
    // As in `\sqrt[3]{2}`; a bracket without a brace behind it is an interval.
    let optional = text.strip_prefix('[').and_then(|rest| {
        let named = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
        named
            .strip_prefix(']')
            .filter(|behind| behind.starts_with('{'))
    });
    let mut after = optional.unwrap_or(text);
    while after.starts_with('{') {
        let mut depth = 0_usize;
        let end = after.find(|c| {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        after = end.map_or("", |end| &after[end + 1..]);
    }
    after
}

/// A tag such as `</think>`, behind its `<`.
fn tag(text: &str) -> Cut<'_> {
    let name = text.strip_prefix('/').unwrap_or(text);
    let behind = name.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let named = behind.len() < name.len();
    mark(behind.strip_prefix('>').filter(|_| named).unwrap_or(text))
}

/// Adds to `kept` the sentences of a formula or of code: `least` words or more with nothing else between them.
fn keep_sentences(text: &str, least: usize, kept: &mut String) {
    let between = |c: char| !c.is_alphabetic() && !is_joining(c) && !" ,.'’-、，。".contains(c);
    let mut pieces = text.split('\\');
    let first = pieces.next().unwrap_or_default();
    let named = pieces.map(|piece| piece.trim_start_matches(|c: char| c.is_ascii_alphabetic()));
    for piece in std::iter::once(first).chain(named) {
        for run in piece.split(between) {
            if words(run) >= least {
                kept.push_str(run);
                kept.push(' ');
            }
        }
    }
}

/// Words of two letters or more; of a script that sets no blanks between words, letters.
fn words(run: &str) -> usize {
    let unspaced = |c: &char| {
        let script = script_of(*c);
        matches!(script, Some(Script::Han | Script::Japanese | Script::Thai))
    };
    run.split(|c: char| !c.is_alphabetic() && !is_joining(c))
        .map(|word| match word.chars().filter(unspaced).count() {
            0 => usize::from(word.chars().nth(1).is_some()),
            letters => letters,
        })
        .sum()
}

/// A mark that belongs to the letter before it and is not counted as a letter itself: an accent, a tone of Thai.
pub(super) const fn is_joining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{e47}'..='\u{e4e}')
}

#[cfg(test)]
mod tests;
