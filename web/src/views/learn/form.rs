//! How it is trained: everything that is chosen but what is paid.

use explang::Language;
use leptos::html::Input;
use leptos::prelude::*;

use super::kinds::Kinds;
use super::start::StartChoice;
use crate::page::learning::Learning;
use crate::protocol::learning::Settings;

/// A number among the settings.
#[derive(Clone, Copy)]
struct Field {
    id: &'static str,
    title: &'static str,
    meaning: &'static str,
    /// The least and the greatest that can be chosen.
    ends: [f64; 2],
    step: f64,
    get: fn(&Settings) -> f64,
    set: fn(&mut Settings, f64),
}

/// What counts from the next step on.
const FIELDS: [Field; 6] = [
    Field {
        id: "learn-prompts",
        title: "Prompts a step",
        meaning: "each has a group of its own",
        ends: [1.0, 32.0],
        step: 1.0,
        get: |settings| settings.prompts as f64,
        set: |settings, value| settings.prompts = value as usize,
    },
    Field {
        id: "learn-group",
        title: "Rollouts a prompt",
        meaning: "the size of a group",
        ends: [2.0, 32.0],
        step: 1.0,
        get: |settings| settings.group as f64,
        set: |settings, value| settings.group = value as usize,
    },
    Field {
        id: "learn-budget",
        title: "Longest response",
        meaning: "in tokens",
        ends: [16.0, 128.0],
        step: 1.0,
        get: |settings| settings.max_new_tokens as f64,
        set: |settings, value| settings.max_new_tokens = value as usize,
    },
    Field {
        id: "learn-rate",
        title: "Learning rate",
        meaning: "how far a step goes",
        ends: [0.0, 0.01],
        step: 0.00005,
        get: |settings| settings.learning_rate,
        set: |settings, value| settings.learning_rate = value,
    },
    Field {
        id: "learn-kl",
        title: "KL weight β",
        meaning: "keeps it near the start; 0 lets it go",
        ends: [0.0, 1.0],
        step: 0.005,
        get: |settings| settings.kl,
        set: |settings, value| settings.kl = value,
    },
    Field {
        id: "learn-length",
        title: "Price of length",
        meaning: "points that a response costs that takes the whole budget",
        ends: [0.0, 2.0],
        step: 0.05,
        get: |settings| settings.length_price,
        set: |settings, value| settings.length_price = value,
    },
];

/// The seed; what counts from a new beginning on.
const SEED: Field = Field {
    id: "learn-seed",
    title: "Seed",
    meaning: "of problems and sampling",
    // Whole numbers up to here are exact.
    ends: [0.0, 9_007_199_254_740_991.0],
    step: 1.0,
    get: |settings| settings.seed as f64,
    set: |settings, value| settings.seed = value as u64,
};

impl Field {
    /// The number that a text says, made one that can be chosen; none where it says none.
    fn read(&self, text: &str) -> Option<f64> {
        let value: f64 = text.trim().parse().ok()?;
        let [least, most] = self.ends;
        let whole = self.step.fract() == 0.0;
        let value = if whole { value.round() } else { value };
        value.is_finite().then(|| value.clamp(least, most))
    }
}

/// The settings.
#[component]
pub fn Form() -> impl IntoView {
    let learning = expect_context::<Learning>();
    let forced = Memo::new(move |_| learning.settings.with(|chosen| chosen.forced));
    let waits = Memo::new(move |_| learning.waits_for_beginning());
    let force = move |event| {
        let language = event_target_value(&event).parse().ok();
        learning.choose(|chosen| chosen.forced = language);
    };
    view! {
        <div class="form">
            <h3>"How it is trained"</h3>
            <fieldset>
                <legend>"From a new beginning on"</legend>
                <StartChoice />
                <label>
                    <span>"Thinking language"</span>
                    <select
                        prop:value=move || forced.get().map_or("auto", Language::code)
                        on:change=force
                    >
                        <option value="auto" selected=move || forced.get().is_none()>"The model chooses"</option>
                        {Language::ALL
                            .map(|language| view! {
                                <option value=language.code() selected=move || forced.get() == Some(language)>
                                    {language.english_name()} " is forced"
                                </option>
                            })
                            .collect_view()}
                    </select>
                </label>
                <Number field=SEED />
                <p class="waits">
                    {move || waits.get().then_some(
                        "The training that is there goes on as it began. What you have chosen here counts once you go back to the beginning."
                    )}
                </p>
            </fieldset>
            <fieldset>
                <legend>"From the next step on"</legend>
                <div class="numbers">
                    {FIELDS.map(|field| view! { <Number field /> }).collect_view()}
                </div>
            </fieldset>
            <Kinds />
        </div>
    }
}

/// One number.
#[component]
fn Number(field: Field) -> impl IntoView {
    let learning = expect_context::<Learning>();
    let value = Memo::new(move |_| learning.settings.with(field.get));
    let input = NodeRef::<Input>::new();
    let write = move || {
        if let Some(input) = input.get_untracked() {
            input.set_value(&value.get_untracked().to_string());
        }
    };
    Effect::new(move || {
        let _mounted = input.get();
        value.track();
        write();
    });
    let change = move |event| {
        if let Some(value) = field.read(&event_target_value(&event)) {
            learning.choose(|chosen| (field.set)(chosen, value));
        }
        // What is no number that can be chosen is replaced with the one that is.
        write();
    };
    let explained = format!("{}-meaning", field.id);
    let [least, most] = field.ends;
    view! {
        <div class="number-field">
            <label for=field.id>{field.title}</label>
            <input
                node_ref=input
                type="number"
                id=field.id
                aria-describedby=explained.clone()
                min=least.to_string()
                max=most.to_string()
                step=field.step.to_string()
                on:change=change
            />
            <span class="meaning" id=explained>{field.meaning}</span>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_chosen_is_kept_and_the_rest_is_made_so() {
        for field in FIELDS.into_iter().chain([SEED]) {
            let mut settings = Settings::default();
            let before = (field.get)(&settings);
            // The page shows what it was given, to the last digit.
            assert_eq!(
                field.read(&before.to_string()),
                Some(before),
                "{}",
                field.id
            );
            for (text, expected) in [
                (field.ends[0].to_string(), Some(field.ends[0])),
                (field.ends[1].to_string(), Some(field.ends[1])),
                ("-1e30".into(), Some(field.ends[0])),
                ("1e30".into(), Some(field.ends[1])),
                ("inf".into(), None),
                ("NaN".into(), None),
                ("many".into(), None),
                (String::new(), None),
            ] {
                let read = field.read(&text);
                assert_eq!(read, expected, "{} {text}", field.id);
                if let Some(value) = read {
                    (field.set)(&mut settings, value);
                    assert_eq!((field.get)(&settings), value, "{}", field.id);
                }
            }
        }
        assert_eq!(FIELDS[0].read("2.6"), Some(3.0));
    }
}
