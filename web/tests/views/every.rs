//! What the view of seventeen languages draws, in a real browser.

use crate::place::{all, completed, drawn, texts};
use explang::Language;
use explang::tasks::say;
use explang_web::batch::{Batch, Wanted, Writing};
use explang_web::page::address::{Asked, State};
use explang_web::page::live::Live;
use explang_web::protocol::{Choice, Column, Completed, Draw, Ending, Reply, Token};
use explang_web::views::every::Seventeen;
use leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

/// What the view asks in this state.
fn wanted(state: &State) -> Wanted {
    let column = |language| Column {
        prompt: state.prompt(),
        language: Some(language),
        seed: state.seed,
    };
    Wanted {
        stage: state.stage(),
        problem: state.problem(),
        seed: state.seed,
        columns: Language::ALL.map(column).to_vec(),
        sampling: Draw {
            temperature: 1.0,
            top_p: 1.0,
            max_new_tokens: 37,
        },
    }
}

/// The view, and its batch, which has just begun.
fn begun(state: State) -> (Live, Batch, HtmlElement) {
    let batch = Batch::new(17);
    batch.writing.set(Writing::begin(wanted(&state)));
    let live = Live::still(state);
    let place = drawn(live, move || view! { <Seventeen batch /> });
    (live, batch, place)
}

/// Every language thinks the task's own steps; those of `wrong` answer 84, the others 85, each a token longer than the one
/// before.
fn responses(wrong: &[Language]) -> Vec<Completed> {
    let problem = State::default().problem().expect("the first is a problem");
    let response = |language: Language| {
        let trace = say::trace(&problem, language);
        let answer = if wrong.contains(&language) { 84 } else { 85 };
        let text = format!(
            "<lang_select>\n{language}\n</lang_select>\n<think>\n{trace}\n</think>\n\\boxed{{{answer}}}"
        );
        completed(text, 20 + language.index(), Ending::Finished)
    };
    Language::ALL.map(response).to_vec()
}

fn done(completions: Vec<Completed>) -> Reply {
    Reply::Done {
        id: 1,
        completions,
        milliseconds: 900.0,
    }
}

#[wasm_bindgen_test]
async fn a_card_a_language_in_its_tongue_and_direction() {
    let (_, _, place) = begun(State::default());
    assert_eq!(all(&place, ".card").len(), 17);
    for language in Language::ALL {
        let card = &all(&place, &format!(".card.{language}"))[0];
        assert_eq!(texts(card, "h3 .language"), [language.own_name()]);
        let thought = &all(card, ".thought")[0];
        assert_eq!(
            thought.get_attribute("lang").as_deref(),
            Some(language.code())
        );
        let rtl = thought.get_attribute("dir").as_deref() == Some("rtl");
        assert_eq!(rtl, language.right_to_left(), "{language}");
    }
}

#[wasm_bindgen_test]
async fn tokens_are_shown_as_they_come_and_verdicts_only_at_the_end() {
    let (_, batch, place) = begun(State::default());
    let tokens = Language::ALL.map(|language| Token {
        column: language.index(),
        piece: format!("{language}!"),
        token: 9,
        log_prob: -0.1,
        rivals: Vec::new(),
    });
    batch.writing.update(|writing| {
        writing.hear(Reply::Tokens {
            id: 1,
            tokens: tokens.to_vec(),
        });
    });
    leptos::task::tick().await;
    assert_eq!(texts(&place, ".card.ko .thought"), ["ko!"]);
    assert_eq!(texts(&place, ".card.ko .spent"), ["1 of 37 tokens"]);
    assert!(all(&place, ".card .judged span").is_empty());
    assert_eq!(texts(&place, "button.stop"), ["Stop"]);
    batch
        .writing
        .update(|writing| writing.hear(done(responses(&[]))));
    leptos::task::tick().await;
    assert_eq!(all(&place, ".card .good.right").len(), 17);
    assert!(all(&place, "button.stop").is_empty());
}

#[wasm_bindgen_test]
async fn the_summary_says_what_the_cards_say() {
    let (_, batch, place) = begun(State::default());
    let wrong = [Language::En, Language::Zh, Language::Sw];
    batch
        .writing
        .update(|writing| writing.hear(done(responses(&wrong))));
    leptos::task::tick().await;
    assert_eq!(texts(&place, ".summary .count"), ["14"]);
    assert_eq!(all(&place, ".card .good.right").len(), 14);
    assert_eq!(all(&place, ".card .bad.right").len(), 3);
    // Spanish is the first that is right, and so the shortest.
    assert_eq!(texts(&place, ".summary .names"), [Language::Es.own_name()]);
    let against = texts(&place, ".summary .against > span");
    assert_eq!(against, ["14 win", "2 tie", "0 lose"]);
}

#[wasm_bindgen_test]
async fn the_best_can_stand_first() {
    let (live, batch, place) = begun(State::default());
    let wrong = [Language::En, Language::Es];
    batch
        .writing
        .update(|writing| writing.hear(done(responses(&wrong))));
    live.state.update(|state| state.best_first = true);
    leptos::task::tick().await;
    let names = texts(&place, ".card .language");
    assert_eq!(names.len(), 17);
    assert_eq!(names[0], Language::Zh.own_name());
    assert_eq!(names[1], Language::Fr.own_name());
    assert_eq!(
        names[15..],
        [Language::En.own_name(), Language::Es.own_name()]
    );
}

#[wasm_bindgen_test]
async fn the_models_own_choice_is_marked() {
    let (live, _, place) = begun(State::default());
    assert!(all(&place, ".card.first").is_empty());
    let mut probabilities = vec![0.0; 17];
    probabilities[Language::Ja.index()] = 0.75;
    probabilities[Language::En.index()] = 0.25;
    live.choice.set(Some(Choice {
        probabilities,
        mass: 1.0,
        milliseconds: 1.0,
    }));
    leptos::task::tick().await;
    assert_eq!(all(&place, ".card.first").len(), 1);
    let chance = |code: &str| texts(&place, &format!(".card.{code} .chance"))[0].clone();
    assert_eq!(chance("ja"), "★ Model’s first choice: 75.0 %");
    assert_eq!(chance("en"), "Model’s choice: 25.0 %");
}

#[wasm_bindgen_test]
async fn a_text_that_is_no_problem_is_not_judged() {
    let state = State {
        asked: Asked::Text("What is the capital of France?".into()),
        ..State::default()
    };
    let (_, batch, place) = begun(state);
    batch
        .writing
        .update(|writing| writing.hear(done(responses(&[]))));
    leptos::task::tick().await;
    assert!(all(&place, ".card .right").is_empty());
    assert_eq!(all(&place, ".card .complies").len(), 17);
    assert!(all(&place, ".summary").is_empty());
    let told = texts(&place, ".unknown").join("");
    assert!(told.contains("not a problem of the tasks"), "{told}");
}
