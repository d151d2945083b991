//! What the learner tells, and what becomes of it.

use std::time::Duration;

use gloo::timers::callback::Timeout;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use web_time::Instant;

use super::{Keeping, Learning, Phase, Training, spoken};
use crate::protocol::learning::{News, NotKept, Opened, Order, Packed, Point, StepNews};

/// Time between two drawings while steps come in: steps of small settings come faster than they can be seen.
const REDRAW: Duration = Duration::from_millis(250);

impl Learning {
    /// Hears what the learner tells.
    pub fn hear(self, news: News) {
        match news {
            News::Ready => {}
            News::Progress(received, total) => self.phase.set(Phase::Loading(received, total)),
            News::Opened(opened) => self.opened(*opened),
            News::Nothing => {
                // Why what this browser keeps cannot be taken up may have been told before.
                let deleted = self.phase.get_untracked() != Phase::Starting;
                if deleted {
                    self.clear();
                }
                self.phase.set(Phase::Nothing);
                let nothing = spoken::nothing(deleted);
                self.said
                    .set(self.keeping.with_untracked(|keeping| match &keeping.not {
                        Some((_, failure)) => format!("{} {nothing}", failure.message),
                        None => nothing.to_owned(),
                    }));
            }
            News::Step(step) => self.stepped(*step),
            News::Kept(step) => {
                self.keeping.set(Keeping {
                    any: true,
                    step: Some(step),
                    not: None,
                });
                if self.phase.get_untracked() == Phase::Waiting {
                    self.said
                        .update(|said| *said = spoken::and_kept(said, step));
                }
            }
            News::NotKept(why, failure) => {
                self.said
                    .set(format!("{} {}", failure.message, failure.advice));
                self.keeping.update(|keeping| {
                    // Another tab's is kept all the same.
                    keeping.any |= why == NotKept::OtherTab;
                    keeping.not = Some((why, failure));
                });
            }
            News::Packed(packed) => {
                self.packing.set(false);
                save(&packed);
                self.said.set(spoken::packed(&packed));
                self.go_on();
            }
            News::Fail { failure, over } => {
                self.next.set_value(None);
                self.packing.set(false);
                if self.phase.get_untracked().learns() {
                    // An order that came to nothing need not have stopped it.
                    self.send(&Order::Pause);
                }
                self.phase
                    .set(match self.training.with_untracked(Option::is_some) {
                        _ if over => Phase::Over,
                        true => Phase::Waiting,
                        false => Phase::Nothing,
                    });
                // It is shown where it is heard at once.
                self.said.set(String::new());
                self.failure.set(Some(failure));
            }
        }
    }

    fn opened(self, opened: Opened) {
        let kept = opened.points.last().map_or(0, |point| point.step);
        self.training.set(Some(Training::of(&opened)));
        self.keeping.update(|keeping| {
            *keeping = Keeping {
                any: keeping.any || opened.kept,
                step: opened.kept.then_some(kept),
                not: opened.failure.map(|failure| (NotKept::Unreadable, failure)),
            };
        });
        self.group.set(None);
        self.points.set(opened.points);
        self.phase.set(Phase::Waiting);
        if opened.kept {
            self.said.set(spoken::taken_up(kept));
            self.settings.set(opened.settings);
        } else {
            self.said.set(spoken::BEGUN.to_owned());
            // The choice may have gone on meanwhile.
            self.follow();
        }
        self.go_on();
    }

    fn stepped(self, news: StepNews) {
        let StepNews { point, group } = news;
        let step = point.step;
        match self.phase.get_untracked() {
            Phase::Stepping => {
                self.phase.set(Phase::Waiting);
                self.said.set(self.summary(&point, 1));
            }
            // It was told to pause when it had this step.
            Phase::Waiting => self.said.set(spoken::paused(step)),
            _ if step.is_multiple_of(spoken::EVERY) => {
                self.said.set(self.summary(&point, spoken::EVERY));
            }
            _ => {}
        }
        let _pushed = self
            .points
            .try_update_untracked(|points| points.push(point));
        let _shown = self
            .group
            .try_update_untracked(|shown| *shown = Some((step, group)));
        self.draw_soon();
    }

    /// What is said of a point, against the point so many steps before.
    fn summary(self, point: &Point, steps: u32) -> String {
        self.training.with_untracked(|training| {
            let kinds = training
                .as_ref()
                .map_or(&[][..], |training| &training.kinds);
            self.points.with_untracked(|points| {
                let before = point.step.saturating_sub(steps);
                let before = points.iter().rev().find(|point| point.step <= before);
                spoken::summary(point, before, kinds)
            })
        })
    }

    /// Tells the readers of points and group at once, or when enough time has passed since they were told last.
    fn draw_soon(self) {
        if self.draws.get_value() {
            return;
        }
        let since = self.drawn.get_value().map(|drawn| drawn.elapsed());
        let rest = REDRAW.saturating_sub(since.unwrap_or(REDRAW));
        if rest.is_zero() {
            self.draw();
            return;
        }
        self.draws.set_value(true);
        let milliseconds = u32::try_from(rest.as_millis()).unwrap_or(0);
        Timeout::new(milliseconds, move || {
            self.draws.set_value(false);
            self.draw();
        })
        .forget();
    }

    fn draw(self) {
        self.drawn.set_value(Some(Instant::now()));
        self.points.update(|_| ());
        self.group.update(|_| ());
    }
}

/// Has the browser save a file.
fn save(packed: &Packed) {
    let Ok(link) = document().create_element("a") else {
        return;
    };
    let _to = link.set_attribute("href", &packed.address);
    let _named = link.set_attribute("download", &packed.name);
    if let Ok(link) = link.dyn_into::<HtmlElement>() {
        link.click();
    }
}
