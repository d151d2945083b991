//! A choice by its letter with its text behind it: `(B) 12 cm`, `E: A polygenic risk score`.

/// Whether one side is the letter of a choice and the other that letter with a text behind it. Both are normal forms. The text may name
/// no other choice, or all of them could be listed.
pub(super) fn same_choice(one: &str, other: &str) -> bool {
    begins(one, other) || begins(other, one)
}

fn begins(long: &str, short: &str) -> bool {
    let letter = short
        .strip_prefix('(')
        .and_then(|inside| inside.strip_suffix(')'));
    let letter = letter.unwrap_or(short);
    if letter.len() != 1 || !letter.starts_with(|c: char| c.is_ascii_uppercase()) {
        return false;
    }
    let bracketed = long
        .strip_prefix('(')
        .and_then(|rest| rest.strip_prefix(letter)?.strip_prefix(')'));
    let text = bracketed.or_else(|| long.strip_prefix(letter)?.strip_prefix([')', '.', ':']));
    let Some(text) = text.map(|text| text.trim_start_matches([')', '.', ':', ' '])) else {
        return false;
    };
    let signs = text.starts_with([',', ';', '/', '&', '+', '=', '-', '^']);
    let shown = ["\\frac", "\\sqrt", "\\pi", "\\$", "\\{"];
    let operator = text.starts_with('\\') && !shown.iter().any(|name| text.starts_with(name));
    // `(A)x` is a product.
    let factor = text.chars().count() == 1 && text.starts_with(char::is_alphabetic);
    !text.is_empty() && !signs && !operator && !factor && !names_another(text)
}

/// Whether a capital letter stands alone in the text, but as an article.
fn names_another(text: &str) -> bool {
    let mut before = ' ';
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        let article = matches!(c, 'A' | 'I')
            && rest
                .strip_prefix(' ')
                .is_some_and(|word| word.starts_with(|c: char| c.is_lowercase()));
        let alone = !before.is_alphanumeric() && !rest.starts_with(char::is_alphanumeric);
        if c.is_ascii_uppercase() && alone && !article {
            return true;
        }
        before = c;
    }
    false
}
