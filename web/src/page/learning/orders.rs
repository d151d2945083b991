//! What the visitor can have the learner do.

use std::rc::Rc;

use leptos::prelude::*;

use super::{Keeping, Learning, Next, Phase, spoken};
use crate::page::wire::Wire;
use crate::protocol::learning::{News, Order, Settings};

/// The worker's script, beside the page.
const SCRIPT: &str = "start-learner.js";

impl Learning {
    /// Starts the learner, unless it is there, and takes up the training that this browser keeps.
    pub fn open(self) {
        if !matches!(self.phase.get_untracked(), Phase::Asleep | Phase::Over) {
            return;
        }
        self.failure.set(None);
        self.phase.set(Phase::Starting);
        self.said.set(spoken::STARTING.to_owned());
        let wire = match Wire::start(SCRIPT) {
            Ok(wire) => Rc::new(wire),
            Err(failure) => {
                self.hear(News::Fail {
                    failure,
                    over: true,
                });
                return;
            }
        };
        // The listeners belong to the wire, so they hold it weakly.
        let weak = Rc::downgrade(&wire);
        wire.listen(
            "learner",
            move |news| match news {
                News::Ready => {
                    if let Some(wire) = weak.upgrade() {
                        wire.ready();
                    }
                }
                news => self.hear(news),
            },
            move |failure| {
                self.hear(News::Fail {
                    failure,
                    over: true,
                });
            },
        );
        self.orders
            .set_value(Some(Rc::new(move |order| wire.post(order))));
        self.send(&Order::Open);
    }

    /// Changes what the visitor has chosen. A training that is there goes on with it from the next step, as far as it can.
    pub fn choose(self, change: impl FnOnce(&mut Settings)) {
        let mut chosen = self.settings.get_untracked();
        change(&mut chosen);
        self.settings.set(chosen);
        self.follow();
    }

    /// Gives a training that is there what has been chosen, but for what is a training's own.
    pub(super) fn follow(self) {
        let Some(training) = self.training.get_untracked() else {
            return;
        };
        let before = training.settings;
        let chosen = self.settings.get_untracked();
        let settings = Settings {
            start: before.start,
            seed: before.seed,
            forced: before.forced,
            ..chosen
        };
        if settings != before {
            self.send(&Order::Change(settings.clone()));
            self.training.update(|training| {
                if let Some(training) = training {
                    training.settings = settings;
                }
            });
        }
    }

    /// Takes steps, of a new training where there is none.
    pub fn run(self) {
        self.go(Next::Run);
    }

    /// Takes one step, of a new training where there is none.
    pub fn step(self) {
        self.go(Next::Step);
    }

    fn go(self, next: Next) {
        self.failure.set(None);
        if self.training.with_untracked(Option::is_none) {
            self.begin(Some(next));
            return;
        }
        match next {
            Next::Run => {
                self.send(&Order::Run);
                self.phase.set(Phase::Running);
                self.said
                    .set(spoken::running(untrack(move || self.steps())));
            }
            Next::Step => {
                self.send(&Order::Step);
                self.phase.set(Phase::Stepping);
            }
        }
    }

    /// What is to follow on a training that is there now.
    pub(super) fn go_on(self) {
        if let Some(next) = self.next.try_update_value(Option::take).flatten() {
            self.go(next);
        }
    }

    /// Stops where it is.
    pub fn pause(self) {
        self.send(&Order::Pause);
        self.phase.set(Phase::Waiting);
        let steps = untrack(move || self.steps());
        let kept = self.keeping.with_untracked(|keeping| keeping.step);
        let said = spoken::paused(steps);
        // The learner keeps no step twice, nor tells so.
        self.said.set(match kept {
            Some(kept) if kept == steps => spoken::and_kept(&said, kept),
            _ => said,
        });
    }

    /// Begins a training with what has been chosen, in the place of the one that is there.
    pub fn begin(self, next: Option<Next>) {
        self.failure.set(None);
        self.next.set_value(next);
        self.phase.set(Phase::Loading(0, None));
        self.said.set(spoken::LOADING.to_owned());
        self.send(&Order::Begin(self.settings.get_untracked()));
    }

    /// Packs the training into one file, which the browser then saves. A training that runs rests meanwhile.
    pub fn download(self) {
        self.failure.set(None);
        let learned = self.phase.get_untracked() == Phase::Running;
        if self.phase.get_untracked().learns() {
            self.pause();
        }
        self.next.set_value(learned.then_some(Next::Run));
        self.packing.set(true);
        self.send(&Order::Pack);
    }

    /// Gives the training up, and all that this browser keeps.
    pub fn forget(self) {
        self.failure.set(None);
        self.next.set_value(None);
        self.send(&Order::Forget);
    }

    /// Keeps this training in the place of another tab's.
    pub fn insist(self) {
        self.keeping.update(|keeping| keeping.not = None);
        self.send(&Order::Insist);
    }

    /// Nothing is there any more.
    pub(super) fn clear(self) {
        self.training.set(None);
        self.points.set(Vec::new());
        self.group.set(None);
        self.keeping.set(Keeping::default());
    }

    pub(super) fn send(self, order: &Order) {
        if let Some(takes) = self.orders.get_value() {
            takes(order);
        }
    }
}
