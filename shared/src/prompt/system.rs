//! The system prompt that explains the tag to a model that was not trained here.

use explang_language::Language;

use crate::transcript::{CLOSE_TAG, END_THINK, OPEN_TAG, THINK};

/// Asks for a response in the form of a transcript, with a tag of `languages`.
pub fn system_prompt(languages: &[Language]) -> String {
    let codes: Vec<&str> = languages.iter().map(|language| language.code()).collect();
    format!(
        "Choose the language you think in, think in it, then answer. Write exactly this form:\n\
         {OPEN_TAG}\ncode\n{CLOSE_TAG}\n{THINK}\nyour reasoning in that language\n{END_THINK}\n\
         your answer, with the result in \\boxed{{}}\n\
         The code is one of: {}.",
        codes.join(", ")
    )
}
