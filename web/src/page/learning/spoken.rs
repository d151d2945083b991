//! What is said of a training where it changes: the sentences of the view's one live region.

use std::fmt::Write;

use explang::Language;
use explang::tasks::Spec;

use crate::draw::kind_name::kind_name;
use crate::draw::number;
use crate::protocol::learning::{Packed, Point};

/// Steps between two summaries: a sentence after every step could not be listened to.
pub const EVERY: u32 = 25;

/// The learner starts.
pub const STARTING: &str = "The learner starts.";

/// The model to start from is on its way.
pub const LOADING: &str = "The model to start from is loading.";

/// A training is there, and no step taken.
pub const BEGUN: &str = "The training is ready. No step has been taken.";

/// There is no training: it was deleted, or there was none.
pub const fn nothing(deleted: bool) -> &'static str {
    if deleted {
        "The training is deleted. Nothing is kept."
    } else {
        "There is no training yet. Press Start, or one of the experiments."
    }
}

/// It runs from this step on.
pub fn running(step: u32) -> String {
    match step {
        0 => "Training.".into(),
        step => format!("Training goes on from step {step}."),
    }
}

/// It rests after this step.
pub fn paused(step: u32) -> String {
    format!("Paused after {}.", steps(step))
}

/// A training that this browser has kept is there.
pub fn taken_up(step: u32) -> String {
    format!(
        "The training that this browser keeps is there, with {}. Press Start to go on.",
        steps(step)
    )
}

/// A sentence, and that all up to this step is kept.
pub fn and_kept(sentence: &str, step: u32) -> String {
    const KEPT: &str = "Kept up to step ";
    let sentence = sentence.split(KEPT).next().unwrap_or_default().trim_end();
    format!("{sentence} {KEPT}{step}.").trim_start().to_owned()
}

/// The file is there.
pub fn packed(packed: &Packed) -> String {
    format!(
        "The training is packed: {}, {}.",
        packed.name,
        number::bytes(packed.bytes)
    )
}

/// What a number of steps is called.
pub fn steps(count: u32) -> String {
    match count {
        1 => "1 step".into(),
        count => format!("{count} steps"),
    }
}

/// The figures of a point, and for which kinds another language is chosen most than `before`; without a point before, for all.
pub fn summary(now: &Point, before: Option<&Point>, kinds: &[Spec]) -> String {
    let mut said = format!("Step {}.", now.step);
    let mut say = |text: std::fmt::Arguments<'_>| {
        // Writing into a string cannot fail.
        let _written = said.write_fmt(text);
    };
    if let Some(means) = &now.rollouts {
        let right = 100.0 * means.accuracy;
        let reward = format!("{:.2}", means.reward).replace('-', "−");
        say(format_args!(
            " Right answers {right:.0} %, reward {reward}."
        ));
    }
    if let Some(information) = now.information {
        let most = (kinds.len().max(1) as f64).ln();
        say(format_args!(
            " Kind and language share {information:.2} of at most {most:.2} nats."
        ));
    }
    let moved: Vec<String> = kinds
        .iter()
        .enumerate()
        .filter_map(|(at, kind)| {
            let (language, share) = favourite(now.choice.get(at)?)?;
            let old = before.and_then(|before| favourite(before.choice.get(at)?));
            let same = old.is_some_and(|(old, _)| old == language);
            let name = language.english_name();
            (!same).then(|| format!("{} {name}, {:.0} %", kind_name(*kind), 100.0 * share))
        })
        .collect();
    if !moved.is_empty() {
        say(format_args!(" Most chosen now: {}.", moved.join("; ")));
    }
    said
}

/// The language that is chosen most, and how often; none where there is no choice.
pub fn favourite(choice: &[f32]) -> Option<(Language, f64)> {
    Language::ALL
        .into_iter()
        .zip(choice.iter().copied().map(f64::from))
        .max_by(|a, b| a.1.total_cmp(&b.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::learning::Means;

    fn kinds() -> Vec<Spec> {
        ["sums/steps/3", "weekdays/steps/3"]
            .map(|kind| kind.parse().unwrap())
            .to_vec()
    }

    /// A point at which each kind has a favourite.
    fn point(step: u32, favourites: [Language; 2]) -> Point {
        let choice = |favourite: Language| {
            let mut choice = vec![0.025; Language::ALL.len()];
            choice[favourite.index()] = 0.6;
            choice
        };
        Point {
            step,
            rollouts: Some(Means {
                reward: -0.2,
                accuracy: 0.61,
                compliance: 1.0,
                response_tokens: 30.0,
                seconds: 1.0,
            }),
            choice: favourites.map(choice).to_vec(),
            information: Some(0.31),
            entropy: Some(1.0),
            held_out: None,
        }
    }

    #[test]
    fn a_summary_says_what_has_changed() {
        let before = point(25, [Language::En, Language::En]);
        let now = point(50, [Language::Zh, Language::En]);
        assert_eq!(
            summary(&now, Some(&before), &kinds()),
            "Step 50. Right answers 61 %, reward −0.20. Kind and language share 0.31 of at most 0.69 nats. Most chosen now: sums in steps \
             Chinese, 60 %."
        );
        let same = summary(&now, Some(&now), &kinds());
        assert!(!same.contains("Most chosen"), "{same}");
        let all = summary(&now, None, &kinds());
        assert!(
            all.ends_with("sums in steps Chinese, 60 %; weekdays in steps English, 60 %."),
            "{all}"
        );
    }

    #[test]
    fn a_forced_language_and_the_first_point_are_said_without_what_they_lack() {
        let mut first = point(0, [Language::En; 2]);
        first.rollouts = None;
        first.choice.clear();
        first.information = None;
        assert_eq!(summary(&first, None, &kinds()), "Step 0.");
    }

    #[test]
    fn that_it_is_kept_is_said_once() {
        let first = and_kept(&paused(1), 1);
        assert_eq!(first, "Paused after 1 step. Kept up to step 1.");
        assert_eq!(
            and_kept(&first, 2),
            "Paused after 1 step. Kept up to step 2."
        );
    }
}
