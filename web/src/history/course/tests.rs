use super::*;

/// The log of the run that is built into the page.
const COMMITTED: &str = include_str!("../../../../checkpoints/wide/metrics.jsonl");

fn log(stage: Stage, values: &[f64]) -> Log {
    let mut log = Log::default();
    for (step, value) in values.iter().enumerate() {
        log.push(&format!(
            "{{\"stage\":\"{stage}\",\"step\":{step},\"loss\":{value}}}"
        ));
    }
    log
}

fn loss(log: &Log, part: Part, window: u32, most: usize) -> Vec<(u32, f64)> {
    let course = Course::of(log, part, window, most);
    course.curve(Figure::Loss).unwrap().points.clone()
}

#[test]
fn a_point_is_the_mean_of_the_steps_around_it() {
    let log = log(Stage::Sft, &[0.0, 3.0, 6.0, 0.0]);
    let points = loss(&log, Part::Sft, 3, 100);
    assert_eq!(points, [(1, 1.5), (2, 3.0), (3, 3.0), (4, 3.0)]);
    assert_eq!(loss(&log, Part::Sft, 1, 100)[1], (2, 3.0));
    assert_eq!(Course::of(&log, Part::Sft, 3, 100).window, 3);
}

#[test]
fn a_mean_never_mixes_two_stages() {
    let mut log = log(Stage::Explore, &[1.0, 1.0]);
    for step in 0..2 {
        log.push(&format!(
            "{{\"stage\":\"exploit\",\"step\":{step},\"loss\":5}}"
        ));
    }
    let points = loss(&log, Part::Rl, 101, 100);
    assert_eq!(points, [(1, 1.0), (2, 1.0), (3, 5.0), (4, 5.0)]);
    let course = Course::of(&log, Part::Rl, 1, 100);
    assert_eq!(course.last, 4);
    assert_eq!(course.stage_of(3), Some((Stage::Exploit, 1)));
    assert_eq!(course.stage_of(2), Some((Stage::Explore, 2)));
    assert_eq!((course.stage_of(0), course.stage_of(5)), (None, None));
}

#[test]
fn many_steps_become_few_points_and_no_step_is_left_out() {
    let log = log(Stage::Sft, &(0..1000).map(f64::from).collect::<Vec<_>>());
    let points = loss(&log, Part::Sft, 1, 100);
    assert_eq!(points.len(), 100);
    // The sixth of ten stands for the eleven steps around it.
    assert_eq!(points[0], (6, 5.0));
    assert_eq!(points[99], (996, 994.5));
    assert_eq!(Course::of(&log, Part::Sft, 1, 100).window, 11);
}

#[test]
fn figures_that_few_steps_have_are_kept() {
    let mut log = Log::default();
    for step in 0..300 {
        let accuracy = if step % 50 == 49 {
            r#","accuracy":0.5"#
        } else {
            ""
        };
        log.push(&format!(
            "{{\"stage\":\"pretrain\",\"step\":{step},\"loss\":1{accuracy}}}"
        ));
    }
    let course = Course::of(&log, Part::Pretrain, 5, 60);
    let accuracy = course.curve(Figure::Accuracy).unwrap();
    let at: Vec<u32> = accuracy.points.iter().map(|(at, _)| *at).collect();
    assert_eq!(at, [50, 100, 150, 200, 250, 300]);
    assert_eq!(accuracy.near(120), Some((100, 0.5)));
    assert_eq!(accuracy.near(0), Some((50, 0.5)));
    assert_eq!(accuracy.near(u32::MAX), Some((300, 0.5)));
    assert_eq!(course.curve(Figure::Reward), None);
}

#[test]
fn nothing_and_one_step_are_courses_too() {
    let nothing = Course::of(&Log::default(), Part::Rl, 5, 100);
    assert_eq!((nothing.last, nothing.spans.len()), (0, 0));
    assert_eq!(
        (nothing.rows(10), nothing.shares_near(1)),
        (Vec::new(), None)
    );
    let one = Course::of(&log(Stage::Sft, &[2.0]), Part::Sft, 5, 3);
    assert_eq!(one.curve(Figure::Loss).unwrap().points, [(1, 2.0)]);
    assert_eq!(one.rows(10), [1]);
}

#[test]
fn rows_are_spread_from_the_first_step_to_the_last() {
    let course = Course::of(&log(Stage::Sft, &[0.0; 100]), Part::Sft, 1, 100);
    assert_eq!(course.rows(10), [1, 12, 23, 34, 45, 56, 67, 78, 89, 100]);
    let short = Course::of(&log(Stage::Sft, &[0.0; 3]), Part::Sft, 1, 100);
    assert_eq!(short.rows(10), [1, 2, 3]);
}

#[test]
fn the_committed_run_is_read_whole_and_its_shares_sum_to_one() {
    let mut log = Log::default();
    log.push(COMMITTED);
    assert_eq!(log.passed_over(), None);
    assert_eq!(log.lines, COMMITTED.lines().count());
    assert_eq!(log.stage_count(), 7);
    assert_eq!(log.main_part(), Part::Rl);
    let lines: Vec<serde_json::Value> = COMMITTED
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of = |stages: &[Stage]| -> Vec<&serde_json::Value> {
        let of =
            |line: &&serde_json::Value| stages.iter().any(|stage| line["stage"] == stage.name());
        lines.iter().filter(of).collect()
    };
    for (part, window) in [(Part::Rl, 1), (Part::Rl, 25), (Part::Control, 5)] {
        let course = Course::of(&log, part, window, 300);
        let steps = of(part.stages()).len();
        assert_eq!(course.shares.len(), steps);
        for (step, shares) in &course.shares {
            let sum: f64 = shares.iter().sum();
            assert!((sum - 1.0).abs() < 1e-9, "step {step}: {sum}");
        }
        for figure in [
            Figure::Accuracy,
            Figure::ChoiceEntropy,
            Figure::ResponseTokens,
            Figure::Compliance,
            Figure::Reward,
        ] {
            assert_eq!(
                course.curve(figure).unwrap().points.len(),
                steps,
                "{figure:?}"
            );
        }
    }
    let course = Course::of(&log, Part::Rl, 1, 300);
    let rl = of(Part::Rl.stages());
    let last = rl.last().unwrap();
    let end = rl.len() as u32;
    let accuracy = last["accuracy"].as_f64().unwrap();
    assert_eq!(
        course.curve(Figure::Accuracy).unwrap().near(end),
        Some((end, accuracy))
    );
    let spoken = course.spoken(end);
    assert!(
        spoken.starts_with(&format!("Right answers {:.1} %", 100.0 * accuracy)),
        "{spoken}"
    );
    let explored = of(&[Stage::Explore]).len() as u32;
    assert_eq!(course.stage_of(explored + 1), Some((Stage::Exploit, 1)));
    let pretrain = Course::of(&log, Part::Pretrain, 5, 300);
    assert_eq!(pretrain.last as usize, of(&[Stage::Pretrain]).len());
    assert_eq!(pretrain.shares.len(), 0);
    let distil = Course::of(&log, Part::Distil, 5, 300);
    assert!(distil.curve(Figure::Divergence).is_some());
}

#[test]
fn axes_suit_their_figures() {
    let curve = |figure, values: &[f64]| Curve {
        figure,
        points: (1..).zip(values.iter().copied()).collect(),
        top: None,
    };
    assert_eq!(curve(Figure::Accuracy, &[0.3]).scale().ends(), (0.0, 100.0));
    assert_eq!(
        curve(Figure::ChoiceEntropy, &[2.3, 2.5]).scale().ends(),
        (0.0, 3.0)
    );
    let loss = curve(Figure::Loss, &[7.6, 0.088]).scale();
    assert!(loss.is_logarithmic());
    assert!(!curve(Figure::Loss, &[7.6, 0.0]).scale().is_logarithmic());
    assert!(!curve(Figure::Loss, &[3.6, 0.9]).scale().is_logarithmic());
    assert_eq!(
        curve(Figure::ResponseTokens, &[]).scale().ends(),
        (0.0, 1.0)
    );
}
