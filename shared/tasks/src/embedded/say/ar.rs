//! Arabic (Modern Standard).

use super::{Numerals, Operation, Voice, in_words, signs};
use crate::embedded::calendar::{Month, Weekday};
use crate::embedded::clock::{Span, Time};
use crate::embedded::family::Style;
use crate::embedded::numbers::spell;
use explang_language::Language;

pub(super) struct Arabic;

const AR: Language = Language::Ar;

/// A number below 100 after a preposition: tens end in ـين, two in ـين. Without vowel marks the other
/// numbers look alike in every case.
fn genitive(n: u32) -> String {
    let nominative = spell(n, AR)
        .replace("ثنان", "ثنين")
        .replace("ثنتان", "ثنتين")
        .replace("ثنا عشر", "ثني عشر");
    match nominative.strip_suffix("ون") {
        Some(stem) if (20..100).contains(&n) => format!("{stem}ين"),
        _ => nominative,
    }
}

/// A masculine noun after a preposition: one and two are forms of the noun, three to ten go with the
/// plural, the rest with the accusative singular.
struct Noun {
    one: &'static str,
    two: &'static str,
    few: &'static str,
    many: &'static str,
}

const DAYS: Noun = Noun {
    one: "يوم واحد",
    two: "يومين",
    few: "أيام",
    many: "يومًا",
};

const MONTHS: Noun = Noun {
    one: "شهر واحد",
    two: "شهرين",
    few: "أشهر",
    many: "شهرًا",
};

fn count(n: u32, numerals: Numerals, noun: &Noun) -> String {
    let number = || match numerals {
        Numerals::Digits => n.to_string(),
        Numerals::Words => genitive(n),
    };
    match n {
        1 => noun.one.to_owned(),
        2 => noun.two.to_owned(),
        3..=10 => format!("{} {}", number(), noun.few),
        _ => format!("{} {}", number(), noun.many),
    }
}

/// Units beside a feminine noun, which lack the ending of the counting form.
fn feminine(n: u32) -> String {
    match n {
        3 => "ثلاث".to_owned(),
        4 => "أربع".to_owned(),
        5 => "خمس".to_owned(),
        6 => "ست".to_owned(),
        7 => "سبع".to_owned(),
        8 => "ثماني".to_owned(),
        9 => "تسع".to_owned(),
        10 => "عشر".to_owned(),
        11 => "إحدى عشرة".to_owned(),
        15 => "خمس عشرة".to_owned(),
        25 | 35 | 45 | 55 => format!("خمس و{}", genitive(n - 5)),
        _ => genitive(n),
    }
}

fn hours(n: u32) -> String {
    match n {
        1 => "ساعة واحدة".to_owned(),
        2 => "ساعتين".to_owned(),
        3..=10 => format!("{} ساعات", feminine(n)),
        _ => format!("{} ساعة", feminine(n)),
    }
}

fn minutes(n: u32) -> String {
    match n {
        3..=10 => format!("{} دقائق", feminine(n)),
        _ => format!("{} دقيقة", feminine(n)),
    }
}

/// The hour is an ordinal.
const HOURS: [&str; 12] = [
    "الواحدة",
    "الثانية",
    "الثالثة",
    "الرابعة",
    "الخامسة",
    "السادسة",
    "السابعة",
    "الثامنة",
    "التاسعة",
    "العاشرة",
    "الحادية عشرة",
    "الثانية عشرة",
];

/// A time by quarters, thirds and halves: "the tenth less a third" is 9:40.
fn time(time: Time) -> String {
    let hour = time.dial_hour() as usize;
    let this = HOURS[(hour + 11) % 12];
    let next = HOURS[hour % 12];
    match u32::from(time.minute()) {
        0 => this.to_owned(),
        15 => format!("{this} والربع"),
        20 => format!("{this} والثلث"),
        25 => format!("{this} والنصف إلا خمس دقائق"),
        30 => format!("{this} والنصف"),
        35 => format!("{this} والنصف وخمس دقائق"),
        40 => format!("{next} إلا ثلثًا"),
        45 => format!("{next} إلا ربعًا"),
        m if m < 30 => format!("{this} و{}", minutes(m)),
        m => format!("{next} إلا {}", minutes(60 - m)),
    }
}

impl Voice for Arabic {
    /// The result is a nominal sentence, so that every number keeps the form it is counted in.
    fn equation(&self, operation: Operation, a: u32, b: u32, c: u32) -> String {
        let factor = genitive(b);
        let [a, b, c] = [a, b, c].map(|n| spell(n, AR));
        match operation {
            Operation::Add => format!("{a} زائد {b}، الناتج {c}"),
            Operation::Subtract => format!("{a} ناقص {b}، الناتج {c}"),
            Operation::Multiply => format!("{a} في {factor}، الناتج {c}"),
        }
    }

    fn after_weekday(&self, from: Weekday, days: u32, to: Weekday) -> String {
        let days = count(days, Numerals::Words, &DAYS);
        format!("بعد {days} من {} يأتي {}", from.name(AR), to.name(AR))
    }

    fn after_month(&self, from: Month, months: u32, to: Month) -> String {
        let months = count(months, Numerals::Words, &MONTHS);
        format!("بعد {months} من {} يأتي {}", from.name(AR), to.name(AR))
    }

    fn after_time(&self, from: Time, span: Span, to: Time) -> String {
        let span = in_words(span, hours, minutes, " و");
        format!("بعد {span} من {} تكون الساعة {}", time(from), time(to))
    }

    fn ask_value(&self, expression: &str, _last: u32) -> String {
        format!("ما ناتج {expression}؟")
    }

    fn ask_weekday(&self, from: Weekday, days: u32) -> String {
        let days = count(days, Numerals::Digits, &DAYS);
        format!("أي يوم يأتي بعد {days} من {}؟", from.name(AR))
    }

    fn ask_month(&self, from: Month, months: u32) -> String {
        let months = count(months, Numerals::Digits, &MONTHS);
        format!("أي شهر يأتي بعد {months} من {}؟", from.name(AR))
    }

    fn ask_time(&self, from: Time, span: Span) -> String {
        let span = signs(span, "س", "د");
        format!("كم تكون الساعة بعد {span} من {from}؟")
    }

    fn ask_style(&self, style: Style) -> &'static str {
        match style {
            Style::Steps => "فكّر خطوة خطوة.",
            Style::Breath => "فكّر دفعة واحدة.",
        }
    }
}
