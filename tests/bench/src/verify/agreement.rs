//! How far our verdicts agree with known ones.

use std::fmt;

use explang::verify::{Comparison, Extraction};
use explang_trainer::pair::Pair;

/// A case on which we say something else than what is known.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Disagreement {
    /// The case.
    pub(super) pair: Pair,
    /// What we say of it.
    pub(super) ours: Comparison,
}

/// Verdicts compared with known ones.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Agreement {
    /// Cases with a known verdict.
    pub(super) cases: usize,
    /// Those on which we disagree.
    pub(super) disagreements: Vec<Disagreement>,
}

/// Compares every pair that has a known verdict.
pub(super) fn agreement(pairs: &[Pair]) -> Agreement {
    let mut result = Agreement::default();
    for pair in pairs {
        let Some(known) = pair.equal else {
            continue;
        };
        result.cases += 1;
        let ours = pair.compare(Extraction::Stated);
        if ours.equal != known {
            let pair = pair.clone();
            result.disagreements.push(Disagreement { pair, ours });
        }
    }
    result
}

impl Agreement {
    /// Share of the cases on which we agree, in percent.
    pub(super) fn percent(&self) -> f64 {
        let agreed = self.cases - self.disagreements.len();
        100.0 * agreed as f64 / self.cases.max(1) as f64
    }

    /// How many answers that are known to be wrong we accept.
    pub(super) fn accepted_wrong(&self) -> usize {
        let accepted = |disagreement: &&Disagreement| disagreement.ours.equal;
        self.disagreements.iter().filter(accepted).count()
    }
}

impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wrong = self.accepted_wrong();
        let refused = self.disagreements.len() - wrong;
        writeln!(
            f,
            "{} cases: agreement {:.1} %, wrong answers accepted {wrong}, right answers refused {refused}",
            self.cases,
            self.percent()
        )?;
        for Disagreement { pair, ours } in &self.disagreements {
            let group = pair
                .group
                .as_deref()
                .map(|group| format!(" ({group})"))
                .unwrap_or_default();
            let verdict = if ours.equal {
                "accepted, known as wrong"
            } else {
                "refused, known as right"
            };
            writeln!(f, "\nline {}{group}: {verdict}: {}", pair.line, ours.reason)?;
            for (name, text, value) in [
                ("gold", &pair.gold, &ours.reference),
                ("answer", &pair.answer, &ours.answer),
            ] {
                let value = value.as_deref().unwrap_or("nothing");
                writeln!(
                    f,
                    "  {name:<6} {}\n         understood as {value}",
                    shortened(text)
                )?;
            }
        }
        Ok(())
    }
}

/// The end of a text that is long: there the answer is.
fn shortened(text: &str) -> String {
    const SHOWN: usize = 100;
    let text = text.replace('\n', " ");
    let skipped = text.chars().count().saturating_sub(SHOWN);
    let end: String = text.chars().skip(skipped).collect();
    if skipped > 0 {
        format!("…{end}")
    } else {
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(lines: &[&str]) -> Vec<Pair> {
        let parsed = lines
            .iter()
            .enumerate()
            .map(|(i, line)| Pair::parse(i + 1, line));
        parsed.collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn disagreements_are_counted_and_listed() {
        let pairs = pairs(&[
            r#"{"gold": "1", "answer": "1", "equal": true}"#,
            r#"{"gold": "1", "answer": "2", "equal": true, "group": "ones"}"#,
            r#"{"gold": "1", "answer": "1.0", "equal": false}"#,
            r#"{"gold": "1", "answer": "3"}"#,
        ]);
        let agreement = agreement(&pairs);
        assert_eq!((agreement.cases, agreement.accepted_wrong()), (3, 1));
        assert!((agreement.percent() - 100.0 / 3.0).abs() < 1e-9);
        let text = agreement.to_string();
        assert!(
            text.starts_with(
                "3 cases: agreement 33.3 %, wrong answers accepted 1, right answers refused 1\n"
            ),
            "{text}"
        );
        assert!(
            text.contains("line 2 (ones): refused, known as right: different values\n"),
            "{text}"
        );
        assert!(
            text.contains("line 3: accepted, known as wrong: equal\n"),
            "{text}"
        );
    }

    #[test]
    fn of_a_long_text_the_end_is_shown() {
        let long = format!("{}the end", "x".repeat(300));
        let short = shortened(&long);
        assert!(short.starts_with("…x") && short.ends_with("the end"));
        assert_eq!(short.chars().count(), 101);
        assert_eq!(shortened("a\nb"), "a b");
    }
}
