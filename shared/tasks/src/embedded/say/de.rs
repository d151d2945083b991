//! German.

use super::{Numerals, Operation, Voice, in_words, signs};
use crate::embedded::calendar::{Month, Weekday};
use crate::embedded::clock::{Span, Time};
use crate::embedded::family::Style;
use crate::embedded::numbers::spell;
use explang_language::Language;

pub(super) struct German;

const DE: Language = Language::De;

/// `one` is the singular with its article in words ("ein Tag").
fn count(n: u32, numerals: Numerals, article: &str, one: &str, many: &str) -> String {
    match (n, numerals) {
        (1, Numerals::Words) => format!("{article} {one}"),
        (1, Numerals::Digits) => format!("1 {one}"),
        _ => format!("{} {many}", numerals.write(n, DE)),
    }
}

fn days(n: u32, numerals: Numerals) -> String {
    count(n, numerals, "ein", "Tag", "Tage")
}

fn months(n: u32, numerals: Numerals) -> String {
    count(n, numerals, "ein", "Monat", "Monate")
}

fn span_words(span: Span) -> String {
    in_words(
        span,
        |h| count(h, Numerals::Words, "eine", "Stunde", "Stunden"),
        |m| count(m, Numerals::Words, "eine", "Minute", "Minuten"),
        " und ",
    )
}

/// From twenty-five past, the coming hour is the one that is named: halb zehn is 9:30.
fn time(time: Time) -> String {
    let hour = u32::from(time.dial_hour());
    let this = spell(hour, DE);
    let next = spell(hour % 12 + 1, DE);
    match u32::from(time.minute()) {
        0 if hour == 1 => "ein Uhr".to_owned(),
        0 => format!("{this} Uhr"),
        15 => format!("Viertel nach {this}"),
        25 => format!("fünf vor halb {next}"),
        30 => format!("halb {next}"),
        35 => format!("fünf nach halb {next}"),
        45 => format!("Viertel vor {next}"),
        m if m < 30 => format!("{} nach {this}", spell(m, DE)),
        m => format!("{} vor {next}", spell(60 - m, DE)),
    }
}

impl Voice for German {
    fn equation(&self, operation: Operation, a: u32, b: u32, c: u32) -> String {
        let [a, b, c] = [a, b, c].map(|n| spell(n, DE));
        match operation {
            Operation::Add => format!("{a} plus {b} ist {c}"),
            Operation::Subtract => format!("{a} minus {b} ist {c}"),
            Operation::Multiply => format!("{a} mal {b} ist {c}"),
        }
    }

    fn after_weekday(&self, from: Weekday, n: u32, to: Weekday) -> String {
        let days = days(n, Numerals::Words);
        format!("{days} nach {} ist {}", from.name(DE), to.name(DE))
    }

    fn after_month(&self, from: Month, n: u32, to: Month) -> String {
        let months = months(n, Numerals::Words);
        format!("{months} nach {} ist {}", from.name(DE), to.name(DE))
    }

    fn after_time(&self, from: Time, span: Span, to: Time) -> String {
        format!(
            "{} nach {} ist es {}",
            span_words(span),
            time(from),
            time(to)
        )
    }

    fn ask_value(&self, expression: &str, _last: u32) -> String {
        format!("Wie viel ist {expression}?")
    }

    fn ask_weekday(&self, from: Weekday, n: u32) -> String {
        let days = days(n, Numerals::Digits);
        format!("Welcher Tag ist {days} nach {}?", from.name(DE))
    }

    fn ask_month(&self, from: Month, n: u32) -> String {
        let months = months(n, Numerals::Digits);
        format!("Welcher Monat ist {months} nach {}?", from.name(DE))
    }

    fn ask_time(&self, from: Time, span: Span) -> String {
        let span = signs(span, "h", "min");
        format!("Wie spät ist es {span} nach {from} Uhr?")
    }

    fn ask_style(&self, style: Style) -> &'static str {
        match style {
            Style::Steps => "Denke in Schritten.",
            Style::Breath => "Denke in einem Zug.",
        }
    }
}
