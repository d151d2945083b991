//! Kinds of problems: a family, a style and a level, and the operands that the kind admits.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::family::{Family, SpecError, Style};
use super::operands::Operands;
use super::problem::Problem;
use crate::random::SplitMix64;

/// A kind of problem that exists: family, style, and one of the family's levels.
///
/// Displayed and read as `family/style/level`, such as `sums/steps/2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "RawSpec", into = "RawSpec")]
pub struct Spec {
    family: Family,
    style: Style,
    level: u8,
}

#[derive(Serialize, Deserialize)]
#[serde(rename = "Spec", deny_unknown_fields)]
struct RawSpec {
    family: Family,
    style: Style,
    level: u8,
}

impl TryFrom<RawSpec> for Spec {
    type Error = SpecError;

    fn try_from(raw: RawSpec) -> Result<Self, SpecError> {
        Spec::new(raw.family, raw.style, raw.level)
    }
}

impl From<Spec> for RawSpec {
    fn from(spec: Spec) -> Self {
        RawSpec {
            family: spec.family,
            style: spec.style,
            level: spec.level,
        }
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.family, self.style, self.level)
    }
}

impl FromStr for Spec {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let form = || SpecError::Form(text.to_owned());
        let mut parts = text.split('/');
        let (Some(family), Some(style), Some(level), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(form());
        };
        let level = level.parse().map_err(|_| form())?;
        Spec::new(family.parse()?, style.parse()?, level)
    }
}

/// The two operands as plain numbers, each in its range. Weekdays and months are their ISO numbers, times
/// and spans count five-minute marks; only marks of the daytime, 06:00 to 17:55, start a clock problem.
struct Grid {
    first: RangeInclusive<u32>,
    second: RangeInclusive<u32>,
}

impl Grid {
    fn size(&self) -> u64 {
        u64::from(self.width()) * u64::from(self.second.end() - self.second.start() + 1)
    }

    fn width(&self) -> u32 {
        self.first.end() - self.first.start() + 1
    }

    /// The `index`-th point, in rows; `index` must be below [`Grid::size`].
    fn point(&self, index: u64) -> (u32, u32) {
        let width = u64::from(self.width());
        // Both parts are below the lengths of their ranges, which are `u32`.
        let (column, row) = ((index % width) as u32, (index / width) as u32);
        (self.first.start() + column, self.second.start() + row)
    }
}

impl Spec {
    /// The kind with these coordinates; an error where the family has no such level.
    pub fn new(family: Family, style: Style, level: u8) -> Result<Self, SpecError> {
        if (1..=family.levels()).contains(&level) {
            Ok(Self {
                family,
                style,
                level,
            })
        } else {
            Err(SpecError::Level { family, level })
        }
    }

    /// Every kind there is, by family, style and level.
    pub fn all() -> impl Iterator<Item = Spec> {
        Family::ALL.into_iter().flat_map(|family| {
            Style::ALL.into_iter().flat_map(move |style| {
                (1..=family.levels()).map(move |level| Spec {
                    family,
                    style,
                    level,
                })
            })
        })
    }

    /// The family.
    pub const fn family(self) -> Family {
        self.family
    }

    /// The style.
    pub const fn style(self) -> Style {
        self.style
    }

    /// The level, from 1.
    pub const fn level(self) -> u8 {
        self.level
    }

    /// True where a problem with these operands is of this kind.
    pub(crate) fn admits(self, operands: &Operands) -> bool {
        if operands.family() != self.family {
            return false;
        }
        let grid = self.grid();
        let (a, b) = operands.numbers();
        let Some((a, b)) = self.on_grid(a, b) else {
            return false;
        };
        grid.first.contains(&a) && grid.second.contains(&b) && self.suits(a, b)
    }

    /// Every distinct problem of this kind, in a fixed order: what a coverage report counts.
    pub fn problems(self) -> impl Iterator<Item = Problem> {
        let grid = self.grid();
        (0..grid.size()).filter_map(move |index| {
            let (a, b) = grid.point(index);
            self.problem_at(a, b)
        })
    }

    /// A problem of this kind, uniform among [`Spec::problems`].
    pub fn draw(self, rng: &mut SplitMix64) -> Problem {
        let grid = self.grid();
        // Every kind takes a fair share of its grid (full hours the least, 1 in 300), so this ends soon.
        loop {
            let (a, b) = grid.point(rng.below(grid.size()));
            if let Some(problem) = self.problem_at(a, b) {
                return problem;
            }
        }
    }

    fn problem_at(self, a: u32, b: u32) -> Option<Problem> {
        if !self.suits(a, b) {
            return None;
        }
        let scale = self.scale();
        let operands = Operands::from_numbers(self.family, a * scale, b * scale)?;
        Some(Problem::from_parts(self, operands))
    }

    /// Minutes in a mark of the clock's grid; 1 elsewhere.
    const fn scale(self) -> u32 {
        match self.family {
            Family::Clock => 5,
            _ => 1,
        }
    }

    fn on_grid(self, a: u32, b: u32) -> Option<(u32, u32)> {
        let scale = self.scale();
        (a.is_multiple_of(scale) && b.is_multiple_of(scale)).then(|| (a / scale, b / scale))
    }

    fn grid(self) -> Grid {
        let (first, second) = match (self.family, self.level) {
            (Family::Sums | Family::Differences, 1) => (1..=9, 1..=9),
            (Family::Sums | Family::Differences, 2 | 3) => (10..=99, 10..=99),
            (Family::Sums | Family::Differences, _) => (100..=999, 100..=999),
            (Family::Products, 1) => (2..=9, 2..=9),
            (Family::Products, 2) => (11..=99, 2..=9),
            (Family::Products, _) => (11..=99, 11..=99),
            (Family::Weekdays, 1) => (1..=7, 1..=6),
            (Family::Weekdays, 2) => (1..=7, 7..=29),
            (Family::Weekdays, _) => (1..=7, 30..=99),
            (Family::Months, 1) => (1..=12, 1..=11),
            (Family::Months, 2) => (1..=12, 12..=35),
            (Family::Months, _) => (1..=12, 36..=99),
            (Family::Clock, 2) => (DAYTIME, 1..=11),
            (Family::Clock, _) => (DAYTIME, HOUR..=11 * HOUR + 11),
        };
        Grid { first, second }
    }

    /// Whether a point of the grid is a problem of this kind.
    fn suits(self, a: u32, b: u32) -> bool {
        match self.family {
            Family::Sums if self.level == 2 => a % 10 + b % 10 < 10 && a / 10 + b / 10 < 10,
            Family::Differences if self.level == 2 => a % 10 >= b % 10 && a / 10 >= b / 10,
            Family::Differences => a >= b,
            Family::Clock => {
                let whole = a.is_multiple_of(HOUR) && b.is_multiple_of(HOUR);
                // The whole problem stays within one half-day, 06:00 to 17:55, so that the words of the
                // twelve-hour dial name one time only.
                a + b <= *DAYTIME.end() && (self.level > 1 || whole)
            }
            _ => true,
        }
    }
}

/// Five-minute marks in an hour.
const HOUR: u32 = 12;
/// The five-minute marks from 06:00 to 17:55, counted from midnight.
const DAYTIME: RangeInclusive<u32> = 6 * HOUR..=18 * HOUR - 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_back_and_others_refused() {
        for spec in Spec::all() {
            assert_eq!(spec.to_string().parse(), Ok(spec));
        }
        let error = "sums/steps/5".parse::<Spec>().unwrap_err().to_string();
        assert_eq!(error, "sums has no level 5; choose 1 to 4");
        for bad in [
            "sums/steps",
            "sums/steps/2/3",
            "sums/steps/two",
            "sums/slow/2",
            "",
        ] {
            assert!(bad.parse::<Spec>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_spec_is_checked_when_deserialised() {
        let text = r#"{"family":"clock","style":"breath","level":3}"#;
        let spec: Spec = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&spec).unwrap(), text);
        assert!(serde_json::from_str::<Spec>(&text.replace('3', "4")).is_err());
    }

    #[test]
    fn the_numbers_of_distinct_problems_are_known() {
        let count = |name: &str| name.parse::<Spec>().unwrap().problems().count();
        assert_eq!(count("sums/steps/1"), 81);
        // 36 pairs of tens and 55 pairs of units without a carry.
        assert_eq!(count("sums/steps/2"), 36 * 55);
        assert_eq!(count("sums/steps/3"), 8_100);
        assert_eq!(count("differences/breath/1"), 45);
        assert_eq!(count("products/steps/1"), 64);
        assert_eq!(count("weekdays/steps/3"), 7 * 70);
        assert_eq!(count("months/steps/2"), 12 * 24);
        // Start at 6 … 16, end at 7 … 17.
        assert_eq!(count("clock/steps/1"), 66);
    }

    #[test]
    fn a_kind_admits_what_it_draws_and_at_least_a_tenth_of_its_grid() {
        let mut rng = SplitMix64::new(1);
        for spec in Spec::all() {
            for _ in 0..200 {
                let problem = spec.draw(&mut rng);
                assert_eq!(problem.spec(), spec);
                assert!(spec.admits(problem.operands()), "{problem:?}");
            }
            // The full hours are the thinnest: one mark in twelve on both axes.
            let least = if spec.family() == Family::Clock {
                400
            } else {
                10
            };
            assert!(
                spec.problems().count() as u64 * least >= spec.grid().size(),
                "{spec}"
            );
        }
    }
}
