//! What the browser keeps of a training: its storage as two tabs use it, and the model among those that can be asked.

use crate::place::{all, drawn, texts};
use explang::run::Stage;
use explang_web::kept::record::HEAD;
use explang_web::kept::store::Store;
use explang_web::kept::{
    Head, Kept, KeptError, METRICS, MODEL, OPTIMIZER, RUN, SaveError, WEIGHTS,
};
use explang_web::page::address::{Source, State};
use explang_web::page::live::{Live, Navigation};
use explang_web::protocol::learning::{Point, Settings};
use explang_web::views::conditions::Conditions;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event, HtmlElement, HtmlSelectElement};

/// A training after some steps, with weights of so many bytes.
fn training(step: u32, bytes: usize) -> Kept {
    let point = |step| Point {
        step,
        rollouts: None,
        choice: vec![vec![0.5, 0.25]],
        information: Some(0.1),
        entropy: None,
        held_out: None,
    };
    let small = |name: &str| (name.to_owned(), name.as_bytes().to_vec());
    let mut files: std::collections::BTreeMap<_, _> = MODEL.into_iter().map(small).collect();
    files.insert(
        WEIGHTS.into(),
        (0..bytes).map(|at| (at % 251) as u8).collect(),
    );
    files.insert(OPTIMIZER.into(), vec![step as u8; 2 * bytes]);
    Kept {
        settings: Settings::default(),
        earlier: Vec::new(),
        stage: Stage::Explore,
        step,
        points: (0..=step).map(point).collect(),
        metrics: "{}\n".repeat(step as usize),
        config: "name = \"quick\"\n".into(),
        files,
    }
}

/// A browser that keeps nothing.
async fn empty() -> Store {
    let store = Store::open().await.unwrap();
    store.delete().await.unwrap();
    store
}

#[wasm_bindgen_test]
async fn a_training_is_read_back_whole_and_in_part_until_it_is_deleted() {
    let store = empty().await;
    assert_eq!(store.load().await, Ok(None));
    assert_eq!(Store::read([METRICS]).await, Ok(None));
    // As large as that of `quick`: four bytes a number, and twice as much for the optimizer.
    for step in [3, 4] {
        let kept = training(step, 4 << 20);
        store.save(&kept).await.unwrap();
        assert_eq!(store.load().await, Ok(Some(kept.clone())));
        let (head, [weights, run]) = Store::read([WEIGHTS, RUN]).await.unwrap().unwrap();
        assert_eq!((head.step, head.stage), (step, Stage::Explore));
        assert_eq!(&weights, &kept.files[WEIGHTS]);
        assert_eq!(run, kept.config.as_bytes());
    }
    assert_eq!(
        Store::read(["other"]).await,
        Err(KeptError::Missing("other".into()))
    );
    store.delete().await.unwrap();
    assert_eq!(store.load().await, Ok(None));
}

#[wasm_bindgen_test]
async fn two_tabs_do_not_replace_each_others_training_unasked() {
    let here = empty().await;
    let there = Store::open().await.unwrap();
    let (ours, theirs) = (training(1, 9), training(2, 9));
    here.save(&ours).await.unwrap();
    assert_eq!(there.save(&theirs).await, Err(SaveError::OtherTab));
    assert_eq!(
        Store::open().await.unwrap().load().await,
        Ok(Some(ours.clone()))
    );
    // Refused again, until it is asked for.
    assert_eq!(there.save(&theirs).await, Err(SaveError::OtherTab));
    there.insist().await.unwrap();
    there.save(&theirs).await.unwrap();
    assert_eq!(here.save(&ours).await, Err(SaveError::OtherTab));
    // Who has read it may go on with it.
    assert_eq!(here.load().await, Ok(Some(theirs.clone())));
    here.save(&ours).await.unwrap();
    // What another tab has deleted does not come back by itself.
    there.delete().await.unwrap();
    assert_eq!(here.save(&ours).await, Err(SaveError::OtherTab));
    assert_eq!(here.load().await, Ok(None));
    here.save(&ours).await.unwrap();
    here.delete().await.unwrap();
}

#[wasm_bindgen_test]
async fn two_saves_at_once_leave_one_whole() {
    let (here, there) = (empty().await, Store::open().await.unwrap());
    let (ours, theirs) = (training(1, 1 << 18), training(2, 1 << 18));
    let (saved_here, saved_there) =
        futures_util::future::join(here.save(&ours), there.save(&theirs)).await;
    let kept = here.load().await.unwrap().unwrap();
    match (saved_here, saved_there) {
        (Ok(()), Err(SaveError::OtherTab)) => assert_eq!(kept, ours),
        (Err(SaveError::OtherTab), Ok(())) => assert_eq!(kept, theirs),
        other => panic!("{other:?}"),
    }
    here.delete().await.unwrap();
}

/// The stages that can be chosen.
fn choices(place: &HtmlElement) -> Vec<String> {
    let options = all(place, "option").into_iter();
    options
        .filter_map(|option| option.get_attribute("value"))
        .collect()
}

/// Chooses as a hand would.
async fn choose(place: &HtmlElement, value: &str) {
    let select: HtmlSelectElement = all(place, "select")[0].clone().unchecked_into();
    select.set_value(value);
    select
        .dispatch_event(&Event::new("change").unwrap())
        .unwrap();
    leptos::task::tick().await;
}

#[wasm_bindgen_test]
async fn the_visitors_own_model_is_chosen_among_the_stages_once_there_is_one() {
    let before = State {
        stage: Some(Stage::Control),
        ..State::default()
    };
    let live = Live::still(before.clone());
    let place = drawn(live, || view! { <Conditions /> });
    let stages = Stage::EVALUATED.map(|stage| stage.name().to_owned());
    assert_eq!(choices(&place), stages);
    let records = training(120, 9).records().unwrap();
    live.yours.set(Some(Head::read(&records[HEAD]).unwrap()));
    leptos::task::tick().await;
    assert_eq!(choices(&place)[..6], stages);
    assert_eq!(choices(&place)[6..], ["yours"]);
    assert_eq!(texts(&place, "option")[6], "your model, after 120 steps");
    choose(&place, "yours").await;
    let select: HtmlSelectElement = all(&place, "select")[0].clone().unchecked_into();
    assert_eq!(select.value(), "yours");
    let now = live.state.get_untracked();
    assert_eq!((now.run, now.stage().knows_tags()), (Source::Yours, true));
    // What another run's checkpoint would be is not forgotten.
    assert_eq!(now.stage, before.stage);
    choose(&place, "sft").await;
    let now = live.state.get_untracked();
    assert_eq!((now.run, now.stage), (before.run, Some(Stage::Sft)));
    assert_eq!(select.value(), "sft");
    live.change(Navigation::Replace, |state| *state = State::default());
}
