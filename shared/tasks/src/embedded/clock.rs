//! Times of day and spans of time, in whole minutes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A text or number that is not a time of day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time of day; write it as HH:MM, from 00:00 to 23:59")]
pub struct TimeError(pub String);

/// A time of day, 00:00 to 23:59. Displayed (and serialised) as `HH:MM` on the 24-hour clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Time {
    minutes: u16,
}

impl Time {
    const DAY: u32 = 24 * 60;

    /// The time `hour`:`minute`; an error unless `hour < 24` and `minute < 60`.
    pub fn new(hour: u8, minute: u8) -> Result<Self, TimeError> {
        if hour < 24 && minute < 60 {
            Ok(Self {
                minutes: u16::from(hour) * 60 + u16::from(minute),
            })
        } else {
            Err(TimeError(format!("{hour}:{minute}")))
        }
    }

    /// Minutes after midnight, taken modulo one day.
    pub const fn from_minutes(minutes: u32) -> Self {
        Self {
            minutes: (minutes % Self::DAY) as u16,
        }
    }

    /// Minutes since midnight, 0..1440.
    pub const fn minutes(self) -> u32 {
        self.minutes as u32
    }

    /// The hour on the 24-hour clock, 0..=23.
    pub const fn hour(self) -> u8 {
        (self.minutes / 60) as u8
    }

    /// The hour on the 12-hour dial, 1..=12.
    pub(crate) const fn dial_hour(self) -> u8 {
        match self.hour() % 12 {
            0 => 12,
            hour => hour,
        }
    }

    /// The minute of the hour, 0..=59.
    pub const fn minute(self) -> u8 {
        (self.minutes % 60) as u8
    }

    /// The time `span` later, past midnight if need be.
    pub const fn plus(self, span: Span) -> Self {
        Self::from_minutes(self.minutes() + span.minutes() % Self::DAY)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour(), self.minute())
    }
}

impl FromStr for Time {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let error = || TimeError(text.to_owned());
        let (hour, minute) = text.split_once(':').ok_or_else(error)?;
        let part = |digits: &str| match digits.len() {
            2 if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse::<u8>().ok(),
            _ => None,
        };
        let hour = part(hour).ok_or_else(error)?;
        let minute = part(minute).ok_or_else(error)?;
        Self::new(hour, minute).map_err(|_| error())
    }
}

impl TryFrom<String> for Time {
    type Error = TimeError;

    fn try_from(text: String) -> Result<Self, TimeError> {
        text.parse()
    }
}

impl From<Time> for String {
    fn from(time: Time) -> String {
        time.to_string()
    }
}

/// A length of time in whole minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Span {
    minutes: u16,
}

impl Span {
    /// A span of so many minutes.
    pub const fn from_minutes(minutes: u16) -> Self {
        Self { minutes }
    }

    /// The whole span in minutes.
    pub const fn minutes(self) -> u32 {
        self.minutes as u32
    }

    /// The whole hours in it.
    pub(crate) const fn whole_hours(self) -> u32 {
        self.minutes() / 60
    }

    /// The minutes beyond the whole hours, 0..=59.
    pub(crate) const fn odd_minutes(self) -> u32 {
        self.minutes() % 60
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_reads_what_it_writes_and_refuses_the_rest() {
        for minutes in 0..1440 {
            let time = Time::from_minutes(minutes);
            assert_eq!(time.to_string().parse(), Ok(time));
            assert_eq!(Time::new(time.hour(), time.minute()), Ok(time));
        }
        for bad in ["24:00", "9:45", "09:60", "0945", "+9:45", "", "09:45:00"] {
            assert!(bad.parse::<Time>().is_err(), "{bad}");
        }
    }

    #[test]
    fn adding_a_span_wraps_at_midnight() {
        let late = Time::from_minutes(23 * 60 + 50);
        assert_eq!(late.plus(Span::from_minutes(25)).to_string(), "00:15");
        assert_eq!(late.plus(Span::from_minutes(1440)), late);
    }

    #[test]
    fn the_dial_has_twelve_hours() {
        let dial: Vec<_> = [0, 1, 11, 12, 13, 23]
            .map(|h| Time::from_minutes(h * 60).dial_hour())
            .into();
        assert_eq!(dial, [12, 1, 11, 12, 1, 11]);
    }
}
