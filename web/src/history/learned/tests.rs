use super::*;

/// So many steps of two kinds: the first moves from English to Chinese, the second stays.
fn points(last: u32) -> Vec<Point> {
    let point = |step: u32| {
        let zh = step as f32 / last.max(1) as f32;
        let mut first = vec![0.0; Language::ALL.len()];
        let mut second = first.clone();
        first[Language::En.index()] = 1.0 - zh;
        first[Language::Zh.index()] = zh;
        second[Language::En.index()] = 1.0;
        Point {
            step,
            rollouts: (step > 0).then_some(Means {
                reward: f64::from(step),
                accuracy: 0.5,
                compliance: 1.0,
                response_tokens: 30.0,
                seconds: 1.0,
            }),
            choice: vec![first, second],
            information: Some(f64::from(zh) / 2.0),
            entropy: Some(0.1),
            held_out: step.is_multiple_of(10).then_some(HeldOut {
                right: step.min(100),
                problems: 100,
                interval: [0.0, 1.0],
            }),
        }
    };
    (0..=last).map(point).collect()
}

#[test]
fn what_is_exact_is_as_it_was_told_and_what_rollouts_show_is_averaged() {
    let course = course(&points(8), 2, 3, 100);
    assert_eq!((course.first, course.last, course.window), (0, 8, 3));
    let curve = |figure| course.curve(figure).unwrap();
    assert_eq!(curve(Figure::Information).near(0), Some((0, 0.0)));
    assert_eq!(curve(Figure::Information).near(8), Some((8, 0.5)));
    // Before the first step there are no rollouts.
    assert_eq!(curve(Figure::Reward).points[0], (1, 1.5));
    assert_eq!(curve(Figure::Reward).near(8), Some((8, 7.5)));
    let top = curve(Figure::Information).scale().ends().1;
    assert!((top - 2f64.ln()).abs() < 1e-12);
    let shares = course.shares_near(8).unwrap();
    assert_eq!(shares[Language::Zh.index()], 0.5);
    assert_eq!(course.rows(3), [0, 4, 8]);
}

#[test]
fn many_steps_become_few_points_and_the_choice_keeps_its_sum() {
    let points = points(2000);
    let course = course(&points, 2, 5, 100);
    for curve in &course.curves {
        assert!(curve.points.len() <= 101, "{:?}", curve.figure);
    }
    for kind in 0..2 {
        let choices = choices(&points, kind, 100);
        assert!((90..=101).contains(&choices.len()));
        for (step, shares) in choices {
            let sum: f64 = shares.iter().sum();
            assert!((sum - 1.0).abs() < 1e-5, "step {step}: {sum}");
        }
    }
    assert!(choices(&points, 2, 100).is_empty());
}

#[test]
fn the_last_measurement_of_held_out_problems_is_always_shown() {
    for last in [0, 9, 10, 95, 1234] {
        let all = held_out(&points(last), usize::MAX);
        assert_eq!(all.len() as u32, last / 10 + 1);
        for most in [1, 2, 7] {
            let few = held_out(&points(last), most);
            assert!((1..=most).contains(&few.len()));
            assert_eq!(few.last(), all.last());
        }
    }
}

#[test]
fn a_forced_language_leaves_no_choice_to_show() {
    let mut points = points(3);
    for point in &mut points {
        point.choice.clear();
        point.information = None;
        point.entropy = None;
    }
    let course = course(&points, 2, 1, 100);
    assert!(course.shares.is_empty());
    assert!(course.curve(Figure::Information).is_none());
    assert!(course.curve(Figure::Reward).is_some());
    assert!(choices(&points, 0, 100).is_empty());
}
