//! What the trainer's view draws, in a real browser.

use crate::place::{all, completed, drawn, texts};
use explang::Language;
use explang::reward::Component;
use explang::tasks::say;
use explang_web::batch::{Batch, Wanted, Writing};
use explang_web::page::address::{Asked, State};
use explang_web::page::live::Live;
use explang_web::protocol::{Column, Completed, Draw, Ending, Reply};
use explang_web::views::trainer::Group;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event, HtmlElement, HtmlInputElement};

/// The view of a group of these rollouts.
fn group(state: State, rollouts: Vec<Completed>) -> (Live, HtmlElement) {
    let column = |at: usize| Column {
        prompt: state.prompt(),
        language: None,
        seed: at as u64,
    };
    let mut writing = Writing::begin(Wanted {
        stage: state.stage(),
        problem: state.problem(),
        seed: state.seed,
        columns: (0..rollouts.len()).map(column).collect(),
        sampling: Draw {
            temperature: 1.0,
            top_p: 1.0,
            max_new_tokens: 37,
        },
    });
    writing.hear(Reply::Done {
        id: 1,
        completions: rollouts,
        milliseconds: 500.0,
    });
    let batch = Batch::new(8);
    batch.writing.set(writing);
    let live = Live::still(state);
    (live, drawn(live, move || view! { <Group batch /> }))
}

fn rollout(language: Language, answer: u32) -> Completed {
    let problem = State::default().problem().expect("the first is a problem");
    let trace = say::trace(&problem, language);
    let text = format!(
        "<lang_select>\n{language}\n</lang_select>\n<think>\n{trace}\n</think>\n\\boxed{{{answer}}}"
    );
    completed(text, 30, Ending::Finished)
}

/// Right in Chinese and wrong in English, in turn.
fn mixed() -> Vec<Completed> {
    let pair = || [rollout(Language::Zh, 85), rollout(Language::En, 84)];
    (0..4).flat_map(|_| pair()).collect()
}

/// Moves the slider of a component as a hand would.
async fn slide(place: &HtmlElement, component: Component, to: &str) {
    let slider: HtmlInputElement = all(place, &format!("#weight-{component}"))[0]
        .clone()
        .unchecked_into();
    slider.set_value(to);
    let event = Event::new("input").unwrap();
    event.init_event_with_bubbles("input", true);
    slider.dispatch_event(&event).unwrap();
    leptos::task::tick().await;
    // What was drawn because of it may have more to draw.
    leptos::task::tick().await;
}

#[wasm_bindgen_test]
async fn rewards_advantages_and_words_agree() {
    let (_, place) = group(State::default(), mixed());
    assert_eq!(all(&place, ".card").len(), 8);
    // 1.9 and 0.4, four times each: (1.9 − 1.15) / 0.801784 = 0.935.
    assert_eq!(texts(&place, ".reward"), ["1.90", "0.40"].repeat(4));
    assert_eq!(
        texts(&place, ".learned .value"),
        ["+0.94", "−0.94"].repeat(4)
    );
    assert_eq!(
        texts(&place, ".learned .pushed"),
        ["pushed up", "pushed down"].repeat(4)
    );
    assert_eq!(texts(&place, ".by-language .value"), ["+3.74", "−3.74"]);
    assert_eq!(
        texts(&place, ".verdict-line"),
        ["GRPO would push: 中文 up, English down."]
    );
}

#[wasm_bindgen_test]
async fn bars_go_left_below_the_mean_and_right_above_it() {
    let (_, place) = group(State::default(), mixed());
    let bar = |at: usize, property: &str| -> f64 {
        let bar: HtmlElement = all(&place, ".learned .reach")[at].clone().unchecked_into();
        let value = bar.style().get_property_value(property).unwrap();
        value.trim_end_matches('%').parse().unwrap()
    };
    // 0.935 of 2.5 is 18.7 % of the whole width.
    assert!((bar(0, "left") - 50.0).abs() < 0.1);
    assert!((bar(0, "width") - 18.7).abs() < 0.1);
    assert!((bar(1, "left") - 31.3).abs() < 0.1);
    assert!((bar(1, "width") - 18.7).abs() < 0.1);
}

#[wasm_bindgen_test]
async fn a_weight_changes_the_rewards_at_once() {
    let (live, place) = group(State::default(), mixed());
    slide(&place, Component::Verified, "0").await;
    assert_eq!(texts(&place, ".reward"), ["0.90", "0.40"].repeat(4));
    assert_eq!(
        live.state
            .with_untracked(|s| s.incentive.weights().verified),
        0.0
    );
    let told = texts(&place, ".own-weights p").join("");
    assert!(told.starts_with("Own weights"), "{told}");
    // Without pass@k all are paid the same.
    slide(&place, Component::PassAtK, "0").await;
    assert_eq!(texts(&place, ".reward"), ["0.40"; 8]);
    assert_eq!(texts(&place, ".learned .pushed"), ["left as it is"; 8]);
    let told = texts(&place, ".learned .baseline").join("");
    assert!(told.contains("zero variance"), "{told}");
    let told = texts(&place, ".verdict-line").join("");
    assert!(told.contains("push no language"), "{told}");
}

#[wasm_bindgen_test]
async fn one_language_alone_is_not_pushed() {
    let mut rollouts = vec![rollout(Language::Zh, 85); 8];
    rollouts[5] = rollout(Language::Zh, 84);
    let (_, place) = group(State::default(), rollouts);
    assert_eq!(texts(&place, ".learned .pushed")[5], "pushed down");
    assert_eq!(texts(&place, ".by-language .pushed"), ["left as it is"]);
    let told = texts(&place, ".verdict-line").join("");
    assert!(told.contains("all eight chose the same"), "{told}");
}

#[wasm_bindgen_test]
async fn what_is_stopped_or_no_problem_is_not_paid() {
    let mut rollouts = mixed();
    rollouts[7].end = Ending::Stopped;
    let (_, place) = group(State::default(), rollouts);
    assert!(all(&place, ".reward").is_empty());
    let told = texts(&place, ".outcome .honest").join("");
    assert!(told.contains("stopped"), "{told}");

    let state = State {
        asked: Asked::Text("What is the capital of France?".into()),
        ..State::default()
    };
    let (_, place) = group(state, mixed());
    assert!(all(&place, ".reward").is_empty());
    let told = texts(&place, ".outcome .honest").join("");
    assert!(told.contains("Without a right answer"), "{told}");
}
