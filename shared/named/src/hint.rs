//! Pieces of messages to people: what was probably meant, and what a file says in one short line.

/// Longest name that is compared, in bytes; a longer one is no slip of the pen.
const LONGEST: usize = 64;

/// The one of `names` that `word` is most probably a misspelling of: the fewest letters away (an exchange of neighbours counts
/// once), and at most half of its own; the first of equals. None where none is near.
fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let word = word.to_lowercase();
    let distances = names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&word, name), name));
    let (distance, name) = distances.min_by_key(|(distance, _)| *distance)?;
    (2 * distance <= name.chars().count()).then_some(name)
}

/// What a message adds where one of `names` was probably meant, such as `` (did you mean `shards`?)``; else nothing.
pub fn meant<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, names).map_or_else(String::new, |name| format!(" (did you mean `{name}`?)"))
}

/// `text` on one line, control characters escaped, and cut with an ellipsis after `most` characters: what comes from a file can
/// be anything.
pub fn brief(text: &str, most: usize) -> String {
    let mut letters = text.trim_end().chars();
    let mut piece = String::new();
    for letter in letters.by_ref().take(most) {
        if letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}') {
            piece.extend(letter.escape_default());
        } else {
            piece.push(letter);
        }
    }
    if letters.next().is_some() {
        piece.push('…');
    }
    piece
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_near_and_another_word_is_not() {
        let names = ["shards", "seed", "checkpoint_every"];
        for (word, found) in [
            ("shrads", Some("shards")),
            ("SEED", Some("seed")),
            ("checkpoint-every", Some("checkpoint_every")),
            ("banana", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, names), found, "{word}");
        }
        assert_eq!(nearest(&"shards".repeat(1000), names), None);
        assert_eq!(nearest("x", []), None);
        assert_eq!(meant("sede", names), " (did you mean `seed`?)");
        assert_eq!(meant("banana", names), "");
    }

    #[test]
    fn a_piece_of_a_file_is_one_short_line() {
        assert_eq!(brief("a\nb\u{1b}[31m\n", 20), "a\\nb\\u{1b}[31m");
        assert_eq!(brief("四十加二", 3), "四十加…");
        assert_eq!(brief("四十加二", 4), "四十加二");
    }
}
