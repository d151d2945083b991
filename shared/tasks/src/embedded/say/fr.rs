//! French.

use super::{Numerals, Operation, Voice, in_words, signs};
use crate::embedded::calendar::{Month, Weekday};
use crate::embedded::clock::{Span, Time};
use crate::embedded::family::Style;
use crate::embedded::numbers::spell;
use explang_language::Language;

pub(super) struct French;

const FR: Language = Language::Fr;

fn count(n: u32, numerals: Numerals, one: &str, many: &str) -> String {
    let noun = if n == 1 { one } else { many };
    format!("{} {noun}", numerals.write(n, FR))
}

/// Whole hours; "heure" is feminine.
fn hours(n: u32) -> String {
    match n {
        1 => "une heure".to_owned(),
        _ => format!("{} heures", spell(n, FR)),
    }
}

fn span_words(span: Span) -> String {
    in_words(
        span,
        hours,
        |m| count(m, Numerals::Words, "minute", "minutes"),
        " et ",
    )
}

/// Noon is "midi", which is masculine: "midi et demi", but "une heure et demie".
fn time(time: Time) -> String {
    let minute = u32::from(time.minute());
    let this = u32::from(time.dial_hour());
    let hour = if minute > 30 { this % 12 + 1 } else { this };
    let (name, half) = match hour {
        12 => ("midi".to_owned(), "demi"),
        _ => (hours(hour), "demie"),
    };
    match minute {
        0 => name,
        15 => format!("{name} et quart"),
        30 => format!("{name} et {half}"),
        45 => format!("{name} moins le quart"),
        m if m < 30 => format!("{name} {}", spell(m, FR)),
        m => format!("{name} moins {}", spell(60 - m, FR)),
    }
}

impl Voice for French {
    fn equation(&self, operation: Operation, a: u32, b: u32, c: u32) -> String {
        let [a, b, c] = [a, b, c].map(|n| spell(n, FR));
        match operation {
            Operation::Add => format!("{a} plus {b} égale {c}"),
            Operation::Subtract => format!("{a} moins {b} égale {c}"),
            Operation::Multiply => format!("{a} fois {b} égale {c}"),
        }
    }

    fn after_weekday(&self, from: Weekday, days: u32, to: Weekday) -> String {
        let days = count(days, Numerals::Words, "jour", "jours");
        format!("{days} après {}, c'est {}", from.name(FR), to.name(FR))
    }

    fn after_month(&self, from: Month, months: u32, to: Month) -> String {
        let months = count(months, Numerals::Words, "mois", "mois");
        format!("{months} après {}, c'est {}", from.name(FR), to.name(FR))
    }

    fn after_time(&self, from: Time, span: Span, to: Time) -> String {
        let span = span_words(span);
        format!("{span} après {}, il est {}", time(from), time(to))
    }

    fn ask_value(&self, expression: &str, _last: u32) -> String {
        format!("Combien font {expression}\u{a0}?")
    }

    fn ask_weekday(&self, from: Weekday, days: u32) -> String {
        let days = count(days, Numerals::Digits, "jour", "jours");
        format!("Quel jour est-on {days} après {}\u{a0}?", from.name(FR))
    }

    fn ask_month(&self, from: Month, months: u32) -> String {
        let months = count(months, Numerals::Digits, "mois", "mois");
        format!("Quel mois est {months} après {}\u{a0}?", from.name(FR))
    }

    fn ask_time(&self, from: Time, span: Span) -> String {
        let span = signs(span, "h", "min");
        format!("Quelle heure est-il {span} après {from}\u{a0}?")
    }

    fn ask_style(&self, style: Style) -> &'static str {
        match style {
            Style::Steps => "Réfléchis par étapes.",
            Style::Breath => "Réfléchis d'un seul trait.",
        }
    }
}
