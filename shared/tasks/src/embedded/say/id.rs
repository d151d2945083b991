//! Indonesian.

use super::{Operation, Voice, in_words, signs};
use crate::embedded::calendar::{Month, Weekday};
use crate::embedded::clock::{Span, Time};
use crate::embedded::family::Style;
use crate::embedded::numbers::spell;
use explang_language::Language;

pub(super) struct Indonesian;

const ID: Language = Language::Id;

fn span_words(span: Span) -> String {
    in_words(
        span,
        |h| format!("{} jam", spell(h, ID)),
        |m| format!("{} menit", spell(m, ID)),
        " ",
    )
}

/// The half hour names the coming hour: pukul setengah sepuluh is 9:30.
fn time(time: Time) -> String {
    let hour = u32::from(time.dial_hour());
    let this = spell(hour, ID);
    let next = spell(hour % 12 + 1, ID);
    match u32::from(time.minute()) {
        0 => format!("pukul {this}"),
        15 => format!("pukul {this} lewat seperempat"),
        30 => format!("pukul setengah {next}"),
        45 => format!("pukul {next} kurang seperempat"),
        m if m < 30 => format!("pukul {this} lewat {} menit", spell(m, ID)),
        m => format!("pukul {next} kurang {} menit", spell(60 - m, ID)),
    }
}

impl Voice for Indonesian {
    fn equation(&self, operation: Operation, a: u32, b: u32, c: u32) -> String {
        let [a, b, c] = [a, b, c].map(|n| spell(n, ID));
        match operation {
            Operation::Add => format!("{a} tambah {b} sama dengan {c}"),
            Operation::Subtract => format!("{a} kurang {b} sama dengan {c}"),
            Operation::Multiply => format!("{a} kali {b} sama dengan {c}"),
        }
    }

    fn after_weekday(&self, from: Weekday, days: u32, to: Weekday) -> String {
        let days = spell(days, ID);
        format!(
            "{days} hari setelah {} adalah {}",
            from.name(ID),
            to.name(ID)
        )
    }

    fn after_month(&self, from: Month, months: u32, to: Month) -> String {
        let months = spell(months, ID);
        format!(
            "{months} bulan setelah {} adalah {}",
            from.name(ID),
            to.name(ID)
        )
    }

    fn after_time(&self, from: Time, span: Span, to: Time) -> String {
        format!(
            "{} setelah {} adalah {}",
            span_words(span),
            time(from),
            time(to)
        )
    }

    fn ask_value(&self, expression: &str, _last: u32) -> String {
        format!("Berapa hasil {expression}?")
    }

    fn ask_weekday(&self, from: Weekday, days: u32) -> String {
        format!("{days} hari setelah {} adalah hari apa?", from.name(ID))
    }

    fn ask_month(&self, from: Month, months: u32) -> String {
        format!("{months} bulan setelah {} adalah bulan apa?", from.name(ID))
    }

    fn ask_time(&self, from: Time, span: Span) -> String {
        let span = signs(span, "jam", "menit");
        format!("{span} setelah pukul {from} adalah pukul berapa?")
    }

    fn ask_style(&self, style: Style) -> &'static str {
        match style {
            Style::Steps => "Pikirkan langkah demi langkah.",
            Style::Breath => "Pikirkan sekaligus.",
        }
    }
}
