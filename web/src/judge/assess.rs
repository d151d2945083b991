//! What is to be said of a response: is it right, does it think in the language that it chose, what is it paid?

use std::sync::LazyLock;

use explang::Language;
use explang::identify::{Identify, WhatlangDetector};
use explang::reward::{
    Component, Components, GroupId, Preset, Response, Reward, TraceText, Weights,
};
use explang::run::Stage;
use explang::tasks::{Problem, say};
use explang::transcript::Parsed;
use explang::verify::{equal, extract_boxed};

use crate::protocol::{Completed, Ending};

/// The light detector; making it takes longer than asking it.
pub(crate) static DETECTOR: LazyLock<WhatlangDetector> =
    LazyLock::new(|| WhatlangDetector::new(&Language::ALL));

/// A response, judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// The language of the tag.
    pub tag: Option<Language>,
    /// The language that the thinking is in, by the light detector.
    pub detected: Option<Language>,
    /// What stands in the box.
    pub boxed: Option<String>,
    /// What the thinking says is what the tasks say for this problem in this language, to the letter.
    pub word_for_word: bool,
    /// Judged against the problem's answer; none for a text without one.
    pub judged: Option<Judged>,
}

/// The part that needs the right answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The right answer.
    pub truth: String,
    /// The box holds it.
    pub right: bool,
    /// Name of the reward's variant.
    pub variant: String,
    /// Each component that is paid, its weight, its value.
    pub paid: Vec<(Component, f64, f64)>,
    /// The weighted sum.
    pub reward: f64,
}

/// Judges a response. `problem` is what was asked, where that is known.
pub fn assess(completed: &Completed, problem: Option<&Problem>, stage: Stage) -> Assessment {
    let parsed = Parsed::of(&completed.text);
    // Before SFT there is no trace to set apart.
    let trace = parsed.thinking.unwrap_or(&completed.text);
    let tag = parsed.language().filter(|_| parsed.anchored);
    let answer = parsed.answer.unwrap_or(match parsed.tag {
        None => &completed.text,
        Some(_) => "",
    });
    let word_for_word = match (problem, tag) {
        (Some(problem), Some(language)) => trace.trim() == say::trace(problem, language).trim(),
        _ => false,
    };
    Assessment {
        tag,
        detected: TraceText::Prose.language(trace, &*DETECTOR),
        boxed: extract_boxed(answer).map(str::to_owned),
        word_for_word,
        judged: problem.and_then(|problem| judge(completed, problem, stage, &*DETECTOR)),
    }
}

fn judge(
    completed: &Completed,
    problem: &Problem,
    stage: Stage,
    detector: &dyn Identify,
) -> Option<Judged> {
    let truth = problem.answer();
    // The paper names its rewards after the phases.
    let phase = match stage {
        Stage::Explore => Stage::Explore,
        _ => Stage::Exploit,
    };
    let reward = Reward::named(phase.name(), Preset::Paper).ok()?;
    let response = Response {
        group: GroupId(0),
        text: &completed.text,
        ground_truth: &truth,
        truncated: completed.end == Ending::CutShort,
    };
    let scored = reward.score(&[response], detector).pop()?;
    Some(Judged {
        right: if stage.knows_tags() {
            scored.components.verified > 0.0
        } else {
            // It cannot earn a reward yet, but it can be right.
            extract_boxed(&completed.text).is_some_and(|answer| equal(answer, &truth))
        },
        truth,
        variant: reward.variant.name.clone(),
        paid: paid(&reward.variant.weights, &scored.components),
        reward: scored.reward,
    })
}

/// The components that the variant pays for.
fn paid(weights: &Weights, components: &Components) -> Vec<(Component, f64, f64)> {
    let terms = weights.terms(components).into_iter();
    terms.filter(|(_, weight, _)| *weight != 0.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::{completed, problem_text};

    #[test]
    fn a_right_answer_in_its_language_is_paid_in_full() {
        let problem = problem_text::read("sums/steps/3/47/38").unwrap();
        let trace = say::trace(&problem, Language::Zh);
        let text =
            format!("<lang_select>\nzh\n</lang_select>\n<think>\n{trace}\n</think>\n\\boxed{{85}}");
        let seen = assess(
            &completed(&text, Ending::Finished),
            Some(&problem),
            Stage::Exploit,
        );
        assert_eq!(
            (seen.tag, seen.detected),
            (Some(Language::Zh), Some(Language::Zh))
        );
        assert!(seen.word_for_word);
        let judged = seen.judged.unwrap();
        assert!(judged.right);
        let sum: f64 = judged
            .paid
            .iter()
            .map(|(_, weight, value)| weight * value)
            .sum();
        assert!((judged.reward - sum).abs() < 1e-12);
        assert!((judged.reward - 1.9).abs() < 1e-12);
        let paid: Vec<_> = judged
            .paid
            .iter()
            .map(|(component, ..)| *component)
            .collect();
        use Component::{Compliance, Format, PassAtK, Verified};
        assert_eq!(paid, [Format, Compliance, Verified, PassAtK]);
    }

    #[test]
    fn a_wrong_answer_and_a_text_without_one_are_told_apart() {
        let problem = problem_text::read("sums/steps/3/47/38").unwrap();
        let text = "<lang_select>\nen\n</lang_select>\n<think>\nForty plus thirty equals seventy.\n</think>\n\\boxed{84}";
        let wrong = assess(
            &completed(text, Ending::Finished),
            Some(&problem),
            Stage::Exploit,
        );
        assert!(!wrong.word_for_word);
        assert_eq!(wrong.boxed.as_deref(), Some("84"));
        assert!(!wrong.judged.unwrap().right);
        let untagged = completed(
            "Seventy plus fifteen equals eighty-five.\n\\boxed{85}",
            Ending::Finished,
        );
        let early = assess(&untagged, Some(&problem), Stage::Pretrain);
        assert_eq!(
            (early.tag, early.judged.map(|judged| judged.right)),
            (None, Some(true))
        );
        let unknown = assess(
            &completed("lang\nen\nSeven.", Ending::CutShort),
            None,
            Stage::Pretrain,
        );
        assert_eq!((unknown.tag, unknown.judged), (None, None));
    }
}
