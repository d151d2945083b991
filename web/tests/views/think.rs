//! What the views of one answer draw.

use explang::Language;
use explang::tasks::Weighted;
use explang_web::judge::problem_text;
use explang_web::opening;
use explang_web::page::address::{Asked, State};
use explang_web::page::live::{Answer, Live};
use explang_web::protocol::{Choice, Opening, Token, Training};
use explang_web::views::builder::Builder;
use explang_web::views::choose::Choose;
use explang_web::views::watch::Watch;
use leptos::prelude::*;

use crate::place::{all, drawn, texts};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

fn recording() -> Opening {
    opening::recorded().expect("the recording is of this version")
}

/// The recorded answer as if the model had thought in `language`, forced.
fn answer(language: Option<Language>) -> Answer {
    let recorded = recording();
    let mut asked = State::default();
    asked.language = language;
    Answer {
        problem: asked.problem(),
        asked,
        recorded: false,
        budget: recorded.sampling.max_new_tokens,
        tokens: recorded.tokens,
        completed: Some(recorded.completed),
        milliseconds: Some(100.0),
        failure: None,
    }
}

#[wasm_bindgen_test]
async fn bars_are_as_long_as_their_probability() {
    let live = Live::still(State::default());
    let place = drawn(live, || view! { <Choose /> });
    assert_eq!(texts(&place, ".choice .value"), vec!["…"; 17]);
    let mut probabilities = vec![0.0; 17];
    probabilities[Language::Ja.index()] = 0.75;
    probabilities[Language::En.index()] = 0.25;
    live.choice.set(Some(Choice {
        probabilities,
        mass: 1.0,
        milliseconds: 1.0,
    }));
    leptos::task::tick().await;
    let bar = |code: &str| -> String {
        let bar: HtmlElement = all(&place, &format!(".choice.{code} .bar"))[0]
            .clone()
            .unchecked_into();
        bar.style().get_property_value("width").unwrap()
    };
    assert_eq!(
        (bar("ja").as_str(), bar("en").as_str(), bar("fr").as_str()),
        ("75%", "25%", "0%")
    );
    assert_eq!(texts(&place, ".choice.ja .value"), ["75.0 %"]);
}

#[wasm_bindgen_test]
async fn every_language_has_its_name_tongue_and_direction() {
    let place = drawn(Live::still(State::default()), || view! { <Choose /> });
    for language in Language::ALL {
        let name = &all(&place, &format!(".choice.{language} .language"))[0];
        assert_eq!(name.text_content().as_deref(), Some(language.own_name()));
        assert_eq!(name.get_attribute("lang").as_deref(), Some(language.code()));
        let rtl = name.get_attribute("dir").as_deref() == Some("rtl");
        assert_eq!(rtl, language.right_to_left(), "{language}");
    }
}

#[wasm_bindgen_test]
async fn the_trace_holds_every_token_once_and_the_answer_is_judged() {
    let live = Live::still(State::default());
    let place = drawn(live, || view! { <Watch /> });
    live.answer.set(Some(answer(None)));
    leptos::task::tick().await;
    assert_eq!(all(&place, ".piece").len(), recording().tokens.len());
    let verdict = texts(&place, ".fact").join(" ");
    assert!(
        verdict.contains("complies") && verdict.contains("Variant"),
        "{verdict}"
    );
    let used = texts(&place, ".fact .of").join("");
    assert_eq!(used, format!(" of {}", recording().sampling.max_new_tokens));
}

#[wasm_bindgen_test]
async fn an_answer_runs_from_right_to_left_where_its_language_does() {
    let live = Live::still(State::default());
    let place = drawn(live, || view! { <Watch /> });
    for (language, direction) in [
        (Language::He, "rtl"),
        (Language::Zh, "ltr"),
        (Language::Ar, "rtl"),
    ] {
        live.answer.set(Some(answer(Some(language))));
        leptos::task::tick().await;
        let thinking = &all(&place, ".thinking")[0];
        assert_eq!(thinking.get_attribute("dir").as_deref(), Some(direction));
        assert_eq!(
            thinking.get_attribute("lang").as_deref(),
            Some(language.code())
        );
    }
}

#[wasm_bindgen_test]
async fn a_certain_token_is_plain_and_a_doubtful_one_is_not() {
    let live = Live::still(State::default());
    let place = drawn(live, || view! { <Watch /> });
    let mut answer = answer(Some(Language::En));
    let token = |piece: &str, log_prob| Token {
        column: 0,
        piece: piece.into(),
        token: 9,
        log_prob,
        rivals: Vec::new(),
    };
    answer.tokens = vec![token("sure", 0.0), token("perhaps", -2.0)];
    live.answer.set(Some(answer));
    leptos::task::tick().await;
    let doubt = |i: usize| -> String {
        let piece: HtmlElement = all(&place, ".piece")[i].clone().unchecked_into();
        piece.style().get_property_value("--doubt").unwrap()
    };
    assert_eq!(doubt(0), "0%");
    assert_ne!(doubt(1), "0%");
}

#[wasm_bindgen_test]
async fn a_pick_stands_beside_the_own_choice_with_its_price() {
    let mut state = State::default();
    state.language = Some(Language::Fr);
    let live = Live::still(state);
    let place = drawn(live, || view! { <Watch /> });
    live.answer.set(Some(answer(Some(Language::Fr))));
    leptos::task::tick().await;
    assert_eq!(all(&place, ".transcript").len(), 1);
    let own = answer(None);
    let chosen = own.spoken().expect("the recorded answer names a language");
    live.own.set(Some(own));
    leptos::task::tick().await;
    assert_eq!(all(&place, ".transcript").len(), 2);
    assert_eq!(texts(&place, ".answers h3")[0], "Your pick");
    assert_eq!(texts(&place, ".price"), [""], "nothing was measured");
    let figures = |accuracy: f64| serde_json::json!({ "accuracy": accuracy, "intervals": { "accuracy": [accuracy - 0.05, accuracy + 0.05] }, "problems": 100 });
    let mut of_kind = figures(0.5);
    of_kind["by_language"] =
        serde_json::json!({ chosen.code(): figures(0.95), "fr": figures(0.25) });
    let mut multi = figures(0.5);
    multi["by_kind"] = serde_json::json!({ "sums/steps": of_kind });
    let summary = serde_json::json!({ "stages": { "distil": { "multi": multi } } });
    live.figures.set(serde_json::from_value(summary).ok());
    leptos::task::tick().await;
    let price = texts(&place, ".price").concat();
    assert!(price.ends_with("Your pick costs 70 points."), "{price}");
    live.own.set(None);
    leptos::task::tick().await;
    assert!(all(&place, ".price").is_empty());
}

#[wasm_bindgen_test]
async fn the_builder_offers_what_was_taught_and_nothing_else() {
    let live = Live::still(State::default());
    let place = drawn(live, || view! { <Builder /> });
    let weighted = |spec: &str| Weighted {
        spec: spec.parse().unwrap(),
        weight: 1,
    };
    live.training.set(Some(Training {
        tasks: vec![
            weighted("sums/steps/3"),
            weighted("sums/breath/3"),
            weighted("sums/breath/4"),
            weighted("clock/steps/2"),
        ],
        max_new_tokens: 80,
        asked_in_all: 0.0,
    }));
    leptos::task::tick().await;
    let offered = |at: usize| texts(&all(&place, "fieldset")[at], ".pick");
    assert_eq!(offered(0), ["sums", "clock"]);
    assert_eq!(offered(1), ["in steps", "in one breath"]);
    // One level is no choice.
    let selects = || {
        texts(&place, ".row label > span")
            .iter()
            .filter(|text| *text == "Level")
            .count()
    };
    assert_eq!(selects(), 0);
    live.state.update(|state| {
        state.asked = Asked::Problem(problem_text::read("sums/breath/4/358/467").unwrap());
    });
    leptos::task::tick().await;
    assert_eq!(selects(), 1);
    live.state.update(|state| {
        state.asked = Asked::Problem(problem_text::read("clock/steps/2/09:45/20").unwrap());
    });
    leptos::task::tick().await;
    assert_eq!(offered(1), ["in steps"]);
}
