//! Which languages the rollouts of a step chose, as shares.

use explang::Language;
use explang::run::ChoiceCounts;

/// Layers of the stack: the languages in the order of [`Language::ALL`], then the rollouts without a tag.
pub const LAYERS: usize = Language::ALL.len() + 1;

/// The layer of the rollouts without a tag of the pool.
pub const UNTAGGED: usize = Language::ALL.len();

/// Each layer's share of the rollouts; together they are 1.
pub type Shares = [f64; LAYERS];

/// The name of a layer, in English.
pub fn layer_name(layer: usize) -> &'static str {
    (Language::ALL.get(layer)).map_or("no language", |language| language.english_name())
}

/// The shares over all kinds of problems; none where nothing was counted.
pub(super) fn shares<'a>(kinds: impl IntoIterator<Item = &'a ChoiceCounts>) -> Option<Shares> {
    let mut counts = [0.0; LAYERS];
    for kind in kinds {
        for (language, &count) in &kind.tagged {
            counts[language.index()] += count as f64;
        }
        counts[UNTAGGED] += kind.untagged as f64;
    }
    let total: f64 = counts.iter().sum();
    (total > 0.0).then(|| counts.map(|count| count / total))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn of(json: &str) -> Option<Shares> {
        let kinds: BTreeMap<String, ChoiceCounts> = serde_json::from_str(json).unwrap();
        shares(kinds.values())
    }

    #[test]
    fn kinds_of_problems_are_counted_together() {
        let json = r#"{"sums/steps": {"tagged": {"en": 5, "zh": 3}, "untagged": 1},
                       "sums/breath": {"tagged": {"zh": 6, "xx": 1}, "untagged": 4}}"#;
        let shares = of(json).unwrap();
        assert_eq!(shares[Language::En.index()], 0.25);
        assert_eq!(shares[Language::Zh.index()], 0.45);
        assert_eq!(shares[UNTAGGED], 0.3);
        assert_eq!(shares.iter().sum::<f64>(), 1.0);
        assert_eq!(of("{}"), None);
        assert_eq!(of(r#"{"a": {"tagged": {"en": 0}}}"#), None);
    }
}
