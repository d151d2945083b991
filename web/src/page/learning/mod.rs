//! The training of view 8: the worker that trains, what the visitor has chosen for it, and what it has told. It goes on while other views are
//! looked at.

mod hearing;
mod orders;
pub mod spoken;

use std::rc::Rc;

use explang::run::Stage;
use explang::tasks::Spec;
use leptos::prelude::*;
use web_time::Instant;

use crate::protocol::Failure;
use crate::protocol::learning::{Group, NotKept, Opened, Order, Point, Settings};

/// Everything that view 8 reads, and what it can do. Copies share one state.
#[derive(Clone, Copy)]
pub struct Learning {
    /// What the visitor has chosen. What is in force may differ: [`Training::settings`].
    pub settings: RwSignal<Settings>,
    /// What the learner does.
    pub phase: RwSignal<Phase>,
    /// The training that is there.
    pub training: RwSignal<Option<Training>>,
    /// Its history. Readers are told of new points a few times a second at most.
    pub points: RwSignal<Vec<Point>>,
    /// The group that the last step learned most from, and that step.
    pub group: RwSignal<Option<(u32, Group)>>,
    /// What this browser keeps.
    pub keeping: RwSignal<Keeping>,
    /// The training is being packed into a file.
    pub packing: RwSignal<bool>,
    /// Why the last order came to nothing.
    pub failure: RwSignal<Option<Failure>>,
    /// What is said aloud: a sentence about what has changed.
    pub said: RwSignal<String>,
    /// Takes the orders; none before the learner is started.
    orders: StoredValue<Option<Takes>, LocalStorage>,
    /// What follows once a training is there, or has been packed.
    next: StoredValue<Option<Next>>,
    /// When readers of the points were told last.
    drawn: StoredValue<Option<Instant>>,
    /// They will be told soon.
    draws: StoredValue<bool>,
}

/// Takes the orders to the learner.
type Takes = Rc<dyn Fn(&Order)>;

/// What the learner does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It has not been started.
    Asleep,
    /// It starts, and looks for a training that this browser keeps.
    Starting,
    /// It waits; there is no training.
    Nothing,
    /// It fetches the model to start from: bytes so far, and in all where that is known.
    Loading(u64, Option<u64>),
    /// It waits with a training.
    Waiting,
    /// It takes steps.
    Running,
    /// It takes one step.
    Stepping,
    /// It is of no more use.
    Over,
}

impl Phase {
    /// It learns at this moment.
    pub const fn learns(self) -> bool {
        matches!(self, Phase::Running | Phase::Stepping)
    }

    /// It hears orders of every kind.
    pub const fn hears(self) -> bool {
        self.learns() || matches!(self, Phase::Nothing | Phase::Waiting)
    }
}

/// What is to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Steps until told otherwise.
    Run,
    /// One step.
    Step,
}

/// A training that is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Training {
    /// The settings in force.
    pub settings: Settings,
    /// The stage that its steps are logged as.
    pub stage: Stage,
    /// The kinds of problems that the model was taught, in the order of [`Point::choice`].
    pub kinds: Vec<Spec>,
}

impl Training {
    fn of(opened: &Opened) -> Training {
        let mut kinds: Vec<Spec> = Vec::new();
        for task in &opened.tasks {
            // Two levels of one kind are one kind.
            if kinds.iter().all(|kind| kind.kind() != task.spec.kind()) {
                kinds.push(task.spec);
            }
        }
        Training {
            settings: opened.settings.clone(),
            stage: opened.stage,
            kinds,
        }
    }
}

/// What this browser keeps of trainings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keeping {
    /// It keeps some training: this one, or the one before it.
    pub any: bool,
    /// The last step of this training that is kept.
    pub step: Option<u32>,
    /// Why this training is not kept.
    pub not: Option<(NotKept, Failure)>,
}

impl Learning {
    /// No learner yet; [`Learning::open`] starts it.
    pub fn asleep() -> Learning {
        Learning {
            settings: RwSignal::new(Settings::default()),
            phase: RwSignal::new(Phase::Asleep),
            training: RwSignal::new(None),
            points: RwSignal::new(Vec::new()),
            group: RwSignal::new(None),
            keeping: RwSignal::new(Keeping::default()),
            packing: RwSignal::new(false),
            failure: RwSignal::new(None),
            said: RwSignal::new(String::new()),
            orders: StoredValue::new_local(None),
            next: StoredValue::new(None),
            drawn: StoredValue::new(None),
            draws: StoredValue::new(false),
        }
    }

    /// A learner elsewhere: `takes` gets the orders, and whoever has it tells what it does through [`Learning::hear`].
    pub fn told_by(takes: impl Fn(&Order) + 'static) -> Learning {
        let learning = Learning::asleep();
        learning.orders.set_value(Some(Rc::new(takes)));
        learning.phase.set(Phase::Starting);
        learning
    }

    /// Steps that have been taken.
    pub fn steps(self) -> u32 {
        self.points
            .with(|points| points.last().map_or(0, |point| point.step))
    }

    /// The kinds of problems that the model was taught; none before a training is there.
    pub fn kinds(self) -> Memo<Vec<Spec>> {
        Memo::new(move |_| {
            self.training.with(|training| {
                training
                    .as_ref()
                    .map(|training| training.kinds.clone())
                    .unwrap_or_default()
            })
        })
    }

    /// The settings that the visitor has chosen and that count from a new beginning on.
    pub fn waits_for_beginning(self) -> bool {
        self.training.with(|training| {
            training.as_ref().is_some_and(|training| {
                (self.settings).with(|chosen| chosen.needs_beginning(&training.settings))
            })
        })
    }
}
