//! The page's state while it is open: what the address says, the engine, and what it has answered.

mod answer;
mod asking;
mod engine;
mod figures;
mod file;
mod yours;

pub use answer::{Answer, ModelState};
pub use file::OpenFile;

use explang::run::{Stage, SummaryExcerpt};
use explang::tasks::Spec;
use gloo::events::EventListener;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::judge::problem_text;
use crate::judge::taught::taught;
use crate::kept::Head;
use crate::opening;
use crate::page::address::{Asked, Source, State};
use crate::page::client::Client;
use crate::protocol::{Choice, DeviceKind, Failure, Id, Opening, Training};

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
    /// What the model says by its own choice, where the answer that is shown has a forced language.
    pub own: RwSignal<Option<Answer>>,
    /// What the evaluations of the run found, once a view has wanted it.
    pub figures: RwSignal<Option<SummaryExcerpt>>,
    /// The visitor's own training, where this browser keeps one and a view has looked.
    pub yours: RwSignal<Option<Head>>,
    /// The file that the visitor has opened, where there is one.
    pub file: RwSignal<Option<OpenFile>>,
    /// Why the model does not compute where it was wanted to; it goes on with the processor.
    pub fallback: RwSignal<Option<Failure>>,
    client: StoredValue<Option<Client>, LocalStorage>,
    /// Counts what calls for loading anew although the address stays.
    loads: RwSignal<u32>,
    /// The run whose figures are there, or on their way.
    figures_of: StoredValue<Option<Source>>,
    /// The run that was asked before the visitor's own model.
    run_before: StoredValue<Source>,
    asking: StoredValue<Option<Id>>,
    choosing: StoredValue<Option<Id>>,
}

/// How a change enters the browser's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Navigation {
    /// The back button undoes it.
    Push,
    /// It replaces what was there: one of many small changes, such as a letter typed.
    Replace,
}

/// The address of a state of this page, whole but for what follows `#`.
pub fn link(state: &State) -> String {
    let location = window().location();
    // With the origin: a path that begins with two slashes would name another server.
    let origin = location.origin().unwrap_or_default();
    state.address(&(origin + &location.pathname().unwrap_or_default()))
}

impl Live {
    /// A page in this state, without an engine: what tests of the views draw.
    pub fn still(state: State) -> Live {
        Live {
            training: RwSignal::new(None),
            choice: RwSignal::new(None),
            answer: RwSignal::new(None),
            own: RwSignal::new(None),
            figures: RwSignal::new(None),
            figures_of: StoredValue::new(None),
            yours: RwSignal::new(None),
            file: RwSignal::new(None),
            run_before: StoredValue::new(Source::Committed),
            model: RwSignal::new(ModelState::Loading(0, None)),
            state: RwSignal::new(state),
            fallback: RwSignal::new(None),
            loads: RwSignal::new(0),
            client: StoredValue::new_local(None),
            asking: StoredValue::new(None),
            choosing: StoredValue::new(None),
        }
    }

    /// The state of a page just opened; starts the engine.
    pub fn start() -> Live {
        let mut state = State::read(&window().location().search().unwrap_or_default());
        // A file is open for as long as the page is.
        if state.run == Source::File {
            state.run = Source::Committed;
        }
        let live = Live::still(state);
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
        live.follow();
        live
    }

    /// The stage whose model is there and is the one that the address asks for.
    pub fn ready(self) -> Option<Stage> {
        let (stage, origin) = self.state.with(|state| (state.stage(), state.run.origin()));
        self.model.with(|model| match model {
            ModelState::Ready(loaded) if loaded.stage == stage && loaded.origin == origin => {
                Some(stage)
            }
            _ => None,
        })
    }

    /// The longest response, in tokens, that the model was trained with.
    pub fn budget(self) -> usize {
        let training = self.training.with(|t| t.as_ref().map(|t| t.max_new_tokens));
        training.unwrap_or(64)
    }

    /// The kinds of problems that the model was taught, as far as is known.
    pub fn taught(self) -> Vec<Spec> {
        let tasks = self
            .training
            .with(|training| training.as_ref().map(|training| training.tasks.clone()));
        self.figures
            .with(|figures| taught(&tasks.unwrap_or_default(), figures.as_ref()))
    }

    /// Changes the state, and the address with it.
    pub fn change(self, navigation: Navigation, change: impl FnOnce(&mut State)) {
        let mut state = self.state.get_untracked();
        change(&mut state);
        if state == self.state.get_untracked() {
            return;
        }
        let address = link(&state) + &window().location().hash().unwrap_or_default();
        let entry = window().history();
        // A browser that refuses (too many entries in a second) only lacks a step back.
        let _kept = entry.and_then(|entry| match navigation {
            Navigation::Push => entry.push_state_with_url(&JsValue::NULL, "", Some(&address)),
            Navigation::Replace => entry.replace_state_with_url(&JsValue::NULL, "", Some(&address)),
        });
        self.state.set(state);
    }

    /// Asks the same with the next seed.
    pub fn next_seed(self) {
        self.change(Navigation::Push, |state| {
            state.seed = state.seed.wrapping_add(1);
        });
    }

    /// Shows the recording, where it is what the address asks for.
    fn show_recorded(self, recorded: Opening) {
        let asked = self.state.get_untracked();
        let same = matches!(&asked.asked, Asked::Problem(p) if problem_text::write(p) == recorded.problem)
            && State {
                asked: State::default().asked,
                ..asked.question()
            } == State::default().question();
        if same {
            self.choice.set(Some(recorded.choice));
            self.answer.set(Some(Answer {
                problem: asked.problem(),
                asked: asked.question(),
                recorded: true,
                budget: recorded.sampling.max_new_tokens,
                tokens: recorded.tokens,
                completed: Some(recorded.completed),
                milliseconds: None,
                failure: None,
            }));
        }
    }

    /// Does what a change of the state calls for: start an engine, load, choose, ask.
    fn follow(self) {
        self.follow_yours();
        let device = Memo::new(move |_| self.state.with(|state| state.device));
        let what = Memo::new(move |_| self.state.with(|state| (state.run, state.stage())));
        Effect::new(move |before: Option<DeviceKind>| {
            let device = device.get();
            if before != Some(device) {
                self.start_engine(device);
            }
            self.loads.track();
            let (run, stage) = what.get();
            self.load(run, stage);
            device
        });
        let ready = Memo::new(move |_| self.ready());
        let prompt = Memo::new(move |_| self.state.with(State::prompt));
        Effect::new(move || {
            let prompt = prompt.get();
            if ready.get().is_some() {
                self.choose(prompt);
            }
        });
        // What a view looks like is no reason to ask again.
        let question = Memo::new(move |_| {
            let state = self.state.get();
            state.view.shows_answer().then(|| state.question())
        });
        Effect::new(move || match question.get() {
            None => self.give_up(),
            Some(question) => {
                let answered = self.answer.with_untracked(|answer| {
                    let answer = answer.as_ref()?;
                    let live = !answer.recorded && answer.completed.is_some();
                    live.then(|| answer.asked == question)
                });
                if ready.get().is_some() && answered != Some(true) {
                    self.ask();
                }
            }
        });
    }
}
