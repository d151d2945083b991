//! The figures that a run logs at its steps, and those that are measured beside them.

/// A figure of one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Figure {
    /// Share of right answers.
    Accuracy,
    /// Cross-entropy of what the model should have written.
    Loss,
    /// Distance of the student from its teacher.
    Divergence,
    /// Entropy of the choice of languages over the step's rollouts.
    ChoiceEntropy,
    /// Mean length of the responses.
    ResponseTokens,
    /// Share of rollouts that think in the language they chose.
    Compliance,
    /// Mean reward.
    Reward,
    /// Information that the kind of a problem has about the language that is chosen; a training in this browser measures it.
    Information,
    /// Share of right answers to held-out problems; a training in this browser measures it.
    HeldOut,
}

impl Figure {
    /// All that are read.
    pub const ALL: [Figure; 9] = [
        Figure::Accuracy,
        Figure::Loss,
        Figure::Divergence,
        Figure::ChoiceEntropy,
        Figure::ResponseTokens,
        Figure::Compliance,
        Figure::Reward,
        Figure::Information,
        Figure::HeldOut,
    ];

    /// Its place in [`Figure::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Its name.
    pub const fn title(self) -> &'static str {
        match self {
            Figure::Accuracy => "Right answers",
            Figure::Loss => "Loss",
            Figure::Divergence => "Divergence from the teacher",
            Figure::ChoiceEntropy => "Choice entropy",
            Figure::ResponseTokens => "Response length",
            Figure::Compliance => "Compliance",
            Figure::Reward => "Reward",
            Figure::Information => "I(kind; language)",
            Figure::HeldOut => "Right answers to held-out problems",
        }
    }

    /// What its values are measured in.
    pub const fn unit(self) -> &'static str {
        match self {
            Figure::Accuracy | Figure::Compliance | Figure::HeldOut => "%",
            Figure::Loss | Figure::Divergence => "nats a token",
            Figure::ChoiceEntropy | Figure::Information => "nats",
            Figure::ResponseTokens => "tokens",
            Figure::Reward => "mean of the rollouts",
        }
    }

    /// What it tells, in a sentence.
    pub const fn told(self) -> &'static str {
        match self {
            Figure::Accuracy => "Share of the answers that are right.",
            Figure::Loss => {
                "How surprised the model is by each token it should write. Lower is better."
            }
            Figure::Divergence => "How far the small student is from its teacher. Lower is nearer.",
            Figure::ChoiceEntropy => {
                "How open the choice is. 0 is always one language; 2.56 is thirteen languages equally often."
            }
            Figure::ResponseTokens => "Mean length of a response, with its tag and its answer.",
            Figure::Compliance => "Share of the rollouts that think in the language they named.",
            Figure::Reward => {
                "What a rollout is paid on average. Explore and exploit pay for different things."
            }
            Figure::Information => {
                "How much the kind of a problem says about the language that is chosen for it. 0: all kinds alike. At most the logarithm \
                 of the number of kinds, where the axis ends: each kind has a language of its own."
            }
            Figure::HeldOut => {
                "Problems that training never draws, each answered once. The lines are 95 % intervals."
            }
        }
    }

    /// Whether its values are fractions that are shown in percent.
    pub const fn is_share(self) -> bool {
        matches!(
            self,
            Figure::Accuracy | Figure::Compliance | Figure::HeldOut
        )
    }

    /// A value on the figure's axis: shares in percent.
    pub fn on_axis(self, value: f64) -> f64 {
        if self.is_share() {
            100.0 * value
        } else {
            value
        }
    }

    /// A value on the figure's axis as people read it.
    pub fn number(self, value: f64) -> String {
        let on_axis = self.on_axis(value);
        let number = match self {
            Figure::Accuracy | Figure::Compliance | Figure::ResponseTokens | Figure::HeldOut => {
                format!("{on_axis:.1}")
            }
            Figure::Loss | Figure::Divergence => format!("{on_axis:.3}"),
            Figure::ChoiceEntropy | Figure::Reward | Figure::Information => {
                format!("{on_axis:.2}")
            }
        };
        number.replace('-', "−")
    }

    /// A value with its unit.
    pub fn text(self, value: f64) -> String {
        let number = self.number(value);
        match self {
            Figure::Reward => number,
            _ => format!("{number} {}", self.unit()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_their_unit_and_a_true_minus() {
        assert_eq!(Figure::Accuracy.text(0.4141), "41.4 %");
        assert_eq!(Figure::ResponseTokens.text(34.359), "34.4 tokens");
        assert_eq!(Figure::Reward.text(-0.5), "−0.50");
        assert_eq!(Figure::Loss.text(0.08795), "0.088 nats a token");
        for (index, figure) in Figure::ALL.into_iter().enumerate() {
            assert_eq!(figure.index(), index);
        }
    }
}
