//! Several responses written as one batch: every language at once, or the rollouts of a group.

mod writing;

pub use writing::{Phase, Writing, Written};

use explang::run::Stage;
use explang::tasks::Problem;
use explang::{Language, random};
use leptos::prelude::*;

use crate::draw::motion::prefers_reduced_motion;
use crate::page::address::State;
use crate::page::live::Live;
use crate::protocol::{Column, Draw, Id, Request};

/// Pause after each step while the page shows answers at reading speed, in milliseconds: the columns can be seen to race.
const STEP_PAUSE: u32 = 60;

/// What a batch is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The stage whose model is asked.
    pub stage: Stage,
    /// The problem of the tasks that is asked, where it is one.
    pub problem: Option<Problem>,
    /// The seed that the columns' own seeds come from.
    pub seed: u64,
    /// The columns.
    pub columns: Vec<Column>,
    /// How tokens are drawn.
    pub sampling: Draw,
}

impl Wanted {
    /// The seventeen languages, each forced, all with the same seed; none while there is nothing to ask, or nobody.
    pub fn every_language(live: Live) -> Option<Wanted> {
        let columns = |state: &State| {
            let column = |language| Column {
                prompt: state.prompt(),
                language: Some(language),
                seed: state.seed,
            };
            Language::ALL.map(column).to_vec()
        };
        Wanted::new(live, 0, columns)
    }

    /// A group of so many rollouts that choose for themselves, each with a seed of its own. `least` is the lowest
    /// temperature, in tenths.
    pub fn group(live: Live, size: usize, least: u8) -> Option<Wanted> {
        let columns = |state: &State| {
            let column = |at| Column {
                prompt: state.prompt(),
                language: None,
                seed: random::derive(state.seed, &[at]),
            };
            (0..size as u64).map(column).collect()
        };
        Wanted::new(live, least, columns)
    }

    fn new(live: Live, least: u8, columns: impl Fn(&State) -> Vec<Column>) -> Option<Wanted> {
        let stage = live.ready()?;
        let max_new_tokens = live.budget();
        live.state.with(|state| {
            let asked = !state.prompt().is_empty();
            asked.then(|| Wanted {
                stage,
                problem: state.problem(),
                seed: state.seed,
                columns: columns(state),
                sampling: Draw {
                    temperature: f32::from(state.temperature.max(least)) / 10.0,
                    top_p: 1.0,
                    max_new_tokens,
                },
            })
        })
    }
}

/// A view's batch. Copies share one state.
#[derive(Clone, Copy)]
pub struct Batch {
    /// What there is of it.
    pub writing: RwSignal<Writing>,
    /// The request that is running or has run last.
    sent: StoredValue<Option<Id>>,
}

impl Batch {
    /// A batch of so many columns; nothing is asked yet.
    pub fn new(columns: usize) -> Batch {
        Batch {
            writing: RwSignal::new(Writing::waiting(columns)),
            sent: StoredValue::new(None),
        }
    }

    /// Asks whatever `wanted` is, for as long as the view is open.
    pub fn follow(self, live: Live, wanted: Memo<Option<Wanted>>) {
        Effect::new(move || match wanted.get() {
            Some(wanted) => self.start(live, wanted),
            None => {
                self.forget(live);
                let columns = self.writing.with_untracked(|w| w.columns.len());
                self.writing.set(Writing::waiting(columns));
            }
        });
        on_cleanup(move || self.forget(live));
    }

    /// Asks; what was being written is given up.
    pub fn start(self, live: Live, wanted: Wanted) {
        self.forget(live);
        let slow = live.state.with_untracked(|state| state.slow);
        let (columns, sampling) = (wanted.columns.clone(), wanted.sampling);
        self.writing.set(Writing::begin(wanted));
        let id = live.send(
            |id| Request::Ask {
                id,
                columns,
                sampling,
                pause: if slow && !prefers_reduced_motion() {
                    STEP_PAUSE
                } else {
                    0
                },
            },
            move |reply| self.writing.update(|writing| writing.hear(reply)),
        );
        self.sent.set_value(id);
    }

    /// Asks the same once more.
    pub fn again(self, live: Live) {
        if let Some(wanted) = self.writing.with_untracked(|w| w.wanted.clone()) {
            self.start(live, wanted);
        }
    }

    /// Stops what is being written; what there is of it stays.
    pub fn stop(self, live: Live) {
        if let Some(id) = self.running() {
            live.stop_request(id);
        }
    }

    /// Gives up what is being written.
    fn forget(self, live: Live) {
        if let Some(id) = self.running() {
            live.forget(id);
        }
        self.sent.set_value(None);
    }

    /// The request that is running.
    fn running(self) -> Option<Id> {
        let id = self.sent.get_value()?;
        self.writing.with_untracked(Writing::running).then_some(id)
    }
}
