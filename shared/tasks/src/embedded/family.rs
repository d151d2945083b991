//! Families of problems, styles of the trace, levels of difficulty.

use explang_named::{Unknown, named};

/// A family of problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// a + b.
    Sums,
    /// a − b, never below zero.
    Differences,
    /// a × b.
    Products,
    /// The weekday so many days after a weekday.
    Weekdays,
    /// The month so many months after a month.
    Months,
    /// The time of day so many hours and minutes after a time of day.
    Clock,
}

named!(Family, "family of tasks", {
    Sums => "sums",
    Differences => "differences",
    Products => "products",
    Weekdays => "weekdays",
    Months => "months",
    Clock => "clock",
});

/// How the trace reasons. The problem says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Style {
    /// In steps: by places, by remainders, by the full hour.
    Steps,
    /// In one breath: the result in a single sentence.
    Breath,
}

named!(Style, "style", { Steps => "steps", Breath => "breath" });

/// A family, style or level that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// The text does not name a family or a style.
    #[error(transparent)]
    Unknown(#[from] Unknown),
    /// The family has no such level.
    #[error("{family} has no level {level}; choose 1 to {levels}", levels = family.levels())]
    Level {
        /// The family asked for.
        family: Family,
        /// The level that it does not have.
        level: u8,
    },
    /// The text is not of the form `family/style/level`.
    #[error("unknown kind of problem `{0}`; write family/style/level, for example sums/steps/2")]
    Form(String),
}

impl Family {
    /// How many levels of difficulty there are; levels count from 1.
    pub const fn levels(self) -> u8 {
        match self {
            Family::Sums | Family::Differences => 4,
            _ => 3,
        }
    }

    /// What a level holds, in English, for listings; an empty text where there is no such level.
    pub const fn level_description(self, level: u8) -> &'static str {
        match (self, level) {
            (Family::Sums, 1) => "one digit and one digit",
            (Family::Sums, 2) => "two digits and two digits, no carry",
            (Family::Sums, 3) => "two digits and two digits",
            (Family::Sums, 4) => "three digits and three digits",
            (Family::Differences, 1) => "one digit from one digit",
            (Family::Differences, 2) => "two digits from two digits, no borrow",
            (Family::Differences, 3) => "two digits from two digits",
            (Family::Differences, 4) => "three digits from three digits",
            (Family::Products, 1) => "one digit by one digit",
            (Family::Products, 2) => "two digits by one digit",
            (Family::Products, 3) => "two digits by two digits",
            (Family::Weekdays, 1) => "1 to 6 days later",
            (Family::Weekdays, 2) => "7 to 29 days later",
            (Family::Weekdays, 3) => "30 to 99 days later",
            (Family::Months, 1) => "1 to 11 months later",
            (Family::Months, 2) => "12 to 35 months later",
            (Family::Months, 3) => "36 to 99 months later",
            (Family::Clock, 1) => "a full hour, whole hours later",
            (Family::Clock, 2) => "five-minute marks, 5 to 55 minutes later",
            (Family::Clock, 3) => "five-minute marks, an hour or more later",
            _ => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_others_refused() {
        for family in Family::ALL {
            assert_eq!(family.name().parse(), Ok(family));
            for level in 1..=family.levels() {
                assert!(!family.level_description(level).is_empty());
            }
            assert!(family.level_description(family.levels() + 1).is_empty());
        }
        for style in Style::ALL {
            assert_eq!(style.name().parse(), Ok(style));
        }
        let error = "sum".parse::<Family>().unwrap_err().to_string();
        assert!(error.contains("`sum`") && error.contains("sums differences"));
        let error = "slow".parse::<Style>().unwrap_err().to_string();
        assert!(error.contains("`slow`") && error.contains("breath"));
    }
}
