//! What is known of a response.

use explang::Language;
use explang::identify::LinguaDetector;
use explang::reward::TraceText;
use explang::transcript::Parsed;
use explang::verify::{equal, extract_boxed};

use super::stream::Streamed;

/// A response, and the right answer where it is known.
pub(super) struct Answer {
    /// The response.
    pub(super) streamed: Streamed,
    /// The right answer.
    pub(super) truth: Option<String>,
}

impl Answer {
    /// Tag, detected language, compliance, boxed answer, tokens and their rate.
    pub(super) fn line(&self) -> String {
        let text = &*self.streamed.text;
        let parsed = Parsed::of(text);
        let tag = parsed.language().filter(|_| parsed.anchored);
        // Before SFT there is no trace to set apart: the language of the whole text is told.
        let trace = parsed.thinking.unwrap_or(text);
        let detected = TraceText::Prose.language(trace, &LinguaDetector::new(&Language::ALL));
        let name = |language: Option<Language>| language.map_or("none", Language::code);
        let complies = match (tag, detected) {
            (Some(tag), Some(detected)) if tag == detected => "complies",
            (None, _) => "no language chosen",
            _ => "does not comply",
        };
        let boxed = match parsed.answer {
            Some(answer) => answer,
            None if parsed.tag.is_none() => text,
            None => "",
        };
        let boxed = extract_boxed(boxed);
        let mut parts = vec![
            format!("tag {}", name(tag)),
            format!("detected {}", name(detected)),
            complies.to_owned(),
            format!("answer {}", boxed.unwrap_or("none")),
        ];
        if let Some(truth) = &self.truth {
            let right = boxed.is_some_and(|answer| equal(answer, truth));
            parts.push(if right {
                "right".to_owned()
            } else {
                format!("wrong, it is {truth}")
            });
        }
        parts.push(self.streamed.rate());
        parts.join(" · ")
    }
}
