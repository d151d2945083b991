//! The prompts, and what is made of each.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::ensure;
use explang::prompt::PromptFormat;
use explang::tokenizer::Tokenizer;

/// Texts to be continued, and whether the template is put around them.
pub(super) const PROMPTS: [(&str, bool); 10] = [
    ("The capital of France is", false),
    ("Once upon a time, in a small village by the sea,", false),
    ("def fibonacci(n):\n    ", false),
    ("1, 2, 4, 8, 16,", false),
    ("Die Hauptstadt von Deutschland ist", false),
    ("What is 17 + 25?", true),
    ("Write a short poem about the rain.", true),
    ("Explain in two sentences why the sky is blue.", true),
    ("Translate to French: \"Good morning, how are you?\"", true),
    ("List three prime numbers greater than 10.", true),
];

/// A prompt with the continuations of all.
pub(super) struct Text {
    pub(super) question: &'static str,
    /// Whether the template is put around it.
    pub(super) chat: bool,
    /// As the peer renders it.
    pub(super) prompt: String,
    pub(super) prompt_ids: Vec<u32>,
    /// The peer's continuation.
    pub(super) expected: Vec<u32>,
    /// Ours that differ: where from, and their text.
    pub(super) others: Vec<(PathBuf, String)>,
}

impl Text {
    /// Holds our prompt and its tokens against the peer's. `format` is the checkpoint's template.
    pub(super) fn check(
        &self,
        path: &Path,
        tokenizer: &Tokenizer,
        format: &PromptFormat,
    ) -> anyhow::Result<()> {
        if self.chat {
            let rendered = format.text(self.question)?;
            ensure!(
                rendered == self.prompt,
                "the template of {} makes {rendered:?}, in transformers {:?}",
                path.display(),
                self.prompt
            );
        }
        let ids = tokenizer.encode(&self.prompt)?;
        ensure!(
            ids == self.prompt_ids,
            "the tokenizer of {} makes {ids:?} of {:?}, transformers {:?}",
            path.display(),
            self.prompt,
            self.prompt_ids
        );
        Ok(())
    }

    /// Notes a continuation of ours.
    pub(super) fn add(&mut self, path: &Path, tokenizer: &Tokenizer, ids: &[u32]) {
        if ids != self.expected {
            self.others.push((path.to_owned(), tokenizer.decode(ids)));
        }
    }

    /// Whether all are the same; writes those that are not.
    pub(super) fn report(&self, out: &mut impl Write) -> bool {
        for (path, text) in &self.others {
            // What cannot be written is seen in the count.
            writeln!(
                out,
                "{:?} goes on from {} with {text:?}",
                self.prompt,
                path.display()
            )
            .ok();
        }
        self.others.is_empty()
    }
}
