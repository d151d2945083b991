//! A batch as far as it is written: what the engine has said of each column.

use explang::Language;
use explang::run::Stage;
use explang::transcript::{OPEN_TAG, Parsed, forced_prefix, page_header};
use explang::verify::extract_boxed;

use super::Wanted;
use crate::protocol::{Column, Completed, Ending, Failure, Reply, Token};

/// One column, as far as it is written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Written {
    /// What was written for the model before it began.
    given: String,
    /// The response so far, what was given included.
    pub text: String,
    /// Tokens that the model drew so far.
    pub drawn: usize,
    /// It has ended, though others of its batch may not have.
    pub ended: bool,
    /// The whole, once the batch has ended.
    pub completed: Option<Completed>,
}

impl Written {
    fn begin(column: &Column, stage: Stage) -> Written {
        let given = match column.language {
            None => String::new(),
            Some(language) if stage.knows_tags() => forced_prefix(language),
            Some(language) => page_header(language),
        };
        Written {
            text: given.clone(),
            given,
            ..Written::default()
        }
    }

    fn push(&mut self, token: &Token) {
        self.text.push_str(&token.piece);
        self.drawn += 1;
    }

    fn complete(&mut self, completed: Completed) {
        self.text.clone_from(&completed.text);
        self.drawn = completed.drawn;
        self.ended = completed.end != Ending::Stopped;
        self.completed = Some(completed);
    }

    /// What can be judged: a response that has ended, and was not stopped. Its length is told by [`Written::tokens`].
    pub fn response(&self) -> Option<Completed> {
        self.ended.then(|| Completed {
            text: self.text.clone(),
            given: self.given.clone(),
            drawn: self.drawn,
            tokens: self.drawn,
            end: Ending::Finished,
        })
    }

    /// Tokens so far; those that were given count once the batch has ended, for the page cannot know them before.
    pub fn tokens(&self) -> usize {
        let completed = self.completed.as_ref();
        completed.map_or(self.drawn, |completed| completed.tokens)
    }

    /// The thinking, as far as it is written.
    pub fn thinking(&self) -> &str {
        if let Some(trace) = Parsed::of(&self.text).trace {
            return trace;
        }
        let body = self.text.strip_prefix(&self.given).unwrap_or(&self.text);
        // A tag that is being written is no thinking.
        if body.starts_with(OPEN_TAG) && !self.ended {
            return "";
        }
        // Before SFT no mark divides the thinking from its answer.
        body.split("\\boxed").next().unwrap_or(body).trim_end()
    }

    /// What stands in the box after the thinking.
    pub fn boxed(&self) -> Option<&str> {
        let parsed = Parsed::of(&self.text);
        extract_boxed(match (parsed.answer, parsed.tag) {
            (Some(answer), _) => answer,
            (None, Some(_)) => "",
            (None, None) => &self.text,
        })
    }

    /// The language of its tag, once that is written.
    pub fn tag(&self) -> Option<Language> {
        let parsed = Parsed::of(&self.text);
        parsed.language().filter(|_| parsed.anchored)
    }
}

/// How far a batch has come.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// Nothing is asked yet.
    Waiting,
    /// It is being written.
    Running,
    /// It has ended; the time that the model took, in milliseconds.
    Done(f64),
    /// It came to nothing.
    Failed(Failure),
}

/// A batch as far as it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Writing {
    /// What it was asked.
    pub wanted: Option<Wanted>,
    /// Its columns.
    pub columns: Vec<Written>,
    /// How far it has come.
    pub phase: Phase,
}

impl Writing {
    /// So many empty columns.
    pub fn waiting(columns: usize) -> Writing {
        Writing {
            wanted: None,
            columns: vec![Written::default(); columns],
            phase: Phase::Waiting,
        }
    }

    /// A batch that begins.
    pub fn begin(wanted: Wanted) -> Writing {
        let columns = wanted.columns.iter();
        Writing {
            columns: columns
                .map(|column| Written::begin(column, wanted.stage))
                .collect(),
            wanted: Some(wanted),
            phase: Phase::Running,
        }
    }

    /// Takes in what the engine says.
    pub fn hear(&mut self, reply: Reply) {
        match reply {
            Reply::Tokens { tokens, .. } => self.take(&tokens),
            Reply::Done {
                completions,
                milliseconds,
                ..
            } => {
                for (column, completed) in self.columns.iter_mut().zip(completions) {
                    column.complete(completed);
                }
                self.phase = Phase::Done(milliseconds);
            }
            Reply::Fail { failure, .. } => self.phase = Phase::Failed(failure),
            _ => {}
        }
    }

    /// Takes in one step: every column that goes on has a token in it, so one that has none has ended.
    fn take(&mut self, tokens: &[Token]) {
        if tokens.is_empty() {
            return;
        }
        for (at, column) in self.columns.iter_mut().enumerate() {
            let mut own = tokens.iter().filter(|token| token.column == at).peekable();
            if own.peek().is_none() && column.drawn > 0 {
                column.ended = true;
            }
            for token in own {
                column.push(token);
            }
        }
    }

    /// Still being written.
    pub fn running(&self) -> bool {
        self.phase == Phase::Running
    }

    /// It was stopped before all its columns had ended.
    pub fn stopped(&self) -> bool {
        matches!(self.phase, Phase::Done(_)) && self.columns.iter().any(|column| !column.ended)
    }

    /// The budget of each column, in tokens.
    pub fn budget(&self) -> Option<usize> {
        self.wanted
            .as_ref()
            .map(|wanted| wanted.sampling.max_new_tokens)
    }

    /// All columns, where all have ended by themselves.
    pub fn whole(&self) -> Option<Vec<Completed>> {
        let ended = self.columns.iter().filter(|column| column.ended);
        ended.count().eq(&self.columns.len()).then_some(())?;
        self.columns.iter().map(|c| c.completed.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Draw;

    fn wanted(stage: Stage, languages: &[Option<Language>]) -> Wanted {
        let column = |language: &Option<Language>| Column {
            prompt: "What is 1 + 2?".into(),
            language: *language,
            seed: 7,
        };
        Wanted {
            stage,
            problem: None,
            seed: 7,
            columns: languages.iter().map(column).collect(),
            sampling: Draw {
                temperature: 1.0,
                top_p: 1.0,
                max_new_tokens: 20,
            },
        }
    }

    fn step(pieces: &[(usize, &str)]) -> Reply {
        let token = |(column, piece): &(usize, &str)| Token {
            column: *column,
            piece: (*piece).into(),
            token: 1,
            log_prob: 0.0,
            rivals: Vec::new(),
        };
        Reply::Tokens {
            id: 1,
            tokens: pieces.iter().map(token).collect(),
        }
    }

    fn completed(text: &str, end: Ending) -> Completed {
        Completed {
            text: text.into(),
            given: String::new(),
            drawn: 4,
            tokens: 10,
            end,
        }
    }

    #[test]
    fn tokens_go_to_their_columns_and_a_silent_column_has_ended() {
        let mut writing = Writing::begin(wanted(
            Stage::Sft,
            &[Some(Language::Zh), Some(Language::En)],
        ));
        assert!(writing.running() && writing.columns[0].thinking().is_empty());
        writing.hear(step(&[(0, "一加二"), (1, "One")]));
        writing.hear(step(&[(0, "等于三。"), (1, " plus")]));
        assert_eq!(writing.columns[0].thinking(), "一加二等于三。");
        assert_eq!(writing.columns[1].thinking(), "One plus");
        writing.hear(step(&[(0, "\n</think>\n"), (1, " two")]));
        writing.hear(step(&[(0, "\\boxed{3}"), (1, " equals")]));
        assert!(!writing.columns[0].ended);
        writing.hear(step(&[(1, " three")]));
        let [zh, en] = &writing.columns[..] else {
            panic!("two columns");
        };
        assert_eq!((zh.ended, en.ended), (true, false));
        assert_eq!((zh.boxed(), en.boxed()), (Some("3"), None));
        assert_eq!((zh.tokens(), en.tokens()), (4, 5));
        assert_eq!(zh.thinking(), "一加二等于三。");
        assert!(zh.response().unwrap().text.starts_with("<lang_select>\nzh"));
        assert_eq!(en.response(), None);
        // Nothing at all says nothing.
        let before = writing.clone();
        writing.hear(step(&[]));
        assert_eq!(writing, before);
    }

    #[test]
    fn the_end_brings_the_whole_texts_and_what_was_stopped_is_not_judged() {
        let mut writing = Writing::begin(wanted(Stage::Sft, &[None, None]));
        writing.hear(step(&[(0, "<lang_select>"), (1, "<lang_select>")]));
        assert_eq!(writing.columns[0].thinking(), "");
        let text =
            "<lang_select>\nen\n</lang_select>\n<think>\nOne plus two.\n</think>\n\\boxed{3}";
        let mut stopped = writing.clone();
        let done = |end| Reply::Done {
            id: 1,
            completions: vec![completed(text, Ending::CutShort), completed(text, end)],
            milliseconds: 5.0,
        };
        writing.hear(done(Ending::Finished));
        assert_eq!(writing.phase, Phase::Done(5.0));
        assert!(!writing.stopped());
        assert_eq!(writing.whole().unwrap().len(), 2);
        assert_eq!(writing.columns[1].tag(), Some(Language::En));
        assert_eq!(writing.columns[1].tokens(), 10);
        stopped.hear(done(Ending::Stopped));
        assert!(stopped.stopped() && stopped.whole().is_none());
        assert!(stopped.columns[0].response().is_some());
        assert_eq!(stopped.columns[1].response(), None);
    }

    #[test]
    fn before_sft_a_heading_stands_in_the_place_of_the_tag() {
        let mut writing = Writing::begin(wanted(Stage::Pretrain, &[Some(Language::Th)]));
        writing.hear(step(&[(0, "หนึ่ง"), (0, "\n\\boxed{3}")]));
        assert_eq!(writing.columns[0].thinking(), "หนึ่ง");
        assert_eq!(writing.columns[0].boxed(), Some("3"));
        assert_eq!(writing.columns[0].tag(), None);
    }

    #[test]
    fn a_failure_is_kept() {
        let mut writing = Writing::waiting(8);
        assert_eq!((writing.columns.len(), writing.budget()), (8, None));
        let failure = Failure {
            message: "No.".into(),
            advice: "Try again.".into(),
        };
        writing.hear(Reply::Fail {
            id: Some(1),
            failure: failure.clone(),
        });
        assert_eq!(writing.phase, Phase::Failed(failure));
    }
}
