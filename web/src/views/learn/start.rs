//! Where a training can start, for people to choose from.

use explang::run::Stage;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::history::RunState;
use crate::page::address::Source;
use crate::page::fetch::fetch_text;
use crate::page::learning::Learning;
use crate::page::live::Live;
use crate::protocol::learning::Start;
use crate::views::model::stage_name;

/// The choice of the start.
#[component]
pub fn StartChoice() -> impl IntoView {
    let learning = expect_context::<Learning>();
    let live = expect_context::<Live>();
    let served = served_stages(live);
    let chosen = Memo::new(move |_| learning.settings.with(|chosen| chosen.start));
    let keeps = Memo::new(move |_| learning.keeping.with(|keeping| keeping.any));
    let options = Memo::new(move |_| served.with(|served| options(served, chosen.get())));
    let choose = move |event| {
        if let Some(start) = read(&event_target_value(&event)) {
            learning.choose(|chosen| chosen.start = start);
        }
    };
    view! {
        <label>
            <span>"Start"</span>
            <select prop:value=move || value(chosen.get()) on:change=choose>
                <For each=move || options.get() key=|start| *start let:start>
                    <option
                        value=value(start)
                        selected=move || chosen.get() == start
                        disabled=move || start == Start::Yours && !keeps.get()
                    >
                        {title(start)}
                    </option>
                </For>
            </select>
        </label>
    }
}

/// The stages of the run that is asked, where a server shows it and they have a checkpoint.
fn served_stages(live: Live) -> RwSignal<Vec<Stage>> {
    let stages = RwSignal::new(Vec::new());
    let served = Memo::new(move |_| live.state.with(|state| state.run == Source::Served));
    Effect::new(move || {
        if !served.get() {
            stages.set(Vec::new());
            return;
        }
        spawn_local(async move {
            let Some(folder) = Source::Served.folder() else {
                return;
            };
            let text = fetch_text(&format!("{folder}state.json")).await;
            let text = text.ok().flatten();
            if let Some(state) = text.and_then(|text| serde_json::from_str::<RunState>(&text).ok())
            {
                let there = state.stages.into_iter();
                let there = there.filter(|stage| stage.checkpoint.is_some());
                // The visitor may have left the view.
                let _set = stages.try_set(there.map(|stage| stage.name).collect());
            }
        });
    });
    stages
}

/// All that can be chosen: models that know tags. What is chosen is among it in any case.
fn options(served: &[Stage], chosen: Start) -> Vec<Start> {
    let can = |stage: &Stage| stage.is_evaluated() && stage.knows_tags();
    let committed = Stage::EVALUATED.into_iter().filter(can);
    let served = served.iter().copied().filter(can);
    let mut all = vec![Start::Quick];
    all.extend(committed.map(Start::Committed));
    all.extend(served.map(Start::Served));
    all.push(Start::Yours);
    if !all.contains(&chosen) {
        all.push(chosen);
    }
    all
}

/// The value of an option.
fn value(start: Start) -> String {
    match start {
        Start::Quick => "quick".into(),
        Start::Committed(stage) => format!("committed/{stage}"),
        Start::Served(stage) => format!("served/{stage}"),
        Start::Yours => "yours".into(),
    }
}

fn read(value: &str) -> Option<Start> {
    match value.split_once('/') {
        None if value == "quick" => Some(Start::Quick),
        None if value == "yours" => Some(Start::Yours),
        Some(("committed", stage)) => Some(Start::Committed(stage.parse().ok()?)),
        Some(("served", stage)) => Some(Start::Served(stage.parse().ok()?)),
        _ => None,
    }
}

fn title(start: Start) -> String {
    match start {
        Start::Quick => "The small run “quick”, after SFT".into(),
        Start::Committed(stage) => format!("The page’s run, {}", stage_name(stage)),
        Start::Served(stage) => format!("This server’s run, {}", stage_name(stage)),
        Start::Yours => "Your model, as this browser keeps it".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_start_is_read_back_and_what_is_chosen_is_listed() {
        for chosen in [Start::Quick, Start::Yours, Start::Served(Stage::Explore)] {
            let all = options(&[Stage::Sft, Stage::Pretrain], chosen);
            assert!(all.contains(&chosen));
            for (at, start) in all.iter().enumerate() {
                assert_eq!(read(&value(*start)), Some(*start));
                assert!(!all[..at].contains(start), "{start:?}");
            }
            assert!(all.contains(&Start::Served(Stage::Sft)));
            assert!(!all.contains(&Start::Served(Stage::Pretrain)));
        }
        assert_eq!(read("committed/x"), None);
        assert_eq!(read(""), None);
    }
}
