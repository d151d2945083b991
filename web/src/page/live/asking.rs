//! What the engine is asked for the views of one answer: the choice and the answer.

use std::iter;

use leptos::prelude::*;

use super::{Answer, Live};
use crate::draw::motion::prefers_reduced_motion;
use crate::page::address::State;
use crate::protocol::{Column, Draw, Reply, Request};

/// Pause after each token, in milliseconds: about as fast as people read.
const READING_PAUSE: u32 = 60;

impl Live {
    /// Gives up the answer that is being written.
    pub(super) fn give_up(self) {
        let running = self
            .answer
            .with_untracked(|answer| answer.as_ref().is_some_and(Answer::running));
        if running && let (Some(client), Some(id)) = (self.client(), self.asking.get_value()) {
            client.forget(id);
            self.answer.set(None);
            self.own.set(None);
        }
    }

    pub(super) fn choose(self, prompt: String) {
        let Some(client) = self.client() else { return };
        if let Some(before) = self.choosing.get_value() {
            client.forget(before);
        }
        if prompt.is_empty() {
            self.choice.set(None);
            return;
        }
        let id = client.send(
            |id| Request::Distribution { id, prompt },
            move |reply| match reply {
                Reply::Distribution { choice, .. } => self.choice.set(Some(choice)),
                _ => self.choice.set(None),
            },
        );
        self.choosing.set_value(Some(id));
    }

    /// Asks what the state says; an answer being written is given up.
    pub fn ask(self) {
        let Some(client) = self.client() else { return };
        if let Some(before) = self.asking.get_value() {
            client.forget(before);
        }
        let asked = self.state.with_untracked(State::question);
        let prompt = asked.prompt();
        if prompt.is_empty() {
            self.answer.set(None);
            self.own.set(None);
            return;
        }
        let budget = untrack(|| self.budget());
        // Where a language is forced, the model's own choice is written beside it.
        let free = (asked.language.is_some() && asked.stage().knows_tags()).then(|| State {
            language: None,
            ..asked.clone()
        });
        let columns: Vec<Column> = iter::once(&asked)
            .chain(&free)
            .map(|asked| Column {
                prompt: prompt.clone(),
                language: asked.language,
                seed: asked.seed,
            })
            .collect();
        let sampling = Draw {
            temperature: asked.temperature(),
            top_p: 1.0,
            max_new_tokens: budget,
        };
        let pause = if asked.slow && !prefers_reduced_motion() {
            READING_PAUSE
        } else {
            0
        };
        let begin = |asked: State| Answer {
            problem: asked.problem(),
            asked,
            recorded: false,
            budget,
            tokens: Vec::new(),
            completed: None,
            milliseconds: None,
            failure: None,
        };
        self.own.set(free.map(begin));
        self.answer.set(Some(begin(asked)));
        let answers = [self.answer, self.own];
        let change = move |at: usize, change: &mut dyn FnMut(&mut Answer)| {
            let Some(answer) = answers.get(at) else {
                return;
            };
            if answer.with_untracked(Option::is_some) {
                answer.update(|answer| answer.as_mut().map_or((), change));
            }
        };
        let id = client.send(
            |id| Request::Ask {
                id,
                columns,
                sampling,
                pause,
            },
            move |reply| match reply {
                Reply::Tokens { tokens, .. } => {
                    let (mut free, mut shown): (Vec<_>, Vec<_>) =
                        tokens.into_iter().partition(|token| token.column > 0);
                    for (at, tokens) in [&mut shown, &mut free].into_iter().enumerate() {
                        if !tokens.is_empty() {
                            change(at, &mut |answer| answer.tokens.append(tokens));
                        }
                    }
                }
                Reply::Done {
                    completions,
                    milliseconds,
                    ..
                } => {
                    for (at, completed) in completions.into_iter().enumerate() {
                        change(at, &mut |answer| {
                            answer.completed = Some(completed.clone());
                            answer.milliseconds = Some(milliseconds);
                        });
                    }
                }
                Reply::Fail { failure, .. } => {
                    for at in 0..answers.len() {
                        change(at, &mut |answer| answer.failure = Some(failure.clone()));
                    }
                }
                _ => {}
            },
        );
        self.asking.set_value(Some(id));
    }

    /// Stops the answer that is being written; what there is of it stays.
    pub fn stop(self) {
        if let (Some(client), Some(id)) = (self.client(), self.asking.get_value()) {
            client.stop(id);
        }
    }
}
