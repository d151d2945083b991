//! Our scores beside those of another program: every variant, row by row.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Mutex, PoisonError};

use explang::Language;
use explang::identify::Identify;
use explang::reward::{Options, Preset, Reward, Variant};
use explang::rows::{Row, RowError, score};
use serde_json::Value;

/// How far two scores may lie apart and still count as the same.
const TOLERANCE: f64 = 1e-6;

/// What the comparison found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Agreement {
    /// Rows that were compared.
    pub(super) rows: usize,
    /// Batches in which they were scored.
    pub(super) batches: usize,
    /// Names of the variants that were compared, as [`Variant::NAMES`] orders them.
    pub(super) variants: Vec<&'static str>,
    /// The largest distance of two scores, those that differ left out.
    pub(super) largest: f64,
    /// Rows of which some score differs.
    pub(super) differing: Vec<Difference>,
}

/// A row of which some score differs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Difference {
    /// Number of the line, from 1.
    pub(super) line: usize,
    /// Variant, the other program's score, and ours; NaN where a score is undefined.
    pub(super) scores: Vec<(&'static str, f64, f64)>,
    /// Our components, tag and detected language, as JSON.
    pub(super) ours: String,
}

/// Compares the scores under `options` with those in `member` of each row, an object from the name of a variant to its score
/// (`null` where it is undefined). The variants are those of the first row.
///
/// # Errors
/// When a row lacks the member, or one of its scores.
pub(super) fn agreement(
    rows: &[Row],
    member: &'static str,
    preset: Preset,
    options: &Options,
    detector: &dyn Identify,
) -> Result<Agreement, RowError> {
    let named = |name: &&str| {
        let first = rows.first().and_then(|row| row.member(member));
        first.is_some_and(|scores| scores.get(name).is_some())
    };
    let variants: Vec<&'static str> = Variant::NAMES.into_iter().filter(named).collect();
    let detector = CachedDetector::new(detector);
    let mut differences: Vec<Difference> = Vec::new();
    let mut largest = 0.0_f64;
    for &name in &variants {
        let Ok(variant) = Variant::named(name, preset) else {
            continue;
        };
        let reward = Reward {
            variant,
            options: options.clone(),
        };
        for (row, written) in rows.iter().zip(score(rows, &reward, &detector)) {
            let theirs = match row.member(member).and_then(|scores| scores.get(name)) {
                Some(Value::Number(number)) => number.as_f64().unwrap_or(f64::NAN),
                Some(Value::Null) => f64::NAN,
                _ => {
                    return Err(RowError::Member {
                        line: row.line(),
                        member,
                        expected: "object with a score of each variant",
                    });
                }
            };
            // An undefined reward is written as null.
            let ours = written.get("reward").and_then(Value::as_f64);
            let ours = ours.unwrap_or(f64::NAN);
            let distance = (theirs - ours).abs();
            if distance <= TOLERANCE {
                largest = largest.max(distance);
            } else if !(theirs.is_nan() && ours.is_nan()) {
                let known = differences
                    .iter_mut()
                    .find(|known| known.line == row.line());
                match known {
                    Some(known) => known.scores.push((name, theirs, ours)),
                    None => differences.push(Difference {
                        line: row.line(),
                        scores: vec![(name, theirs, ours)],
                        ours: parts(&written),
                    }),
                }
            }
        }
    }
    differences.sort_by_key(|difference| difference.line);
    let batches: BTreeSet<_> = rows.iter().map(|row| row.key("batch")).collect();
    if variants.is_empty()
        && let Some(row) = rows.first()
    {
        return Err(RowError::Member {
            line: row.line(),
            member,
            expected: "object with a score of each variant",
        });
    }
    Ok(Agreement {
        rows: rows.len(),
        batches: batches.len(),
        variants,
        largest,
        differing: differences,
    })
}

/// A detector that is asked about each text once, not once for every variant.
struct CachedDetector<'a> {
    detector: &'a dyn Identify,
    known: Mutex<HashMap<String, Option<Language>>>,
}

impl<'a> CachedDetector<'a> {
    fn new(detector: &'a dyn Identify) -> Self {
        let known = Mutex::new(HashMap::new());
        CachedDetector { detector, known }
    }
}

impl Identify for CachedDetector<'_> {
    fn identify(&self, text: &str) -> Option<Language> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        *known
            .entry(text.to_owned())
            .or_insert_with(|| self.detector.identify(text))
    }
}

/// What a score was made of.
fn parts(written: &serde_json::Map<String, Value>) -> String {
    let kept = [
        "tag",
        "detected",
        "format",
        "compliance",
        "verified",
        "diversity",
        "pass_at_k",
        "language_accuracy",
    ];
    let parts = kept.iter().filter_map(|name| {
        let value = written.get(*name)?;
        Some(format!("{name} {value}"))
    });
    parts.collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for difference in &self.differing {
            let scores = difference.scores.iter();
            let scores = scores.map(|(name, theirs, ours)| format!("{name} {theirs} here {ours}"));
            writeln!(
                f,
                "line {}: {} ({})",
                difference.line,
                scores.collect::<Vec<_>>().join(", "),
                difference.ours
            )?;
        }
        write!(
            f,
            "{} rows in {} batches, {} variants ({}): {} rows differ by more than {TOLERANCE:e}; elsewhere the largest difference is {:.1e}",
            self.rows,
            self.batches,
            self.variants.len(),
            self.variants.join(" "),
            self.differing.len(),
            self.largest
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    struct English;

    impl Identify for English {
        fn identify(&self, _: &str) -> Option<Language> {
            Some(Language::En)
        }
    }

    fn compared(scores: &[Value]) -> Result<Agreement, RowError> {
        let response = "<lang_select>\nen\n</lang_select>\n<think>\nSeven.\n</think>\n\\boxed{7}";
        let rows: Vec<Row> = scores
            .iter()
            .enumerate()
            .map(|(i, scores)| {
                let row = json!({"response": response, "ground_truth": "7", "batch": i, "theirs": scores});
                Row::parse(i + 1, &row.to_string()).unwrap()
            })
            .collect();
        let options = Options::of(Preset::Official);
        agreement(&rows, "theirs", Preset::Official, &options, &English)
    }

    #[test]
    fn a_score_that_differs_is_shown_with_its_parts() {
        let found = compared(&[
            json!({"exploit": 1.4, "naive": 1.5}),
            json!({"exploit": 1.400_000_5, "naive": 1.6}),
            json!({"exploit": null, "naive": 1.5}),
        ])
        .unwrap();
        assert_eq!((found.rows, found.batches), (3, 3));
        assert_eq!(found.variants, ["naive", "exploit"]);
        assert!((4e-7..=6e-7).contains(&found.largest), "{}", found.largest);
        let lines: Vec<usize> = found.differing.iter().map(|d| d.line).collect();
        assert_eq!(lines, [2, 3]);
        let shown = found.to_string();
        assert!(
            shown.contains("line 2: naive 1.6 here 1.5 (tag \"en\""),
            "{shown}"
        );
        assert!(shown.contains("line 3: exploit NaN here 1.4"), "{shown}");
        assert!(shown.contains("2 rows differ"), "{shown}");
    }

    #[test]
    fn a_row_without_scores_is_named() {
        let error = compared(&[json!({"naive": 1.5}), json!({})]).unwrap_err();
        assert!(error.to_string().starts_with("line 2: `theirs`"), "{error}");
        assert!(compared(&[json!(3)]).is_err());
    }
}
