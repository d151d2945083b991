//! A problem: its operands, its answer, its side of the split.

use serde::{Deserialize, Serialize};

use super::family::{Family, Style};
use super::operands::Operands;
use super::spec::Spec;
use super::step::{self, Step};
use crate::split::Split;

/// Operands that are no problem of the kind they were given with, or of any.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProblemError {
    /// The kind does not admit the operands.
    #[error("`{operands}` is not a problem of the kind {spec}: {expected}", expected = spec.family().level_description(spec.level()))]
    Kind {
        /// The kind asked for.
        spec: Spec,
        /// Canonical text of the operands.
        operands: String,
    },
    /// No level of the family admits the operands.
    #[error("`{0}` is outside every level of its family")]
    Range(String),
}

/// A problem of the embedded tasks: a kind, and operands that the kind admits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "RawProblem", into = "RawProblem")]
pub struct Problem {
    spec: Spec,
    operands: Operands,
}

#[derive(Serialize, Deserialize)]
#[serde(rename = "Problem", deny_unknown_fields)]
struct RawProblem {
    spec: Spec,
    operands: Operands,
}

impl TryFrom<RawProblem> for Problem {
    type Error = ProblemError;

    fn try_from(raw: RawProblem) -> Result<Self, ProblemError> {
        Problem::new(raw.spec, raw.operands)
    }
}

impl From<Problem> for RawProblem {
    fn from(problem: Problem) -> Self {
        RawProblem {
            spec: problem.spec,
            operands: problem.operands,
        }
    }
}

impl Problem {
    /// The problem of kind `spec` with these operands; an error where the kind does not admit them.
    pub fn new(spec: Spec, operands: Operands) -> Result<Self, ProblemError> {
        if spec.admits(&operands) {
            Ok(Self { spec, operands })
        } else {
            Err(ProblemError::Kind {
                spec,
                operands: operands.canonical(),
            })
        }
    }

    /// The problem with these operands at the lowest level that admits them.
    pub fn at_lowest_level(operands: Operands, style: Style) -> Result<Self, ProblemError> {
        let family = operands.family();
        (1..=family.levels())
            .filter_map(|level| Spec::new(family, style, level).ok())
            .find(|spec| spec.admits(&operands))
            .map(|spec| Self { spec, operands })
            .ok_or_else(|| ProblemError::Range(operands.canonical()))
    }

    /// For operands known to be admitted.
    pub(super) const fn from_parts(spec: Spec, operands: Operands) -> Self {
        Self { spec, operands }
    }

    /// The kind.
    pub const fn spec(&self) -> Spec {
        self.spec
    }

    /// The family.
    pub const fn family(&self) -> Family {
        self.spec.family()
    }

    /// The style that the problem asks for.
    pub const fn style(&self) -> Style {
        self.spec.style()
    }

    /// The level, from 1.
    pub const fn level(&self) -> u8 {
        self.spec.level()
    }

    /// The operands.
    pub const fn operands(&self) -> &Operands {
        &self.operands
    }

    /// The side of the held-out split that this problem is on.
    pub fn split(&self) -> Split {
        Split::of(&self.operands.canonical())
    }

    /// The answer, the same in every language: an integer; the ISO number of a weekday (Monday is 1) or of
    /// a month; a time as `HH:MM` on the 24-hour clock. It goes into `\boxed{}`.
    pub fn answer(&self) -> String {
        match self.operands {
            Operands::Sum { a, b } => (a + b).to_string(),
            Operands::Difference { a, b } => (a - b).to_string(),
            Operands::Product { a, b } => (a * b).to_string(),
            Operands::Weekday { from, days } => {
                step::after_weekday(from, days).number().to_string()
            }
            Operands::Month { from, months } => {
                step::after_month(from, months).number().to_string()
            }
            Operands::Clock { from, span } => from.plus(span).to_string(),
        }
    }

    /// The reasoning, the same in every language: never empty, and the last step holds the answer.
    pub fn steps(&self) -> Vec<Step> {
        step::derive(&self.operands, self.style())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_checked_when_made_and_when_read() {
        let operands = Operands::Sum { a: 47, b: 38 };
        let problem = Problem::at_lowest_level(operands, Style::Steps).unwrap();
        assert_eq!(problem.level(), 3);
        let text = serde_json::to_string(&problem).unwrap();
        assert_eq!(serde_json::from_str::<Problem>(&text).unwrap(), problem);
        assert!(serde_json::from_str::<Problem>(&text.replace("47", "470")).is_err());

        let error = Problem::new(Spec::new(Family::Sums, Style::Steps, 2).unwrap(), operands);
        assert_eq!(
            error.unwrap_err().to_string(),
            "`sums 38 47` is not a problem of the kind sums/steps/2: two digits and two digits, no carry"
        );
        let below_zero = Operands::Difference { a: 3, b: 5 };
        assert!(Problem::at_lowest_level(below_zero, Style::Breath).is_err());
        let huge = Operands::Sum {
            a: u32::MAX,
            b: u32::MAX,
        };
        assert!(Problem::at_lowest_level(huge, Style::Breath).is_err());
    }

    #[test]
    fn numbers_name_operands_one_to_one() {
        for spec in Spec::all() {
            for problem in spec.problems().take(2_000) {
                let (a, b) = problem.operands().numbers();
                let again = Operands::from_numbers(spec.family(), a, b).unwrap();
                assert_eq!(again, *problem.operands());
                assert!(problem.spec().admits(&again));
            }
        }
        assert_eq!(Operands::from_numbers(Family::Weekdays, 8, 1), None);
        assert_eq!(Operands::from_numbers(Family::Months, 256, 1), None);
    }
}
