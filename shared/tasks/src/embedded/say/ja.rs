//! Japanese.

use super::{Numerals, Operation, Voice, in_words, signs};
use crate::embedded::calendar::{Month, Weekday};
use crate::embedded::clock::{Span, Time};
use crate::embedded::family::Style;
use crate::embedded::numbers::spell;
use explang_language::Language;

pub(super) struct Japanese;

const JA: Language = Language::Ja;

fn span_words(span: Span) -> String {
    in_words(span, |h| spell(h, JA) + "時間", |m| spell(m, JA) + "分", "")
}

fn time(time: Time) -> String {
    let hour = spell(u32::from(time.dial_hour()), JA) + "時";
    match u32::from(time.minute()) {
        0 => hour,
        30 => hour + "半",
        m => format!("{hour}{}分", spell(m, JA)),
    }
}

impl Voice for Japanese {
    fn stop(&self) -> &'static str {
        "。"
    }

    fn gap(&self) -> &'static str {
        ""
    }

    fn equation(&self, operation: Operation, a: u32, b: u32, c: u32) -> String {
        let [a, b, c] = [a, b, c].map(|n| spell(n, JA));
        match operation {
            Operation::Add => format!("{a}足す{b}は{c}です"),
            Operation::Subtract => format!("{a}引く{b}は{c}です"),
            Operation::Multiply => format!("{a}かける{b}は{c}です"),
        }
    }

    fn after_weekday(&self, from: Weekday, days: u32, to: Weekday) -> String {
        let days = Numerals::Words.write(days, JA);
        format!("{}の{days}日後は{}です", from.name(JA), to.name(JA))
    }

    fn after_month(&self, from: Month, months: u32, to: Month) -> String {
        let months = Numerals::Words.write(months, JA);
        format!(
            "{}の{months}か月後は{}です",
            from.in_words(JA),
            to.in_words(JA)
        )
    }

    fn after_time(&self, from: Time, span: Span, to: Time) -> String {
        format!("{}の{}後は{}です", time(from), span_words(span), time(to))
    }

    fn ask_value(&self, expression: &str, _last: u32) -> String {
        format!("{expression} はいくつですか。")
    }

    fn ask_weekday(&self, from: Weekday, days: u32) -> String {
        format!("{}の{days}日後は何曜日ですか。", from.name(JA))
    }

    fn ask_month(&self, from: Month, months: u32) -> String {
        format!("{}の{months}か月後は何月ですか。", from.in_words(JA))
    }

    fn ask_time(&self, from: Time, span: Span) -> String {
        let span = signs(span, "時間", "分").replace(' ', "");
        format!("{from} の{span}後は何時何分ですか。")
    }

    fn ask_style(&self, style: Style) -> &'static str {
        match style {
            Style::Steps => "段階的に考えてください。",
            Style::Breath => "一気に考えてください。",
        }
    }
}
