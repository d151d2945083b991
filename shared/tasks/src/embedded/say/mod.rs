//! Problems and reasoning steps in words, in each of the seventeen languages.
//!
//! One file a language, each implementing the trait `Voice`, so that a native speaker can correct one file. A
//! voice only says what it is given: it never calculates, and every language gets the same steps. What
//! differs is how a language builds its numbers and its sentences.
//!
//! Questions write numbers in digits; traces write them in words, one sentence a step, and the last
//! sentence ends with the result.

use explang_language::Language;

use super::calendar::{Month, Weekday};
use super::clock::{Span, Time};
use super::family::Style;
use super::numbers::spell;
use super::operands::Operands;
use super::problem::Problem;
use super::step::Step;

mod ar;
mod de;
mod en;
mod es;
mod fr;
mod he;
mod id;
mod it;
mod ja;
mod ko;
mod pt;
mod ro;
mod ru;
mod sw;
mod th;
mod vi;
mod zh;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod tests;

/// The operation of a sentence of arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Add,
    Subtract,
    Multiply,
}

/// How a count is written: digits in questions, words in traces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Numerals {
    Digits,
    Words,
}

impl Numerals {
    /// `n` in digits, or in the words that the language counts with.
    fn write(self, n: u32, language: Language) -> String {
        match self {
            Numerals::Digits => n.to_string(),
            Numerals::Words => spell(n, language),
        }
    }
}

/// A language's way of putting questions and steps. Sentences come without their final mark and need no
/// capital: the caller adds both.
trait Voice: Sync {
    /// The mark that ends a statement.
    fn stop(&self) -> &'static str {
        "."
    }

    /// What stands between two sentences.
    fn gap(&self) -> &'static str {
        " "
    }

    /// "Forty plus thirty equals seventy.", and its relatives.
    fn equation(&self, operation: Operation, a: u32, b: u32, c: u32) -> String;

    /// "Three days after Monday is Thursday."
    fn after_weekday(&self, from: Weekday, days: u32, to: Weekday) -> String;

    /// "Five months after March is August."
    fn after_month(&self, from: Month, months: u32, to: Month) -> String;

    /// "Two hours after half past nine is half past eleven."
    fn after_time(&self, from: Time, span: Span, to: Time) -> String;

    /// "What is 47 + 38?", whole, with its marks. `expression` is in digits and ends with `last`.
    fn ask_value(&self, expression: &str, last: u32) -> String;

    /// "What day is 17 days after Monday?"
    fn ask_weekday(&self, from: Weekday, days: u32) -> String;

    /// "What month is 5 months after March?"
    fn ask_month(&self, from: Month, months: u32) -> String;

    /// "What time is it 2 h 30 min after 09:45?"
    fn ask_time(&self, from: Time, span: Span) -> String;

    /// "Think in steps." or "Think in one breath.", whole, with its mark.
    fn ask_style(&self, style: Style) -> &'static str;
}

fn voice(language: Language) -> &'static dyn Voice {
    match language {
        Language::En => &en::English,
        Language::Zh => &zh::Chinese,
        Language::Es => &es::Spanish,
        Language::Fr => &fr::French,
        Language::De => &de::German,
        Language::Ja => &ja::Japanese,
        Language::Ru => &ru::Russian,
        Language::It => &it::Italian,
        Language::Pt => &pt::Portuguese,
        Language::Ko => &ko::Korean,
        Language::Ar => &ar::Arabic,
        Language::Th => &th::Thai,
        Language::Vi => &vi::Vietnamese,
        Language::Id => &id::Indonesian,
        Language::He => &he::Hebrew,
        Language::Ro => &ro::Romanian,
        Language::Sw => &sw::Swahili,
    }
}

/// The problem as a question in `language`, with numbers in digits; it names the style.
pub fn problem(problem: &Problem, language: Language) -> String {
    let voice = voice(language);
    let question = match *problem.operands() {
        Operands::Sum { a, b } => voice.ask_value(&format!("{a} + {b}"), b),
        Operands::Difference { a, b } => voice.ask_value(&format!("{a} - {b}"), b),
        Operands::Product { a, b } => voice.ask_value(&format!("{a} × {b}"), b),
        Operands::Weekday { from, days } => voice.ask_weekday(from, days),
        Operands::Month { from, months } => voice.ask_month(from, months),
        Operands::Clock { from, span } => voice.ask_time(from, span),
    };
    let style = voice.ask_style(problem.style());
    format!("{}{}{style}", capitalised(&question), voice.gap())
}

/// One step as one sentence of `language`, numbers in words.
pub fn step(step: &Step, language: Language) -> String {
    let voice = voice(language);
    let sentence = match *step {
        Step::Add { a, b, sum } => voice.equation(Operation::Add, a, b, sum),
        Step::Subtract { a, b, difference } => {
            voice.equation(Operation::Subtract, a, b, difference)
        }
        Step::Multiply { a, b, product } => voice.equation(Operation::Multiply, a, b, product),
        Step::AfterWeekday { from, days, to } => voice.after_weekday(from, days, to),
        Step::AfterMonth { from, months, to } => voice.after_month(from, months, to),
        Step::AfterTime { from, span, to } => voice.after_time(from, span, to),
    };
    capitalised(&sentence) + voice.stop()
}

/// The whole reasoning in `language`: the sentences of [`Problem::steps`] in a row, ending with the
/// result in words.
pub fn trace(problem: &Problem, language: Language) -> String {
    let sentences: Vec<_> = problem.steps().iter().map(|s| step(s, language)).collect();
    sentences.join(voice(language).gap())
}

/// The English trace, for readers of another one.
pub fn gloss(problem: &Problem) -> String {
    trace(problem, Language::En)
}

/// With its first letter in upper case, in scripts that have cases.
fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// A span in digits with the language's signs for hours and minutes: "2 h 30 min".
fn signs(span: Span, hour: &str, minute: &str) -> String {
    let hours = span.whole_hours();
    let minutes = span.odd_minutes();
    match (hours, minutes) {
        (0, _) => format!("{minutes} {minute}"),
        (_, 0) => format!("{hours} {hour}"),
        _ => format!("{hours} {hour} {minutes} {minute}"),
    }
}

/// A span in words: `hours` and `minutes` say one part each, and only the parts that are there are said,
/// joined by `and`.
fn in_words(
    span: Span,
    hours: impl FnOnce(u32) -> String,
    minutes: impl FnOnce(u32) -> String,
    and: &str,
) -> String {
    match (span.whole_hours(), span.odd_minutes()) {
        (0, odd) => minutes(odd),
        (whole, 0) => hours(whole),
        (whole, odd) => format!("{}{and}{}", hours(whole), minutes(odd)),
    }
}
