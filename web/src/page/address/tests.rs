use explang::random::SplitMix64;
use explang::reward::{Component, Preset, Variant};
use explang::tasks::Spec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::judge::incentive::{Estimator, LEAST_WEIGHT, MOST_WEIGHT, WEIGHT_PARTS};

/// Any problem of the tasks.
fn problem() -> impl Strategy<Value = Problem> {
    let spec = select(Spec::all().collect::<Vec<_>>());
    (spec, any::<u64>()).prop_map(|(spec, seed)| spec.draw(&mut SplitMix64::new(seed)))
}

/// A problem, or any text that the page takes: with signs that addresses use, in any script, empty.
fn asked() -> impl Strategy<Value = Asked> {
    let signs = "[ &=+#?%/2F\"\n٤次é😀]{0,40}";
    let any_text = prop::collection::vec(any::<char>(), 0..=LONGEST_TEXT);
    prop_oneof![
        Just(State::default().asked),
        problem().prop_map(Asked::Problem),
        signs.prop_map(Asked::Text),
        any_text.prop_map(|text| Asked::Text(text.into_iter().collect())),
    ]
}

/// Any choices of view 6 that its controls can make.
fn incentive() -> impl Strategy<Value = Incentive> {
    let steps = (LEAST_WEIGHT * WEIGHT_PARTS) as i32..=(MOST_WEIGHT * WEIGHT_PARTS) as i32;
    let weights = prop::collection::vec((select(Component::ALL.to_vec()), steps), 0..4);
    let variant = select(Variant::NAMES.to_vec());
    let preset = select(Preset::ALL.to_vec());
    let estimator = select(Estimator::ALL.to_vec());
    (variant, preset, estimator, weights).prop_map(|(variant, preset, estimator, weights)| {
        let mut incentive = Incentive::default();
        incentive.choose(variant, preset);
        incentive.estimator = estimator;
        for (component, step) in weights {
            incentive.weigh(component, f64::from(step) / WEIGHT_PARTS);
        }
        incentive
    })
}

/// Any state of the page.
fn state() -> impl Strategy<Value = State> {
    let looked_at = (
        select(View::ALL.to_vec()),
        any::<bool>(),
        prop::option::of(select(Part::ALL.to_vec())),
        select(WINDOWS.to_vec()),
    );
    let asked = (
        asked(),
        select(Language::ALL.to_vec()),
        prop::option::of(select(Language::ALL.to_vec())),
        prop::option::of(select(Stage::EVALUATED.to_vec())),
    );
    let sampled = (any::<u64>(), 0..=HIGHEST_TEMPERATURE, any::<bool>());
    let device = select(vec![DeviceKind::Cpu, DeviceKind::WebGpu]);
    let run = select(Source::ALL.to_vec());
    (looked_at, asked, sampled, device, run, incentive()).prop_map(
        |(looked_at, asked, sampled, device, run, incentive)| {
            let (view, best_first, part, window) = looked_at;
            let (asked, asked_in, language, stage) = asked;
            let (seed, temperature, slow) = sampled;
            State {
                view,
                asked,
                asked_in,
                language,
                stage,
                seed,
                temperature,
                slow,
                device,
                run,
                best_first,
                incentive,
                part,
                window,
            }
        },
    )
}

proptest! {
    #[test]
    fn every_address_is_read_back(state in state()) {
        let query = state.write();
        prop_assert_eq!(&State::read(&query), &state, "{}", query);
        prop_assert_eq!(&State::read(&format!("?{query}")), &state, "{}", query);
    }

    #[test]
    fn nothing_can_be_left_out_of_an_address(state in state()) {
        let query = state.write();
        let parts: Vec<_> = parse(query.as_bytes()).collect();
        for left_out in 0..parts.len() {
            let others = parts.iter().enumerate().filter(|(at, _)| *at != left_out);
            let shorter = Serializer::new(String::new()).extend_pairs(others.map(|(_, part)| part)).finish();
            prop_assert_ne!(&State::read(&shorter), &state, "{}", shorter);
        }
    }

    #[test]
    fn no_query_is_too_strange_to_be_read(query in any::<String>()) {
        let state = State::read(&query);
        prop_assert_eq!(&State::read(&state.write()), &state);
    }
}

#[test]
fn a_fresh_page_has_a_bare_address() {
    let state = State::default();
    assert!(matches!(state.asked, Asked::Problem(_)));
    assert_eq!(state.write(), "");
    assert_eq!(state.address("/some/folder/"), "/some/folder/");
    assert_eq!(State::read(""), state);
    let seeded = State { seed: 7, ..state };
    assert_eq!(seeded.address("/some/folder/"), "/some/folder/?seed=7");
}

#[test]
fn nonsense_takes_the_default() {
    let query = "view=x&problem=sums/9&asked-in=xx&language=yy&stage=z&seed=-1&temperature=1e9&part=x&window=4&other";
    assert_eq!(State::read(query), State::default());
    assert_eq!(State::read("temperature=NaN"), State::default());
}
