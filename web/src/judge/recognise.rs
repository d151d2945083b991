//! Which problem of the tasks is a text that a visitor wrote?
//!
//! The tasks can say every problem in every language, so the text's numbers are said back in all ways that they could be
//! meant, and what was said is compared with the text. Nothing is guessed: a text that the tasks would not say is none of
//! theirs.

use explang::Language;
use explang::tasks::calendar::{Month, Weekday};
use explang::tasks::{Operands, Problem, Span, Style, Time, say};

/// A text that is a problem of the tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recognised {
    /// The problem.
    pub problem: Problem,
    /// The language that it is asked in.
    pub language: Language,
    /// The text says how to think. Otherwise the problem's style was supplied.
    pub says_style: bool,
}

/// The problem that `text` asks, in whatever language of the seventeen; none where the tasks do not ask that.
pub fn recognise(text: &str) -> Option<Recognised> {
    let wanted = plain(text);
    if wanted.is_empty() {
        return None;
    }
    let candidates = candidates(&numbers(&wanted));
    let mut without_style = None;
    for operands in candidates {
        let both = Style::ALL.map(|style| Problem::at_lowest_level(operands, style).ok());
        let [Some(steps), Some(breath)] = both else {
            continue;
        };
        if let Some(expression) = expression(&operands)
            && plain(&expression) == wanted.trim_end_matches('=')
        {
            return Some(Recognised {
                problem: steps,
                language: Language::En,
                says_style: false,
            });
        }
        for language in Language::ALL {
            let said =
                [steps, breath].map(|problem| (problem, plain(&say::problem(&problem, language))));
            for (problem, said) in &said {
                if *said == wanted {
                    return Some(Recognised {
                        problem: *problem,
                        language,
                        says_style: true,
                    });
                }
            }
            // Both styles begin with the question alone.
            let question = common(&said[0].1, &said[1].1);
            let close = question.starts_with(&wanted)
                && wanted.chars().count() + 12 > question.chars().count();
            if close && without_style.is_none() && holds_all(&wanted, &operands) {
                without_style = Some(Recognised {
                    problem: steps,
                    language,
                    says_style: false,
                });
            }
        }
    }
    without_style
}

/// The text without what people write in different ways: case, spaces, closing marks, signs of arithmetic, digits of scripts.
fn plain(text: &str) -> String {
    let marks = [
        '.', '?', '!', '。', '？', '؟', '¿', '۔', ',', '،', '、', '«', '»', '"',
    ];
    text.chars()
        .filter(|c| !c.is_whitespace() && !marks.contains(c))
        // Marks of direction that people's keyboards put into right-to-left text.
        .filter(|c| !matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            '−' | '–' | '—' | '－' => '-',
            '*' | '·' | '⋅' => '×',
            '＋' => '+',
            '：' => ':',
            '٠'..='٩' => digit(c, '٠'),
            '۰'..='۹' => digit(c, '۰'),
            '０'..='９' => digit(c, '０'),
            '๐'..='๙' => digit(c, '๐'),
            _ => c,
        })
        .collect()
}

/// The ASCII digit of a script whose digits start at `zero`.
fn digit(c: char, zero: char) -> char {
    char::from_digit(c as u32 - zero as u32, 10).unwrap_or(c)
}

/// The numbers of a text, in order; at most four are ever needed.
fn numbers(text: &str) -> Vec<u32> {
    text.split(|c: char| !c.is_ascii_digit())
        .filter(|digits| !digits.is_empty())
        .filter_map(|digits| digits.parse().ok())
        .take(4)
        .collect()
}

/// Everything that these numbers could be operands of.
fn candidates(numbers: &[u32]) -> Vec<Operands> {
    let mut found = Vec::new();
    if let &[a, b] = numbers {
        found.extend([
            Operands::Sum { a, b },
            Operands::Difference { a, b },
            Operands::Product { a, b },
        ]);
    }
    // The month's own name holds a digit in some languages: `3月の5か月後`.
    if let Some(&last) = numbers.last() {
        found.extend(Weekday::ALL.map(|from| Operands::Weekday { from, days: last }));
        found.extend(Month::ALL.map(|from| Operands::Month { from, months: last }));
    }
    // Arabic and Hebrew say one and two of a thing in words. A digit that is there may be the month's own.
    if numbers.len() < 2 {
        for few in FEW {
            found.extend(Weekday::ALL.map(|from| Operands::Weekday { from, days: few }));
            found.extend(Month::ALL.map(|from| Operands::Month { from, months: few }));
        }
    }
    found.extend(clock(numbers));
    // Vietnamese asks for the count first and names the month, with its number, after it.
    if let &[first, _] = numbers {
        found.extend(Weekday::ALL.map(|from| Operands::Weekday { from, days: first }));
        found.extend(Month::ALL.map(|from| Operands::Month {
            from,
            months: first,
        }));
    }
    found
}

/// Counts that some languages say in words.
const FEW: [u32; 2] = [1, 2];

/// Times of day and spans: the two numbers of `HH:MM` come before or after the numbers of the span, two at most.
fn clock(numbers: &[u32]) -> Vec<Operands> {
    let spans = |parts: &[u32]| -> Vec<u32> {
        match *parts {
            [] => {
                let both = FEW.map(|hours| FEW.map(|minutes| 60 * hours + minutes));
                let alone = [FEW, FEW.map(|hours| 60 * hours)];
                [both, alone].concat().concat()
            }
            [one] => {
                let hours = one.saturating_mul(60);
                let with_few =
                    FEW.map(|few| [hours.saturating_add(few), one.saturating_add(60 * few)]);
                [vec![hours, one], with_few.concat()].concat()
            }
            [hours, minutes] => vec![hours.saturating_mul(60).saturating_add(minutes)],
            _ => Vec::new(),
        }
    };
    let mut found = Vec::new();
    let mut add = |time: &[u32], span: &[u32]| {
        let &[hour, minute] = time else { return };
        let (Ok(hour), Ok(minute)) = (u8::try_from(hour), u8::try_from(minute)) else {
            return;
        };
        let Ok(from) = Time::new(hour, minute) else {
            return;
        };
        for minutes in spans(span) {
            if let Ok(minutes) = u16::try_from(minutes) {
                let span = Span::from_minutes(minutes);
                found.push(Operands::Clock { from, span });
            }
        }
    };
    if (2..=4).contains(&numbers.len()) {
        let (time, span) = numbers.split_at(2);
        add(time, span);
        let (span, time) = numbers.split_at(numbers.len() - 2);
        add(time, span);
    }
    found
}

/// The bare expression of an arithmetic problem.
fn expression(operands: &Operands) -> Option<String> {
    match *operands {
        Operands::Sum { a, b } => Some(format!("{a}+{b}")),
        Operands::Difference { a, b } => Some(format!("{a}-{b}")),
        Operands::Product { a, b } => Some(format!("{a}×{b}")),
        _ => None,
    }
}

/// Whether a text cut short still holds both operands of an arithmetic problem: `47 + 3` is not yet `47 + 38`.
fn holds_all(text: &str, operands: &Operands) -> bool {
    match expression(operands) {
        Some(expression) => text.contains(&plain(&expression)),
        None => true,
    }
}

/// What two texts begin with together.
fn common<'a>(a: &'a str, b: &str) -> &'a str {
    let end = a
        .char_indices()
        .zip(b.chars())
        .find(|((_, x), y)| x != y)
        .map_or(a.len().min(b.len()), |((at, _), _)| at);
    &a[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use explang::tasks::Spec;

    #[test]
    fn every_kind_is_recognised_in_every_language() {
        for spec in Spec::all() {
            for problem in spec.problems().step_by(331).take(3) {
                for language in Language::ALL {
                    let text = say::problem(&problem, language);
                    let found = recognise(&text).unwrap_or_else(|| panic!("{text}"));
                    assert_eq!(found.problem.operands(), problem.operands(), "{text}");
                    assert_eq!(found.problem.style(), problem.style(), "{text}");
                    assert!(found.says_style, "{text}");
                    // Some questions read the same in two languages; what was asked is the same then.
                    assert_eq!(plain(&say::problem(&problem, found.language)), plain(&text));
                }
            }
        }
    }

    #[test]
    fn people_write_in_different_ways() {
        for text in [
            "47+38",
            "47 + 38 =",
            "what is 47 + 38",
            "What is 47+38?  think in steps",
            "47 + 38 はいくつですか",
            "٤٧ + ٣٨",
        ] {
            let found = recognise(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(found.problem.operands(), &Operands::Sum { a: 47, b: 38 });
        }
        let breath = recognise("what is 47 + 38? think in one breath").unwrap();
        assert_eq!(
            (breath.problem.style(), breath.says_style),
            (Style::Breath, true)
        );
    }

    #[test]
    fn what_the_tasks_do_not_ask_is_not_recognised() {
        for text in [
            "",
            "?",
            "Hello",
            "What is the capital of France?",
            "What is 47 + 38 + 1?",
            "What is 5 - 7?",
            "What is 99999 + 1?",
            "47 38",
            "What is 47 / 38? Think in steps.",
            "47 + 38 apples",
            "99999999999999999999 + 1",
        ] {
            assert_eq!(recognise(text), None, "{text}");
        }
    }
}
