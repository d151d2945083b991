//! Hebrew.

use super::{Numerals, Operation, Voice, in_words, signs};
use crate::embedded::calendar::{Month, Weekday};
use crate::embedded::clock::{Span, Time};
use crate::embedded::family::Style;
use crate::embedded::numbers::spell;
use explang_language::Language;

pub(super) struct Hebrew;

const HE: Language = Language::He;

/// Units beside a masculine noun, 1..=9; counting itself, and feminine nouns, use the feminine.
const MASCULINE: [&str; 9] = [
    "אחד",
    "שניים",
    "שלושה",
    "ארבעה",
    "חמישה",
    "שישה",
    "שבעה",
    "שמונה",
    "תשעה",
];

fn masculine(n: u32) -> String {
    let unit = |n: u32| MASCULINE[(n.saturating_sub(1) % 9) as usize];
    match (n, n % 10) {
        (1..=9, _) => unit(n).to_owned(),
        (10, _) => "עשרה".to_owned(),
        (12, _) => "שנים עשר".to_owned(),
        (11..=19, _) => format!("{} עשר", unit(n - 10)),
        // Tens have one form for both genders.
        (_, 0) => spell(n, HE),
        (20..=99, last) => format!("{} ו{}", spell(n - last, HE), unit(last)),
        _ => spell(n, HE),
    }
}

/// A masculine noun: two is a form of the noun, one follows it.
struct Noun {
    one: &'static str,
    two: &'static str,
    many: &'static str,
}

const DAYS: Noun = Noun {
    one: "יום אחד",
    two: "יומיים",
    many: "ימים",
};

const MONTHS: Noun = Noun {
    one: "חודש אחד",
    two: "חודשיים",
    many: "חודשים",
};

fn count(n: u32, numerals: Numerals, noun: &Noun) -> String {
    match (n, numerals) {
        (1, _) => noun.one.to_owned(),
        (2, _) => noun.two.to_owned(),
        (_, Numerals::Digits) => format!("{n} {}", noun.many),
        (_, Numerals::Words) => format!("{} {}", masculine(n), noun.many),
    }
}

fn hours(n: u32) -> String {
    match n {
        1 => "שעה אחת".to_owned(),
        2 => "שעתיים".to_owned(),
        _ => format!("{} שעות", spell(n, HE)),
    }
}

fn minutes(n: u32) -> String {
    format!("{} דקות", spell(n, HE))
}

/// Hours are feminine, as in counting. Past the half, minutes are said to the coming hour.
fn time(time: Time) -> String {
    let hour = u32::from(time.dial_hour());
    let this = spell(hour, HE);
    let next = spell(hour % 12 + 1, HE);
    match u32::from(time.minute()) {
        0 => this,
        15 => format!("{this} ורבע"),
        30 => format!("{this} וחצי"),
        45 => format!("רבע ל{next}"),
        m if m < 30 => format!("{this} ו{}", minutes(m)),
        m => format!("{} ל{next}", minutes(60 - m)),
    }
}

impl Voice for Hebrew {
    fn equation(&self, operation: Operation, a: u32, b: u32, c: u32) -> String {
        let [a, b, c] = [a, b, c].map(|n| spell(n, HE));
        match operation {
            Operation::Add => format!("{a} ועוד {b} שווה {c}"),
            Operation::Subtract => format!("{a} פחות {b} שווה {c}"),
            Operation::Multiply => format!("{a} כפול {b} שווה {c}"),
        }
    }

    fn after_weekday(&self, from: Weekday, days: u32, to: Weekday) -> String {
        let days = count(days, Numerals::Words, &DAYS);
        format!("{days} אחרי {} יהיה {}", from.name(HE), to.name(HE))
    }

    fn after_month(&self, from: Month, months: u32, to: Month) -> String {
        let months = count(months, Numerals::Words, &MONTHS);
        format!("{months} אחרי {} יהיה {}", from.name(HE), to.name(HE))
    }

    fn after_time(&self, from: Time, span: Span, to: Time) -> String {
        let span = in_words(span, hours, minutes, " ו");
        format!("{span} אחרי {} תהיה השעה {}", time(from), time(to))
    }

    fn ask_value(&self, expression: &str, _last: u32) -> String {
        format!("כמה זה {expression}?")
    }

    fn ask_weekday(&self, from: Weekday, days: u32) -> String {
        let days = count(days, Numerals::Digits, &DAYS);
        format!("איזה יום יהיה {days} אחרי {}?", from.name(HE))
    }

    fn ask_month(&self, from: Month, months: u32) -> String {
        let months = count(months, Numerals::Digits, &MONTHS);
        format!("איזה חודש יהיה {months} אחרי {}?", from.name(HE))
    }

    fn ask_time(&self, from: Time, span: Span) -> String {
        let span = signs(span, "שע׳", "דק׳");
        format!("מה תהיה השעה {span} אחרי {from}?")
    }

    fn ask_style(&self, style: Style) -> &'static str {
        match style {
            Style::Steps => "חשבו בשלבים.",
            Style::Breath => "חשבו בנשימה אחת.",
        }
    }
}
