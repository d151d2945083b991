//! What the view of a training draws, and what it has the learner do. The learner's part is told here, by the protocol.

use std::cell::RefCell;
use std::rc::Rc;

use crate::place::{all, drawn, texts};
use explang::Language;
use explang::reward::Component;
use explang::run::Stage;
use explang::tasks::Weighted;
use explang_web::judge::experiment::EXPERIMENTS;
use explang_web::page::address::{State, View};
use explang_web::page::learning::{Learning, Phase};
use explang_web::page::live::Live;
use explang_web::protocol::Failure;
use explang_web::protocol::learning::{
    Group, HeldOut, Means, News, NotKept, Opened, Order, Packed, Point, Settings, Shown, Start,
    StepNews,
};
use explang_web::views::learn::Learn;
use gloo::timers::callback::Timeout;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, Event, HtmlElement, HtmlInputElement, HtmlSelectElement};

/// The view, its learner's end, and the orders that came there.
struct Desk {
    learning: Learning,
    place: HtmlElement,
    orders: Rc<RefCell<Vec<Order>>>,
}

impl Desk {
    async fn open() -> Desk {
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
    async fn with(points: Vec<Point>, kept: bool) -> Desk {
        let desk = Desk::open().await;
        desk.hear(opened(points, kept)).await;
        desk
    }

    async fn drawn(&self) {
        leptos::task::tick().await;
        // What was drawn because of it may have more to draw.
        leptos::task::tick().await;
    }

    async fn hear(&self, news: News) {
        self.learning.hear(news);
        self.drawn().await;
    }

    fn button(&self, name: &str) -> Option<HtmlElement> {
        let buttons = all(&self.place, "button").into_iter();
        let mut named = buttons.filter(|b| b.text_content().as_deref() == Some(name));
        Some(named.next()?.unchecked_into())
    }

    /// Whether a button can be pressed; none where it is not there.
    fn open_button(&self, name: &str) -> Option<bool> {
        Some(!self.button(name)?.has_attribute("disabled"))
    }

    async fn press(&self, name: &str) {
        let button = self.button(name);
        button.unwrap_or_else(|| panic!("no button {name}")).click();
        self.drawn().await;
    }

    /// The orders since this was asked last.
    fn orders(&self) -> Vec<Order> {
        self.orders.take()
    }

    fn said(&self) -> String {
        let said = texts(&self.place, "[role=status]");
        assert_eq!(said.len(), 1, "one live region");
        said.concat()
    }

    fn text(&self, selector: &str) -> String {
        texts(&self.place, selector).join("|")
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.place.remove();
    }
}

/// A point at which sums go to Chinese with probability `zh`, and weekdays to English.
fn point(step: u32, zh: f32) -> Point {
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

fn points(last: u32) -> Vec<Point> {
    let zh = |step: u32| step as f32 / last.max(1) as f32;
    (0..=last).map(|step| point(step, zh(step))).collect()
}

fn opened(points: Vec<Point>, kept: bool) -> News {
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

fn group() -> Group {
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

fn step(step: u32, zh: f32) -> News {
    News::Step(Box::new(StepNews {
        point: point(step, zh),
        group: group(),
    }))
}

fn failure(message: &str) -> Failure {
    Failure {
        message: message.into(),
        advice: "Do this.".into(),
    }
}

/// Waits for what is drawn only a few times a second.
async fn later() {
    let (rings, rung) = futures_channel::oneshot::channel();
    Timeout::new(400, move || _ = rings.send(())).forget();
    rung.await.unwrap();
}

/// Changes a field as a hand would: sliders count while they move, numbers once they are left.
async fn fill(desk: &Desk, selector: &str, text: &str, event: &str) {
    let input: HtmlInputElement = all(&desk.place, selector)[0].clone().unchecked_into();
    input.set_value(text);
    let name = event;
    let event = Event::new(name).unwrap();
    event.init_event_with_bubbles(name, true);
    input.dispatch_event(&event).unwrap();
    desk.drawn().await;
}

#[wasm_bindgen_test]
async fn start_begins_a_training_and_runs_it_and_pause_stops_it() {
    let desk = Desk::open().await;
    assert_eq!(desk.open_button("Start"), Some(false));
    desk.hear(News::Nothing).await;
    assert_eq!(desk.open_button("Start"), Some(true));
    assert_eq!(desk.open_button("Delete"), Some(false));
    assert!(desk.said().starts_with("There is no training yet"));
    desk.press("Start").await;
    assert_eq!(desk.orders(), [Order::Begin(Settings::default())]);
    desk.hear(News::Progress(1, Some(2))).await;
    assert_eq!(all(&desk.place, "progress[value]").len(), 1);
    assert_eq!(desk.open_button("Start"), Some(false));
    desk.hear(opened(points(0), false)).await;
    // The seed that it was begun with is another one here.
    let orders = desk.orders();
    assert_eq!(orders.last(), Some(&Order::Run));
    assert!(all(&desk.place, "progress").is_empty());
    desk.hear(step(1, 0.1)).await;
    assert_eq!(desk.text(".steps"), "1");
    desk.press("Pause").await;
    assert_eq!(desk.orders(), [Order::Pause]);
    assert_eq!(desk.said(), "Paused after 1 step.");
    desk.hear(News::Kept(1)).await;
    assert_eq!(desk.said(), "Paused after 1 step. Kept up to step 1.");
    desk.press("Start").await;
    assert_eq!(desk.orders(), [Order::Run]);
}

#[wasm_bindgen_test]
async fn one_step_ends_by_itself_and_is_told() {
    let desk = Desk::with(points(0), true).await;
    desk.press("One step").await;
    assert_eq!(desk.orders(), [Order::Step]);
    assert_eq!(desk.open_button("One step"), Some(false));
    desk.hear(step(1, 0.9)).await;
    assert_eq!(desk.open_button("One step"), Some(true));
    let said = desk.said();
    assert!(said.starts_with("Step 1."), "{said}");
    assert!(said.contains("sums in steps Chinese, 90 %"), "{said}");
    assert!(!said.contains("weekdays"), "{said}");
}

#[wasm_bindgen_test]
async fn every_twenty_fifth_step_is_said_and_no_other() {
    let desk = Desk::with(points(23), true).await;
    desk.press("Start").await;
    let before = desk.said();
    desk.hear(step(24, 1.0)).await;
    assert_eq!(desk.said(), before);
    desk.hear(step(25, 1.0)).await;
    assert!(desk.said().starts_with("Step 25."), "{}", desk.said());
}

#[wasm_bindgen_test]
async fn the_charts_show_the_choice_of_each_kind_and_the_figures() {
    let desk = Desk::with(points(20), true).await;
    assert_eq!(
        desk.text(".chart.kind h4"),
        "sums in steps %|weekdays in steps %"
    );
    assert_eq!(desk.text(".kind:first-child .favourites"), "中文 100 %");
    let areas: Vec<String> = all(&desk.place, ".kind:first-child path.layer")
        .iter()
        .filter(|area| area.get_attribute("d").is_some_and(|d| !d.is_empty()))
        .filter_map(|area| area.get_attribute("class"))
        .collect();
    assert_eq!(areas, ["layer en", "layer zh"]);
    let english = all(&desk.place, ".kind:first-child path.en")[0].clone();
    // From all of it before the first step to nothing at the last.
    let path = english.get_attribute("d").unwrap();
    assert!(path.starts_with("M0.00 0.00L5.00 5.00L"), "{path}");
    assert!(path.contains("L100.00 100.00L100.00 100.00L"), "{path}");
    // Three measurements, each with its interval.
    let dots = all(&desk.place, "path.dots")[0].get_attribute("d").unwrap();
    assert_eq!(dots.matches('M').count(), 3);
    assert!(
        desk.text(".held-out .meaning")
            .starts_with("At step 20, 30 of 40")
    );
    let titles = desk.text(".small-charts .chart h3");
    assert!(titles.contains("I(kind; language) nats"), "{titles}");
    assert_eq!(all(&desk.place, ".small-charts .chart").len(), 2 + 6);
    // The map has what is chosen now.
    assert_eq!(desk.text("tr.zh .worth"), "100|0");
    assert_eq!(desk.text("tr.en .worth"), "0|100");
    let bar: HtmlElement = all(&desk.place, "tr.zh .chosen")[0]
        .clone()
        .unchecked_into();
    assert_eq!(bar.style().get_property_value("width").unwrap(), "100%");
}

#[wasm_bindgen_test]
async fn the_step_before_the_first_can_be_looked_at() {
    let desk = Desk::with(points(20), true).await;
    let slider: HtmlInputElement = all(&desk.place, ".walk input")[0].clone().unchecked_into();
    assert_eq!((slider.min(), slider.max()), ("0".into(), "20".into()));
    slider.set_value("0");
    let event = Event::new("input").unwrap();
    slider.dispatch_event(&event).unwrap();
    desk.drawn().await;
    assert_eq!(desk.text(".kind:first-child .favourites"), "English 100 %");
    assert!(desk.text(".walk .place").starts_with("Step 0 of 20"));
    let spoken = slider.get_attribute("aria-valuetext").unwrap();
    assert!(spoken.contains("I(kind; language) 0.20 nats"), "{spoken}");
}

#[wasm_bindgen_test]
async fn charts_grow_without_new_elements_and_not_more_often_than_can_be_seen() {
    let desk = Desk::with(points(1), true).await;
    desk.press("Start").await;
    desk.hear(step(2, 0.5)).await;
    let elements = || all(&desk.place, "svg path, .map td, .legend li, .chart").len();
    let before = elements();
    let drawings = Rc::new(RefCell::new(0));
    let counted = drawings.clone();
    let points = desk.learning.points;
    let counter = Owner::new();
    counter.with(|| {
        Effect::new(move || {
            points.track();
            *counted.borrow_mut() += 1;
        });
    });
    let begun = js_sys::Date::now();
    for at in 3..100 {
        desk.hear(step(at, 0.5)).await;
    }
    later().await;
    desk.drawn().await;
    assert_eq!(elements(), before);
    assert_eq!(desk.text(".steps"), "99");
    // One at the beginning, one when the effect was made.
    let most = 2.0 + (js_sys::Date::now() - begun) / 250.0;
    assert!(
        f64::from(*drawings.borrow()) <= most,
        "{drawings:?}, {most}"
    );
}

#[wasm_bindgen_test]
async fn a_forced_language_shows_no_choice() {
    let without = |mut point: Point| {
        point.choice.clear();
        point.information = None;
        point.entropy = None;
        point
    };
    let desk = Desk::open().await;
    let News::Opened(mut opened) = opened(points(12).into_iter().map(without).collect(), true)
    else {
        unreachable!()
    };
    opened.settings.forced = Some(Language::En);
    desk.hear(News::Opened(opened)).await;
    assert!(all(&desk.place, ".kind, .map, .legend").is_empty());
    assert!(desk.text(".history .told").contains("English is forced"));
    let titles = desk.text(".small-charts .chart h3");
    assert!(
        titles.contains("Reward") && !titles.contains("I(kind"),
        "{titles}"
    );
}

#[wasm_bindgen_test]
async fn the_group_of_the_step_is_shown_and_can_be_held() {
    let desk = Desk::with(points(0), true).await;
    assert!(all(&desk.place, ".learned-from").is_empty());
    desk.hear(step(1, 0.1)).await;
    assert_eq!(all(&desk.place, ".learned-from .card").len(), 3);
    assert_eq!(desk.text(".card .reward"), "1.40|0.40|0.40");
    assert_eq!(desk.text(".card .advantage"), "+1.50|−0.50|−0.50");
    assert_eq!(desk.text(".card .judged"), "✓ right|✗ wrong|✗ wrong");
    assert_eq!(
        desk.text(".card .boxed"),
        "Answer: 85|Answer: 84|Answer: 84"
    );
    let thought = &all(&desk.place, ".card.ar .thought")[0];
    assert_eq!(thought.get_attribute("dir").as_deref(), Some("rtl"));
    assert_eq!(thought.get_attribute("lang").as_deref(), Some("ar"));
    let hold: HtmlInputElement = all(&desk.place, ".learned-from .check input")[0]
        .clone()
        .unchecked_into();
    hold.click();
    desk.hear(step(2, 0.1)).await;
    later().await;
    desk.drawn().await;
    assert_eq!(desk.text(".learned-from h3"), "A group of step 1");
    hold.click();
    desk.drawn().await;
    assert_eq!(desk.text(".learned-from h3"), "A group of step 2");
}

#[wasm_bindgen_test]
async fn what_is_changed_goes_to_the_training_and_what_is_its_own_waits() {
    let desk = Desk::with(points(3), true).await;
    assert!(desk.orders().is_empty());
    fill(&desk, "#weight-verified", "0.5", "input").await;
    let orders = desk.orders();
    let [Order::Change(changed)] = orders.as_slice() else {
        panic!("{orders:?}");
    };
    assert_eq!(changed.incentive.weights().verified, 0.5);
    assert_eq!(desk.text(".waits"), "");
    fill(&desk, "#learn-group", "4.4", "change").await;
    let orders = desk.orders();
    let [Order::Change(changed)] = orders.as_slice() else {
        panic!("{orders:?}");
    };
    assert_eq!((changed.group, changed.seed), (4, 5));
    // No number: the field shows what is chosen again.
    fill(&desk, "#learn-group", "", "change").await;
    let field: HtmlInputElement = all(&desk.place, "#learn-group")[0].clone().unchecked_into();
    assert_eq!(field.value(), "4");
    assert!(desk.orders().is_empty());
    fill(&desk, "#learn-seed", "7", "change").await;
    assert!(desk.orders().is_empty());
    assert!(desk.text(".waits").contains("goes on as it began"));
    // Back to the beginning it counts.
    desk.press("Back to the beginning").await;
    assert!(desk.orders().is_empty());
    desk.press("Begin anew").await;
    let orders = desk.orders();
    let [Order::Begin(begun)] = orders.as_slice() else {
        panic!("{orders:?}");
    };
    assert_eq!((begun.seed, begun.group), (7, 4));
    assert_eq!(begun.incentive.weights().get(Component::Verified), &0.5);
}

#[wasm_bindgen_test]
async fn kinds_are_chosen_among_those_of_the_training() {
    let desk = Desk::with(points(0), true).await;
    assert_eq!(
        desk.text(".kinds-asked label"),
        "sums in steps|weekdays in steps"
    );
    let box_of = |at: usize| -> HtmlInputElement {
        all(&desk.place, ".kinds-asked input")[at]
            .clone()
            .unchecked_into()
    };
    assert!(box_of(0).checked() && box_of(1).checked());
    box_of(0).click();
    desk.drawn().await;
    let orders = desk.orders();
    let [Order::Change(changed)] = orders.as_slice() else {
        panic!("{orders:?}");
    };
    assert_eq!(changed.kinds, ["weekdays/steps"]);
    assert!(box_of(1).disabled());
    box_of(0).click();
    desk.drawn().await;
    assert!(matches!(desk.orders().as_slice(), [Order::Change(all)] if all.kinds.is_empty()));
}

#[wasm_bindgen_test]
async fn an_experiment_begins_at_once_where_nothing_is_lost() {
    let desk = Desk::open().await;
    desk.hear(News::Nothing).await;
    assert_eq!(all(&desk.place, ".experiments li").len(), EXPERIMENTS.len());
    for experiment in EXPERIMENTS {
        desk.press(experiment.name).await;
        let settings = experiment.settings(&Settings::default());
        assert_eq!(desk.orders(), [Order::Begin(settings.clone())]);
        desk.learning.phase.set(Phase::Nothing);
        desk.drawn().await;
        assert_eq!(desk.learning.settings.get_untracked(), settings);
    }
}

#[wasm_bindgen_test]
async fn steps_are_lost_only_after_a_question_that_can_be_taken_back() {
    let desk = Desk::with(points(3), true).await;
    desk.press(EXPERIMENTS[1].name).await;
    assert!(desk.orders().is_empty());
    let told = desk.text(".confirm p");
    assert!(told.contains("3 steps"), "{told}");
    let focused = document().active_element().unwrap();
    assert_eq!(
        focused.text_content().as_deref(),
        Some("Begin the experiment")
    );
    desk.press("Cancel").await;
    assert!(all(&desk.place, ".confirm").is_empty());
    let focused = document().active_element().unwrap();
    assert_eq!(focused.text_content().as_deref(), Some(EXPERIMENTS[1].name));
    desk.press("Delete").await;
    desk.press("Delete all of it").await;
    assert_eq!(desk.orders(), [Order::Forget]);
    desk.hear(News::Nothing).await;
    assert_eq!(desk.text(".steps"), "0");
    assert_eq!(desk.said(), "The training is deleted. Nothing is kept.");
    assert_eq!(desk.text(".confirm"), "");
}

#[wasm_bindgen_test]
async fn what_is_not_kept_is_said_and_another_tab_can_be_replaced() {
    let desk = Desk::with(points(3), true).await;
    assert!(desk.text(".kept").contains("up to step 3"));
    let full = failure("The disk is full.");
    desk.hear(News::NotKept(NotKept::Refused, full)).await;
    assert!(
        desk.text(".kept.not")
            .contains("The disk is full. Do this.")
    );
    assert!(desk.said().starts_with("The disk is full."));
    assert_eq!(desk.button("Keep this one instead"), None);
    let other = failure("Another tab has kept one.");
    desk.hear(News::NotKept(NotKept::OtherTab, other)).await;
    desk.press("Keep this one instead").await;
    assert_eq!(desk.orders(), [Order::Insist]);
    assert!(all(&desk.place, ".kept.not").is_empty());
    desk.hear(News::Kept(4)).await;
    assert!(desk.text(".kept").contains("up to step 4"));
}

#[wasm_bindgen_test]
async fn data_of_an_old_version_can_be_deleted() {
    let desk = Desk::open().await;
    let old = failure("What was kept is of another version.");
    desk.hear(News::NotKept(NotKept::Unreadable, old)).await;
    desk.hear(News::Nothing).await;
    assert!(desk.text(".kept.not").contains("another version"));
    assert_eq!(desk.open_button("Delete"), Some(true));
    assert_eq!(desk.open_button("Start"), Some(true));
    desk.press("Delete").await;
    desk.press("Delete all of it").await;
    desk.hear(News::Nothing).await;
    assert!(all(&desk.place, ".kept.not").is_empty());
    assert_eq!(desk.open_button("Delete"), Some(false));
}

#[wasm_bindgen_test]
async fn a_download_rests_the_training_and_goes_on() {
    let desk = Desk::with(points(3), true).await;
    desk.press("Start").await;
    desk.orders();
    desk.press("Download").await;
    assert_eq!(desk.orders(), [Order::Pause, Order::Pack]);
    assert_eq!(desk.open_button("Download"), Some(false));
    let packed = Packed {
        address: "data:,x".into(),
        name: "yours.zip".into(),
        bytes: 2_104_816,
    };
    desk.hear(News::Packed(packed)).await;
    assert_eq!(desk.orders(), [Order::Run]);
    assert_eq!(desk.open_button("Download"), Some(true));
}

#[wasm_bindgen_test]
async fn a_failure_is_told_and_a_learner_that_is_over_can_be_started_again() {
    let desk = Desk::open().await;
    desk.hear(News::Nothing).await;
    desk.press("Start").await;
    let lost = failure("The model could not be fetched.");
    desk.hear(News::Fail {
        failure: lost,
        over: false,
    })
    .await;
    assert!(
        desk.text("[role=alert]")
            .contains("could not be fetched. Do this.")
    );
    assert_eq!(desk.open_button("Start"), Some(true));
    assert_eq!(desk.button("Start the learner again"), None);
    // Where there was a training, it is there still.
    desk.hear(opened(points(3), true)).await;
    desk.press("Start").await;
    assert!(all(&desk.place, "[role=alert]").is_empty());
    desk.hear(News::Fail {
        failure: failure("No step."),
        over: false,
    })
    .await;
    assert_eq!(desk.open_button("Start"), Some(true));
    assert_eq!(desk.text(".steps"), "3");
    desk.hear(News::Fail {
        failure: failure("It broke down."),
        over: true,
    })
    .await;
    assert_eq!(desk.open_button("Start"), Some(false));
    assert_eq!(desk.open_button("Start the learner again"), Some(true));
}

#[wasm_bindgen_test]
async fn a_start_can_be_chosen_and_yours_only_where_there_is_one() {
    let desk = Desk::open().await;
    desk.hear(News::Nothing).await;
    let select: HtmlSelectElement = all(&desk.place, ".form select")[0].clone().unchecked_into();
    assert_eq!(select.value(), "quick");
    let yours: Element = all(&desk.place, "option[value=yours]")[0].clone();
    assert!(yours.has_attribute("disabled"));
    desk.hear(opened(points(3), true)).await;
    assert!(!yours.has_attribute("disabled"));
    select.set_value("committed/exploit");
    select
        .dispatch_event(&Event::new("change").unwrap())
        .unwrap();
    desk.drawn().await;
    let chosen = desk.learning.settings.get_untracked().start;
    assert_eq!(chosen, Start::Committed(Stage::Exploit));
    assert!(desk.orders().is_empty());
    assert!(desk.text(".waits").contains("goes on as it began"));
}
