//! Chinese (simplified characters).

use super::{Numerals, Operation, Voice, in_words, signs};
use crate::embedded::calendar::{Month, Weekday};
use crate::embedded::clock::{Span, Time};
use crate::embedded::family::Style;
use crate::embedded::numbers::spell;
use explang_language::Language;

pub(super) struct Chinese;

const ZH: Language = Language::Zh;

/// Before a measure word, two is 两 rather than 二 (but 十二, 二十二 stay as they are).
fn count(n: u32, numerals: Numerals, measure: &str) -> String {
    match (numerals, n) {
        (Numerals::Words, 2) => format!("两{measure}"),
        _ => format!("{}{measure}", numerals.write(n, ZH)),
    }
}

fn span_words(span: Span) -> String {
    in_words(
        span,
        |h| count(h, Numerals::Words, "个小时"),
        |m| count(m, Numerals::Words, "分钟"),
        "",
    )
}

fn time(time: Time) -> String {
    let hour = count(u32::from(time.dial_hour()), Numerals::Words, "点");
    match u32::from(time.minute()) {
        0 => hour,
        15 => format!("{hour}一刻"),
        30 => format!("{hour}半"),
        45 => format!("{hour}三刻"),
        m if m < 10 => format!("{hour}零{}分", spell(m, ZH)),
        m => format!("{hour}{}分", spell(m, ZH)),
    }
}

impl Voice for Chinese {
    fn stop(&self) -> &'static str {
        "。"
    }

    fn gap(&self) -> &'static str {
        ""
    }

    fn equation(&self, operation: Operation, a: u32, b: u32, c: u32) -> String {
        let [a, b, c] = [a, b, c].map(|n| spell(n, ZH));
        match operation {
            Operation::Add => format!("{a}加{b}等于{c}"),
            Operation::Subtract => format!("{a}减{b}等于{c}"),
            Operation::Multiply => format!("{a}乘{b}等于{c}"),
        }
    }

    fn after_weekday(&self, from: Weekday, days: u32, to: Weekday) -> String {
        let days = count(days, Numerals::Words, "天");
        format!("{}再过{days}是{}", from.name(ZH), to.name(ZH))
    }

    fn after_month(&self, from: Month, months: u32, to: Month) -> String {
        let months = count(months, Numerals::Words, "个月");
        format!("{}再过{months}是{}", from.in_words(ZH), to.in_words(ZH))
    }

    fn after_time(&self, from: Time, span: Span, to: Time) -> String {
        format!("{}再过{}是{}", time(from), span_words(span), time(to))
    }

    fn ask_value(&self, expression: &str, _last: u32) -> String {
        format!("{expression} 等于多少？")
    }

    fn ask_weekday(&self, from: Weekday, days: u32) -> String {
        let days = count(days, Numerals::Digits, "天");
        format!("{}再过{days}是星期几？", from.name(ZH))
    }

    fn ask_month(&self, from: Month, months: u32) -> String {
        let months = count(months, Numerals::Digits, "个月");
        format!("{}再过{months}是几月？", from.in_words(ZH))
    }

    fn ask_time(&self, from: Time, span: Span) -> String {
        let span = signs(span, "小时", "分钟").replace(' ', "");
        format!("{from} 再过{span}是几点？")
    }

    fn ask_style(&self, style: Style) -> &'static str {
        match style {
            Style::Steps => "请分步思考。",
            Style::Breath => "请一口气思考。",
        }
    }
}
