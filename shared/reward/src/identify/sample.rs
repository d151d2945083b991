//! The words of a long text, in short: a detector of Latin-script languages needs some hundred letters, and its time grows with each.

use explang_language::Script;

use super::prose::is_joining;
use super::script::script_of;

/// Letters that a sample holds at most, but for the rest of its last words.
pub(super) const LETTERS: usize = 640;
/// Places that they are taken from, evenly spread: a trace that changes its language midway is called by the larger part.
const PLACES: usize = 8;

/// The Latin-script words of `text` with blanks between: all of them, or a sample of [`LETTERS`] letters.
pub(super) fn sample(text: &str) -> String {
    let words: Vec<&str> = latin_words(text).collect();
    let letters = |word: &&str| word.chars().count();
    let all: usize = words.iter().map(letters).sum();
    if all <= LETTERS {
        return words.join(" ");
    }
    let mut sampled = Vec::new();
    for place in 0..PLACES {
        let (from, to) = (
            place * words.len() / PLACES,
            (place + 1) * words.len() / PLACES,
        );
        let mut left = LETTERS / PLACES;
        for word in &words[from..to] {
            if left == 0 {
                break;
            }
            left = left.saturating_sub(letters(word));
            sampled.push(*word);
        }
    }
    sampled.join(" ")
}

/// The runs of letters that are written in Latin script.
fn latin_words(text: &str) -> impl Iterator<Item = &str> {
    let runs = text.split(|c: char| !c.is_alphabetic() && !is_joining(c));
    runs.filter(|run| run.chars().next().and_then(script_of) == Some(Script::Latin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_text_is_kept_and_a_long_one_is_sampled_from_end_to_end() {
        assert_eq!(
            sample("L'été, 3 fois 漢字 naïve e\u{301}t"),
            "L été fois naïve e\u{301}t"
        );
        let long: Vec<String> = (0..5000_u32)
            .map(|i| "abcdefghij"[..=(i % 10) as usize].repeat(1 + i as usize / 4000))
            .collect();
        let sampled = sample(&long.join(" "));
        let letters = sampled.chars().filter(|c| c.is_alphabetic()).count();
        assert!(
            (LETTERS..LETTERS + PLACES * 20).contains(&letters),
            "{letters}"
        );
        assert!(
            sampled.ends_with(|c: char| c.is_alphabetic())
                && sampled.contains("abcdefghijabcdefghij")
        );
    }
}
