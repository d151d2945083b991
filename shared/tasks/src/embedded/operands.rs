//! What a problem is about.

use serde::{Deserialize, Serialize};

use super::calendar::{Month, Weekday};
use super::clock::{Span, Time};
use super::family::Family;

/// What a problem is about, without its style.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Operands {
    /// a + b.
    Sum {
        /// First summand.
        a: u32,
        /// Second summand.
        b: u32,
    },
    /// a − b.
    Difference {
        /// What is taken from.
        a: u32,
        /// What is taken away; at most `a`.
        b: u32,
    },
    /// a × b.
    Product {
        /// First factor.
        a: u32,
        /// Second factor.
        b: u32,
    },
    /// The weekday `days` days after `from`.
    Weekday {
        /// The weekday to start from.
        from: Weekday,
        /// Days later.
        days: u32,
    },
    /// The month `months` months after `from`.
    Month {
        /// The month to start from.
        from: Month,
        /// Months later.
        months: u32,
    },
    /// The time of day `span` after `from`.
    Clock {
        /// The time to start from.
        from: Time,
        /// How much later.
        span: Span,
    },
}

impl Operands {
    /// The family of these operands.
    pub const fn family(&self) -> Family {
        match self {
            Operands::Sum { .. } => Family::Sums,
            Operands::Difference { .. } => Family::Differences,
            Operands::Product { .. } => Family::Products,
            Operands::Weekday { .. } => Family::Weekdays,
            Operands::Month { .. } => Family::Months,
            Operands::Clock { .. } => Family::Clock,
        }
    }

    /// Family and operands as a short text, the same for commutative twins (`sums 38 47`): what the split
    /// hashes. It never changes, or held-out problems would move into training.
    pub fn canonical(&self) -> String {
        let (a, b) = self.numbers();
        let (a, b) = match self.family() {
            Family::Sums | Family::Products => (a.min(b), a.max(b)),
            _ => (a, b),
        };
        format!("{} {a} {b}", self.family())
    }

    /// Both operands as numbers: ISO weekday 1..=7, month 1..=12, times and spans in minutes.
    pub(super) fn numbers(&self) -> (u32, u32) {
        match *self {
            Operands::Sum { a, b } | Operands::Difference { a, b } | Operands::Product { a, b } => {
                (a, b)
            }
            Operands::Weekday { from, days } => (u32::from(from.number()), days),
            Operands::Month { from, months } => (u32::from(from.number()), months),
            Operands::Clock { from, span } => (from.minutes(), span.minutes()),
        }
    }

    /// The inverse of [`Operands::numbers`]; `None` where a number names nothing.
    pub(super) fn from_numbers(family: Family, a: u32, b: u32) -> Option<Self> {
        let small = u8::try_from(a);
        Some(match family {
            Family::Sums => Operands::Sum { a, b },
            Family::Differences => Operands::Difference { a, b },
            Family::Products => Operands::Product { a, b },
            Family::Weekdays => Operands::Weekday {
                from: Weekday::from_number(small.ok()?)?,
                days: b,
            },
            Family::Months => Operands::Month {
                from: Month::from_number(small.ok()?)?,
                months: b,
            },
            Family::Clock => Operands::Clock {
                from: Time::from_minutes(a),
                span: span_of(b)?,
            },
        })
    }
}

/// The numbers of a span fit its type: the longest on the grid is under twelve hours.
pub(super) fn span_of(minutes: u32) -> Option<Span> {
    u16::try_from(minutes).ok().map(Span::from_minutes)
}
