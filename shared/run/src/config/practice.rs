//! How much practice each language gets with each kind of problem.

use std::collections::BTreeMap;

use explang_language::Language;
use explang_tasks::Kind;
use serde::{Deserialize, Serialize};

/// A share that is left to fewer pages than this is none: what rounding leaves of shares that sum to 1.
const NOTHING: f64 = 1e-9;

/// The languages that pretraining shows a kind of problem in: `{ kind = "sums/steps", shares = { zh = 0.5, en = 0.15 } }`.
///
/// A kind without an entry is shown in all seventeen languages evenly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Practice {
    /// Family and style, such as `sums/steps`; all its levels are meant.
    pub kind: Kind,
    /// Share of the kind's pages in a language. What is left to 1 is divided evenly among all seventeen, the named ones included.
    pub shares: BTreeMap<Language, f64>,
}

impl Practice {
    /// Share of each language of the pool, in its order; they sum to 1.
    pub fn of_all(&self) -> Vec<(Language, f64)> {
        let named: f64 = self.shares.values().sum();
        let left = 1.0 - named;
        let each = if left > NOTHING {
            left / Language::ALL.len() as f64
        } else {
            0.0
        };
        let share = |language| self.shares.get(&language).copied().unwrap_or(0.0) + each;
        Language::ALL.map(|l| (l, share(l))).to_vec()
    }

    /// The same practice with the share of every language written out.
    pub fn resolved(&self) -> Self {
        Practice {
            kind: self.kind.clone(),
            shares: self.of_all().into_iter().collect(),
        }
    }

    /// The languages that get more than others, and what the others get each.
    fn brief(&self) -> String {
        let mut shares = self.of_all();
        let least = shares.iter().map(|(_, s)| *s).fold(f64::INFINITY, f64::min);
        shares.retain(|(_, share)| *share > least + NOTHING);
        shares.sort_by(|a, b| b.1.total_cmp(&a.1));
        let named = shares
            .iter()
            .map(|(l, s)| format!("{l} {:.0} %", 100.0 * s));
        let mut parts: Vec<String> = named.collect();
        let others = Language::ALL.len() - parts.len();
        if others > 0 && least > NOTHING {
            let who = if parts.is_empty() {
                "every language"
            } else {
                "each other"
            };
            parts.push(format!("{who} {:.1} %", 100.0 * least));
        }
        parts.join(", ")
    }
}

/// In short, for people.
///
/// ```
/// let text = r#"{"kind": "sums/steps", "shares": {"zh": 0.5, "en": 0.15}}"#;
/// let practice: explang_run::config::Practice = serde_json::from_str(text)?;
/// assert_eq!(practice.to_string(), "sums/steps: zh 52 %, en 17 %, each other 2.1 %");
/// # Ok::<(), serde_json::Error>(())
/// ```
impl std::fmt::Display for Practice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.kind, self.brief())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn practice(shares: &[(Language, f64)]) -> Practice {
        Practice {
            kind: Kind::new("sums/steps"),
            shares: shares.iter().copied().collect(),
        }
    }

    #[test]
    fn what_is_left_is_shared_evenly_and_all_sum_to_one() {
        for named in [
            &[][..],
            &[(Language::Zh, 0.5), (Language::En, 0.15)],
            &[(Language::Sw, 1.0)],
            &[
                (Language::Ko, 0.7),
                (Language::He, 0.1),
                (Language::En, 0.2),
            ],
        ] {
            let shares = practice(named).of_all();
            let sum: f64 = shares.iter().map(|(_, share)| share).sum();
            assert!((sum - 1.0).abs() < 1e-12, "{named:?}: {sum}");
            let rest: f64 = 1.0 - named.iter().map(|(_, share)| share).sum::<f64>();
            for (language, share) in shares {
                let own = named.iter().find(|(l, _)| *l == language);
                let expected = own.map_or(0.0, |(_, share)| *share) + rest / 17.0;
                assert!((share - expected).abs() < 1e-9, "{language}");
            }
        }
    }

    #[test]
    fn written_out_it_stays_the_same() {
        // Whatever rounding does to the sum: the hash of a configuration depends on it.
        for i in 0..200 {
            let (a, b) = (f64::from(i) / 200.0, f64::from(i % 7) / 100.0);
            let first = practice(&[(Language::Pt, a * 0.9), (Language::En, b)]).resolved();
            assert_eq!(first.resolved(), first);
        }
    }

    #[test]
    fn in_short_the_even_rest_is_one_figure() {
        let text = practice(&[(Language::Zh, 0.5)]).to_string();
        assert_eq!(text, "sums/steps: zh 53 %, each other 2.9 %");
        let even = practice(&[]).to_string();
        assert_eq!(even, "sums/steps: every language 5.9 %");
    }
}
