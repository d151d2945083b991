//! Documents of a source of examples, drawn on the fly: nothing is stored, a batch depends on the seed and the step alone.

use explang::Language;
use explang::likelihood::Sequence;
use explang::prompt::{self, PromptError, PromptFormat, PromptTokens};
use explang::random;
use explang::run::config::Practice;
use explang::tasks::{Solved, Source, Split, question_language};
use explang::tokenizer::{END_OF_TEXT, Tokenizer, TokenizerError};
use explang::transcript::{self, page_header};

use super::problems::Message;
use super::tagged::{Prompt, TaggedRow, TaggedRows};

/// How a page is laid out.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// The header stands at the top of the page, not above the trace.
    pub header_on_top: bool,
    /// Empty lines after the question, six at most.
    pub gap: usize,
}

/// Most empty lines that follow a page's question: about as many tokens as a transcript has there for its tag and marks.
const LARGEST_GAP: usize = 6;

/// One document: the prompt gives no loss, the rest does.
#[derive(Debug, Clone)]
pub struct Document {
    /// Prompt, then response.
    pub tokens: Vec<u32>,
    /// Number of prompt tokens.
    pub prompt_len: usize,
}

impl Document {
    fn new(tokenizer: &Tokenizer, prompt: &str, response: &str) -> Result<Self, TokenizerError> {
        let mut tokens = tokenizer.encode(prompt)?;
        let prompt_len = tokens.len();
        tokens.extend(tokenizer.encode(response)?);
        Ok(Document { tokens, prompt_len })
    }

    /// A page of pretraining: the problem, the trace and the answer under a plain header with the language's code (as a web page
    /// carries its `lang`). No tag and no think marks.
    ///
    /// The layout varies: the header stands at the top of the page or above the trace, and up to six empty lines
    /// follow the question. So the model learns to look for the question and for the code themselves and not at a fixed
    /// distance. That lets it move to the transcripts of SFT, and follow the tag of a language whose tag it was never shown.
    ///
    /// # Errors
    /// When the tokenizer cannot encode it.
    pub fn page(
        tokenizer: &Tokenizer,
        solved: &Solved,
        language: Language,
        layout: Layout,
    ) -> Result<Self, TokenizerError> {
        let question = prompt::line(&solved.example.question);
        let header = page_header(language);
        let gap = "\n".repeat(layout.gap);
        let prompt = if layout.header_on_top {
            format!("{header}{question}{gap}")
        } else {
            format!("{question}{gap}{header}")
        };
        let (trace, answer) = (&solved.trace, &solved.example.answer);
        let response = format!("{trace}\n\\boxed{{{answer}}}{END_OF_TEXT}");
        Self::new(tokenizer, &prompt, &response)
    }

    /// A tagged transcript, as SFT shows it: the whole response, tag included, is learned.
    ///
    /// # Errors
    /// When the tokenizer cannot encode it.
    pub fn transcript(
        tokenizer: &Tokenizer,
        format: &PromptFormat,
        solved: &Solved,
        language: Language,
    ) -> Result<Self, PromptError> {
        let response = format!(
            "{}{}\n{}\n\\boxed{{{}}}",
            transcript::forced_prefix(language),
            solved.trace,
            transcript::END_THINK,
            solved.example.answer,
        );
        Self::answered(tokenizer, format, &solved.example.question, &response)
    }

    /// A question with a whole response: all of the response is learned, and what ends it.
    ///
    /// # Errors
    /// When the template fails or the tokenizer cannot encode it.
    pub fn answered(
        tokenizer: &Tokenizer,
        format: &PromptFormat,
        question: &str,
        response: &str,
    ) -> Result<Self, PromptError> {
        Ok(format.answered(tokenizer, question, response)?.into())
    }

    /// A tagged response of a file: all of it is learned, and what ends it.
    ///
    /// # Errors
    /// When the template fails or the tokenizer cannot encode it.
    pub fn tagged(
        tokenizer: &Tokenizer,
        format: &PromptFormat,
        row: &TaggedRow,
    ) -> Result<Self, PromptError> {
        let conversation = |messages: &[Message], explained| {
            let said = messages.iter().map(Message::said);
            format.conversation(&said.collect::<Vec<_>>(), explained)
        };
        let prompt = match &row.prompt {
            Prompt::Text(text) => text.clone(),
            Prompt::Asked(messages) => conversation(messages, true)?,
            Prompt::Conversation(messages) => conversation(messages, false)?,
        };
        Ok(format.completed(tokenizer, &prompt, &row.response)?.into())
    }

    /// As the likelihood reads it.
    pub fn sequence(&self) -> Sequence<'_> {
        Sequence {
            tokens: &self.tokens,
            prompt_len: self.prompt_len,
        }
    }
}

/// What is forced is learned.
impl From<PromptTokens> for Document {
    fn from(prompt: PromptTokens) -> Self {
        Document {
            prompt_len: prompt.tokens.len() - prompt.forced_len,
            tokens: prompt.tokens,
        }
    }
}

/// A document that cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// The tokenizer cannot encode a text.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// A question cannot be put to the model.
    #[error(transparent)]
    Prompt(#[from] PromptError),
    /// The source has no reasoning in a language that the stage asks for.
    #[error("the data has no reasoning in {}; supervised stages need a trace in every language that they show", .0.english_name())]
    Unsolved(Language),
}

/// Draws the batches of a stage.
#[derive(Clone, Copy)]
pub struct Batches<'a> {
    /// What is asked.
    pub source: &'a dyn Source,
    /// Tokenizer.
    pub tokenizer: &'a Tokenizer,
    /// The form of a transcript's prompt.
    pub format: &'a PromptFormat,
    /// Stream of the stage.
    pub stream: u64,
    /// Share of the problems that are asked in one of the seventeen languages, each alike; the others are asked in English.
    pub asked_in_all: f64,
}

impl Batches<'_> {
    /// Pages of pretraining: those of a kind with `practice` in its languages by their shares; of the others each language in turn,
    /// so that all get the same number. The share `own_language` of the problems is asked in the language of the trace.
    ///
    /// # Errors
    /// When the tokenizer cannot encode a text.
    pub fn pages(
        &self,
        step: usize,
        size: usize,
        own_language: f64,
        practice: &[Practice],
    ) -> Result<Vec<Document>, DocumentError> {
        (0..size)
            .map(|i| {
                let draw = |index| f64::from(random::uniform(self.stream_of(step, i), index));
                let language = match self.practice_of(step, i, practice) {
                    Some(practice) => pick(&practice.of_all(), draw(3)),
                    None => Language::ALL[(step * size + i) % Language::ALL.len()],
                };
                let asked_in = if draw(0) < own_language {
                    language
                } else {
                    self.question_language(step, i)
                };
                let layout = Layout {
                    header_on_top: draw(1) < 0.5,
                    gap: (draw(2) * (LARGEST_GAP + 1) as f64) as usize,
                };
                let solved = self.solved(step, i, asked_in, language)?;
                Ok(Document::page(self.tokenizer, &solved, language, layout)?)
            })
            .collect()
    }

    /// Tagged transcripts whose tags have the given shares.
    ///
    /// # Errors
    /// When the tokenizer cannot encode a text.
    pub fn transcripts(
        &self,
        step: usize,
        size: usize,
        shares: &[(Language, f64)],
    ) -> Result<Vec<Document>, DocumentError> {
        (0..size)
            .map(|i| {
                let u = f64::from(random::uniform(self.stream_of(step, i), 0));
                let language = pick(shares, u);
                let asked_in = self.question_language(step, i);
                let solved = self.solved(step, i, asked_in, language)?;
                Ok(Document::transcript(
                    self.tokenizer,
                    self.format,
                    &solved,
                    language,
                )?)
            })
            .collect()
    }

    /// Tagged responses of a file, each once an epoch or by its languages' shares.
    ///
    /// # Errors
    /// When the tokenizer cannot encode a text.
    pub fn tagged(
        &self,
        step: usize,
        size: usize,
        rows: &TaggedRows,
    ) -> Result<Vec<Document>, DocumentError> {
        let places = step * size..(step + 1) * size;
        places
            .map(|place| {
                let row = rows.row(self.stream, place as u64);
                Ok(Document::tagged(self.tokenizer, self.format, row)?)
            })
            .collect()
    }

    fn stream_of(&self, step: usize, i: usize) -> u64 {
        random::derive(self.stream, &[step as u64, i as u64])
    }

    /// Names the problem of a document.
    fn problem_of(&self, step: usize, i: usize) -> u64 {
        random::derive(self.stream_of(step, i), &[1])
    }

    fn question_language(&self, step: usize, i: usize) -> Language {
        question_language(self.problem_of(step, i), self.asked_in_all)
    }

    /// The practice of the kind that the document's problem is of; none where all languages get the same.
    fn practice_of<'p>(
        &self,
        step: usize,
        i: usize,
        practice: &'p [Practice],
    ) -> Option<&'p Practice> {
        if practice.is_empty() {
            return None;
        }
        let problem = self.problem_of(step, i);
        let example = self.source.draw(problem.into(), Split::Train, Language::En);
        practice
            .iter()
            .find(|practice| practice.kind == example.kind)
    }

    fn solved(
        &self,
        step: usize,
        i: usize,
        asked_in: Language,
        language: Language,
    ) -> Result<Solved, DocumentError> {
        self.source
            .solved(self.problem_of(step, i).into(), asked_in, language)
            .ok_or(DocumentError::Unsolved(language))
    }
}

/// The language at point `u` in `[0, 1)` of the cumulated shares.
fn pick(shares: &[(Language, f64)], u: f64) -> Language {
    let mut below = 0.0;
    for &(language, share) in shares {
        below += share;
        if u < below {
            return language;
        }
    }
    shares
        .last()
        .map_or(Language::En, |&(language, _)| language)
}

/// Texts to train a tokenizer on: every language in the same number of pages, questions and answers included; none for a language
/// that the source has no reasoning in.
pub fn tokenizer_texts(
    source: &dyn Source,
    stream: u64,
    pages: usize,
) -> impl Iterator<Item = String> + Send {
    (0..pages).filter_map(move |i| {
        let language = Language::ALL[i % Language::ALL.len()];
        let asked_in = if (i / Language::ALL.len()).is_multiple_of(2) {
            language
        } else {
            Language::En
        };
        let place = random::derive(stream, &[i as u64]).into();
        let solved = source.solved(place, asked_in, language)?;
        let question = prompt::line(&solved.example.question);
        Some(format!("{question}lang\n{}\n", solved.trace))
    })
}

#[cfg(test)]
mod tests;
