//! What the visitor has the learner do, and what is said of it.

use explang::reward::Component;
use explang::run::Stage;
use explang_web::judge::experiment::EXPERIMENTS;
use explang_web::page::learning::Phase;
use explang_web::protocol::learning::{News, NotKept, Order, Packed, Settings, Start};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, Event, HtmlInputElement, HtmlSelectElement};

use super::desk::{Desk, failure, fill, opened, points, step};
use crate::place::all;

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
    let asks = &all(&desk.place, ".kept a")[0];
    let address = asks.get_attribute("href").unwrap();
    assert!(
        address.contains("run=yours") && !address.contains("view=learn"),
        "{address}"
    );
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
