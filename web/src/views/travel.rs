//! View 5: the same problem at every stage of training.

use std::collections::BTreeMap;

use explang::Language;
use explang::run::Stage;
use leptos::prelude::*;

use super::model::{LoadingBar, model_name};
use super::question::Question;
use super::trace::Trace;
use super::verdict::Verdict;
use crate::draw::language_name::LanguageName;
use crate::draw::number;
use crate::draw::scale::Scale;
use crate::judge::assess::{Assessment, assess};
use crate::kept::Head;
use crate::page::address::{Model, State};
use crate::page::live::{Live, Navigation};
use crate::protocol::Choice;

/// Share of a bar from which on a language's code fits into its part.
const ROOM_FOR_CODE: f64 = 0.06;

/// What a stage said to the problem.
#[derive(Debug, Clone, PartialEq)]
struct Stop {
    choice: Option<Choice>,
    answer: Option<Assessment>,
}

/// What the models said, for one question.
#[derive(Debug, Clone, PartialEq, Default)]
struct Journey {
    /// The question, whatever its model.
    question: Option<State>,
    /// By the model's place on the slider.
    stops: BTreeMap<usize, Stop>,
}

/// A slider over the stages, the choice and the answer at each, and the whole answer of the one that is looked at.
#[component]
pub fn Travel() -> impl IntoView {
    let live = expect_context::<Live>();
    let journey = RwSignal::new(Journey::default());
    let playing = RwSignal::new(false);
    collect(live, journey);
    travel(live, journey, playing);
    view! {
        <section id="travel" aria-labelledby="travel-title">
            <div class="about">
                <h2 id="travel-title"><span class="number">"5"</span>"Travel through training"</h2>
                <p>
                    "Training leaves a checkpoint at the end of each stage. Move the slider and ask the same problem of every one. Then \
                     ask another kind of problem: does it get another language, and from which stage on?"
                </p>
                <p>
                    "The control is the same training with English forced. The student is a smaller model that learned from the exploit \
                     model; it is the one that the other views ask."
                </p>
                <p class="told" role="status">{move || told(live)}</p>
            </div>
            <div class="body">
                <Question />
                <LoadingBar />
                <Slider playing />
                <Stops journey />
                <h3 class="of-stage">
                    {move || format!("The whole answer: {}", model_name(live, live.state.with(State::model)))}
                </h3>
                <Trace answer=live.answer />
                <Verdict answer=live.answer />
            </div>
        </section>
    }
}

/// The question as it is for every model.
fn question(live: Live, state: &State) -> State {
    State {
        run: live.run_of_stages(state),
        stage: Some(Stage::Pretrain),
        slow: true,
        ..state.question()
    }
}

/// Keeps what each model says; another question begins anew, and so does the visitor's own model when it has learned.
fn collect(live: Live, journey: RwSignal<Journey>) {
    let yours = Memo::new(move |_| live.yours.with(|yours| yours.as_ref().map(Head::state)));
    Effect::new(move || {
        yours.track();
        journey.update(|journey| {
            journey.stops.remove(&place(Model::Yours));
        });
    });
    Effect::new(move || {
        let asked = live.state.with(|state| question(live, state));
        let (model, stage) = live.state.with(|state| (state.model(), state.stage()));
        if journey.with_untracked(|journey| journey.question.as_ref() != Some(&asked)) {
            journey.set(Journey {
                question: Some(asked.clone()),
                ..Journey::default()
            });
        }
        // The recording was not made on this machine, and what is still on its way belongs to no stage.
        if live.ready() != Some(stage) {
            return;
        }
        let choice = live.choice.get();
        let answer = live.answer.with(|answer| {
            let answer = answer.as_ref().filter(|answer| !answer.recorded)?;
            let same = answer.asked.model() == model && question(live, &answer.asked) == asked;
            let completed = answer.completed.as_ref().filter(|_| same)?;
            Some(assess(completed, answer.problem.as_ref(), stage))
        });
        let stop = Stop { choice, answer };
        let known =
            journey.with_untracked(|journey| journey.stops.get(&place(model)) == Some(&stop));
        if !known {
            journey.update(|journey| {
                journey.stops.insert(place(model), stop);
            });
        }
    });
}

/// Goes on to the next model that has not been asked, while `playing`.
fn travel(live: Live, journey: RwSignal<Journey>, playing: RwSignal<bool>) {
    Effect::new(move || {
        if !playing.get() {
            return;
        }
        let here = place(live.state.with(State::model));
        let models = live.models();
        let done = |at: usize| {
            journey.with(|journey| {
                let stop = journey.stops.get(&at);
                stop.is_some_and(|stop| stop.choice.is_some() && stop.answer.is_some())
            })
        };
        if !done(here) {
            return;
        }
        let next = (here..models.len()).chain(0..here).find(|&at| !done(at));
        match next {
            Some(next) => live.choose_model(Navigation::Replace, models[next]),
            None => playing.set(false),
        }
    });
}

/// Place of a model on the slider.
fn place(model: Model) -> usize {
    match model {
        Model::Stage(stage) => Stage::EVALUATED
            .iter()
            .position(|of| *of == stage)
            .unwrap_or(0),
        Model::Yours => Stage::EVALUATED.len(),
        Model::File => Stage::EVALUATED.len() + 1,
    }
}

/// A model on the slider.
const fn short_name(model: Model) -> &'static str {
    let stage = match model {
        Model::Stage(stage) => stage,
        Model::Yours | Model::File => return model.name(),
    };
    match stage {
        Stage::Sft => "SFT",
        Stage::ControlExplore => Stage::Control.name(),
        Stage::Distil => "student",
        Stage::Pretrain | Stage::Explore | Stage::Exploit | Stage::Control => stage.name(),
    }
}

/// What a stage does, in a sentence.
const fn purpose(stage: Stage) -> &'static str {
    match stage {
        Stage::Pretrain => {
            "Pretraining: it has read worked problems in all languages, but no tags. A heading names the language."
        }
        Stage::Sft => {
            "SFT: it has been shown a tag before each solution, all languages alike for every kind of problem, English most often. Nothing \
             told it which to choose."
        }
        Stage::Explore => {
            "Explore: RL has paid for right answers, and for languages that are rare in their group, so that all stay in play. The choice \
             begins to follow the problem."
        }
        Stage::Exploit => {
            "Exploit: RL has paid for languages that reach right answers. It chooses what works for this kind of problem."
        }
        Stage::ControlExplore | Stage::Control => {
            "Control: the same RL with English forced. Its own choice was never rewarded."
        }
        Stage::Distil => {
            "Student: a smaller model that learned from the exploit model, in the language that this chose or in one that was forced. It \
             chooses as its teacher does, and thinks in the language that you pick."
        }
    }
}

fn told(live: Live) -> &'static str {
    match live.state.with(State::model) {
        Model::Stage(stage) => purpose(stage),
        Model::Yours => "Yours: you trained it in this browser, and chose what it was paid for.",
        Model::File => {
            "The model of the file that you opened. How it was trained is not known here."
        }
    }
}

/// The slider over the stages, and a button that visits them all.
#[component]
fn Slider(playing: RwSignal<bool>) -> impl IntoView {
    let live = expect_context::<Live>();
    let model = move || live.state.with(State::model);
    let models = Memo::new(move |_| live.models());
    let go = move |event| {
        playing.set(false);
        let at: Option<usize> = event_target_value(&event).parse().ok();
        let chosen = |at| models.with_untracked(|models: &Vec<Model>| models.get(at).copied());
        if let Some(model) = at.and_then(chosen) {
            live.choose_model(Navigation::Replace, model);
        }
    };
    view! {
        <div class="journey">
            <label class="slider">
                <span class="unseen">"Stage of training"</span>
                <input
                    type="range"
                    min="0"
                    max=move || models.with(|models| models.len() - 1).to_string()
                    step="1"
                    prop:value=move || place(model()).to_string()
                    aria-valuetext=move || short_name(model())
                    on:input=go
                />
                <span class="stations" aria-hidden="true">
                    {move || {
                        let station = |of: Model| view! { <span class:here=move || model() == of>{short_name(of)}</span> };
                        models.get().into_iter().map(station).collect_view()
                    }}
                </span>
            </label>
            <button type="button" on:click=move |_| playing.update(|playing| *playing = !*playing)>
                {move || if playing.get() { "Stay here" } else { "Visit every stage" }}
            </button>
        </div>
    }
}

/// A row a stage: how it chooses, and what it answered.
#[component]
fn Stops(journey: RwSignal<Journey>) -> impl IntoView {
    let live = expect_context::<Live>();
    let scale = Scale::new(0.0, 100.0);
    let ticks = scale.ticks(6).into_iter().map(|tick| {
        let at = format!("{}%", scale.percent(tick));
        view! { <span style:left=at>{format!("{tick:.0} %")}</span> }
    });
    let ticks = ticks.collect_view();
    let models = Memo::new(move |_| live.models());
    let row = move |model: Model| {
        let here = move || live.state.with(|state| state.model() == model);
        let stop =
            Memo::new(move |_| journey.with(|journey| journey.stops.get(&place(model)).cloned()));
        view! {
            <tr class:here=here>
                <th scope="row">
                    <button
                        type="button"
                        class="quiet"
                        aria-current=move || here().then_some("step")
                        on:click=move |_| live.choose_model(Navigation::Push, model)
                    >
                        {short_name(model)}
                    </button>
                </th>
                <td>{move || bar(stop.get().and_then(|stop| stop.choice).as_ref())}</td>
                <td>{move || stop.get().and_then(|stop| stop.answer).map(|seen| verdict(&seen))}</td>
            </tr>
        }
    };
    view! {
        <table class="stops">
            <caption class="unseen">"The choice and the answer at each stage"</caption>
            <thead>
                <tr>
                    <th scope="col">"Stage"</th>
                    <th scope="col">
                        "π(language | problem)"
                        <span class="ticks" aria-hidden="true">{ticks}</span>
                    </th>
                    <th scope="col">"Answer"</th>
                </tr>
            </thead>
            <tbody>{move || models.get().into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}

/// The distribution as one bar, a part a language.
fn bar(choice: Option<&Choice>) -> AnyView {
    let Some(choice) = choice else {
        return view! { <div class="shares empty">"not asked yet"</div> }.into_any();
    };
    let shares: Vec<(Language, f64)> = Language::ALL
        .into_iter()
        .zip(choice.probabilities.iter().copied().map(f64::from))
        .collect();
    let mut largest = shares.clone();
    largest.sort_by(|a, b| b.1.total_cmp(&a.1));
    let said: Vec<String> = largest
        .iter()
        .take(5)
        .map(|(language, share)| format!("{} {}", language.english_name(), number::percent(*share)))
        .collect();
    let scale = Scale::new(0.0, 1.0);
    let parts = shares
        .into_iter()
        .map(|(language, share)| {
            let name = format!("{}: {}", language.own_name(), number::percent(share));
            view! {
                <span class=format!("share {language}") style:width=format!("{}%", scale.percent(share)) title=name>
                    {(share >= ROOM_FOR_CODE).then(|| language.code())}
                </span>
            }
        })
        .collect_view();
    view! { <div class="shares" role="img" aria-label=said.join(", ")>{parts}</div> }.into_any()
}

fn verdict(seen: &Assessment) -> AnyView {
    let (class, mark) = match &seen.judged {
        Some(judged) if judged.right => ("good", "✓ right"),
        Some(_) if seen.boxed.is_none() => ("bad", "✗ no answer"),
        Some(_) => ("bad", "✗ wrong"),
        None => ("open", ""),
    };
    let language = match seen.tag {
        Some(tag) => view! { <LanguageName language=tag /> }.into_any(),
        None => view! { <span class="open">"no tag"</span> }.into_any(),
    };
    let boxed = seen.boxed.clone();
    view! {
        <span class="reply">{language} " " <strong>{boxed}</strong> " " <span class=class>{mark}</span></span>
    }
    .into_any()
}
