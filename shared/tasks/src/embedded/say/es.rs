//! Spanish.

use super::{Numerals, Operation, Voice, in_words, signs};
use crate::embedded::calendar::{Month, Weekday};
use crate::embedded::clock::{Span, Time};
use crate::embedded::family::Style;
use crate::embedded::numbers::spell;
use explang_language::Language;

pub(super) struct Spanish;

const ES: Language = Language::Es;

/// A masculine noun with its count: the final "uno" loses its vowel (un día, veintiún días, treinta y un
/// días).
fn count(n: u32, numerals: Numerals, one: &str, many: &str) -> String {
    let noun = if n == 1 { one } else { many };
    let number = numerals.write(n, ES);
    match (numerals, number.strip_suffix("uno")) {
        (Numerals::Words, Some("veinti")) => format!("veintiún {noun}"),
        (Numerals::Words, Some(stem)) => format!("{stem}un {noun}"),
        _ => format!("{number} {noun}"),
    }
}

fn span_words(span: Span) -> String {
    in_words(
        span,
        |h| match h {
            1 => "una hora".to_owned(),
            _ => format!("{} horas", spell(h, ES)),
        },
        |m| count(m, Numerals::Words, "minuto", "minutos"),
        " y ",
    )
}

/// The hour, whether it is the singular "la una", and the time without its article.
fn time(time: Time) -> (bool, String) {
    let minute = u32::from(time.minute());
    let this = u32::from(time.dial_hour());
    let hour = if minute > 30 { this % 12 + 1 } else { this };
    let name = if hour == 1 {
        "una".to_owned()
    } else {
        spell(hour, ES)
    };
    let words = match minute {
        0 => name,
        15 => format!("{name} y cuarto"),
        30 => format!("{name} y media"),
        45 => format!("{name} menos cuarto"),
        m if m < 30 => format!("{name} y {}", spell(m, ES)),
        m => format!("{name} menos {}", spell(60 - m, ES)),
    };
    (hour == 1, words)
}

impl Voice for Spanish {
    fn equation(&self, operation: Operation, a: u32, b: u32, c: u32) -> String {
        let verb = if c <= 1 { "es" } else { "son" };
        let [a, b, c] = [a, b, c].map(|n| spell(n, ES));
        match operation {
            Operation::Add => format!("{a} más {b} {verb} {c}"),
            Operation::Subtract => format!("{a} menos {b} {verb} {c}"),
            Operation::Multiply => format!("{a} por {b} {verb} {c}"),
        }
    }

    fn after_weekday(&self, from: Weekday, days: u32, to: Weekday) -> String {
        let days = count(days, Numerals::Words, "día", "días");
        format!("{days} después del {} es {}", from.name(ES), to.name(ES))
    }

    fn after_month(&self, from: Month, months: u32, to: Month) -> String {
        let months = count(months, Numerals::Words, "mes", "meses");
        format!("{months} después de {} es {}", from.name(ES), to.name(ES))
    }

    fn after_time(&self, from: Time, span: Span, to: Time) -> String {
        let article = |one| if one { "la" } else { "las" };
        let (from_one, from) = time(from);
        let (to_one, to) = time(to);
        let verb = if to_one { "es" } else { "son" };
        format!(
            "{} después de {} {from} {verb} {} {to}",
            span_words(span),
            article(from_one),
            article(to_one)
        )
    }

    fn ask_value(&self, expression: &str, _last: u32) -> String {
        format!("¿Cuánto es {expression}?")
    }

    fn ask_weekday(&self, from: Weekday, days: u32) -> String {
        let days = count(days, Numerals::Digits, "día", "días");
        format!("¿Qué día es {days} después del {}?", from.name(ES))
    }

    fn ask_month(&self, from: Month, months: u32) -> String {
        let months = count(months, Numerals::Digits, "mes", "meses");
        format!("¿Qué mes es {months} después de {}?", from.name(ES))
    }

    fn ask_time(&self, from: Time, span: Span) -> String {
        let article = if from.hour() == 1 { "la" } else { "las" };
        let span = signs(span, "h", "min");
        format!("¿Qué hora es {span} después de {article} {from}?")
    }

    fn ask_style(&self, style: Style) -> &'static str {
        match style {
            Style::Steps => "Piensa paso a paso.",
            Style::Breath => "Piensa de un tirón.",
        }
    }
}
