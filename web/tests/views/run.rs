//! What the view of a run draws, in a real browser.

use crate::place::{all, drawn, texts};
use explang::Language;
use explang::run::{Stage, SummaryExcerpt};
use explang_web::history::{LAYERS, Log, Part};
use explang_web::page::address::{Source, State, View};
use explang_web::page::live::Live;
use explang_web::views::run::charts::Charts;
use explang_web::views::run::map::MapTable;
use explang_web::views::run::reader::{Reader, Status};
use explang_web::views::run::stages::Stages;
use explang_web::views::run::summary_table::SummaryTable;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, Event, HtmlElement, HtmlInputElement};

/// A line of RL, in which `zh` of ten rollouts chose Chinese and the others English.
fn line(stage: &str, step: usize, zh: usize) -> String {
    format!(
        "{{\"stage\":\"{stage}\",\"step\":{step},\"accuracy\":0.{zh},\"choice_entropy\":0.5,\"response_tokens\":30,\"compliance\":1,\
         \"reward\":1.5,\"choices\":{{\"sums/steps\":{{\"tagged\":{{\"en\":{},\"zh\":{zh}}},\"untagged\":0}}}}}}\n",
        10 - zh
    )
}

/// Two stages of four steps each; every step after the first chose Chinese once more.
fn log() -> Log {
    let mut log = Log::default();
    for step in 0..4 {
        log.push(&line("explore", step, step));
    }
    for step in 0..4 {
        log.push(&line("exploit", step, 4 + step));
    }
    log
}

/// The charts of a log, every step alone.
fn charts(log: Log) -> (RwSignal<Log>, Live, HtmlElement) {
    let log = RwSignal::new(log);
    let status = RwSignal::new(Status::Connected);
    let live = Live::still(State {
        view: View::Run,
        window: 1,
        ..State::default()
    });
    let place = drawn(live, move || view! { <Charts log status /> });
    (log, live, place)
}

/// A language's share in the legend, or the share of right answers.
fn share(place: &Element, of: &str) -> String {
    texts(place, &format!(".legend {of} .value")).concat()
}

fn slider(place: &Element) -> HtmlInputElement {
    all(place, ".walk input")[0].clone().unchecked_into()
}

fn attribute(element: &Element, name: &str) -> String {
    element.get_attribute(name).unwrap_or_default()
}

#[wasm_bindgen_test]
async fn areas_lie_on_each_other_in_the_languages_colours() {
    let (_, _, place) = charts(log());
    leptos::task::tick().await;
    let areas = all(&place, "path.layer");
    assert_eq!(areas.len(), LAYERS);
    let drawn: Vec<String> = areas
        .iter()
        .filter(|area| !attribute(area, "d").is_empty())
        .map(|area| attribute(area, "class"))
        .collect();
    assert_eq!(drawn, ["layer en", "layer zh"]);
    // English goes from 100 % to 30 %, Chinese is on top of it.
    let english = attribute(&areas[Language::En.index()], "d");
    assert!(english.starts_with("M0.00 0.00L"), "{english}");
    assert!(english.contains("L100.00 70.00L100.00 100.00"), "{english}");
    let chinese = attribute(&areas[Language::Zh.index()], "d");
    assert!(chinese.contains("L100.00 0.00L100.00 70.00"), "{chinese}");
    assert_eq!(all(&place, ".small-charts .chart").len(), 4);
    assert_eq!(all(&place, ".stack line.border").len(), 1);
}

/// Moves a slider as a hand would.
async fn slide(slider: &HtmlInputElement, to: &str) {
    slider.set_value(to);
    slider
        .dispatch_event(&Event::new("input").unwrap())
        .unwrap();
    leptos::task::tick().await;
}

#[wasm_bindgen_test]
async fn the_last_step_is_shown_and_every_other_can_be_walked_to() {
    let (_, _, place) = charts(log());
    leptos::task::tick().await;
    assert_eq!(share(&place, ".zh"), "70.0 %");
    assert_eq!(share(&place, "li:first-child"), "70.0 %");
    let slider = slider(&place);
    assert_eq!((slider.value().as_str(), slider.max().as_str()), ("8", "8"));
    slide(&slider, "2").await;
    assert_eq!(share(&place, ".zh"), "10.0 %");
    let place_of = texts(&place, ".walk .place").concat();
    assert!(
        place_of.starts_with("Step 2 of 8: Explore, step 2"),
        "{place_of}"
    );
    let spoken = attribute(&slider, "aria-valuetext");
    assert!(
        spoken.contains("Right answers 10.0 %") && spoken.contains("English 90 %, Chinese 10 %"),
        "{spoken}"
    );
    let entropy = texts(&place, ".small-charts .value");
    assert_eq!(entropy[0], "0.50 nats");
}

#[wasm_bindgen_test]
async fn charts_grow_without_new_elements_and_follow_the_last_step() {
    let (log, _, place) = charts(log());
    leptos::task::tick().await;
    let elements = || all(&place, "svg path, .legend li, .in-area, .chart").len();
    let before = elements();
    for step in 4..100 {
        log.update(|log| log.push(&line("exploit", step, 9)));
    }
    leptos::task::tick().await;
    assert_eq!(elements(), before);
    assert_eq!(slider(&place).value(), "104");
    assert_eq!(share(&place, ".zh"), "90.0 %");
}

#[wasm_bindgen_test]
async fn a_stage_without_a_choice_shows_its_loss() {
    let mut log = log();
    for step in 0..3 {
        log.push(&format!(
            "{{\"stage\":\"sft\",\"step\":{step},\"loss\":{}}}",
            3 - step
        ));
    }
    let (_, live, place) = charts(log);
    live.state.update(|state| state.part = Some(Part::Sft));
    leptos::task::tick().await;
    assert!(all(&place, ".stack").is_empty());
    let titles = texts(&place, ".chart h3").concat();
    assert!(titles.starts_with("Loss nats a token"), "{titles}");
    assert_eq!(texts(&place, ".chart .value"), ["1.000 nats a token"]);
    // There is no control in this log, so it cannot be chosen.
    let radios = all(&place, ".parts input");
    let open: Vec<bool> = radios
        .iter()
        .map(|r| !r.has_attribute("disabled"))
        .collect();
    assert_eq!(open, [false, true, true, false, false]);
}

#[wasm_bindgen_test]
async fn a_log_without_steps_says_so() {
    let (log, _, place) = charts(Log::default());
    leptos::task::tick().await;
    assert_eq!(
        texts(&place, ".nothing"),
        ["No step of this part has been written yet."]
    );
    log.update(|log| log.push(&line("explore", 0, 5)));
    leptos::task::tick().await;
    assert!(all(&place, ".nothing").is_empty());
    assert_eq!(share(&place, ".zh"), "50.0 %");
}

#[wasm_bindgen_test]
async fn the_values_are_there_as_a_table() {
    let (_, _, place) = charts(log());
    leptos::task::tick().await;
    let details = &all(&place, "details.values")[0];
    details.set_attribute("open", "").unwrap();
    details
        .dispatch_event(&Event::new("toggle").unwrap())
        .unwrap();
    leptos::task::tick().await;
    let steps = texts(&place, ".values tbody th");
    assert_eq!(steps, ["1", "2", "3", "4", "5", "6", "7", "8"]);
    let last = texts(&place, ".values tbody tr:last-child td");
    assert_eq!(
        last,
        [
            "Exploit", "70.0", "0.50", "30.0", "100.0", "1.50", "30.0", "70.0"
        ]
    );
}

#[wasm_bindgen_test]
async fn every_evaluated_stage_has_a_row_with_intervals() {
    let json = include_str!("../../../checkpoints/wide/summary.json");
    let summary = RwSignal::new(serde_json::from_str::<SummaryExcerpt>(json).ok());
    let place = drawn(
        Live::still(State::default()),
        move || view! { <SummaryTable summary /> },
    );
    assert_eq!(all(&place, "tbody tr").len(), 6);
    assert_eq!(all(&place, "tbody .whisker").len(), 6 * 4 - 1);
    assert_eq!(all(&place, ".compared li").len(), 3);
    let interval: HtmlElement = all(&place, ".whisker .interval")[0]
        .clone()
        .unchecked_into();
    assert!(
        interval
            .style()
            .get_property_value("width")
            .unwrap()
            .ends_with('%')
    );
}

#[wasm_bindgen_test]
async fn responses_of_another_engine_have_a_row_beside_their_baseline() {
    let json = include_str!("../../../checkpoints/wide/summary.json");
    let run: serde_json::Value = serde_json::from_str(json).unwrap();
    let json = serde_json::json!({
        "name": "ours.jsonl", "version": "0", "responses": run["stages"]["exploit"],
        "baseline": run["stages"]["control"], "comparison": run["comparison"],
    });
    let summary = RwSignal::new(serde_json::from_value::<SummaryExcerpt>(json).ok());
    let place = drawn(
        Live::still(State::default()),
        move || view! { <SummaryTable summary /> },
    );
    let names: Vec<String> = (all(&place, "tbody th").iter())
        .filter_map(|name| name.text_content())
        .collect();
    assert_eq!(names, ["Responses", "Baseline"]);
    let sentence = all(&place, ".compared li")[0].text_content().unwrap();
    assert!(
        sentence.starts_with("Responses minus baseline"),
        "{sentence}"
    );
}

/// A run with two kinds: SFT chooses English for both, exploit Chinese for sums.
fn measured() -> SummaryExcerpt {
    let figures = |accuracy: f64| {
        format!(
            r#"{{"accuracy":{accuracy},"pass_at_k":0,"k":1,"acc_star":0,"compliance":1,"thinking_tokens":9,"truncation":0,"n":100,"problems":100,
                "intervals":{{"accuracy":[{low},{high}],"pass_at_k":[0,0],"acc_star":[0,0],"compliance":[1,1],"thinking_tokens":[9,9],"truncation":[0,0]}}"#,
            low = accuracy - 0.05,
            high = accuracy + 0.05
        )
    };
    let kind = |en: f64, zh: f64| {
        format!(
            r#"{},"by_language":{{"en":{}}},"zh":{}}}}}}}"#,
            figures(0.5),
            figures(en),
            figures(zh)
        )
    };
    let json = format!(
        r#"{{"name":"a","seed":1,"version":"0","config_hash":"","seconds":1,
            "practice":[{{"kind":"sums/steps","shares":{{"zh":0.66}}}}],
            "stages":{{
                "sft":{{"multi":{},"by_kind":{{"clock/steps":{},"sums/steps":{}}}}},
                       "selection_by_kind":{{"clock/steps":{{"en":1}},"sums/steps":{{"en":1}}}},"transfer":{{"trained":1}}}},
                "exploit":{{"selection_by_kind":{{"clock/steps":{{"en":1}},"sums/steps":{{"en":0.25,"zh":0.75}}}},"transfer":{{"trained":1}}}}
            }}}}"#,
        figures(0.5),
        kind(0.9, 0.2),
        kind(0.3, 0.95)
    );
    serde_json::from_str(&json).unwrap()
}

#[wasm_bindgen_test]
async fn the_map_shows_worth_and_the_slider_moves_the_choice() {
    let summary = RwSignal::new(Some(measured()));
    let place = drawn(
        Live::still(State::default()),
        move || view! { <MapTable summary /> },
    );
    leptos::task::tick().await;
    let width = |row: &str, column: usize| {
        let bar = all(&place, &format!("tr.{row} .chosen"))[column].clone();
        attribute(&bar, "style")
    };
    // The last stage of RL first.
    assert!(width("zh", 1).contains("75%"), "{}", width("zh", 1));
    assert_eq!(texts(&place, "tr.zh .worth"), ["20", "95"]);
    assert_eq!(texts(&place, "tr.th .worth"), ["", ""]);
    assert_eq!(all(&place, "td.best").len(), 2);
    assert_eq!(all(&place, "tr.zh td.best").len(), 1);
    let cell = all(&place, "tr.zh td")[1].clone();
    assert_eq!(
        attribute(&cell, "title"),
        "Chinese forced: 95 % right, 95 % interval 90 to 100; chosen with 75.0 %; 68.0 % of the pages"
    );
    let slider: HtmlInputElement = all(&place, ".map input")[0].clone().unchecked_into();
    assert_eq!((slider.value().as_str(), slider.max().as_str()), ("1", "1"));
    slide(&slider, "0").await;
    assert!(width("zh", 1).contains("width: 0%"), "{}", width("zh", 1));
    assert_eq!(texts(&place, "tr.zh .worth"), ["20", "95"]);
    // A run of an earlier version has no map.
    summary.set(Some(SummaryExcerpt::default()));
    leptos::task::tick().await;
    assert_eq!(all(&place, ".map").len(), 0);
}

#[wasm_bindgen_test]
async fn a_run_in_progress_lists_its_stages_and_its_models_can_be_asked() {
    let reader = Reader::new();
    let state = State {
        view: View::Run,
        run: Source::Served,
        stage: Some(Stage::Pretrain),
        ..State::default()
    };
    let live = Live::still(state);
    let place = drawn(live, move || view! { <Stages reader /> });
    let json = r#"{"info":{"name":"x","seed":1,"version":"0","created":"","config_hash":""},"config":{},
        "metrics":{"bytes":0,"written":null},"samples":{"bytes":0,"written":null},"summary":false,"stages":[
        {"name":"sft","state":"done","steps":100,"planned":100,"checkpoint":{"path":"a","version":"1"}},
        {"name":"explore","state":"running","steps":0,"planned":8,"checkpoint":null},
        {"name":"control-explore","state":"done","steps":8,"planned":8,"checkpoint":{"path":"a","version":"1"}}]}"#;
    assert!(all(&place, "li").is_empty());
    reader.state.set(serde_json::from_str(json).ok());
    reader.status.set(Status::Connected);
    reader.log.set(log());
    leptos::task::tick().await;
    let rows = texts(&place, "li p");
    assert_eq!(
        rows,
        [
            "SFT done after 100 steps",
            "Explore running, step 4 of at most 8",
            "Control: explore done after 8 steps"
        ]
    );
    let buttons: Vec<HtmlElement> = all(&place, "button")
        .into_iter()
        .map(JsCast::unchecked_into)
        .collect();
    // The control's first half is none of the page's stages.
    let shown: Vec<bool> = buttons.iter().map(|button| !button.hidden()).collect();
    assert_eq!(shown, [true, false, false]);
    buttons[0].click();
    live.state.with_untracked(|state| {
        assert_eq!(
            (state.view, state.stage, state.run),
            (View::Think, Some(Stage::Sft), Source::Served)
        );
    });
}
