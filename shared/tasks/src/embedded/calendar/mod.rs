//! Weekdays and months: arithmetic on their circles, and their names in every language.
//!
//! Names come from Unicode CLDR (`calendar/names.rs`), in the wide, stand-alone form: the nominative, with
//! the language's own capitals. What CLDR does not hold is beside it, by hand: months in words where CLDR
//! writes a digit, and the genitive of Russian weekdays.

mod names;

use serde::{Deserialize, Serialize};

use explang_language::Language;

/// A day of the week, numbered as in ISO 8601: Monday is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Weekday {
    Monday = 1,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// A month of the Gregorian year: January is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Month {
    January = 1,
    February,
    March,
    April,
    May,
    June,
    July,
    August,
    September,
    October,
    November,
    December,
}

/// Where `n` steps from `index` lead on a circle of `len` places.
fn turn(index: usize, n: i32, len: usize) -> usize {
    // Both operands are small after the first remainder, so nothing overflows whatever `n` is.
    (index as i32 + n % len as i32).rem_euclid(len as i32) as usize
}

impl Weekday {
    /// All seven, Monday first.
    pub const ALL: [Weekday; 7] = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];

    /// ISO number, 1 (Monday) to 7 (Sunday).
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The weekday of an ISO number; none outside 1..=7.
    pub fn from_number(number: u8) -> Option<Weekday> {
        Weekday::ALL
            .get(usize::from(number).checked_sub(1)?)
            .copied()
    }

    /// The weekday `n` days later (earlier where `n` is negative).
    #[must_use]
    pub fn plus(self, n: i32) -> Weekday {
        Weekday::ALL[turn(self.index(), n, 7)]
    }

    /// Its name: CLDR's wide stand-alone form, the nominative.
    pub const fn name(self, language: Language) -> &'static str {
        names::WEEKDAYS[language.index()][self.index()]
    }

    /// Its name in the genitive, where the language declines it (Russian: «после понедельника»); elsewhere
    /// the same as [`Weekday::name`].
    pub(crate) const fn genitive(self, language: Language) -> &'static str {
        match language {
            Language::Ru => RUSSIAN_WEEKDAYS_GENITIVE[self.index()],
            _ => self.name(language),
        }
    }

    const fn index(self) -> usize {
        self as usize - 1
    }
}

impl Month {
    /// All twelve, January first.
    pub const ALL: [Month; 12] = [
        Month::January,
        Month::February,
        Month::March,
        Month::April,
        Month::May,
        Month::June,
        Month::July,
        Month::August,
        Month::September,
        Month::October,
        Month::November,
        Month::December,
    ];

    /// Number in the year, 1 (January) to 12 (December).
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The month of a number; none outside 1..=12.
    pub fn from_number(number: u8) -> Option<Month> {
        Month::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }

    /// The month `n` months later (earlier where `n` is negative).
    #[must_use]
    pub fn plus(self, n: i32) -> Month {
        Month::ALL[turn(self.index(), n, 12)]
    }

    /// Its name: CLDR's wide stand-alone form, the nominative. Japanese, Korean and Vietnamese names hold
    /// a digit (`1月`, `1월`, `Tháng 1`); [`Month::in_words`] does not.
    pub const fn name(self, language: Language) -> &'static str {
        names::MONTHS[language.index()][self.index()]
    }

    /// Its name without digits: as read aloud in Japanese, Korean (유월, 시월) and Vietnamese; elsewhere the
    /// same as [`Month::name`].
    pub const fn in_words(self, language: Language) -> &'static str {
        match language {
            Language::Ja => names::MONTHS[Language::Zh.index()][self.index()],
            Language::Ko => KOREAN_MONTHS[self.index()],
            Language::Vi => VIETNAMESE_MONTHS[self.index()],
            _ => self.name(language),
        }
    }

    /// Its name in the genitive, where the language declines it (Russian: CLDR's format form, «после
    /// января»); elsewhere the same as [`Month::in_words`].
    pub(crate) const fn genitive(self, language: Language) -> &'static str {
        match language {
            Language::Ru => names::RUSSIAN_MONTHS_GENITIVE[self.index()],
            _ => self.in_words(language),
        }
    }

    const fn index(self) -> usize {
        self as usize - 1
    }
}

/// CLDR holds no genitive of weekdays.
const RUSSIAN_WEEKDAYS_GENITIVE: [&str; 7] = [
    "понедельника",
    "вторника",
    "среды",
    "четверга",
    "пятницы",
    "субботы",
    "воскресенья",
];

/// Sino-Korean numbers before 월; June and October lose their final consonant.
const KOREAN_MONTHS: [&str; 12] = [
    "일월",
    "이월",
    "삼월",
    "사월",
    "오월",
    "유월",
    "칠월",
    "팔월",
    "구월",
    "시월",
    "십일월",
    "십이월",
];

/// Counted months, in the middle of a sentence (lower case); April takes *tư*, not *bốn*.
const VIETNAMESE_MONTHS: [&str; 12] = [
    "tháng một",
    "tháng hai",
    "tháng ba",
    "tháng tư",
    "tháng năm",
    "tháng sáu",
    "tháng bảy",
    "tháng tám",
    "tháng chín",
    "tháng mười",
    "tháng mười một",
    "tháng mười hai",
];

#[cfg(test)]
mod tests;
