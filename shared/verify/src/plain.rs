//! Answers that are numbers, times and lists of such, read exactly and in little code.
//!
//! The page has this instead of all mathematics, which would make a first visit half as long again: the answers of the embedded tasks
//! are of these kinds. What it takes for equal, the whole of the module does too (a property that is tested).

use super::extraction::last_number;
use super::normal::normalise;

/// Whether both say the same number, time or list, or are written alike; false where either is empty.
pub(super) fn equal(answer: &str, reference: &str) -> bool {
    let (answer, reference) = (normalise(answer), normalise(reference));
    !answer.is_empty() && Value::of(&answer) == Value::of(&reference)
}

/// What a text without a box gives as its answer: its last formula between dollars, or its last number where one follows it. Of an
/// equation the right side is the answer.
pub(super) fn last_formula_or_number(text: &str) -> Option<&str> {
    let Some((formula, rest)) = last_formula(text) else {
        return last_number(text);
    };
    let side = formula.rsplit('=').next().unwrap_or(formula).trim();
    last_number(rest)
        .or_else(|| Some(side).filter(|side| !side.is_empty()))
        .or_else(|| last_number(text))
}

/// The last formula between dollars, single or double, and what follows it. A dollar without a partner is money, and so is `\$`.
fn last_formula(text: &str) -> Option<(&str, &str)> {
    let mut found = None;
    // Where the open formula begins.
    let mut open = None;
    let mut i = 0;
    while let Some(step) = text[i..].find(['$', '\\']) {
        i += step;
        if text[i..].starts_with('\\') {
            // A backslash takes the next character with it.
            let next = text[i + 1..].chars().next();
            i += 1 + next.map_or(0, char::len_utf8);
            continue;
        }
        let end = i + text[i..].bytes().take_while(|&byte| byte == b'$').count();
        match open.take() {
            Some(start) => found = Some((&text[start..i], &text[end..])),
            None => open = Some(end),
        }
        i = end;
    }
    found
}

/// Lists nested deeper than this are compared as text: the reader recurses, and any text may come.
const MAX_DEPTH: usize = 8;

/// The value of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    /// A rational number.
    Rational(Rational),
    /// A time of day, in minutes after midnight.
    Clock(u16),
    /// A list in order; the marks around it count, so that a point `(1,2)` is no interval `[1,2]`. A list
    /// without brackets has none.
    List {
        brackets: Option<(char, char)>,
        items: Vec<Value>,
    },
    /// Anything else: its normal form.
    Text(String),
}

impl Value {
    /// Reads a normal form; never fails, since any text is at least itself.
    fn of(normal: &str) -> Value {
        Value::at_depth(normal, 0)
    }

    fn at_depth(normal: &str, depth: usize) -> Value {
        if let Some(number) = Rational::parse(normal) {
            return Value::Rational(number);
        }
        if let Some(minutes) = clock(normal) {
            return Value::Clock(minutes);
        }
        if depth < MAX_DEPTH
            && let Some((brackets, parts)) = list(normal)
        {
            if let ([part], Some(('(', ')'))) = (parts.as_slice(), brackets) {
                // Parentheses around a single thing only group it.
                return Value::at_depth(part, depth + 1);
            }
            let items = parts
                .iter()
                .map(|p| Value::at_depth(p, depth + 1))
                .collect();
            return Value::List { brackets, items };
        }
        Value::Text(normal.to_owned())
    }
}

/// A fraction in lowest terms with a positive denominator, so that equal numbers are equal fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rational {
    numerator: i128,
    denominator: i128,
}

impl Rational {
    /// None for a zero denominator, and beyond `i128`.
    fn new(numerator: i128, denominator: i128) -> Option<Self> {
        let divisor =
            i128::try_from(gcd(numerator.unsigned_abs(), denominator.unsigned_abs())).ok()?;
        if denominator == 0 {
            return None;
        }
        let sign = denominator.signum();
        Some(Rational {
            numerator: (numerator / divisor).checked_mul(sign)?,
            denominator: (denominator / divisor).checked_mul(sign)?,
        })
    }

    /// Reads an integer, a decimal, `a/b` or `\frac{a}{b}`, each part with its own sign if it has one.
    fn parse(text: &str) -> Option<Self> {
        let (negative, body) = sign(text);
        let number = if let Some(rest) = body.strip_prefix("\\frac") {
            let (numerator, rest) = argument(rest)?;
            let (denominator, rest) = argument(rest)?;
            if !rest.is_empty() {
                return None;
            }
            Self::signed_decimal(numerator)?.over(Self::signed_decimal(denominator)?)?
        } else if let Some((numerator, denominator)) = body.split_once('/') {
            Self::decimal(numerator)?.over(Self::signed_decimal(denominator)?)?
        } else {
            Self::decimal(body)?
        };
        if negative {
            number.negated()
        } else {
            Some(number)
        }
    }

    fn signed_decimal(text: &str) -> Option<Self> {
        let (negative, body) = sign(text);
        let number = Self::decimal(body)?;
        if negative {
            number.negated()
        } else {
            Some(number)
        }
    }

    /// Reads digits, in groups of three or not, and a decimal part or not.
    fn decimal(text: &str) -> Option<Self> {
        let (whole, part) = match text.split_once('.') {
            Some((_, "")) => return None,
            Some((whole, part)) => (whole, part),
            None => (text, ""),
        };
        if whole.is_empty() && part.is_empty() {
            return None;
        }
        let whole = ungrouped(whole)?;
        // A zero at the end says nothing, and would bring an overflow nearer.
        let part_digits = part.trim_end_matches('0');
        let mut numerator: i128 = 0;
        let mut denominator: i128 = 1;
        for digit in whole.chars() {
            numerator = appended(numerator, digit)?;
        }
        for digit in part_digits.chars() {
            numerator = appended(numerator, digit)?;
            denominator = denominator.checked_mul(10)?;
        }
        Self::new(numerator, denominator)
    }

    fn over(self, divisor: Rational) -> Option<Self> {
        Self::new(
            self.numerator.checked_mul(divisor.denominator)?,
            self.denominator.checked_mul(divisor.numerator)?,
        )
    }

    fn negated(self) -> Option<Self> {
        Self::new(self.numerator.checked_neg()?, self.denominator)
    }
}

/// Takes one leading sign; true for a minus.
fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(body) => (true, body),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// `number` with one more decimal digit.
fn appended(number: i128, digit: char) -> Option<i128> {
    let digit = digit.to_digit(10)?;
    number.checked_mul(10)?.checked_add(i128::from(digit))
}

/// The digits of `text` without its thousands marks (all commas or all spaces); none where a mark stands
/// elsewhere than before each group of three.
fn ungrouped(text: &str) -> Option<String> {
    let mark = if text.contains(',') { ',' } else { ' ' };
    let groups: Vec<&str> = text.split(mark).collect();
    let digits = |g: &str| g.bytes().all(|b| b.is_ascii_digit());
    let fits = match groups.as_slice() {
        [single] => digits(single),
        [first, rest @ ..] => {
            // No thousands follow a zero: `0{,}375` is a decimal number where the comma is the mark.
            (1..=3).contains(&first.len())
                && *first != "0"
                && digits(first)
                && rest.iter().all(|g| g.len() == 3 && digits(g))
        }
        [] => false,
    };
    fits.then(|| groups.concat())
}

/// One TeX argument: a group in braces, or a single character.
fn argument(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    if let Some(inner) = text.strip_prefix('{') {
        return inner.split_once('}');
    }
    let first = text.chars().next().filter(char::is_ascii_digit)?;
    Some(text.split_at(first.len_utf8()))
}

/// Minutes after midnight of `H:MM` or `HH:MM`, 0:00 to 23:59.
fn clock(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if !(1..=2).contains(&hours.len()) || minutes.len() != 2 || !digits(hours) || !digits(minutes) {
        return None;
    }
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

/// Brackets around a list, if it has any, and its parts.
type List<'a> = (Option<(char, char)>, Vec<&'a str>);

/// Splits a list at the commas outside all inner brackets. None where the text is no list, or its brackets
/// do not match.
fn list(text: &str) -> Option<List<'_>> {
    let first = text.chars().next()?;
    let last = text.chars().next_back()?;
    let bracketed = matches!(first, '(' | '[') && matches!(last, ')' | ']');
    if bracketed && let Some(parts) = split_at_commas(&text[1..text.len() - 1]) {
        return Some((Some((first, last)), parts));
    }
    let parts = split_at_commas(text)?;
    (parts.len() > 1).then_some((None, parts))
}

fn split_at_commas(text: &str) -> Option<Vec<&str>> {
    let mut depth = 0_usize;
    let mut start = 0;
    let mut parts = Vec::new();
    for (i, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 => {
                parts.push(&text[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    (depth == 0 && parts.iter().all(|p| !p.is_empty())).then_some(parts)
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
