//! The view with its learner's end: what is told here by the protocol, and the orders that come.

use std::cell::RefCell;
use std::rc::Rc;

use explang::Language;
use explang::run::Stage;
use explang::tasks::Weighted;
use explang_web::page::address::{State, View};
use explang_web::page::learning::Learning;
use explang_web::page::live::Live;
use explang_web::protocol::Failure;
use explang_web::protocol::learning::{
    Group, HeldOut, Means, News, Opened, Order, Point, Settings, Shown, StepNews,
};
use explang_web::views::learn::Learn;
use gloo::timers::callback::Timeout;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlElement, HtmlInputElement};

use crate::place::{all, drawn, texts};

/// The view, its learner's end, and the orders that came there.
pub(super) struct Desk {
    pub(super) learning: Learning,
    pub(super) place: HtmlElement,
    orders: Rc<RefCell<Vec<Order>>>,
}

impl Desk {
    pub(super) async fn open() -> Desk {
        let orders = Rc::new(RefCell::new(Vec::new()));
        let taken = orders.clone();
        let learning = Learning::told_by(move |order| taken.borrow_mut().push(order.clone()));
        let live = Live::still(State {
            view: View::Learn,
            window: 1,
            ..State::default()
        });
        let place = drawn(live, move || {
            provide_context(learning);
            view! { <Learn /> }
        });
        let desk = Desk {
            learning,
            place,
            orders,
        };
        desk.drawn().await;
        desk
    }

    /// One with a training of two kinds.
    pub(super) async fn with(points: Vec<Point>, kept: bool) -> Desk {
        let desk = Desk::open().await;
        desk.hear(opened(points, kept)).await;
        desk
    }

    pub(super) async fn drawn(&self) {
        leptos::task::tick().await;
        // What was drawn because of it may have more to draw.
        leptos::task::tick().await;
    }

    pub(super) async fn hear(&self, news: News) {
        self.learning.hear(news);
        self.drawn().await;
    }

    pub(super) fn button(&self, name: &str) -> Option<HtmlElement> {
        let buttons = all(&self.place, "button").into_iter();
        let mut named = buttons.filter(|b| b.text_content().as_deref() == Some(name));
        Some(named.next()?.unchecked_into())
    }

    /// Whether a button can be pressed; none where it is not there.
    pub(super) fn open_button(&self, name: &str) -> Option<bool> {
        Some(self.button(name)?.get_attribute("aria-disabled").is_none())
    }

    pub(super) async fn press(&self, name: &str) {
        let button = self.button(name);
        let button = button.unwrap_or_else(|| panic!("no button {name}"));
        // As a hand does: a click by itself leaves the keyboard where it is.
        button.focus().unwrap();
        button.click();
        self.drawn().await;
    }

    /// The orders since this was asked last.
    pub(super) fn orders(&self) -> Vec<Order> {
        self.orders.take()
    }

    pub(super) fn said(&self) -> String {
        let said = texts(&self.place, "[role=status]");
        assert_eq!(said.len(), 1, "one live region");
        said.concat()
    }

    pub(super) fn text(&self, selector: &str) -> String {
        texts(&self.place, selector).join("|")
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.place.remove();
    }
}

/// A point at which sums go to Chinese with probability `zh`, and weekdays to English.
pub(super) fn point(step: u32, zh: f32) -> Point {
    let mut sums = vec![0.0; Language::ALL.len()];
    let mut weekdays = sums.clone();
    sums[Language::En.index()] = 1.0 - zh;
    sums[Language::Zh.index()] = zh;
    weekdays[Language::En.index()] = 1.0;
    Point {
        step,
        rollouts: (step > 0).then_some(Means {
            reward: 1.25,
            accuracy: 0.5,
            compliance: 1.0,
            response_tokens: 31.0,
            seconds: 1.5,
        }),
        choice: vec![sums, weekdays],
        information: Some(0.2),
        entropy: Some(0.4),
        held_out: step.is_multiple_of(10).then_some(HeldOut {
            right: 30,
            problems: 40,
            interval: [0.6, 0.86],
        }),
    }
}

pub(super) fn points(last: u32) -> Vec<Point> {
    let zh = |step: u32| step as f32 / last.max(1) as f32;
    (0..=last).map(|step| point(step, zh(step))).collect()
}

pub(super) fn opened(points: Vec<Point>, kept: bool) -> News {
    let tasks = ["sums/steps/3", "weekdays/steps/3"].map(|kind| Weighted {
        spec: kind.parse().unwrap(),
        weight: 1,
    });
    News::Opened(Box::new(Opened {
        settings: Settings {
            seed: 5,
            ..Settings::default()
        },
        stage: Stage::Explore,
        tasks: tasks.to_vec(),
        points,
        kept,
        failure: None,
    }))
}

pub(super) fn group() -> Group {
    let shown = |language: Language, answer: u32, reward, advantage| Shown {
        text: format!(
            "<lang_select>\n{language}\n</lang_select>\n<think>\nxyz\n</think>\n\\boxed{{{answer}}}"
        ),
        language: Some(language),
        right: answer == 85,
        reward,
        advantage,
    };
    Group {
        question: "What is 47 + 38? Think in steps.".into(),
        answer: "85".into(),
        rollouts: vec![
            shown(Language::Ar, 85, 1.4, 1.5),
            shown(Language::En, 84, 0.4, -0.5),
            shown(Language::En, 84, 0.4, -0.5),
        ],
    }
}

pub(super) fn step(step: u32, zh: f32) -> News {
    News::Step(Box::new(StepNews {
        point: point(step, zh),
        group: group(),
    }))
}

pub(super) fn failure(message: &str) -> Failure {
    Failure {
        message: message.into(),
        advice: "Do this.".into(),
    }
}

/// Waits for what is drawn only a few times a second.
pub(super) async fn later() {
    let (rings, rung) = futures_channel::oneshot::channel();
    Timeout::new(400, move || _ = rings.send(())).forget();
    rung.await.unwrap();
}

/// Changes a field as a hand would: sliders count while they move, numbers once they are left.
pub(super) async fn fill(desk: &Desk, selector: &str, text: &str, event: &str) {
    let input: HtmlInputElement = all(&desk.place, selector)[0].clone().unchecked_into();
    input.set_value(text);
    let name = event;
    let event = Event::new(name).unwrap();
    event.init_event_with_bubbles(name, true);
    input.dispatch_event(&event).unwrap();
    desk.drawn().await;
}
