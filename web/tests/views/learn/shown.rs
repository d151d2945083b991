//! What is drawn of a training.

use std::cell::RefCell;
use std::rc::Rc;

use explang::Language;
use explang_web::protocol::learning::{News, Point};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event, HtmlElement, HtmlInputElement};

use super::desk::{Desk, later, opened, points, step};
use crate::place::all;

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
