//! Times of day: `9:05`, `9:05 p.m.`, `9 a.m.`, `下午3点半`, `9 giờ sáng`.

use super::Parser;
use super::token::Kind;
use crate::mathematics::node::Node;

/// Words for the first half of the day, and for the second. "am" and "pm" stand after an hour alone too; the others need minutes or a
/// word for the hour, for "3 дня" is three days.
const MORNING: &str = "am 上午 早上 凌晨 午前 오전 새벽 아침 sáng pagi утра صباحا صباحًا ص mattino matin mañana manhã dimineața \
                       בבוקר เช้า asubuhi midnight";
const AFTERNOON: &str = "pm 下午 晚上 午後 오후 저녁 chiều tối sore вечера дня مساء مساءً م tarde soir pomeriggio sera seara בערב \
                         jioni noon";
/// Words between the time and the half of the day.
const LINKS: &str = "de la da du del di";
/// After the hour: always a time of day; a time of day if minutes or a half of the day say so; also with minutes that have a unit.
const O_CLOCK: &str = "Uhr o'clock 点钟 點鐘";
const HOURS: &str = "h giờ jam ч น";
const HOURS_OF_CLOCK: &str = "点 點 时 時 시";
const MINUTES: &str = "分 분";

impl Parser {
    /// A time of day. The outer option says whether it looks like one, the inner whether it is.
    pub(super) fn clock(&mut self) -> Option<Option<Node>> {
        let before = self.word_at(0).and_then(half);
        let at = usize::from(before.is_some());
        let hours = self.two_digits(at)?;
        let (length, minutes, ratio) = self.minutes(at + 1)?;
        let after = self.half_of_day(at + 1 + length);
        let bare = length == 0;
        // Letters that are set as mathematics may be factors.
        let named = self.word_at(at + 1).is_some_and(|word| {
            matches!(
                word.to_lowercase().as_str(),
                "am" | "pm" | "noon" | "midnight"
            ) || self.spelt_half(at + 1).is_some()
        });
        if bare && !named {
            return None;
        }
        let (mut h, m): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        let (afternoon, tail) = after.map_or((before, 0), |(half, tail)| (Some(half), tail));
        let colon = self.sees_at(at + 1, ':');
        if colon && (self.spaced_at(at + 1) || self.spaced_at(at + 2)) && afternoon.is_none() {
            return None;
        }
        if h >= 24 || m >= 60 {
            // No time; with a zero in front it is no ratio either.
            return if ratio { None } else { Some(None) };
        }
        let ratio = ratio && afternoon.is_none();
        if let Some(afternoon) = afternoon {
            let noon = matches!(self.word_at(at + 1 + length), Some("noon" | "midnight"));
            if !(1..=12).contains(&h) || noon && (h, m) != (12, 0) {
                return Some(None);
            }
            h = h % 12 + if afternoon { 12 } else { 0 };
        }
        self.at += at + 1 + length + tail;
        if colon
            && self
                .word_at(0)
                .is_some_and(|word| holds(O_CLOCK, word) || holds(HOURS, word))
        {
            self.at += 1;
        }
        Some(Some(Node::Clock(h, m, ratio)))
    }

    /// What says how many minutes, at `offset` after the hour: how many tokens it takes, the minutes, and whether all of it could be a
    /// ratio. None where no time of day goes on so.
    fn minutes(&self, offset: usize) -> Option<(usize, String, bool)> {
        let none = || "0".to_owned();
        if self.sees_at(offset, ':') {
            let minutes = self
                .two_digits(offset + 1)
                .filter(|minutes| minutes.len() == 2)?;
            if self.sees_at(offset + 2, ':') {
                return None;
            }
            let zero = |digits: Option<&str>| digits.is_some_and(|digits| digits.starts_with('0'));
            let ratio = !zero(self.two_digits(offset - 1)) && !zero(Some(minutes));
            return Some((2, minutes.to_owned(), ratio));
        }
        let Some(word) = self.word_at(offset) else {
            return Some((0, none(), false));
        };
        if holds(O_CLOCK, word) {
            return Some((1, none(), false));
        }
        let clock = holds(HOURS_OF_CLOCK, word);
        if !clock && !holds(HOURS, word) {
            return Some((0, none(), false));
        }
        if clock && matches!(self.word_at(offset + 1), Some("半" | "반")) {
            return Some((2, "30".to_owned(), false));
        }
        if let Some(minutes) = self.two_digits(offset + 1) {
            let unit = self.word_at(offset + 2);
            let minutes = minutes.to_owned();
            return match unit {
                Some(word) if clock && holds(MINUTES, word) => Some((3, minutes, false)),
                None if minutes.len() == 2 => Some((2, minutes, false)),
                _ => None,
            };
        }
        let said =
            self.half_of_day(offset + 1).is_some() || self.word_at(0).and_then(half).is_some();
        said.then(|| (1, none(), false))
    }

    /// One digit or two at `offset`.
    fn two_digits(&self, offset: usize) -> Option<&str> {
        match self.peek_at(offset) {
            Some(Kind::Number(digits)) => {
                let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
                (plain && digits.len() <= 2).then_some(digits)
            }
            _ => None,
        }
    }

    /// The half of the day at `offset`, true for the afternoon, and how many tokens say so.
    fn half_of_day(&self, offset: usize) -> Option<(bool, usize)> {
        if let Some(afternoon) = self.spelt_half(offset) {
            return Some((afternoon, 2));
        }
        let links = (0..2).take_while(|i| {
            self.word_at(offset + i)
                .is_some_and(|word| holds(LINKS, word))
        });
        let links = links.count();
        let afternoon = half(self.word_at(offset + links)?)?;
        Some((afternoon, links + 1))
    }

    /// "a.m." and "p. m.", whose points the lexer drops.
    fn spelt_half(&self, offset: usize) -> Option<bool> {
        let letter = |offset: usize| match self.peek_at(offset)? {
            Kind::Letter(letter) => Some(letter.to_ascii_lowercase()),
            Kind::Word(word) if word.len() == 1 => {
                word.chars().next().map(|c| c.to_ascii_lowercase())
            }
            _ => None,
        };
        match (letter(offset)?, letter(offset + 1)?) {
            ('a', 'm') => Some(false),
            ('p', 'm') => Some(true),
            _ => None,
        }
    }
}

/// Whether a word names the second half of the day; none where it names no half.
fn half(word: &str) -> Option<bool> {
    let lower = word.to_lowercase();
    if holds(MORNING, &lower) {
        Some(false)
    } else {
        holds(AFTERNOON, &lower).then_some(true)
    }
}

fn holds(words: &str, word: &str) -> bool {
    words.split(' ').any(|one| one == word)
}
