//! What was NaN or infinite in a step.

use explang_named::named;

/// The first number of a step that was NaN or infinite, so that nothing was learned from the step or from a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotFinite {
    /// The loss of an update.
    Loss,
    /// The norm of an update's gradient.
    Gradient,
    /// A logit of the model that sampled.
    Logit,
    /// A reward: the one non-finite value that the model did not cause.
    Reward,
}

named!(NotFinite, "non-finite number", {
    Loss => "the loss",
    Gradient => "the gradient",
    Logit => "a logit",
    Reward => "a reward",
});
