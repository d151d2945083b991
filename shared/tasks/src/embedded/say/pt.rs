//! Portuguese (Brazil).

use super::{Numerals, Operation, Voice, in_words, signs};
use crate::embedded::calendar::{Month, Weekday};
use crate::embedded::clock::{Span, Time};
use crate::embedded::family::Style;
use crate::embedded::numbers::spell;
use explang_language::Language;

pub(super) struct Portuguese;

const PT: Language = Language::Pt;

/// A masculine noun with its count.
fn count(n: u32, numerals: Numerals, one: &str, many: &str) -> String {
    let noun = if n == 1 { one } else { many };
    format!("{} {noun}", numerals.write(n, PT))
}

/// An hour's number; "hora" is feminine.
fn feminine(n: u32) -> String {
    match n {
        1 => "uma".to_owned(),
        2 => "duas".to_owned(),
        _ => spell(n, PT),
    }
}

fn hours(n: u32) -> String {
    let noun = if n == 1 { "hora" } else { "horas" };
    format!("{} {noun}", feminine(n))
}

fn span_words(span: Span) -> String {
    in_words(
        span,
        hours,
        |m| count(m, Numerals::Words, "minuto", "minutos"),
        " e ",
    )
}

/// The preposition "de" with the article of the time, its verb, and the time itself. Noon is "meio-dia".
fn time(time: Time) -> (&'static str, &'static str, String) {
    let hour = u32::from(time.dial_hour());
    let (of, verb) = match hour {
        12 => ("do", "é"),
        1 => ("da", "é"),
        _ => ("das", "são"),
    };
    let noon = hour == 12;
    let name = || match noon {
        true => "meio-dia".to_owned(),
        false => feminine(hour),
    };
    let words = match u32::from(time.minute()) {
        0 if noon => name(),
        0 => hours(hour),
        30 => name() + " e meia",
        m => format!("{} e {}", name(), spell(m, PT)),
    };
    (of, verb, words)
}

/// The days named by a number are feminine (segunda-feira), sábado and domingo masculine; both stand
/// without an article after "depois de".
impl Voice for Portuguese {
    fn equation(&self, operation: Operation, a: u32, b: u32, c: u32) -> String {
        let verb = if c <= 1 { "é" } else { "são" };
        let [a, b, c] = [a, b, c].map(|n| spell(n, PT));
        match operation {
            Operation::Add => format!("{a} mais {b} {verb} {c}"),
            Operation::Subtract => format!("{a} menos {b} {verb} {c}"),
            Operation::Multiply => format!("{a} vezes {b} {verb} {c}"),
        }
    }

    fn after_weekday(&self, from: Weekday, days: u32, to: Weekday) -> String {
        let days = count(days, Numerals::Words, "dia", "dias");
        format!("{days} depois de {} é {}", from.name(PT), to.name(PT))
    }

    fn after_month(&self, from: Month, months: u32, to: Month) -> String {
        let months = count(months, Numerals::Words, "mês", "meses");
        format!("{months} depois de {} é {}", from.name(PT), to.name(PT))
    }

    fn after_time(&self, from: Time, span: Span, to: Time) -> String {
        let (of, _, from) = time(from);
        let (_, verb, to) = time(to);
        format!("{} depois {of} {from} {verb} {to}", span_words(span))
    }

    fn ask_value(&self, expression: &str, _last: u32) -> String {
        format!("Quanto é {expression}?")
    }

    fn ask_weekday(&self, from: Weekday, days: u32) -> String {
        let days = count(days, Numerals::Digits, "dia", "dias");
        format!("Que dia é {days} depois de {}?", from.name(PT))
    }

    fn ask_month(&self, from: Month, months: u32) -> String {
        let months = count(months, Numerals::Digits, "mês", "meses");
        format!("Que mês é {months} depois de {}?", from.name(PT))
    }

    fn ask_time(&self, from: Time, span: Span) -> String {
        let span = signs(span, "h", "min");
        format!("Que horas são {span} depois das {from}?")
    }

    fn ask_style(&self, style: Style) -> &'static str {
        match style {
            Style::Steps => "Pense em etapas.",
            Style::Breath => "Pense de uma só vez.",
        }
    }
}
