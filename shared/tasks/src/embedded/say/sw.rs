//! Swahili.

use super::{Numerals, Operation, Voice, in_words};
use crate::embedded::calendar::{Month, Weekday};
use crate::embedded::clock::{Span, Time};
use crate::embedded::family::Style;
use crate::embedded::numbers::spell;
use explang_language::Language;

pub(super) struct Swahili;

const SW: Language = Language::Sw;

/// Days, hours and minutes are of a noun class whose numbers have no prefix: siku tatu.
fn plain(n: u32, noun: &str) -> String {
    format!("{noun} {}", spell(n, SW))
}

/// "Mwezi", month, is of classes 3 and 4: the last unit takes their prefix, miezi kumi na mitatu.
fn months(n: u32, numerals: Numerals) -> String {
    let noun = if n == 1 { "mwezi" } else { "miezi" };
    let number = match numerals {
        Numerals::Digits => n.to_string(),
        Numerals::Words => agreeing(n),
    };
    format!("{noun} {number}")
}

fn agreeing(n: u32) -> String {
    const PREFIXED: [(&str, &str); 6] = [
        ("moja", "mmoja"),
        ("mbili", "miwili"),
        ("tatu", "mitatu"),
        ("nne", "minne"),
        ("tano", "mitano"),
        ("nane", "minane"),
    ];
    let words = spell(n, SW);
    for (bare, prefixed) in PREFIXED {
        if let Some(stem) = words.strip_suffix(bare) {
            return format!("{stem}{prefixed}");
        }
    }
    words
}

fn span_words(span: Span) -> String {
    in_words(span, |h| plain(h, "saa"), |m| plain(m, "dakika"), " na ")
}

/// The day starts at sunrise: saa moja, the first hour, is 7:00.
fn time(time: Time) -> String {
    let hour = (u32::from(time.dial_hour()) + 5) % 12 + 1;
    let this = spell(hour, SW);
    let next = spell(hour % 12 + 1, SW);
    match u32::from(time.minute()) {
        0 => format!("saa {this}"),
        15 => format!("saa {this} na robo"),
        30 => format!("saa {this} na nusu"),
        45 => format!("saa {next} kasorobo"),
        m if m < 30 => format!("saa {this} na {}", plain(m, "dakika")),
        m => format!("saa {next} kasoro {}", plain(60 - m, "dakika")),
    }
}

impl Voice for Swahili {
    fn equation(&self, operation: Operation, a: u32, b: u32, c: u32) -> String {
        let [a, b, c] = [a, b, c].map(|n| spell(n, SW));
        match operation {
            Operation::Add => format!("{a} kujumlisha {b} ni {c}"),
            Operation::Subtract => format!("{a} kutoa {b} ni {c}"),
            Operation::Multiply => format!("{a} mara {b} ni {c}"),
        }
    }

    fn after_weekday(&self, from: Weekday, days: u32, to: Weekday) -> String {
        let days = plain(days, "siku");
        format!("{days} baada ya {} ni {}", from.name(SW), to.name(SW))
    }

    fn after_month(&self, from: Month, n: u32, to: Month) -> String {
        let months = months(n, Numerals::Words);
        format!("{months} baada ya {} ni {}", from.name(SW), to.name(SW))
    }

    fn after_time(&self, from: Time, span: Span, to: Time) -> String {
        format!(
            "{} baada ya {} ni {}",
            span_words(span),
            time(from),
            time(to)
        )
    }

    fn ask_value(&self, expression: &str, _last: u32) -> String {
        format!("{expression} ni ngapi?")
    }

    fn ask_weekday(&self, from: Weekday, days: u32) -> String {
        format!("Siku {days} baada ya {} ni siku gani?", from.name(SW))
    }

    fn ask_month(&self, from: Month, n: u32) -> String {
        let months = months(n, Numerals::Digits);
        format!("{months} baada ya {} ni mwezi gani?", from.name(SW))
    }

    fn ask_time(&self, from: Time, span: Span) -> String {
        let span = match (span.whole_hours(), span.odd_minutes()) {
            (0, odd) => format!("dakika {odd}"),
            (whole, 0) => format!("saa {whole}"),
            (whole, odd) => format!("saa {whole} na dakika {odd}"),
        };
        format!("{span} baada ya {from} ni saa ngapi?")
    }

    fn ask_style(&self, style: Style) -> &'static str {
        match style {
            Style::Steps => "Fikiri hatua kwa hatua.",
            Style::Breath => "Fikiri kwa pumzi moja.",
        }
    }
}
