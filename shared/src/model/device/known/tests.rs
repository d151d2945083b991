use super::*;

/// What is rounding where a device computes in f32.
const F32: Limits = Limits::of(Precision::F32);

/// The processor's answers.
fn known() -> Answers {
    of(decoder(&Device::flex().autodiff()))
}

fn of(learner: Decoder) -> Answers {
    pollster::block_on(Answers::of(&learner, &texts(), 0)).unwrap()
}

/// What a device is refused for that gives these answers.
fn refused(known: &Answers, first: &Answers, second: &Answers) -> Option<&'static str> {
    match judged(&differences(known, first, second, F32)) {
        Ok(()) => None,
        Err(WrongNumbers::Wrong(difference)) => Some(difference.what),
        Err(unread) => panic!("{unread}"),
    }
}

#[test]
fn the_processor_passes_in_every_format() {
    for precision in Precision::ALL {
        let tried = pollster::block_on(try_known_answers(&Device::flex(), precision));
        assert_eq!(tried, Ok(()), "{precision}");
    }
}

/// `cargo test -p explang --features wgpu known`
#[cfg(feature = "wgpu")]
#[test]
fn a_graphics_card_passes_in_every_format_that_it_has() {
    let device = crate::model::device::card();
    for precision in Precision::ALL {
        if device.supports_dtype(precision.dtype()) {
            let tried = pollster::block_on(try_known_answers(&device, precision));
            assert_eq!(tried, Ok(()), "{precision}");
            println!("right in {precision}");
        } else {
            assert_ne!(precision, Precision::F32);
        }
    }
}

#[test]
fn a_format_passes_for_a_finer_one_nowhere() {
    let known = known();
    let rounded = |precision| of(decoder(&Device::flex().autodiff()).computing_in(precision));
    let good = |answers: &Answers, limits| {
        judged(&differences(&known, answers, answers, Limits::of(limits))).is_ok()
    };
    let [f16, bf16] = [Precision::F16, Precision::BF16].map(rounded);
    assert!(good(&f16, Precision::BF16) && !good(&f16, Precision::F32));
    assert!(!good(&bf16, Precision::F16));
}

#[test]
fn the_answers_are_those_of_a_model_that_says_something() {
    let known = known();
    let largest = known.whole.iter().fold(0.0, |a: f32, b| a.max(b.abs()));
    // An even distribution would give the loss away without any logits.
    let even = (VOCAB as f64).ln();
    assert!((known.loss - even).abs() > 0.05 * even, "{}", known.loss);
    assert!(largest > 1.0 && norm(&known.gradient) > 0.1);
    // Seven steps after the beginnings, three texts.
    assert_eq!(known.whole.len(), 8 * 3 * VOCAB);
    assert_eq!(known.cached.len(), known.whole.len());
    let parameters = ModelConfig::of(ModelPreset::Pico, VOCAB).num_parameters();
    assert_eq!(known.gradient.len(), parameters);
}

#[test]
fn a_number_is_good_within_rounding_and_refused_beyond_it_wherever_it_is() {
    let known = known();
    let largest = |values: &[f32]| values.iter().fold(0.0, |a: f32, b| a.max(b.abs()));
    let (logit, length) = (largest(&known.whole), norm(&known.gradient) as f32);
    // A device that is wrong the first time is also another the second time; which of the two is worse depends on rounding.
    type Change = fn(&mut Answers, usize, f32);
    let kinds: [(&str, f32, Change); 4] = [
        ("loss", known.loss as f32 * F32.loss as f32, |a, _, by| {
            a.loss += f64::from(by);
        }),
        ("gradient", length * F32.gradient as f32, |a, at, by| {
            let at = at % a.gradient.len();
            a.gradient[at] += by;
        }),
        ("logits", logit * F32.logits as f32, |a, at, by| {
            let at = at % a.whole.len();
            a.whole[at] += by;
        }),
        ("token by token", logit * F32.logits as f32, |a, at, by| {
            let at = at % a.cached.len();
            a.cached[at] += by;
        }),
    ];
    for (name, limit, change) in kinds {
        for i in 0..40 {
            let at = derive(1, &[i]) as usize;
            let sign = if i % 2 == 0 { 1.0 } else { -1.0 };
            let changed = |by: f32| {
                let mut answers = known.clone();
                change(&mut answers, at, by);
                answers
            };
            // The processor's own rounding is in it too.
            let (good, bad) = (
                changed(sign * 0.3 * limit),
                changed(sign * (1.5 + i as f32) * limit),
            );
            assert_eq!(refused(&known, &good, &good), None, "{name} {at}");
            for (first, second) in [(&bad, &bad), (&known, &bad), (&bad, &known)] {
                let what = refused(&known, first, second);
                assert!(
                    what.is_some_and(|what| what.contains(name)),
                    "{name} {at}: {what:?}"
                );
            }
        }
    }
}

#[test]
fn what_is_not_finite_or_too_short_is_refused() {
    let known = known();
    let changes: [fn(&mut Answers); 8] = [
        |a| a.loss = f64::NAN,
        |a| a.loss = f64::INFINITY,
        |a| a.gradient[5] = f32::NAN,
        |a| a.gradient[5] = f32::NEG_INFINITY,
        |a| a.whole[5] = f32::INFINITY,
        |a| a.cached[5] = f32::NAN,
        |a| a.gradient.truncate(9),
        |a| a.cached.truncate(9),
    ];
    for (i, change) in changes.iter().enumerate() {
        let mut wrong = known.clone();
        change(&mut wrong);
        assert!(refused(&known, &wrong, &wrong).is_some(), "{i}");
        assert!(refused(&known, &known, &wrong).is_some(), "{i}");
    }
}

#[test]
fn a_device_whose_weights_differ_a_little_is_refused() {
    let device = Device::flex().autodiff();
    let known = known();
    let mut learner = decoder(&device);
    let projection = &mut learner.model.layers[2].mlp.up_proj.weight;
    let nudged = projection.val().inner().mul_scalar(1.01);
    *projection = Param::from_tensor(nudged);
    let wrong = of(learner);
    assert!(refused(&known, &wrong, &wrong).is_some());
}

#[test]
fn the_error_says_what_differs_and_by_how_much() {
    let known = known();
    let mut wrong = known.clone();
    wrong.loss *= 1.02;
    let said = judged(&differences(&known, &wrong, &wrong, F32)).unwrap_err();
    assert_eq!(
        said.to_string(),
        "it gives wrong numbers: the loss should be the processor's but is off by 2.0e-2 of it, where 1e-4 is rounding"
    );
    wrong.loss = f64::NAN;
    let said = judged(&differences(&known, &wrong, &wrong, F32)).unwrap_err();
    assert!(said.to_string().contains("but is not finite"), "{said}");
}
