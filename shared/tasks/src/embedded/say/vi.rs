//! Vietnamese.

use super::{Operation, Voice, in_words, signs};
use crate::embedded::calendar::{Month, Weekday};
use crate::embedded::clock::{Span, Time};
use crate::embedded::family::Style;
use crate::embedded::numbers::spell;
use explang_language::Language;

pub(super) struct Vietnamese;

const VI: Language = Language::Vi;

fn span_words(span: Span) -> String {
    in_words(
        span,
        |h| format!("{} tiếng", spell(h, VI)),
        |m| format!("{} phút", spell(m, VI)),
        " ",
    )
}

fn time(time: Time) -> String {
    let hour = u32::from(time.dial_hour());
    let this = spell(hour, VI);
    let next = spell(hour % 12 + 1, VI);
    match u32::from(time.minute()) {
        0 => format!("{this} giờ"),
        30 => format!("{this} giờ rưỡi"),
        m if m < 30 => format!("{this} giờ {} phút", spell(m, VI)),
        m => format!("{next} giờ kém {} phút", spell(60 - m, VI)),
    }
}

impl Voice for Vietnamese {
    fn equation(&self, operation: Operation, a: u32, b: u32, c: u32) -> String {
        let [a, b, c] = [a, b, c].map(|n| spell(n, VI));
        match operation {
            Operation::Add => format!("{a} cộng {b} bằng {c}"),
            Operation::Subtract => format!("{a} trừ {b} bằng {c}"),
            Operation::Multiply => format!("{a} nhân {b} bằng {c}"),
        }
    }

    fn after_weekday(&self, from: Weekday, days: u32, to: Weekday) -> String {
        let days = spell(days, VI);
        format!("{days} ngày sau {} là {}", from.name(VI), to.name(VI))
    }

    fn after_month(&self, from: Month, months: u32, to: Month) -> String {
        let months = spell(months, VI);
        format!(
            "{months} tháng sau {} là {}",
            from.in_words(VI),
            to.in_words(VI)
        )
    }

    fn after_time(&self, from: Time, span: Span, to: Time) -> String {
        format!("{} sau {} là {}", span_words(span), time(from), time(to))
    }

    fn ask_value(&self, expression: &str, _last: u32) -> String {
        format!("{expression} bằng bao nhiêu?")
    }

    fn ask_weekday(&self, from: Weekday, days: u32) -> String {
        format!("{days} ngày sau {} là thứ mấy?", from.name(VI))
    }

    fn ask_month(&self, from: Month, months: u32) -> String {
        format!("{months} tháng sau {} là tháng mấy?", from.in_words(VI))
    }

    fn ask_time(&self, from: Time, span: Span) -> String {
        let span = signs(span, "tiếng", "phút");
        format!("{span} sau {from} là mấy giờ?")
    }

    fn ask_style(&self, style: Style) -> &'static str {
        match style {
            Style::Steps => "Hãy nghĩ từng bước.",
            Style::Breath => "Hãy nghĩ một mạch.",
        }
    }
}
