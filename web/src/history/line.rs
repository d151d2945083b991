//! What is shown of one line of `metrics.jsonl`.

use explang::run::Line;

use super::figure::Figure;
use super::shares::{Shares, shares};

/// The largest figure that is believed: what is beyond is damage, and could not be drawn.
const LARGEST: f64 = 1e12;

/// What a step left.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    /// Number of the step in its stage, from 1.
    pub(super) number: u32,
    /// Its figures, in the order of [`Figure::ALL`].
    pub(super) figures: [Option<f64>; Figure::ALL.len()],
    /// Which languages were chosen; none where there was no choice.
    pub(super) shares: Option<Shares>,
}

/// What a line says of its step.
pub(super) fn step(line: &Line) -> Option<Step> {
    let metrics = &line.metrics;
    let figures = Figure::ALL.map(|figure| {
        let value = match figure {
            Figure::Accuracy => metrics.accuracy(),
            Figure::Loss => metrics.loss(),
            Figure::Divergence => metrics.divergence(),
            Figure::ChoiceEntropy => metrics.choice_entropy(),
            Figure::ResponseTokens => metrics.response_tokens(),
            Figure::Compliance => metrics.compliance(),
            Figure::Reward => metrics.reward(),
            Figure::Information | Figure::HeldOut => None,
        };
        value.filter(|value| value.abs() <= LARGEST)
    });
    Some(Step {
        number: u32::try_from(line.step).ok()?.checked_add(1)?,
        figures,
        shares: metrics.choices().and_then(|kinds| shares(kinds.values())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Step> {
        step(&Line::parse(text).unwrap())
    }

    #[test]
    fn the_figures_and_the_choice_of_a_step() {
        let text = r#"{"stage":"explore","step":4,"reward":1.5,"accuracy":0.5,"choice_entropy":null,"seconds":[1,2],"new":{"a":1},
                       "choices":{"sums/steps":{"tagged":{"zh":3},"untagged":1}}}"#;
        let step = read(text).unwrap();
        assert_eq!(step.number, 5);
        assert_eq!(step.figures[Figure::Accuracy.index()], Some(0.5));
        assert_eq!(step.figures[Figure::Reward.index()], Some(1.5));
        assert_eq!(step.figures[Figure::ChoiceEntropy.index()], None);
        assert_eq!(step.shares.unwrap()[1], 0.75);
    }

    #[test]
    fn what_is_beyond_belief_is_left_out() {
        assert_eq!(read(r#"{"stage":"sft","step":4294967295}"#), None);
        let step = read(r#"{"stage":"sft","step":1,"loss":1e300}"#).unwrap();
        assert_eq!(step.figures[Figure::Loss.index()], None);
    }
}
