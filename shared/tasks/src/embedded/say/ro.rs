//! Romanian.

use super::{Numerals, Operation, Voice, in_words, signs};
use crate::embedded::calendar::{Month, Weekday};
use crate::embedded::clock::{Span, Time};
use crate::embedded::family::Style;
use crate::embedded::numbers::spell;
use explang_language::Language;

pub(super) struct Romanian;

const RO: Language = Language::Ro;

/// The feminine of a number: două, douăsprezece, treizeci și una.
fn feminine(n: u32) -> String {
    let masculine = spell(n, RO);
    let swapped = [
        ("doisprezece", "douăsprezece"),
        ("unu", "una"),
        ("doi", "două"),
    ];
    for (from, to) in swapped {
        if let Some(stem) = masculine.strip_suffix(from) {
            return format!("{stem}{to}");
        }
    }
    masculine
}

/// A feminine noun with its count: "o" for one, and "de" from twenty on.
fn count(n: u32, numerals: Numerals, one: &str, many: &str) -> String {
    let number = match numerals {
        Numerals::Digits => n.to_string(),
        Numerals::Words => feminine(n),
    };
    match (n, numerals) {
        (1, Numerals::Words) => format!("o {one}"),
        (1, Numerals::Digits) => format!("1 {one}"),
        _ if (1..20).contains(&(n % 100)) => format!("{number} {many}"),
        _ => format!("{number} de {many}"),
    }
}

/// "Minut" is neuter, whose plural takes the feminine number.
fn span_words(span: Span) -> String {
    in_words(
        span,
        |h| count(h, Numerals::Words, "oră", "ore"),
        |m| count(m, Numerals::Words, "minut", "minute"),
        " și ",
    )
}

fn time(time: Time) -> String {
    let hour = u32::from(time.dial_hour());
    // One o'clock is "ora unu", but two and twelve are feminine.
    let name = |hour: u32| match hour {
        1 => spell(1, RO),
        _ => feminine(hour),
    };
    let this = name(hour);
    let next = name(hour % 12 + 1);
    match u32::from(time.minute()) {
        0 => format!("ora {this}"),
        15 => format!("ora {this} și un sfert"),
        30 => format!("ora {this} și jumătate"),
        45 => format!("ora {next} fără un sfert"),
        m if m < 30 => format!("ora {this} și {}", spell(m, RO)),
        m => format!("ora {next} fără {}", spell(60 - m, RO)),
    }
}

impl Voice for Romanian {
    fn equation(&self, operation: Operation, a: u32, b: u32, c: u32) -> String {
        let verb = if c <= 1 { "face" } else { "fac" };
        let [a, b, c] = [a, b, c].map(|n| spell(n, RO));
        match operation {
            Operation::Add => format!("{a} plus {b} {verb} {c}"),
            Operation::Subtract => format!("{a} minus {b} {verb} {c}"),
            Operation::Multiply => format!("{a} ori {b} {verb} {c}"),
        }
    }

    fn after_weekday(&self, from: Weekday, days: u32, to: Weekday) -> String {
        let days = count(days, Numerals::Words, "zi", "zile");
        format!("la {days} după {} este {}", from.name(RO), to.name(RO))
    }

    fn after_month(&self, from: Month, months: u32, to: Month) -> String {
        let months = count(months, Numerals::Words, "lună", "luni");
        format!("la {months} după {} este {}", from.name(RO), to.name(RO))
    }

    fn after_time(&self, from: Time, span: Span, to: Time) -> String {
        format!(
            "la {} după {} este {}",
            span_words(span),
            time(from),
            time(to)
        )
    }

    fn ask_value(&self, expression: &str, _last: u32) -> String {
        format!("Cât fac {expression}?")
    }

    fn ask_weekday(&self, from: Weekday, days: u32) -> String {
        let days = count(days, Numerals::Digits, "zi", "zile");
        format!("Ce zi este la {days} după {}?", from.name(RO))
    }

    fn ask_month(&self, from: Month, months: u32) -> String {
        let months = count(months, Numerals::Digits, "lună", "luni");
        format!("Ce lună este la {months} după {}?", from.name(RO))
    }

    fn ask_time(&self, from: Time, span: Span) -> String {
        let span = signs(span, "h", "min");
        format!("Ce oră este la {span} după ora {from}?")
    }

    fn ask_style(&self, style: Style) -> &'static str {
        match style {
            Style::Steps => "Gândește pas cu pas.",
            Style::Breath => "Gândește dintr-o suflare.",
        }
    }
}
