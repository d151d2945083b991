//! How an evaluation judges a response, whichever program sampled it.

use explang::Language;
use explang::identify::Identify;
use explang::parallel::in_order;
use explang::reward::{GroupId, Options, Preset, Response, Reward};
use explang::run::{Mode, Record};
use explang::tasks::Kind;
use explang::verify::Extraction;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::threads::Threads;

/// A response, and what is known of it before it is judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Number of the problem.
    pub problem: usize,
    /// Its kind.
    pub kind: Kind,
    /// Its level, from 1; 0 where it is unknown.
    pub level: usize,
    /// What the model was asked: a text, messages, or null where that is unknown.
    pub prompt: Value,
    /// How the thinking language was decided.
    pub mode: Mode,
    /// The language that was forced; `None` in mode `self`.
    pub forced: Option<Language>,
    /// The whole response; where a language was forced by prefilling, with that prefix.
    pub response: String,
    /// The reference answer.
    pub ground_truth: String,
    /// Length of the thinking trace, in tokens.
    pub thinking_tokens: Option<usize>,
    /// The response met the token limit.
    pub truncated: Option<bool>,
}

/// A response with its judgement. As JSON it is a row that `explang eval --responses` reads, with `tag`, `detected`, `compliant` and `correct`.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The response.
    pub sample: Sample,
    /// What the figures are made of.
    pub record: Record,
}

impl Serialize for Judged {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Row<'a> {
            prompt: &'a Value,
            response: &'a str,
            ground_truth: &'a str,
            mode: Mode,
            #[serde(skip_serializing_if = "Option::is_none")]
            forced: Option<Language>,
            kind: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            level: Option<usize>,
            #[serde(skip_serializing_if = "Option::is_none")]
            tokens: Option<usize>,
            #[serde(skip_serializing_if = "Option::is_none")]
            truncated: Option<bool>,
            tag: Option<Language>,
            detected: Option<Language>,
            compliant: bool,
            correct: bool,
        }
        let Judged { sample, record } = self;
        let row = Row {
            prompt: &sample.prompt,
            response: &sample.response,
            ground_truth: &sample.ground_truth,
            mode: sample.mode,
            forced: sample.forced,
            kind: sample.kind.as_str(),
            level: Some(sample.level).filter(|&level| level > 0),
            tokens: sample.thinking_tokens,
            truncated: sample.truncated,
            tag: record.tag,
            detected: record.detected,
            compliant: record.compliant,
            correct: record.correct,
        };
        row.serialize(to)
    }
}

/// Judges responses: the rule of preset `paper`, with all seventeen languages.
pub struct Judge<'a> {
    rule: Reward,
    detector: &'a dyn Identify,
}

impl<'a> Judge<'a> {
    /// A judge that looks for answers in the part that `answer_scope` names; by default after the thinking. `detector` knows all seventeen
    /// languages.
    ///
    /// # Errors
    /// Never in practice: the variant that it looks at exists.
    pub fn new(
        detector: &'a dyn Identify,
        answer_scope: Option<Extraction>,
    ) -> anyhow::Result<Self> {
        let mut rule = Reward::named("naive", Preset::Paper)?;
        let paper = Options::of(Preset::Paper);
        rule.options = Options {
            pool: Language::ALL.to_vec(),
            answer_scope: answer_scope.unwrap_or(paper.answer_scope),
            ..paper
        };
        Ok(Judge { rule, detector })
    }

    /// The record of a response. A response without a tag complies where its trace is in the language that was forced on it: a model that
    /// knows no tags is forced in other ways.
    pub fn record(&self, sample: &Sample) -> Record {
        let response = Response {
            group: GroupId(0),
            text: &sample.response,
            ground_truth: &sample.ground_truth,
            truncated: sample.truncated.unwrap_or(false),
        };
        let scored = self.rule.score(&[response], self.detector);
        let scored = scored.first();
        let tag = scored.and_then(|scored| scored.language);
        let detected = scored.and_then(|scored| scored.detected);
        let (family, style) = sample.kind.family_and_style();
        let mut record = Record {
            problem: sample.problem,
            family: family.to_owned(),
            style: style.to_owned(),
            level: sample.level,
            mode: sample.mode,
            forced: sample.forced,
            tag,
            detected,
            compliant: false,
            correct: scored.is_some_and(|scored| scored.components.verified > 0.0),
            thinking_tokens: sample.thinking_tokens,
            truncated: sample.truncated,
        };
        record.compliant = detected.is_some() && detected == record.language();
        record
    }

    /// Judges many responses on so many threads; the result is in their order.
    pub fn judged(&self, samples: Vec<Sample>, threads: usize) -> Vec<Judged> {
        let work = async |sample: &Sample| self.record(sample);
        let records = pollster::block_on(in_order(&Threads(threads), &samples, work));
        let both = samples.into_iter().zip(records);
        both.map(|(sample, record)| Judged { sample, record })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names the language whose code stands in the text.
    struct ByCode;

    impl Identify for ByCode {
        fn identify(&self, text: &str) -> Option<Language> {
            text.trim().parse().ok()
        }
    }

    fn judged(mode: Mode, forced: Option<Language>, response: &str) -> Record {
        let judge = Judge::new(&ByCode, None).unwrap();
        judge.record(&Sample {
            problem: 4,
            kind: Kind::new("algebra"),
            level: 0,
            prompt: Value::Null,
            mode,
            forced,
            response: response.to_owned(),
            ground_truth: "1/2".to_owned(),
            thinking_tokens: None,
            truncated: None,
        })
    }

    #[test]
    fn a_chosen_language_complies_with_its_tag_and_a_forced_one_with_what_was_forced() {
        let text = |tag: &str, trace: &str| {
            format!(
                "<lang_select>\n{tag}\n</lang_select>\n<think>\n{trace}\n</think>\n\\boxed{{0.5}}"
            )
        };
        let chosen = judged(Mode::SelfChosen, None, &text("sw", "sw"));
        assert_eq!(chosen.tag, Some(Language::Sw));
        assert!(chosen.compliant && chosen.correct);
        assert_eq!(chosen.kind(), "algebra");
        assert!(!judged(Mode::SelfChosen, None, &text("sw", "en")).compliant);
        // Another tag than the one that was asked for.
        let other = judged(Mode::Multi, Some(Language::Zh), &text("en", "en"));
        assert_eq!((other.tag, other.compliant), (Some(Language::En), false));

        let plain = "<think>\nzh\n</think>\n\\boxed{0.5}";
        let forced = judged(Mode::Multi, Some(Language::Zh), plain);
        assert_eq!((forced.tag, forced.compliant), (None, true));
        assert!(!judged(Mode::SelfChosen, None, plain).compliant);
    }

    #[test]
    fn the_answer_is_looked_for_where_the_judge_is_told_to() {
        let plain = "It is \\boxed{0.5}.";
        assert!(!judged(Mode::SelfChosen, None, plain).correct);
        let judge = Judge::new(&ByCode, Some(Extraction::WholeResponse)).unwrap();
        let sample = Sample {
            problem: 0,
            kind: Kind::new("all"),
            level: 0,
            prompt: Value::Null,
            mode: Mode::SelfChosen,
            forced: None,
            response: plain.to_owned(),
            ground_truth: "1/2".to_owned(),
            thinking_tokens: None,
            truncated: None,
        };
        assert!(judge.record(&sample).correct);
        let many = vec![sample.clone(), sample];
        let judged = judge.judged(many, 2);
        assert_eq!(judged.len(), 2);
        let row = serde_json::to_value(&judged[0]).unwrap();
        assert_eq!(
            (&row["mode"], &row["correct"]),
            (&"self".into(), &true.into())
        );
        assert!(row.get("tokens").is_none() && row.get("level").is_none());
    }
}
