//! Two answers are read and compared, and the verdict is put into words.

use std::borrow::Cow;

use serde::Serialize;

use super::choice::same_choice;
use super::find;
use super::node::Node;
use super::read::{Readings, read};
use super::same::{Judge, named_sides};
use super::value::{Fuel, mixed};
use crate::extraction::said;
use crate::{Extraction, extract, normal};

/// Two answers as they were understood, and whether they are equal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Whether they say the same thing.
    pub equal: bool,
    /// The answer as understood: a value in plain signs, or the text where it is not read as mathematics; none where there is
    /// no answer.
    pub answer: Option<String>,
    /// The reference as understood.
    pub reference: Option<String>,
    /// Why they count as equal or as different, in a few words.
    pub reason: String,
}

pub(crate) fn equal(answer: &str, reference: &str) -> bool {
    Decision::of(answer, reference).outcome.is_equal()
}

pub(crate) fn verify(response: &str, reference: &str, extraction: Extraction) -> bool {
    Sides::of(response, reference, extraction)
        .decision()
        .is_some_and(|decision| decision.outcome.is_equal())
}

/// Compares the answer that `extraction` finds in a response with the one that `reference` states, and says why; as [`crate::verify`]
/// does. The answer may be an equation whose right side is the reference, not the other way round.
pub fn compare(response: &str, reference: &str, extraction: Extraction) -> Comparison {
    let sides = Sides::of(response, reference, extraction);
    let shown = |readings: &Readings, text: &str| match &readings.usual {
        Some(node) => node.to_string(),
        None => text.trim().to_owned(),
    };
    let (Some(answer), Some(reference), Some(decision)) =
        (&sides.answer, &sides.reference, sides.decision())
    else {
        let missing = if sides.answer.is_none() {
            "there is no answer"
        } else {
            "there is no reference"
        };
        return Comparison {
            equal: false,
            answer: sides.answer.as_deref().map(|text| text.trim().to_owned()),
            reference: sides
                .reference
                .as_deref()
                .map(|text| text.trim().to_owned()),
            reason: missing.to_owned(),
        };
    };
    // Equal notation is decided before anything is read.
    let decision = if decision.outcome == Outcome::SameNotation {
        decision.with_readings(answer, reference)
    } else {
        decision
    };
    Comparison {
        equal: decision.outcome.is_equal(),
        answer: Some(shown(&decision.answer, answer)),
        reference: Some(shown(&decision.reference, reference)),
        reason: decision.reason(),
    }
}

/// What is compared.
struct Sides<'a> {
    answer: Option<Cow<'a, str>>,
    reference: Option<Cow<'a, str>>,
}

impl<'a> Sides<'a> {
    /// The answer in the response and the one in the reference; or the texts themselves where one is the other letter for letter,
    /// whatever they say.
    fn of(response: &'a str, reference: &'a str, extraction: Extraction) -> Self {
        let answer = extract(response, extraction);
        let whole = reference.trim();
        let said = match &answer {
            Some(answer) if answer.trim() == whole => Some(answer.clone()),
            _ if extraction == Extraction::Stated => said(response)
                .filter(|said| said.trim() == whole)
                .map(Cow::Borrowed),
            _ => None,
        };
        if said.is_some() && !normal::normalise(whole).is_empty() {
            return Sides {
                answer: said,
                reference: Some(Cow::Borrowed(whole)),
            };
        }
        Sides {
            answer,
            reference: find::reference(reference),
        }
    }

    fn decision(&self) -> Option<Decision> {
        Some(Decision::of(
            self.answer.as_ref()?,
            self.reference.as_ref()?,
        ))
    }
}

/// How a comparison came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    SameNotation,
    SameValue,
    /// Equal, where a comma is read in another way than usual.
    SameByComma,
    /// Equal, where a single letter is read as a unit.
    SameByUnit,
    Empty,
    NotRead,
    Different,
    TooMuchWork,
}

impl Outcome {
    const fn is_equal(self) -> bool {
        matches!(
            self,
            Outcome::SameNotation | Outcome::SameValue | Outcome::SameByComma | Outcome::SameByUnit
        )
    }
}

struct Decision {
    outcome: Outcome,
    answer: Readings,
    reference: Readings,
}

impl Decision {
    fn of(answer: &str, reference: &str) -> Self {
        let mut decision = Decision {
            outcome: Outcome::Empty,
            answer: Readings::default(),
            reference: Readings::default(),
        };
        let normal = (normal::normalise(answer), normal::normalise(reference));
        if normal.0.is_empty() || normal.1.is_empty() {
            return decision;
        }
        // What is written alike means the same, whatever it is.
        if normal.0 == normal.1 {
            decision.outcome = Outcome::SameNotation;
            return decision;
        }
        decision = decision.with_readings(answer, reference);
        if same_choice(&normal.0, &normal.1) {
            decision.outcome = Outcome::SameValue;
            return decision;
        }
        let fuel = Fuel::new();
        let seed = mixed(&normal.0, 0) ^ mixed(&normal.1, 0);
        decision.outcome = decision.judged(&Judge { fuel: &fuel, seed });
        // Where the work was cut short, what had agreed so far tells nothing.
        if decision.outcome != Outcome::NotRead && fuel.is_empty() {
            decision.outcome = Outcome::TooMuchWork;
        }
        decision
    }

    fn with_readings(mut self, answer: &str, reference: &str) -> Self {
        (self.answer, self.reference) = (read(answer), read(reference));
        self
    }

    fn judged(&self, judge: &Judge<'_>) -> Outcome {
        let (Some(a), Some(b)) = (&self.answer.usual, &self.reference.usual) else {
            return Outcome::NotRead;
        };
        // Of an equation as the answer the right side may be what is asked for; of the reference it never is.
        let named = || named_sides(a).is_some_and(|a| judge.same(&a, b));
        if judge.same(a, b) || named() {
            return Outcome::SameValue;
        }
        // Unusual readings only against a usual one: two that are both unusual would make 100,200 the list 200,100.
        let by_comma = self.answer.others.iter().any(|a| judge.same(a, b))
            || self.reference.others.iter().any(|b| judge.same(a, b));
        let unit =
            |letters: &Readings, other| letters.units.iter().any(|node| judge.same(node, other));
        if by_comma {
            Outcome::SameByComma
        } else if unit(&self.answer, b) || unit(&self.reference, a) {
            Outcome::SameByUnit
        } else {
            Outcome::Different
        }
    }

    fn reason(&self) -> String {
        let kinds = || {
            let kind = |readings: &Readings| readings.usual.as_ref().map(Node::kind);
            match (kind(&self.answer), kind(&self.reference)) {
                (Some(a), Some(b)) if a != b => {
                    Some(format!("the answer is {a}, the reference {b}"))
                }
                _ => None,
            }
        };
        match self.outcome {
            Outcome::SameNotation => "written alike".to_owned(),
            Outcome::SameValue => "equal".to_owned(),
            Outcome::SameByComma => {
                "equal, with the comma between digits read the other way".to_owned()
            }
            Outcome::SameByUnit => "equal, with a letter read as a unit".to_owned(),
            Outcome::Empty => "one side is empty".to_owned(),
            Outcome::TooMuchWork => "too long or too large to be decided".to_owned(),
            Outcome::Different => kinds().unwrap_or_else(|| "different values".to_owned()),
            Outcome::NotRead => {
                let side = match (&self.answer.usual, &self.reference.usual) {
                    (None, None) => "neither side",
                    (None, _) => "the answer",
                    _ => "the reference",
                };
                let not = if side == "neither side" {
                    "is"
                } else {
                    "is not"
                };
                format!("{side} {not} read as mathematics, and the texts differ")
            }
        }
    }
}
