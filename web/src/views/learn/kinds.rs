//! Which kinds of problems are asked.

use explang::tasks::Spec;
use leptos::prelude::*;

use crate::draw::kind_name::kind_name;
use crate::page::learning::Learning;

/// A box a kind; nothing before the kinds are known.
#[component]
pub fn Kinds() -> impl IntoView {
    let learning = expect_context::<Learning>();
    let kinds = learning.kinds();
    let asked = Memo::new(move |_| {
        let chosen = learning.settings.with(|chosen| chosen.kinds.clone());
        kinds.with(|kinds| asked(kinds, &chosen))
    });
    let option = move |kind: Spec| {
        let on = Memo::new(move |_| asked.with(|asked| asked.contains(&name(kind))));
        let alone = move || on.get() && asked.with(Vec::len) == 1;
        view! {
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || on.get()
                    disabled=alone
                    on:change=move |_| learning.choose(|chosen| {
                        chosen.kinds = kinds.with_untracked(|kinds| toggled(kinds, &chosen.kinds, kind));
                    })
                />
                <span>{kind_name(kind)}</span>
            </label>
        }
    };
    view! {
        <fieldset class="kinds-asked">
            <legend>"Kinds of problems, from the next step on"</legend>
            <Show
                when=move || kinds.with(|kinds| !kinds.is_empty())
                fallback=|| view! { <p class="meaning">"All that the model was taught. They can be chosen once a training is there."</p> }
            >
                <For each=move || kinds.get() key=|kind| *kind let:kind>{option(kind)}</For>
            </Show>
        </fieldset>
    }
}

fn name(kind: Spec) -> String {
    kind.kind().as_str().to_owned()
}

/// The kinds that are asked: the chosen ones, or all where none of them is chosen.
fn asked(kinds: &[Spec], chosen: &[String]) -> Vec<String> {
    let all: Vec<String> = kinds.iter().copied().map(name).collect();
    let some: Vec<String> = all
        .iter()
        .filter(|kind| chosen.contains(kind))
        .cloned()
        .collect();
    if some.is_empty() { all } else { some }
}

/// The choice once a kind is switched on or off; empty where all are asked. The last one cannot be switched off.
fn toggled(kinds: &[Spec], chosen: &[String], kind: Spec) -> Vec<String> {
    let before = asked(kinds, chosen);
    let off = before.contains(&name(kind));
    let on = |of: &Spec| (name(*of) == name(kind)) != before.contains(&name(*of));
    let after: Vec<String> = kinds
        .iter()
        .filter(|of| on(of))
        .copied()
        .map(name)
        .collect();
    match after.len() {
        0 if off => before,
        count if count == kinds.len() => Vec::new(),
        _ => after,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds() -> Vec<Spec> {
        ["sums/steps/3", "weekdays/steps/3", "clock/steps/2"]
            .map(|kind| kind.parse().unwrap())
            .to_vec()
    }

    #[test]
    fn kinds_are_switched_on_and_off_and_one_is_always_asked() {
        let kinds = kinds();
        let without = toggled(&kinds, &[], kinds[1]);
        assert_eq!(without, ["sums/steps", "clock/steps"]);
        let one = toggled(&kinds, &without, kinds[0]);
        assert_eq!(one, ["clock/steps"]);
        assert_eq!(toggled(&kinds, &one, kinds[2]), one);
        // All are written as none, so that a model of other kinds takes all of its own.
        assert!(toggled(&kinds, &without, kinds[1]).is_empty());
        assert_eq!(asked(&kinds, &[]).len(), 3);
        // What the model was not taught is not asked.
        assert_eq!(asked(&kinds, &["products/steps".into()]).len(), 3);
    }
}
