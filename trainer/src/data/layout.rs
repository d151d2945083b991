//! How the rows of a data set are laid out: which columns hold the question and the reference answer.
//!
//! Known by name, and found by their columns: OpenR1-Math-220k, GSM8K, MGSM, verl's, and plain pairs of question and answer. Left out: what a
//! data set has beside its problems, such as OpenR1's `generations`, and worked solutions.

use std::collections::BTreeSet;
use std::fmt;

use explang::Language;
use explang::named::{LONGEST_SHOWN, brief};
use explang::run::config::Layout;
use serde_json::Value;

use super::problems::messages;
use super::tally::Reason;
use crate::rows::{Columns, Members};

/// The columns that may be named otherwise.
pub const COLUMNS: [&str; 4] = ["question", "answer", "kind", "asked_in"];

/// Where each of [`COLUMNS`] is read from, the first that a row has; a point leads into an object.
type Candidates = [&'static [&'static str]; 4];

const PLAIN: Candidates = [
    &["question", "problem", "prompt"],
    &["answer", "ground_truth", "solution"],
    &["kind"],
    &["asked_in"],
];

const fn candidates(layout: Layout) -> Candidates {
    match layout {
        Layout::Plain => PLAIN,
        Layout::Gsm8k => [&["question"], &["answer"], &[], &[]],
        Layout::Mgsm => [
            &["question", "problem"],
            &["answer_number", "answer"],
            &[],
            &[],
        ],
        Layout::OpenR1 => [&["problem"], &["answer"], &["problem_type"], &[]],
        Layout::Verl => [
            &["prompt"],
            &["reward_model.ground_truth"],
            &["data_source"],
            &[],
        ],
    }
}

/// Before GSM8K's reference.
const MARK: &str = "####";

/// Columns by which a layout is known.
const OPENR1: [&str; 2] = ["problem_type", "generations"];

/// A file whose columns are not those of its layout, or of any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownLayout {
    /// The layout that was asked for, if any.
    layout: Option<Layout>,
    /// What is missing: for each column the names that it may have.
    missing: Vec<String>,
    /// The columns of the first rows.
    has: Vec<String>,
}

impl fmt::Display for UnknownLayout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |name: &String| format!("`{}`", brief(name, LONGEST_SHOWN));
        let has: Vec<String> = self.has.iter().take(20).map(quoted).collect();
        let missing = self.missing.join(" and ");
        match self.layout {
            Some(layout) => write!(f, "layout `{layout}` needs {missing}")?,
            None => write!(f, "its rows are of no known layout: they lack {missing}")?,
        }
        write!(
            f,
            "; it has {}; name the columns, as in columns = \"question=problem,answer=solution\"",
            has.join(", ")
        )
    }
}

/// Reads the problems of rows of one layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowReader {
    /// The layout.
    pub layout: Layout,
    candidates: [Vec<String>; 4],
}

/// What a row asks, and the reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The question, without white space around it.
    pub question: String,
    /// The reference answer.
    pub answer: String,
    /// The kind of problem, where a column tells; a name of one short line.
    pub kind: Option<String>,
    /// The language of the question, where a column tells.
    pub asked_in: Option<Language>,
    /// The prompt has a system message, which is not part of the question.
    pub system: bool,
}

impl RowReader {
    /// A reader of rows like those of `head`, the first ones of a file, in the layout that is asked for, or in the one that their columns are
    /// of. `columns` are read in place of the layout's.
    ///
    /// # Errors
    /// When the rows lack a question or an answer. An empty `head` lacks nothing: what is wrong with such a file is seen as it is read.
    pub fn find(
        layout: Option<Layout>,
        columns: &Columns,
        head: &[Members],
    ) -> Result<Self, UnknownLayout> {
        let of = |layout| {
            let mut candidates = candidates(layout).map(|names| {
                let names = names.iter().map(ToString::to_string);
                names.collect::<Vec<String>>()
            });
            for (ours, names) in COLUMNS.iter().zip(&mut candidates) {
                if let Some(theirs) = columns.theirs(ours) {
                    *names = vec![theirs.to_owned()];
                }
            }
            RowReader { layout, candidates }
        };
        let reader = of(layout.unwrap_or_else(|| found(&of(Layout::Plain), head)));
        let missing: Vec<String> = reader.candidates[..2]
            .iter()
            .filter(|names| !head.iter().any(|row| has(row, names)))
            .map(|names| names.iter().map(|name| format!("`{name}`")).collect())
            .map(|names: Vec<String>| names.join(" or "))
            .collect();
        if head.is_empty() || missing.is_empty() {
            return Ok(reader);
        }
        let names: BTreeSet<&String> = head.iter().flat_map(Members::keys).collect();
        Err(UnknownLayout {
            layout,
            missing,
            has: names.into_iter().cloned().collect(),
        })
    }

    /// The columns of a file that are read.
    pub fn wanted(&self) -> BTreeSet<&str> {
        let names = self.candidates.iter().flatten();
        names
            .flat_map(|name| [name.as_str(), name.split('.').next().unwrap_or(name)])
            .collect()
    }

    /// Whether a column tells the kind of a problem.
    pub fn kind_column(&self) -> Option<&str> {
        self.candidates[2].first().map(String::as_str)
    }

    /// What a row asks.
    ///
    /// # Errors
    /// With the reason why it is no problem that can be asked and verified.
    pub fn read(&self, row: &Members) -> Result<Asked, Reason> {
        let [question, answer, kind, asked_in] =
            (self.candidates.each_ref()).map(|names| first(row, names));
        let (question, system) = asked(question.ok_or(Reason::Question)?)?;
        let answer = answer.and_then(text).ok_or(Reason::Answer)?;
        let answer = match self.layout {
            Layout::Gsm8k => plain_number(marked(&answer).ok_or(Reason::Mark)?),
            Layout::Mgsm => plain_number(&answer),
            _ => answer,
        };
        if answer.is_empty() {
            return Err(Reason::Answer);
        }
        let asked_in = match asked_in.and_then(text) {
            None => None,
            Some(code) => Some(code.parse().map_err(|_| Reason::Language)?),
        };
        Ok(Asked {
            question,
            answer,
            kind: kind.and_then(text).map(|kind| brief(&kind, LONGEST_SHOWN)),
            asked_in,
            system,
        })
    }
}

/// The layout that the columns of the first rows are of; `plain` knows how question and answer are called.
fn found(plain: &RowReader, head: &[Members]) -> Layout {
    let has = |name: &str| head.iter().any(|row| has(row, &[name.to_owned()]));
    if has("prompt") && has("reward_model.ground_truth") {
        return Layout::Verl;
    }
    if has("problem") && OPENR1.iter().any(|name| has(name)) {
        return Layout::OpenR1;
    }
    if has("question") && has("answer_number") {
        return Layout::Mgsm;
    }
    let answers = head
        .iter()
        .filter_map(|row| first(row, &plain.candidates[1]));
    let marked = |answer: &Value| answer.as_str().is_some_and(|text| marked(text).is_some());
    match { answers }.any(marked) {
        true => Layout::Gsm8k,
        false => Layout::Plain,
    }
}

/// Whether a row has one of these columns, be it null.
fn has(row: &Members, names: &[String]) -> bool {
    names.iter().any(|name| lookup(row, name).is_some())
}

/// What the first of these columns holds that a row has, and that is not null.
fn first<'a>(row: &'a Members, names: &[String]) -> Option<&'a Value> {
    let values = names.iter().filter_map(|name| lookup(row, name));
    { values }.find(|value| !value.is_null())
}

/// The column of this name, or else what the name leads to from object to object.
fn lookup<'a>(row: &'a Members, name: &str) -> Option<&'a Value> {
    row.get(name).or_else(|| {
        let (object, member) = name.split_once('.')?;
        lookup(row.get(object)?.as_object()?, member)
    })
}

/// The question of a prompt, and whether a system message stands before it.
fn asked(prompt: &Value) -> Result<(String, bool), Reason> {
    let said = messages(prompt).ok_or(Reason::Question)?;
    let system = said.iter().filter(|message| message.role == "system");
    let system = system.count() > 0;
    let mut others = said.iter().filter(|message| message.role != "system");
    match (others.next(), others.next()) {
        (Some(question), None) => match question.content.trim() {
            "" => Err(Reason::Question),
            text => Ok((text.to_owned(), system)),
        },
        (None, _) => Err(Reason::Question),
        (Some(_), Some(_)) => Err(Reason::Turns),
    }
}

/// A text or a number, or a list of just one; none where nothing is in it. A whole number that a table keeps with a point has none.
fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => match number.as_f64() {
            // Whole numbers of doubles are exact up to here.
            Some(whole) if number.is_f64() && whole.fract() == 0.0 && whole.abs() < 9e15 => {
                format!("{whole:.0}")
            }
            _ => number.to_string(),
        },
        Value::Array(one) if one.len() == 1 => return text(&one[0]),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// What follows the last mark of GSM8K, up to the end of its line.
fn marked(answer: &str) -> Option<&str> {
    let (_, rest) = answer.rsplit_once(MARK)?;
    Some(rest.lines().next().unwrap_or_default().trim())
}

/// A number without the commas between its thousands; another text as it is.
fn plain_number(text: &str) -> String {
    let digits: String = text.chars().filter(|c| *c != ',').collect();
    match digits.parse::<f64>() {
        Ok(number) if number.is_finite() => digits,
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
