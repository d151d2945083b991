use explang::run::SupervisedMetrics;

use super::*;

#[test]
fn what_is_not_finite_is_a_skipped_step_and_any_other_error_stays_one() {
    let logit = GenerateError::Logits(SampleError::Logit(3));
    let reward = AdvantageError::NonFinite {
        index: 0,
        reward: f64::NAN,
    };
    for (error, what) in [
        (
            anyhow::Error::new(RolloutError::Generate(logit)),
            NotFinite::Logit,
        ),
        (
            anyhow::Error::new(StepError::from(reward)),
            NotFinite::Reward,
        ),
    ] {
        let step = Step::skipped(error).unwrap();
        assert_eq!(step.metrics.not_finite(), Some(what));
    }
    let others = [
        anyhow::Error::new(RolloutError::Generate(GenerateError::EmptyPrompt(1))),
        anyhow::Error::new(AdvantageError::Epsilon(-1.0)),
        anyhow::anyhow!("the disk is full"),
    ];
    for error in others {
        let text = error.to_string();
        assert_eq!(Step::skipped(error).err().unwrap().to_string(), text);
    }
}

#[test]
fn only_steps_in_a_row_are_too_many() {
    let step = |what: Option<NotFinite>| Step {
        metrics: Metrics::Supervised(SupervisedMetrics {
            not_finite: what,
            ..SupervisedMetrics::default()
        }),
        line: String::new(),
        tokens: 0,
        sample: None,
        last: false,
    };
    let (good, bad) = (step(None), step(Some(NotFinite::Loss)));
    let mut skipped = Skipped::new(3, 100);
    for step in [&bad, &bad, &good, &bad, &bad] {
        skipped.count(step).unwrap();
    }
    let line = skipped.line(NotFinite::Loss, &bad);
    assert!(
        !skipped.is_none()
            && line == "skipped: the loss was not finite (3 in a row; the run stops at 3)"
    );
    let error = skipped.count(&bad).unwrap_err().to_string();
    assert!(error.contains("3 steps in a row") && error.contains("the loss"));
    // A stage of which nothing comes does not end as if something had.
    let mut short = Skipped::new(10, 2);
    short.count(&bad).unwrap();
    assert!(short.count(&bad).is_err());
}

#[test]
fn a_step_that_lost_one_of_its_updates_counts_and_says_so() {
    let lost = |skipped: usize, updates: usize| Step {
        metrics: Metrics::Policy(Box::new(PolicyMetrics {
            skipped,
            updates,
            not_finite: Some(NotFinite::Gradient),
            ..PolicyMetrics::default()
        })),
        line: "reward 0.50".to_owned(),
        tokens: 0,
        sample: None,
        last: false,
    };
    let mut skipped = Skipped::new(2, 100);
    for (step, said) in [
        (
            lost(1, 2),
            "reward 0.50 · skipped 1 of 2 updates: the gradient",
        ),
        (lost(2, 2), "skipped 2 of 2 updates: the gradient"),
    ] {
        let line = skipped.line(NotFinite::Gradient, &step);
        assert!(line.starts_with(said), "{line}");
    }
    skipped.count(&lost(1, 2)).unwrap();
    assert!(!skipped.is_none());
    assert!(skipped.count(&lost(1, 2)).is_err());
}
