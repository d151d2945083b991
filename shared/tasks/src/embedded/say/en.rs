//! English.

use super::{Numerals, Operation, Voice, in_words, signs};
use crate::embedded::calendar::{Month, Weekday};
use crate::embedded::clock::{Span, Time};
use crate::embedded::family::Style;
use crate::embedded::numbers::spell;
use explang_language::Language;

pub(super) struct English;

const EN: Language = Language::En;

fn count(n: u32, numerals: Numerals, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", numerals.write(n, EN))
}

fn span_words(span: Span) -> String {
    in_words(
        span,
        |h| count(h, Numerals::Words, "hour"),
        |m| count(m, Numerals::Words, "minute"),
        " and ",
    )
}

fn time(time: Time) -> String {
    let hour = u32::from(time.dial_hour());
    let this = spell(hour, EN);
    let next = spell(hour % 12 + 1, EN);
    match u32::from(time.minute()) {
        0 => format!("{this} o'clock"),
        15 => format!("quarter past {this}"),
        30 => format!("half past {this}"),
        45 => format!("quarter to {next}"),
        m if m < 30 => format!("{} past {this}", spell(m, EN)),
        m => format!("{} to {next}", spell(60 - m, EN)),
    }
}

impl Voice for English {
    fn equation(&self, operation: Operation, a: u32, b: u32, c: u32) -> String {
        let [a, b, c] = [a, b, c].map(|n| spell(n, EN));
        match operation {
            Operation::Add => format!("{a} plus {b} equals {c}"),
            Operation::Subtract => format!("{a} minus {b} equals {c}"),
            Operation::Multiply => format!("{a} times {b} equals {c}"),
        }
    }

    fn after_weekday(&self, from: Weekday, days: u32, to: Weekday) -> String {
        let days = count(days, Numerals::Words, "day");
        format!("{days} after {} is {}", from.name(EN), to.name(EN))
    }

    fn after_month(&self, from: Month, months: u32, to: Month) -> String {
        let months = count(months, Numerals::Words, "month");
        format!("{months} after {} is {}", from.name(EN), to.name(EN))
    }

    fn after_time(&self, from: Time, span: Span, to: Time) -> String {
        format!("{} after {} is {}", span_words(span), time(from), time(to))
    }

    fn ask_value(&self, expression: &str, _last: u32) -> String {
        format!("What is {expression}?")
    }

    fn ask_weekday(&self, from: Weekday, days: u32) -> String {
        let days = count(days, Numerals::Digits, "day");
        format!("What day is {days} after {}?", from.name(EN))
    }

    fn ask_month(&self, from: Month, months: u32) -> String {
        let months = count(months, Numerals::Digits, "month");
        format!("What month is {months} after {}?", from.name(EN))
    }

    fn ask_time(&self, from: Time, span: Span) -> String {
        format!("What time is it {} after {from}?", signs(span, "h", "min"))
    }

    fn ask_style(&self, style: Style) -> &'static str {
        match style {
            Style::Steps => "Think in steps.",
            Style::Breath => "Think in one breath.",
        }
    }
}
