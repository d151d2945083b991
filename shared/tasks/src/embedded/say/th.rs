//! Thai.

use super::{Numerals, Operation, Voice, in_words, signs};
use crate::embedded::calendar::{Month, Weekday};
use crate::embedded::clock::{Span, Time};
use crate::embedded::family::Style;
use crate::embedded::numbers::spell;
use explang_language::Language;

pub(super) struct Thai;

const TH: Language = Language::Th;

fn span_words(span: Span) -> String {
    in_words(
        span,
        |h| Numerals::Words.write(h, TH) + "ชั่วโมง",
        |m| Numerals::Words.write(m, TH) + "นาที",
        "",
    )
}

/// Times of the working day in the everyday manner: the afternoon counts from one again. From six in the
/// evening to six in the morning, the official 24-hour reading.
fn time(time: Time) -> String {
    let hour = u32::from(time.hour());
    let name = match hour {
        12 => "เที่ยง".to_owned(),
        13 => "บ่ายโมง".to_owned(),
        14 | 15 => format!("บ่าย{}โมง", spell(hour - 12, TH)),
        16 | 17 => format!("{}โมง", spell(hour - 12, TH)),
        6..=11 => format!("{}โมง", spell(hour, TH)),
        _ => format!("{}นาฬิกา", spell(hour, TH)),
    };
    match u32::from(time.minute()) {
        0 => name,
        30 if (6..18).contains(&hour) => name + "ครึ่ง",
        m => format!("{name}{}นาที", spell(m, TH)),
    }
}

impl Voice for Thai {
    /// Thai ends a sentence with a space.
    fn stop(&self) -> &'static str {
        ""
    }

    fn equation(&self, operation: Operation, a: u32, b: u32, c: u32) -> String {
        let [a, b, c] = [a, b, c].map(|n| spell(n, TH));
        match operation {
            Operation::Add => format!("{a}บวก{b}เท่ากับ{c}"),
            Operation::Subtract => format!("{a}ลบ{b}เท่ากับ{c}"),
            Operation::Multiply => format!("{a}คูณ{b}เท่ากับ{c}"),
        }
    }

    fn after_weekday(&self, from: Weekday, days: u32, to: Weekday) -> String {
        let days = spell(days, TH);
        format!("{days}วันหลัง{}คือ{}", from.name(TH), to.name(TH))
    }

    fn after_month(&self, from: Month, months: u32, to: Month) -> String {
        let months = spell(months, TH);
        format!("{months}เดือนหลังเดือน{}คือเดือน{}", from.name(TH), to.name(TH))
    }

    fn after_time(&self, from: Time, span: Span, to: Time) -> String {
        format!("{}หลัง{}คือ{}", span_words(span), time(from), time(to))
    }

    fn ask_value(&self, expression: &str, _last: u32) -> String {
        format!("{expression} เท่ากับเท่าไร")
    }

    fn ask_weekday(&self, from: Weekday, days: u32) -> String {
        format!("{days} วันหลัง{}คือวันอะไร", from.name(TH))
    }

    fn ask_month(&self, from: Month, months: u32) -> String {
        format!("{months} เดือนหลังเดือน{}คือเดือนอะไร", from.name(TH))
    }

    fn ask_time(&self, from: Time, span: Span) -> String {
        let span = signs(span, "ชั่วโมง", "นาที");
        format!("{span}หลัง {from} คือเวลาอะไร")
    }

    fn ask_style(&self, style: Style) -> &'static str {
        match style {
            Style::Steps => "คิดทีละขั้น",
            Style::Breath => "คิดรวดเดียว",
        }
    }
}
