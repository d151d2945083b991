//! Italian.

use super::{Numerals, Operation, Voice, in_words, signs};
use crate::embedded::calendar::{Month, Weekday};
use crate::embedded::clock::{Span, Time};
use crate::embedded::family::Style;
use crate::embedded::numbers::spell;
use explang_language::Language;

pub(super) struct Italian;

const IT: Language = Language::It;

/// A masculine noun with its count: un giorno, ventuno giorni.
fn count(n: u32, numerals: Numerals, one: &str, many: &str) -> String {
    match (n, numerals) {
        (1, Numerals::Words) => format!("un {one}"),
        (1, Numerals::Digits) => format!("1 {one}"),
        _ => format!("{} {many}", numerals.write(n, IT)),
    }
}

fn span_words(span: Span) -> String {
    in_words(
        span,
        |h| match h {
            1 => "un'ora".to_owned(),
            _ => format!("{} ore", spell(h, IT)),
        },
        |m| count(m, Numerals::Words, "minuto", "minuti"),
        " e ",
    )
}

/// The time with its article, and whether it is singular ("l'una").
fn time(time: Time) -> (bool, String) {
    let minute = u32::from(time.minute());
    let this = u32::from(time.dial_hour());
    let hour = if minute > 30 { this % 12 + 1 } else { this };
    let name = match hour {
        1 => "l'una".to_owned(),
        _ => format!("le {}", spell(hour, IT)),
    };
    let words = match minute {
        0 => name,
        15 => format!("{name} e un quarto"),
        30 => format!("{name} e mezza"),
        45 => format!("{name} meno un quarto"),
        m if m < 30 => format!("{name} e {}", spell(m, IT)),
        m => format!("{name} meno {}", spell(60 - m, IT)),
    };
    (hour == 1, words)
}

impl Voice for Italian {
    fn equation(&self, operation: Operation, a: u32, b: u32, c: u32) -> String {
        let [a, b, c] = [a, b, c].map(|n| spell(n, IT));
        match operation {
            Operation::Add => format!("{a} più {b} fa {c}"),
            Operation::Subtract => format!("{a} meno {b} fa {c}"),
            Operation::Multiply => format!("{a} per {b} fa {c}"),
        }
    }

    fn after_weekday(&self, from: Weekday, days: u32, to: Weekday) -> String {
        let days = count(days, Numerals::Words, "giorno", "giorni");
        format!("{days} dopo {} è {}", from.name(IT), to.name(IT))
    }

    fn after_month(&self, from: Month, months: u32, to: Month) -> String {
        let months = count(months, Numerals::Words, "mese", "mesi");
        format!("{months} dopo {} è {}", from.name(IT), to.name(IT))
    }

    fn after_time(&self, from: Time, span: Span, to: Time) -> String {
        let (_, from) = time(from);
        let (one, to) = time(to);
        let verb = if one { "è" } else { "sono" };
        format!("{} dopo {from} {verb} {to}", span_words(span))
    }

    fn ask_value(&self, expression: &str, _last: u32) -> String {
        format!("Quanto fa {expression}?")
    }

    fn ask_weekday(&self, from: Weekday, days: u32) -> String {
        let days = count(days, Numerals::Digits, "giorno", "giorni");
        format!("Che giorno è {days} dopo {}?", from.name(IT))
    }

    fn ask_month(&self, from: Month, months: u32) -> String {
        let months = count(months, Numerals::Digits, "mese", "mesi");
        format!("Che mese è {months} dopo {}?", from.name(IT))
    }

    fn ask_time(&self, from: Time, span: Span) -> String {
        let span = signs(span, "h", "min");
        format!("Che ore sono {span} dopo le {from}?")
    }

    fn ask_style(&self, style: Style) -> &'static str {
        match style {
            Style::Steps => "Ragiona a passi.",
            Style::Breath => "Ragiona tutto d'un fiato.",
        }
    }
}
