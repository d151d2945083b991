use explang::Language;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::judge::incentive::Incentive;
use crate::kept::{MODEL, OPTIMIZER};
use crate::protocol::learning::{HeldOut, Means, Start};

/// Any finite number.
fn number() -> impl Strategy<Value = f64> {
    any::<f64>().prop_filter("JSON has finite numbers only", |number| number.is_finite())
}

fn start() -> impl Strategy<Value = Start> {
    let stage = select(Stage::ALL.to_vec());
    prop_oneof![
        Just(Start::Quick),
        stage.clone().prop_map(Start::Committed),
        stage.prop_map(Start::Served),
        Just(Start::Yours),
    ]
}

/// Any settings, those that no training can have among them.
pub(crate) fn settings() -> impl Strategy<Value = Settings> {
    let language = prop::option::of(select(Language::ALL.to_vec()));
    let numbers = (number(), number(), number());
    let sizes = (any::<usize>(), any::<usize>(), any::<usize>());
    let kinds = vec("[a-z]{1,9}/(steps|breath)", 0..4);
    (start(), any::<u64>(), language, numbers, sizes, kinds).prop_map(
        |(start, seed, forced, numbers, sizes, kinds)| Settings {
            start,
            seed,
            forced,
            incentive: Incentive::default(),
            length_price: numbers.0,
            kl: numbers.1,
            learning_rate: numbers.2,
            prompts: sizes.0,
            group: sizes.1,
            max_new_tokens: sizes.2,
            kinds,
        },
    )
}

fn point() -> impl Strategy<Value = Point> {
    let means = (number(), number(), number(), number(), number());
    let means = means.prop_map(|of| Means {
        reward: of.0,
        accuracy: of.1,
        compliance: of.2,
        response_tokens: of.3,
        seconds: of.4,
    });
    let share = any::<f32>().prop_filter("finite", |share| share.is_finite());
    let held_out = (any::<u32>(), any::<u32>(), number(), number());
    let held_out = held_out.prop_map(|of| HeldOut {
        right: of.0,
        problems: of.1,
        interval: [of.2, of.3],
    });
    (
        any::<u32>(),
        prop::option::of(means),
        vec(vec(share, 0..4), 0..3),
        prop::option::of(number()),
        prop::option::of(number()),
        prop::option::of(held_out),
    )
        .prop_map(
            |(step, rollouts, choice, information, entropy, held_out)| Point {
                step,
                rollouts,
                choice,
                information,
                entropy,
                held_out,
            },
        )
}

/// Any training with small files.
fn kept() -> impl Strategy<Value = Kept> {
    let earlier = (any::<u32>(), settings());
    let earlier = earlier.prop_map(|(until, settings)| Earlier { until, settings });
    let names = select([&MODEL[..], &[OPTIMIZER]].concat());
    let files = btree_map(names.prop_map(str::to_owned), vec(any::<u8>(), 0..40), 0..7);
    (
        (
            settings(),
            vec(earlier, 0..3),
            select(Stage::ALL.to_vec()),
            any::<u32>(),
        ),
        (vec(point(), 0..4), any::<String>(), any::<String>(), files),
    )
        .prop_map(|(head, (points, metrics, config, files))| Kept {
            settings: head.0,
            earlier: head.1,
            stage: head.2,
            step: head.3,
            points,
            metrics,
            config,
            files,
        })
}

proptest! {
    #[test]
    fn what_is_kept_is_read_back(kept in kept()) {
        let records = kept.records().unwrap();
        prop_assert_eq!(Head::read(&records[HEAD]).unwrap().step, kept.step);
        prop_assert_eq!(Kept::read(records), Ok(kept));
    }

    #[test]
    fn a_damaged_byte_is_found(kept in kept(), at in any::<Index>(), flip in 1..=u8::MAX) {
        let whole = kept.records().unwrap();
        for name in whole.keys() {
            let mut records = whole.clone();
            let bytes = records.get_mut(name).unwrap();
            if bytes.is_empty() {
                bytes.push(flip);
            } else {
                *at.get_mut(bytes) ^= flip;
            }
            prop_assert_eq!(Kept::read(records), Err(KeptError::Damaged(name.clone())));
        }
    }

    #[test]
    fn a_record_cut_short_or_missing_is_found(kept in kept(), at in any::<Index>()) {
        let whole = kept.records().unwrap();
        for (name, bytes) in &whole {
            let mut records = whole.clone();
            records.remove(name);
            prop_assert_eq!(Kept::read(records), Err(KeptError::Missing(name.clone())));
            if !bytes.is_empty() {
                let mut records = whole.clone();
                records.insert(name.clone(), bytes[..at.index(bytes.len())].to_vec());
                prop_assert_eq!(Kept::read(records), Err(KeptError::Damaged(name.clone())));
            }
        }
    }

    #[test]
    fn another_version_is_refused_whatever_else_it_says(version in any::<u32>(), other in "[a-z]{1,8}") {
        prop_assume!(version != VERSION);
        let json = format!(r#"{{"{other}": [1], "version": {version}}}"#);
        let head = format!("{}\n{json}", sha256(json.as_bytes())).into_bytes();
        let error = Kept::read(Records::from([(HEAD.to_owned(), head)])).unwrap_err();
        prop_assert_eq!(&error, &KeptError::OtherVersion { found: version, known: VERSION });
        let (_, failure) = error.told();
        let expected = format!("The training was kept in format {version}, this version of the page reads format {VERSION}.");
        prop_assert_eq!(failure.message, expected);
    }
}

#[test]
fn nothing_at_all_lacks_a_head() {
    assert_eq!(
        Kept::read(Records::new()),
        Err(KeptError::Missing(HEAD.into()))
    );
}
