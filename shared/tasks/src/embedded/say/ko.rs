//! Korean.

use super::{Operation, Voice, in_words, signs};
use crate::embedded::calendar::{Month, Weekday};
use crate::embedded::clock::{Span, Time};
use crate::embedded::family::Style;
use crate::embedded::numbers::spell;
use explang_language::Language;

pub(super) struct Korean;

const KO: Language = Language::Ko;

/// Native numerals in the form before a noun: hours are counted with them, minutes with Sino-Korean ones.
const NATIVE: [&str; 12] = [
    "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열", "열한", "열두",
];

/// The native numeral of an hour, 1..=12.
fn native(hour: u32) -> &'static str {
    NATIVE[(hour.saturating_sub(1) % 12) as usize]
}

/// The topic particle after `word`: 은 after a final consonant, 는 after a vowel.
///
/// Hangul syllables from U+AC00 come in rows of 28, of which only the first has no final consonant.
fn topic(word: &str) -> &'static str {
    let closed = word
        .chars()
        .next_back()
        .and_then(|last| u32::from(last).checked_sub(0xac00))
        .is_some_and(|syllable| syllable % 28 != 0);
    if closed { "은" } else { "는" }
}

fn span_words(span: Span) -> String {
    in_words(
        span,
        |h| format!("{} 시간", native(h)),
        |m| format!("{} 분", spell(m, KO)),
        " ",
    )
}

fn time(time: Time) -> String {
    let hour = format!("{} 시", native(u32::from(time.dial_hour())));
    match u32::from(time.minute()) {
        0 => hour,
        30 => hour + " 반",
        m => format!("{hour} {} 분", spell(m, KO)),
    }
}

impl Voice for Korean {
    fn equation(&self, operation: Operation, a: u32, b: u32, c: u32) -> String {
        let [a, b, c] = [a, b, c].map(|n| spell(n, KO));
        let topic = topic(&b);
        match operation {
            Operation::Add => format!("{a} 더하기 {b}{topic} {c}입니다"),
            Operation::Subtract => format!("{a} 빼기 {b}{topic} {c}입니다"),
            Operation::Multiply => format!("{a} 곱하기 {b}{topic} {c}입니다"),
        }
    }

    fn after_weekday(&self, from: Weekday, days: u32, to: Weekday) -> String {
        let days = spell(days, KO);
        format!("{}부터 {days} 일 뒤는 {}입니다", from.name(KO), to.name(KO))
    }

    fn after_month(&self, from: Month, months: u32, to: Month) -> String {
        let months = spell(months, KO);
        format!(
            "{}부터 {months} 개월 뒤는 {}입니다",
            from.in_words(KO),
            to.in_words(KO)
        )
    }

    fn after_time(&self, from: Time, span: Span, to: Time) -> String {
        format!(
            "{}부터 {} 뒤는 {}입니다",
            time(from),
            span_words(span),
            time(to)
        )
    }

    fn ask_value(&self, expression: &str, last: u32) -> String {
        format!("{expression}{} 얼마입니까?", topic(&spell(last, KO)))
    }

    fn ask_weekday(&self, from: Weekday, days: u32) -> String {
        format!("{}부터 {days}일 뒤는 무슨 요일입니까?", from.name(KO))
    }

    fn ask_month(&self, from: Month, months: u32) -> String {
        format!("{}부터 {months}개월 뒤는 몇 월입니까?", from.in_words(KO))
    }

    fn ask_time(&self, from: Time, span: Span) -> String {
        let span = signs(span, "시간", "분")
            .replace(" 시간", "시간")
            .replace(" 분", "분");
        format!("{from}부터 {span} 뒤는 몇 시 몇 분입니까?")
    }

    fn ask_style(&self, style: Style) -> &'static str {
        match style {
            Style::Steps => "단계별로 생각하세요.",
            Style::Breath => "단숨에 생각하세요.",
        }
    }
}
