//! What the seventeen come to together: how many are right, which is the shortest, how they fare against English.

use explang::Language;

/// One language's response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The language.
    pub language: Language,
    /// It has ended.
    pub ended: bool,
    /// Its answer is right; none while nobody knows.
    pub right: Option<bool>,
    /// Its tokens.
    pub tokens: usize,
}

/// What the responses come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// Those that have ended.
    pub ended: usize,
    /// Those that are right.
    pub right: usize,
    /// The shortest of those that are right: their length in tokens, and all languages of that length.
    pub shortest: Option<(usize, Vec<Language>)>,
    /// The others against English; none until English has ended.
    pub against: Option<Against>,
}

/// The other languages against English, on this one problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Against {
    /// English is right.
    pub english: bool,
    /// Right where English is wrong.
    pub win: usize,
    /// Both right, or both wrong.
    pub tie: usize,
    /// Wrong where English is right.
    pub lose: usize,
}

/// Counts.
pub fn tally(entries: &[Entry]) -> Tally {
    let right = || entries.iter().filter(|entry| entry.right == Some(true));
    let shortest = right().map(|entry| entry.tokens).min();
    let english = entries
        .iter()
        .find(|entry| entry.language == Language::En)
        .and_then(|entry| entry.right);
    Tally {
        ended: entries.iter().filter(|entry| entry.ended).count(),
        right: right().count(),
        shortest: shortest.map(|tokens| {
            let of_that_length = right().filter(|entry| entry.tokens == tokens);
            (tokens, of_that_length.map(|entry| entry.language).collect())
        }),
        against: english.map(|english| against(english, entries)),
    }
}

fn against(english: bool, entries: &[Entry]) -> Against {
    let mut against = Against {
        english,
        win: 0,
        tie: 0,
        lose: 0,
    };
    for entry in entries.iter().filter(|e| e.language != Language::En) {
        match entry.right {
            None => {}
            Some(right) if right == english => against.tie += 1,
            Some(true) => against.win += 1,
            Some(false) => against.lose += 1,
        }
    }
    against
}

/// The languages with the best responses first: right before wrong, then short before long.
pub fn by_merit(entries: &[Entry]) -> Vec<Language> {
    let mut sorted = entries.to_vec();
    // Equals keep the order of the languages.
    sorted.sort_by_key(|entry| (entry.right != Some(true), entry.tokens));
    sorted.into_iter().map(|entry| entry.language).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Language::{De, En, Ja, Th, Zh};

    fn entry(language: Language, right: Option<bool>, tokens: usize) -> Entry {
        Entry {
            language,
            ended: right.is_some(),
            right,
            tokens,
        }
    }

    #[test]
    fn a_problem_that_english_fails() {
        let entries = [
            entry(En, Some(false), 37),
            entry(Zh, Some(true), 29),
            entry(De, Some(false), 30),
            entry(Ja, Some(true), 29),
            entry(Th, None, 12),
        ];
        let tally = tally(&entries);
        assert_eq!((tally.ended, tally.right), (4, 2));
        assert_eq!(tally.shortest, Some((29, vec![Zh, Ja])));
        let against = tally.against.unwrap();
        assert!(!against.english);
        assert_eq!((against.win, against.tie, against.lose), (2, 1, 0));
        assert_eq!(by_merit(&entries), [Zh, Ja, Th, De, En]);
    }

    #[test]
    fn a_problem_that_english_solves() {
        let entries = [
            entry(En, Some(true), 33),
            entry(Zh, Some(true), 35),
            entry(De, Some(false), 20),
        ];
        let tally = tally(&entries);
        let against = tally.against.unwrap();
        assert_eq!((against.win, against.tie, against.lose), (0, 1, 1));
        assert_eq!(tally.shortest, Some((33, vec![En])));
        assert_eq!(by_merit(&entries), [En, Zh, De]);
    }

    #[test]
    fn nothing_is_said_before_anything_has_ended() {
        let entries = [entry(En, None, 3), entry(Zh, None, 3)];
        assert_eq!(tally(&entries), Tally::default());
    }
}
