//! Language-neutral reasoning: one list of steps for a problem, whatever language says it.

use serde::{Deserialize, Serialize};

use super::calendar::{Month, Weekday};
use super::clock::{Span, Time};
use super::family::Style;
use super::operands::{Operands, span_of};

/// One step of a reasoning trace: one sentence in every language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// a + b = sum.
    Add {
        /// First summand.
        a: u32,
        /// Second summand.
        b: u32,
        /// The result.
        sum: u32,
    },
    /// a − b = difference.
    Subtract {
        /// What is taken from.
        a: u32,
        /// What is taken away.
        b: u32,
        /// The result.
        difference: u32,
    },
    /// a × b = product.
    Multiply {
        /// First factor.
        a: u32,
        /// Second factor.
        b: u32,
        /// The result.
        product: u32,
    },
    /// `days` days after `from` is `to`.
    AfterWeekday {
        /// The weekday to start from.
        from: Weekday,
        /// Days later, at least 1.
        days: u32,
        /// The result.
        to: Weekday,
    },
    /// `months` months after `from` is `to`.
    AfterMonth {
        /// The month to start from.
        from: Month,
        /// Months later, at least 1.
        months: u32,
        /// The result.
        to: Month,
    },
    /// `span` after `from` is `to`.
    AfterTime {
        /// The time to start from.
        from: Time,
        /// How much later, at least a minute.
        span: Span,
        /// The result.
        to: Time,
    },
}

impl Step {
    fn add(a: u32, b: u32) -> Self {
        Step::Add { a, b, sum: a + b }
    }

    fn subtract(a: u32, b: u32) -> Self {
        Step::Subtract {
            a,
            b,
            difference: a - b,
        }
    }

    fn multiply(a: u32, b: u32) -> Self {
        Step::Multiply {
            a,
            b,
            product: a * b,
        }
    }

    fn weekday(from: Weekday, days: u32) -> Self {
        let to = after_weekday(from, days);
        Step::AfterWeekday { from, days, to }
    }

    fn month(from: Month, months: u32) -> Self {
        let to = after_month(from, months);
        Step::AfterMonth { from, months, to }
    }

    fn time(from: Time, span: Span) -> Self {
        let to = from.plus(span);
        Step::AfterTime { from, span, to }
    }

    /// The result of the step, written like an answer.
    pub fn value(&self) -> String {
        match self {
            Step::Add { sum, .. } => sum.to_string(),
            Step::Subtract { difference, .. } => difference.to_string(),
            Step::Multiply { product, .. } => product.to_string(),
            Step::AfterWeekday { to, .. } => to.number().to_string(),
            Step::AfterMonth { to, .. } => to.number().to_string(),
            Step::AfterTime { to, .. } => to.to_string(),
        }
    }
}

/// The weekday `days` days after `from`.
pub(super) fn after_weekday(from: Weekday, days: u32) -> Weekday {
    from.plus((days % 7) as i32)
}

/// The month `months` months after `from`.
pub(super) fn after_month(from: Month, months: u32) -> Month {
    from.plus((months % 12) as i32)
}

/// The steps for these operands. `Difference` operands must not fall below zero.
pub(super) fn derive(operands: &Operands, style: Style) -> Vec<Step> {
    match (style, *operands) {
        (Style::Breath, Operands::Sum { a, b }) => vec![Step::add(a, b)],
        (Style::Breath, Operands::Difference { a, b }) => vec![Step::subtract(a, b)],
        (Style::Breath, Operands::Product { a, b }) => vec![Step::multiply(a, b)],
        (Style::Breath, Operands::Weekday { from, days }) => vec![Step::weekday(from, days)],
        (Style::Breath, Operands::Month { from, months }) => vec![Step::month(from, months)],
        (Style::Breath, Operands::Clock { from, span }) => vec![Step::time(from, span)],
        (Style::Steps, Operands::Sum { a, b }) => sum(a, b),
        (Style::Steps, Operands::Difference { a, b }) => difference(a, b),
        (Style::Steps, Operands::Product { a, b }) => product(a, b),
        (Style::Steps, Operands::Weekday { from, days }) => {
            let (mut steps, days) = within(days, 7);
            steps.push(Step::weekday(from, days));
            steps
        }
        (Style::Steps, Operands::Month { from, months }) => {
            let (mut steps, months) = within(months, 12);
            steps.push(Step::month(from, months));
            steps
        }
        (Style::Steps, Operands::Clock { from, span }) => clock(from, span),
    }
}

/// A number by its decimal places, highest first: 307 is 300, 0, 7. Four places carry every operand.
fn places(number: u32) -> [u32; 4] {
    [1000, 100, 10, 1].map(|place| number / place % 10 * place)
}

/// Place by place, then together: 47 + 38 is 40 + 30, 7 + 8, 70 + 15. A place that one number lacks takes
/// no step of its own.
fn sum(a: u32, b: u32) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut partial = Vec::new();
    for (a, b) in places(a).into_iter().zip(places(b)) {
        if a > 0 && b > 0 {
            steps.push(Step::add(a, b));
        }
        if a + b > 0 {
            partial.push(a + b);
        }
    }
    together(&partial, &mut steps);
    if steps.is_empty() {
        steps.push(Step::add(a, b));
    }
    steps
}

/// Take away place by place: 85 − 38 is 85 − 30, then 55 − 8.
fn difference(a: u32, b: u32) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = a;
    for part in places(b).into_iter().filter(|&part| part > 0) {
        steps.push(Step::subtract(rest, part));
        rest -= part;
    }
    if steps.is_empty() {
        steps.push(Step::subtract(a, b));
    }
    steps
}

/// Every place by every place, then together: 47 × 6 is 40 × 6, 7 × 6, 240 + 42. Times one takes no step.
fn product(a: u32, b: u32) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut partial = Vec::new();
    for right in places(b).into_iter().filter(|&part| part > 0) {
        for left in places(a).into_iter().filter(|&part| part > 0) {
            if left > 1 && right > 1 {
                steps.push(Step::multiply(left, right));
            }
            partial.push(left * right);
        }
    }
    together(&partial, &mut steps);
    if steps.is_empty() {
        steps.push(Step::multiply(a, b));
    }
    steps
}

/// Adds the partial results up, from the left.
fn together(partial: &[u32], steps: &mut Vec<Step>) {
    let mut parts = partial.iter().copied();
    let mut total = parts.next().unwrap_or(0);
    for part in parts {
        steps.push(Step::add(total, part));
        total += part;
    }
}

/// Brings a count into 1..=cycle by taking full cycles away, in one step if any: zero is left out, because
/// "seven days after Monday" can be said naturally in every language and "zero days after" cannot.
fn within(count: u32, cycle: u32) -> (Vec<Step>, u32) {
    let full = count.saturating_sub(1) / cycle * cycle;
    if full == 0 {
        (Vec::new(), count)
    } else {
        (vec![Step::subtract(count, full)], count - full)
    }
}

/// Whole hours first, then the minutes: up to the full hour, and the rest beyond it.
fn clock(from: Time, span: Span) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut now = from;
    let mut go = |steps: &mut Vec<Step>, minutes: u32| {
        // Never more than the span itself, so the conversion holds.
        if let Some(part) = span_of(minutes).filter(|_| minutes > 0) {
            steps.push(Step::time(now, part));
            now = now.plus(part);
        }
        now
    };
    let after_hours = go(&mut steps, span.whole_hours() * 60);
    let minutes = span.odd_minutes();
    let to_the_hour = 60 - u32::from(after_hours.minute());
    if minutes > to_the_hour {
        go(&mut steps, to_the_hour);
        steps.push(Step::subtract(minutes, to_the_hour));
        go(&mut steps, minutes - to_the_hour);
    } else {
        go(&mut steps, minutes);
    }
    steps
}

#[cfg(test)]
mod tests;
