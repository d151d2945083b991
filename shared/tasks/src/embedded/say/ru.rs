//! Russian.

use super::{Numerals, Operation, Voice, in_words, signs};
use crate::embedded::calendar::{Month, Weekday};
use crate::embedded::clock::{Span, Time};
use crate::embedded::family::Style;
use crate::embedded::numbers::spell;
use explang_language::Language;

pub(super) struct Russian;

const RU: Language = Language::Ru;

/// A noun beside a numeral takes one of three forms, by the last digits: один день, два дня, пять дней;
/// 11 to 14 go with the last.
type Forms = [&'static str; 3];

const DAYS: Forms = ["день", "дня", "дней"];
const MONTHS: Forms = ["месяц", "месяца", "месяцев"];
const HOURS: Forms = ["час", "часа", "часов"];

/// A masculine noun with its count in the accusative, which for things equals the nominative.
fn count(n: u32, numerals: Numerals, forms: Forms) -> String {
    let [one, few, many] = forms;
    let noun = match (n % 100, n % 10) {
        (11..=14, _) => many,
        (_, 1) => one,
        (_, 2..=4) => few,
        _ => many,
    };
    format!("{} {noun}", numerals.write(n, RU))
}

/// Minutes here are multiples of five, which all take the genitive plural.
fn minutes(n: u32) -> String {
    format!("{} минут", spell(n, RU))
}

fn span_words(span: Span) -> String {
    in_words(span, |h| count(h, Numerals::Words, HOURS), minutes, " и ")
}

/// The coming hour as an ordinal in the genitive: половина десятого is 9:30.
const ORDINALS: [&str; 12] = [
    "первого",
    "второго",
    "третьего",
    "четвёртого",
    "пятого",
    "шестого",
    "седьмого",
    "восьмого",
    "девятого",
    "десятого",
    "одиннадцатого",
    "двенадцатого",
];

/// A time in the nominative. One o'clock is plain "час".
fn time(time: Time) -> String {
    let hour = u32::from(time.dial_hour());
    let next = hour % 12 + 1;
    // The ordinal of the next hour: at ten past twelve, the first hour runs.
    let running = ORDINALS[time.dial_hour() as usize % 12];
    let name = |hour: u32| match hour {
        1 => "час".to_owned(),
        _ => spell(hour, RU),
    };
    match u32::from(time.minute()) {
        0 if hour == 1 => "час".to_owned(),
        0 => count(hour, Numerals::Words, HOURS),
        15 => format!("четверть {running}"),
        30 => format!("половина {running}"),
        35 => format!("без двадцати пяти {}", name(next)),
        40 => format!("без двадцати {}", name(next)),
        45 => format!("без четверти {}", name(next)),
        50 => format!("без десяти {}", name(next)),
        55 => format!("без пяти {}", name(next)),
        m => format!("{} {running}", minutes(m)),
    }
}

impl Voice for Russian {
    fn equation(&self, operation: Operation, a: u32, b: u32, c: u32) -> String {
        let [a, b, c] = [a, b, c].map(|n| spell(n, RU));
        match operation {
            Operation::Add => format!("{a} плюс {b} будет {c}"),
            Operation::Subtract => format!("{a} минус {b} будет {c}"),
            Operation::Multiply => format!("{a} умножить на {b} будет {c}"),
        }
    }

    fn after_weekday(&self, from: Weekday, days: u32, to: Weekday) -> String {
        let days = count(days, Numerals::Words, DAYS);
        format!(
            "через {days} после {} будет {}",
            from.genitive(RU),
            to.name(RU)
        )
    }

    fn after_month(&self, from: Month, months: u32, to: Month) -> String {
        let months = count(months, Numerals::Words, MONTHS);
        format!(
            "через {months} после {} будет {}",
            from.genitive(RU),
            to.name(RU)
        )
    }

    /// "Without five ten" has no genitive to stand after "после", so the time stands in a clause.
    fn after_time(&self, from: Time, span: Span, to: Time) -> String {
        format!(
            "если сейчас {}, через {} будет {}",
            time(from),
            span_words(span),
            time(to)
        )
    }

    fn ask_value(&self, expression: &str, _last: u32) -> String {
        format!("Сколько будет {expression}?")
    }

    fn ask_weekday(&self, from: Weekday, days: u32) -> String {
        let days = count(days, Numerals::Digits, DAYS);
        format!("Какой день будет через {days} после {}?", from.genitive(RU))
    }

    fn ask_month(&self, from: Month, months: u32) -> String {
        let months = count(months, Numerals::Digits, MONTHS);
        format!(
            "Какой месяц будет через {months} после {}?",
            from.genitive(RU)
        )
    }

    fn ask_time(&self, from: Time, span: Span) -> String {
        let span = signs(span, "ч", "мин");
        format!("Который час будет через {span} после {from}?")
    }

    fn ask_style(&self, style: Style) -> &'static str {
        match style {
            Style::Steps => "Думай по шагам.",
            Style::Breath => "Думай одним махом.",
        }
    }
}
