//! How often each language was chosen.

use std::collections::BTreeMap;

use explang_language::Language;
use serde::{Deserialize, Serialize};

/// How often each language was chosen; what training counts of its rollouts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Counted")]
pub struct ChoiceCounts {
    /// Responses with the tag of each language.
    pub tagged: BTreeMap<Language, usize>,
    /// Responses without a tag of the pool.
    pub untagged: usize,
}

impl ChoiceCounts {
    /// Counts one response by its tag.
    pub fn add(&mut self, tag: Option<Language>) {
        match tag {
            Some(language) => *self.tagged.entry(language).or_default() += 1,
            None => self.untagged += 1,
        }
    }

    /// Adds what another count holds.
    pub fn merge(&mut self, other: &ChoiceCounts) {
        for (&language, &count) in &other.tagged {
            let sum = self.tagged.entry(language).or_default();
            // A file can hold any number.
            *sum = sum.saturating_add(count);
        }
        self.untagged = self.untagged.saturating_add(other.untagged);
    }

    /// All responses counted.
    pub fn total(&self) -> usize {
        (self.tagged.values()).fold(self.untagged, |sum, &count| sum.saturating_add(count))
    }
}

/// What a file holds: a code in it may be of a language that this version does not know.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Counted {
    tagged: BTreeMap<String, usize>,
    untagged: usize,
}

impl From<Counted> for ChoiceCounts {
    /// What is not a language of the pool counts as no tag, as in training.
    fn from(counted: Counted) -> Self {
        let mut counts = ChoiceCounts {
            untagged: counted.untagged,
            ..ChoiceCounts::default()
        };
        for (code, count) in counted.tagged {
            match code.parse::<Language>() {
                Ok(language) => {
                    counts.tagged.insert(language, count);
                }
                Err(_) => counts.untagged = counts.untagged.saturating_add(count),
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_language_counts_as_no_tag_and_sums_stay_numbers() {
        let read = |json: &str| serde_json::from_str::<ChoiceCounts>(json);
        let counts = read(r#"{"tagged": {"zh": 6, "xx": 1}, "untagged": 4}"#).unwrap();
        assert_eq!((counts.tagged[&Language::Zh], counts.untagged), (6, 5));
        assert_eq!(read("{}").unwrap(), ChoiceCounts::default());
        assert!(read(r#"{"tagged": {"en": -1}}"#).is_err());
        let mut most = read(&format!(
            r#"{{"tagged": {{"zh": {0}}}, "untagged": {0}}}"#,
            usize::MAX
        ))
        .unwrap();
        most.merge(&counts);
        assert_eq!(most.total(), usize::MAX);
    }
}
