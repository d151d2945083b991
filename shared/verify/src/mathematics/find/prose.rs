//! The last formula or number in prose, with what is joined to it.

use std::borrow::Cow;

use super::{Segment, reads, segments, unescaped};
use crate::joints::{joint, without_name};
use crate::mathematics::read::bounds_number;
use crate::normal::ascii;

/// A list in prose has at most this many items, and so many formulas that are not read may follow the last one that is.
const MAX_ITEMS: usize = 20;

/// The last formula or number from `start` on. Where an "and" or "or" joins it to one before it, the answer is both of them.
pub(super) fn in_prose(text: &str, start: usize) -> Option<&str> {
    let segments = segments(text);
    let (place, item) = segments
        .iter()
        .enumerate()
        .rev()
        .find_map(|(place, segment)| {
            let item = if segment.formula {
                let fits = segment.at >= start && !segment.text.trim().is_empty();
                fits.then_some(segment.text)
            } else {
                let skip = start.saturating_sub(segment.at).min(segment.text.len());
                last_number(segment, skip, segment.text.len())
            };
            Some((place, item?))
        })?;
    // "at least 7" is not 7.
    let before = &text[..item.as_ptr() as usize - text.as_ptr() as usize];
    let before = before.trim_end_matches(|c: char| c.is_whitespace() || c == '$');
    let word = &before[before.trim_end_matches(char::is_alphabetic).len()..];
    if bounds_number(word) {
        return None;
    }
    let list = listed(text, &segments, place, item).filter(|list| reads(list));
    Some(list.unwrap_or(item))
}

/// The items of a list that ends in `item` of the segment at `place`; none where nothing is joined to it.
fn listed<'a>(
    text: &'a str,
    segments: &[Segment<'a>],
    mut place: usize,
    item: &str,
) -> Option<&'a str> {
    let offset = |item: &str| item.as_ptr() as usize - text.as_ptr() as usize;
    // A formula's closing mark belongs to it.
    let end = match segments.get(place + 1) {
        Some(next) if segments[place].formula => next.at,
        _ => offset(item) + item.len(),
    };
    let mut begin = None;
    let mut head_end = offset(item);
    for _ in 0..MAX_ITEMS {
        if segments.get(place)?.formula {
            place = place.checked_sub(1)?;
            head_end = segments[place].at + segments[place].text.len();
        }
        let segment = &segments[place];
        let head = without_name(&text[segment.at..head_end]);
        if begin.is_some() {
            begin = Some(segment.at + head.len());
        }
        let Some(head) = without_joint(head) else {
            break;
        };
        if head.is_empty() {
            // The item before is the formula before this prose.
            let Some(before) = place.checked_sub(1) else {
                break;
            };
            place = before;
            begin = Some(segments[before].at);
            continue;
        }
        let number = last_number(segment, 0, head.len());
        let Some(number) = number.filter(|number| head.ends_with(number)) else {
            break;
        };
        head_end = offset(number);
        begin = Some(head_end);
    }
    text.get(begin?..end)
}

/// The text without the word at its end that joins what follows to what is before.
fn without_joint(text: &str) -> Option<&str> {
    let text = text.trim_end_matches(' ');
    let head = text.trim_end_matches(char::is_alphabetic);
    joint(&text[head.len()..])?;
    Some(head.trim_end_matches([' ', ',', '，']))
}

/// The last number of a segment of prose between two places that is no part of a word, with its sign, and a percent sign or a second
/// part after it. A number that begins a line before a full stop or a bracket and a word only numbers that line.
fn last_number<'a>(segment: &Segment<'a>, from: usize, to: usize) -> Option<&'a str> {
    let text = segment.text.get(from..to)?;
    let digit = |c: char| ascii(c).is_ascii_digit();
    let part = |c: char| digit(c) || matches!(ascii(c), '.' | ',' | '/' | ':' | '%');
    let mut end = text.len();
    let mut tries = 0;
    while let Some(last) = text[..end].rfind(digit) {
        let stop = last + text[last..].chars().next()?.len_utf8();
        let stop = stop
            + text[stop..]
                .find(|c| ascii(c) != '%')
                .unwrap_or(text.len() - stop);
        let start = text[..last].trim_end_matches(part).len();
        let after = text[stop..].chars().next();
        let before = text[..start].chars().next_back();
        let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() || c == '_' || c == '^');
        let line = match before {
            None => from == 0 && segment.at == 0,
            Some(c) => c == '\n',
        };
        let numbers_line = line
            && text[stop..]
                .strip_prefix(['.', ')'])
                .and_then(|rest| rest.strip_prefix(' '))
                .is_some_and(|rest| rest.starts_with(char::is_alphabetic));
        if letter(before) || letter(after) || numbers_line {
            end = start;
            continue;
        }
        // A number in braces is a part of the formula around it, which may stand in prose without dollars.
        if matches!(before, Some('{' | '}' | '\\')) || matches!(after, Some('}' | '{')) {
            let space = |c: char| c.is_whitespace();
            let first = text[..start].trim_end_matches(|c| !space(c)).len();
            let length = text[stop..].find(space).unwrap_or(text.len() - stop);
            let formula = text[first..stop + length].trim_end_matches(['.', ',', ';', ':', '!']);
            if reads(&unescaped(Cow::Borrowed(formula))) {
                return Some(formula);
            }
            tries += 1;
            if tries == MAX_ITEMS {
                return None;
            }
            end = first;
            continue;
        }
        let signed = before
            .filter(|&c| ascii(c) == '-')
            .map_or(start, |c| start - c.len_utf8());
        let free = text[..signed]
            .chars()
            .next_back()
            .is_none_or(|c| !c.is_alphanumeric());
        let number = &text[if free { signed } else { start }..stop];
        return Some(number.trim_start_matches([',', '/', ':', '%']));
    }
    None
}
