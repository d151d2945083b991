//! A problem as a short text for the page's address: its kind, then its two operands, such as `sums/steps/3/47/38`.

use explang::tasks::calendar::{Month, Weekday};
use explang::tasks::{Family, Operands, Problem, Span, Spec, Time};

/// Writes a problem.
pub fn write(problem: &Problem) -> String {
    let (a, b) = operand_texts(problem);
    format!("{}/{a}/{b}", problem.spec())
}

/// The texts of both operands; [`operands`] reads them back.
pub fn operand_texts(problem: &Problem) -> (String, String) {
    let (a, b) = match *problem.operands() {
        Operands::Sum { a, b } | Operands::Difference { a, b } | Operands::Product { a, b } => {
            (a.to_string(), b)
        }
        Operands::Weekday { from, days } => (from.number().to_string(), days),
        Operands::Month { from, months } => (from.number().to_string(), months),
        Operands::Clock { from, span } => (from.to_string(), span.minutes()),
    };
    (a, b.to_string())
}

/// Reads what [`write()`] wrote; none where the text is no problem.
pub fn read(text: &str) -> Option<Problem> {
    let mut parts = text.rsplitn(3, '/');
    let (b, a, kind) = (parts.next()?, parts.next()?, parts.next()?);
    let spec: Spec = kind.parse().ok()?;
    Problem::new(spec, operands(spec.family(), a, b)?).ok()
}

/// Operands by the texts of their numbers; a weekday or month is its number, a time `HH:MM`, a span its minutes.
pub fn operands(family: Family, a: &str, b: &str) -> Option<Operands> {
    let number = |text: &str| text.trim().parse::<u32>().ok();
    Some(match family {
        Family::Sums => Operands::Sum {
            a: number(a)?,
            b: number(b)?,
        },
        Family::Differences => Operands::Difference {
            a: number(a)?,
            b: number(b)?,
        },
        Family::Products => Operands::Product {
            a: number(a)?,
            b: number(b)?,
        },
        Family::Weekdays => Operands::Weekday {
            from: Weekday::from_number(a.parse().ok()?)?,
            days: number(b)?,
        },
        Family::Months => Operands::Month {
            from: Month::from_number(a.parse().ok()?)?,
            months: number(b)?,
        },
        Family::Clock => Operands::Clock {
            from: a.parse::<Time>().ok()?,
            span: Span::from_minutes(b.trim().parse().ok()?),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_read_back() {
        for spec in Spec::all() {
            for problem in spec.problems().step_by(97).take(40) {
                assert_eq!(read(&write(&problem)), Some(problem), "{problem:?}");
            }
        }
    }

    #[test]
    fn what_is_no_problem_is_refused() {
        for bad in [
            "",
            "sums/steps/3",
            "sums/steps/3/4/5",
            "sums/steps/9/47/38",
            "weekdays/steps/1/8/2",
            "clock/steps/1/25:00/60",
            "sums/steps/3/-4/5",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
