//! The page's state while it is open: what the address says, the engine, and what it has answered.

use explang::tasks::Problem;
use gloo_events::EventListener;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::address::{Asked, State, View};
use crate::client::Client;
use crate::opening;
use crate::problem_text;
use crate::protocol::{
    Choice, Column, Completed, Draw, Failure, Id, Loaded, Opening, Reply, Request, Stage, Token,
    Training,
};

/// Folder of the committed run, beside the page.
const RUN: &str = "checkpoints/quick/";
/// The worker's script, beside the page.
const ENGINE: &str = "start-engine.js";
/// Pause after each token, in milliseconds: about as fast as people read.
const READING_PAUSE: u32 = 60;

/// Everything that a view reads, and what it can do. Copies share one state.
#[derive(Clone, Copy)]
pub struct Live {
    /// What the address says.
    pub state: RwSignal<State>,
    /// Where the model is.
    pub model: RwSignal<ModelState>,
    /// How the model was trained; told by the recording until it is loaded.
    pub training: RwSignal<Option<Training>>,
    /// The distribution over the languages for what is asked now; none while it is computed for the first time.
    pub choice: RwSignal<Option<Choice>>,
    /// The answer that is shown.
    pub answer: RwSignal<Option<Answer>>,
    client: StoredValue<Option<Client>, LocalStorage>,
    asking: StoredValue<Option<Id>>,
    choosing: StoredValue<Option<Id>>,
}

/// Where the model is.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelState {
    /// On its way: bytes received, and bytes in all where known.
    Loading(u64, Option<u64>),
    /// There.
    Ready(Loaded),
    /// It cannot be used.
    Failed(Failure),
}

/// An answer, finished or being written.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What was asked, and how.
    pub asked: State,
    /// The problem of the tasks that was asked, where it is one.
    pub problem: Option<Problem>,
    /// It was recorded, not written just now.
    pub recorded: bool,
    /// Longest response allowed.
    pub budget: usize,
    /// The tokens that the model drew so far.
    pub tokens: Vec<Token>,
    /// The whole, once it has ended.
    pub completed: Option<Completed>,
    /// Time that the model took, in milliseconds.
    pub milliseconds: Option<f64>,
    /// It came to nothing.
    pub failure: Option<Failure>,
}

impl Answer {
    /// Still being written.
    pub fn running(&self) -> bool {
        self.completed.is_none() && self.failure.is_none()
    }
}

/// How a change enters the browser's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum History {
    /// The back button undoes it.
    Push,
    /// It replaces what was there: one of many small changes, such as a letter typed.
    Replace,
}

impl Live {
    /// A page in this state, without an engine: what tests of the views draw.
    pub fn still(state: State) -> Live {
        Live {
            training: RwSignal::new(None),
            choice: RwSignal::new(None),
            answer: RwSignal::new(None),
            model: RwSignal::new(ModelState::Loading(0, None)),
            state: RwSignal::new(state),
            client: StoredValue::new_local(None),
            asking: StoredValue::new(None),
            choosing: StoredValue::new(None),
        }
    }

    /// The state of a page just opened; starts the engine.
    pub fn start() -> Live {
        let live = Live::still(State::read(
            &window().location().search().unwrap_or_default(),
        ));
        if let Some(recorded) = opening::recorded() {
            live.training.set(Some(recorded.training.clone()));
            live.show_recorded(recorded);
        }
        let back = EventListener::new(&window(), "popstate", move |_| {
            live.state.set(State::read(
                &window().location().search().unwrap_or_default(),
            ));
        });
        back.forget();
        let broken = move |failure| live.model.set(ModelState::Failed(failure));
        match Client::start(ENGINE, broken) {
            Ok(client) => live.client.set_value(Some(client)),
            Err(failure) => live.model.set(ModelState::Failed(failure)),
        }
        live.follow();
        live
    }

    /// Changes the state, and the address with it.
    pub fn change(self, history: History, change: impl FnOnce(&mut State)) {
        let mut state = self.state.get_untracked();
        change(&mut state);
        if state == self.state.get_untracked() {
            return;
        }
        let address = format!(
            "?{}{}",
            state.write(),
            window().location().hash().unwrap_or_default()
        );
        let entry = window().history();
        // A browser that refuses (too many entries in a second) only lacks a step back.
        let _kept = entry.and_then(|entry| match history {
            History::Push => entry.push_state_with_url(&JsValue::NULL, "", Some(&address)),
            History::Replace => entry.replace_state_with_url(&JsValue::NULL, "", Some(&address)),
        });
        self.state.set(state);
    }

    /// Shows the recording, where it is what the address asks for.
    fn show_recorded(self, recorded: Opening) {
        let asked = self.state.get_untracked();
        let same = matches!(&asked.asked, Asked::Problem(p) if problem_text::write(p) == recorded.problem)
            && State {
                asked: State::default().asked,
                ..asked.clone()
            } == State::default();
        if same {
            self.choice.set(Some(recorded.choice));
            self.answer.set(Some(Answer {
                problem: asked.problem(),
                asked,
                recorded: true,
                budget: recorded.sampling.max_new_tokens,
                tokens: recorded.tokens,
                completed: Some(recorded.completed),
                milliseconds: None,
                failure: None,
            }));
        }
    }

    /// Does what a change of the state calls for: load, choose, ask.
    fn follow(self) {
        let stage = Memo::new(move |_| self.state.with(|state| state.stage));
        Effect::new(move || self.load(stage.get()));
        let ready = Memo::new(move |_| match self.model.get() {
            ModelState::Ready(model) => Some(model.stage),
            _ => None,
        });
        let prompt = Memo::new(move |_| self.state.with(State::prompt));
        Effect::new(move || {
            let prompt = prompt.get();
            if ready.get() == Some(stage.get()) {
                self.choose(prompt);
            }
        });
        // What a view looks like is no reason to ask again.
        let question = Memo::new(move |_| State {
            view: View::Think,
            ..self.state.get()
        });
        Effect::new(move || {
            let _question = question.get();
            if ready.get() == Some(stage.get()) {
                self.ask();
            }
        });
    }

    fn client(self) -> Option<Client> {
        self.client.get_value()
    }

    fn load(self, stage: Stage) {
        let Some(client) = self.client() else { return };
        self.model.set(ModelState::Loading(0, None));
        let base = document().base_uri().ok().flatten().unwrap_or_default();
        let Ok(run) = web_sys::Url::new_with_base(RUN, &base) else {
            return;
        };
        let run = run.href();
        client.send(
            |id| Request::Load { id, run, stage },
            move |reply| {
                // A stage that is no longer wanted was loaded on the way to the one that is.
                if self.state.with_untracked(|state| state.stage) != stage {
                    return;
                }
                match reply {
                    Reply::Progress {
                        received, total, ..
                    } => {
                        self.model.set(ModelState::Loading(received, total));
                    }
                    Reply::Loaded { model, .. } => {
                        self.training.set(Some(model.training.clone()));
                        self.model.set(ModelState::Ready(model));
                    }
                    Reply::Fail { failure, .. } => self.model.set(ModelState::Failed(failure)),
                    _ => {}
                }
            },
        );
    }

    fn choose(self, prompt: String) {
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
        let asked = self.state.get_untracked();
        let prompt = asked.prompt();
        if prompt.is_empty() {
            self.answer.set(None);
            return;
        }
        let budget = self
            .training
            .with_untracked(|training| training.as_ref().map_or(64, |t| t.max_new_tokens));
        let column = Column {
            prompt,
            language: asked.language,
            seed: asked.seed,
        };
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
        self.answer.set(Some(Answer {
            problem: asked.problem(),
            asked,
            recorded: false,
            budget,
            tokens: Vec::new(),
            completed: None,
            milliseconds: None,
            failure: None,
        }));
        let with_answer = move |change: &mut dyn FnMut(&mut Answer)| {
            self.answer.update(|answer| {
                if let Some(answer) = answer {
                    change(answer);
                }
            });
        };
        let id = client.send(
            |id| Request::Ask {
                id,
                columns: vec![column],
                sampling,
                pause,
            },
            move |reply| match reply {
                Reply::Tokens { mut tokens, .. } => {
                    with_answer(&mut |answer| answer.tokens.append(&mut tokens));
                }
                Reply::Done {
                    mut completions,
                    milliseconds,
                    ..
                } => with_answer(&mut |answer| {
                    answer.completed = completions.pop();
                    answer.milliseconds = Some(milliseconds);
                }),
                Reply::Fail { failure, .. } => {
                    with_answer(&mut |answer| answer.failure = Some(failure.clone()));
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

/// The visitor has asked the system for less movement.
fn prefers_reduced_motion() -> bool {
    let query = window().match_media("(prefers-reduced-motion: reduce)");
    query.ok().flatten().is_some_and(|query| query.matches())
}
