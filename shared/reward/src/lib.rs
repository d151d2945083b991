//! The reward of a response: components, and a variant that weighs them.
//!
//! Components of one response (ExpLang, arXiv 2602.21887, section 3), each 0 or 1 unless said otherwise:
//!
//! - *format* f: it opens with a well-formed tag;
//! - *compliance* c: the detected language of the thinking trace is the tag's;
//! - *verified* v: the final answer equals the reference;
//! - *diversity* d, in 0..=1: c / n_L, divided by its maximum, where n_L responses chose the language L;
//! - *pass@k* P: some response in the same language is verified;
//! - *language accuracy*, in 0..=1: the mean of v over the responses in the same language.
//!
//! The last three look at other responses: those of the [`Scope`]. A [`Variant`] is data, the weights of a
//! linear sum; [`Options`] hold every choice in which the published code differs from what this project
//! does by default, and [`Preset`] names the two sets of choices.
//!
//! ```
//! use explang_reward::{GroupId, Preset, Response, Reward};
//! # struct Always;
//! # impl explang_reward::identify::Identify for Always {
//! #     fn identify(&self, _: &str) -> Option<explang_language::Language> { Some(explang_language::Language::En) }
//! # }
//! # let detector = Always;
//! let text = "<lang_select>\nen\n</lang_select>\n<think>\nThree and four.\n</think>\n\\boxed{7}";
//! let response = Response { group: GroupId(0), text, ground_truth: "7", truncated: false };
//! let reward = Reward::named("explore", Preset::Paper)?;
//! let scored = reward.score(&[response], &detector);
//! assert!((scored[0].reward - 1.6).abs() < 1e-12);
//! # Ok::<(), explang_named::Unknown>(())
//! ```

mod component;
mod group;
pub mod identify;
mod options;
mod parallel;
mod quirks;
pub mod rows;
pub mod transcript;
mod variant;

pub use component::{Component, Components, PerComponent, Weights};
pub use options::{Detector, Options, Preset, Scope, TraceText, Truncated};
pub use quirks::{Quirk, Quirks};
pub use variant::Variant;

use explang_language::Language;
use explang_named::Unknown;
use explang_verify::verify;
use serde::{Deserialize, Serialize};

use crate::identify::Identify;
use crate::transcript::Parsed;

/// Names a group: the responses to one prompt in one batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GroupId(pub u64);

/// One response to be scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Response<'a> {
    /// The prompt it answers.
    pub group: GroupId,
    /// The whole response from its tag on; where the tag was forced by prefilling, with that prefix.
    pub text: &'a str,
    /// The reference answer, boxed or not.
    pub ground_truth: &'a str,
    /// It ended because its token budget did.
    pub truncated: bool,
}

/// A scored response.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    /// Text of the tag, where the options accept its form; it may name no language.
    pub tag: Option<String>,
    /// The language of the pool that the tag names.
    pub language: Option<Language>,
    /// The language of the pool that the thinking trace is in; none for an empty trace.
    pub detected: Option<Language>,
    /// What the reward is made of.
    pub components: Components,
    /// The weighted sum.
    pub reward: f64,
    /// The response takes no part in learning, and took none in the statistics of its scope.
    pub masked: bool,
    /// Its reward is 0 whatever its components: it is empty, or cut short and [`Truncated::Penalise`].
    pub forfeits: bool,
}

/// A response as [`Reward::alone`] judges it: what [`Reward::together`] needs of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alone {
    /// The prompt it answers.
    pub group: GroupId,
    /// It takes no part in the statistics of its scope.
    empty: bool,
    /// Its own components; those that compare languages are still 0, and so is the reward.
    scored: Scored,
}

/// A variant and the choices around it: all that a batch needs to be scored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reward {
    /// The weights.
    pub variant: Variant,
    /// The choices.
    #[serde(default)]
    pub options: Options,
}

impl Reward {
    /// A published variant under a preset.
    ///
    /// # Errors
    /// When no variant has that name; the error lists them.
    pub fn named(name: &str, preset: Preset) -> Result<Self, Unknown> {
        Ok(Reward {
            variant: Variant::named(name, preset)?,
            options: Options::of(preset),
        })
    }

    /// Scores a batch, on all cores where it is large; the result is in the order of `responses`. Groups need not be contiguous.
    ///
    /// `detector` is asked for the language of each thinking trace; [`Options::identifier`] makes it. A language outside the pool, or one
    /// that [`Options::detector`] leaves out, counts as not detected.
    pub fn score(&self, responses: &[Response<'_>], detector: &dyn Identify) -> Vec<Scored> {
        let alone = parallel::map(responses, |response| self.alone(response, detector));
        self.together(alone)
    }

    /// The part of [`Reward::score`] that asks for one response alone, and takes nearly all of its time: responses may be judged on
    /// several threads or machines, before [`Reward::together`] compares them.
    pub fn alone(&self, response: &Response<'_>, detector: &dyn Identify) -> Alone {
        let empty = self.scores_nothing(response);
        let mut scored = self.score_alone(response, detector);
        scored.forfeits |= empty;
        Alone {
            group: response.group,
            empty,
            scored,
        }
    }

    /// The rest of [`Reward::score`]: compares the responses of a batch, and pays them; in their order.
    pub fn together(&self, mut batch: Vec<Alone>) -> Vec<Scored> {
        group::compare(&self.options, &mut batch);
        let pay = |Alone { mut scored, .. }| {
            if !scored.forfeits {
                scored.reward = self.variant.weights.sum(&scored.components);
            }
            scored
        };
        batch.into_iter().map(pay).collect()
    }

    /// An empty response earns nothing, whatever the variant pays to others.
    fn scores_nothing(&self, response: &Response<'_>) -> bool {
        response.text.trim().is_empty() && !self.options.quirks.score_empty
    }

    /// The components that depend on the response alone.
    fn score_alone(&self, response: &Response<'_>, detector: &dyn Identify) -> Scored {
        let Options {
            pool,
            quirks,
            answer_scope,
            detector: named,
            trace_text,
            ..
        } = &self.options;
        let parsed = Parsed::of(response.text);
        let in_place = parsed.anchored || (parsed.well_formed && quirks.unanchored_format);
        let language = parsed
            .language()
            .filter(|language| in_place && pool.contains(language));
        let tag = parsed
            .tag
            .filter(|_| in_place && (language.is_some() || quirks.any_tag));
        let format = tag.is_some() && (parsed.closed || quirks.unclosed_format);
        let thinking = if quirks.first_trace {
            parsed.trace
        } else {
            parsed.thinking
        };
        let detected = thinking
            .filter(|trace| !trace.trim().is_empty())
            .and_then(|trace| trace_text.language(trace, detector))
            .filter(|language| pool.contains(language) && named.languages().contains(language));
        let compliance = language.is_some() && detected == language;
        let verified = verify(response.text, response.ground_truth, *answer_scope);
        Scored {
            tag: tag.map(str::to_owned),
            language,
            detected,
            components: Components {
                format: one_if(format),
                compliance: one_if(compliance),
                verified: one_if(verified),
                english: one_if(language == Some(Language::En)),
                other_language: one_if(language.is_some_and(|l| l != Language::En)),
                ..Components::default()
            },
            reward: 0.0,
            masked: response.truncated && self.options.truncated == Truncated::Mask,
            forfeits: response.truncated && self.options.truncated == Truncated::Penalise,
        }
    }
}

fn one_if(condition: bool) -> f64 {
    if condition { 1.0 } else { 0.0 }
}

#[cfg(test)]
mod tests;
