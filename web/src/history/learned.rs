//! The course of a training in this browser, as its learner tells it step by step.

use explang::Language;
use explang::run::Stage;

use super::course::{Course, Curve, Span, averaged};
use super::figure::Figure;
use super::part::Part;
use super::shares::{LAYERS, Shares};
use crate::protocol::learning::{HeldOut, Means, Point};

/// The course of these points, with at most some `most` points a line. What rollouts show is the mean of a window of steps; what is known
/// exactly, the choice, is averaged only where there are more steps than points. Its shares are the means over all `kinds`.
pub fn course(points: &[Point], kinds: usize, window: u32, most: usize) -> Course {
    let last = points.last().map_or(0, |point| point.step);
    let mut widest = 1;
    let mut course = Course {
        part: Part::Rl,
        first: 0,
        last,
        window: 1,
        spans: vec![Span {
            stage: Stage::Explore,
            before: 0,
            last,
        }],
        shares: Vec::new(),
        curves: Vec::new(),
    };
    for figure in [
        Figure::Accuracy,
        Figure::Information,
        Figure::ChoiceEntropy,
        Figure::Reward,
        Figure::ResponseTokens,
        Figure::Compliance,
    ] {
        let window = if exact(figure) { 1 } else { window };
        let values = points
            .iter()
            .filter_map(|point| Some((point.step, [value(point, figure)?])));
        let points = averaged(&[values.collect()], window, most, &mut widest);
        push(&mut course, figure, points, kinds);
    }
    let held_out = held_out(points, most);
    let held_out = held_out.iter().map(|&(step, of)| (step, [share(of)]));
    push(&mut course, Figure::HeldOut, held_out.collect(), kinds);
    let shares = points
        .iter()
        .filter_map(|point| Some((point.step, mean(&point.choice)?)));
    course.shares = averaged(&[shares.collect()], 1, most, &mut widest);
    course.window = widest;
    course
}

/// How the model chooses for one kind over the steps, with at most some `most` points; empty where a language is forced.
pub fn choices(points: &[Point], kind: usize, most: usize) -> Vec<(u32, Shares)> {
    let shares = points
        .iter()
        .filter_map(|point| Some((point.step, layers(point.choice.get(kind)?))));
    averaged(&[shares.collect()], 1, most, &mut 1)
}

/// The measurements of held-out problems, some `most` of them, the last one always among them.
pub fn held_out(points: &[Point], most: usize) -> Vec<(u32, HeldOut)> {
    let all: Vec<(u32, HeldOut)> = points
        .iter()
        .filter_map(|point| Some((point.step, point.held_out?)))
        .collect();
    let stride = all.len().div_ceil(most.max(1)).max(1);
    let kept = all.into_iter().rev().step_by(stride);
    let mut kept: Vec<_> = kept.collect();
    kept.reverse();
    kept
}

/// The share of right answers.
pub fn share(of: HeldOut) -> f64 {
    f64::from(of.right) / f64::from(of.problems.max(1))
}

/// What is known of the choice is known exactly.
const fn exact(figure: Figure) -> bool {
    matches!(figure, Figure::Information | Figure::ChoiceEntropy)
}

fn value(point: &Point, figure: Figure) -> Option<f64> {
    let of = |mean: fn(&Means) -> f64| point.rollouts.as_ref().map(mean);
    match figure {
        Figure::Accuracy => of(|means| means.accuracy),
        Figure::Compliance => of(|means| means.compliance),
        Figure::ResponseTokens => of(|means| means.response_tokens),
        Figure::Reward => of(|means| means.reward),
        Figure::ChoiceEntropy => point.entropy,
        Figure::Information => point.information,
        Figure::HeldOut => point.held_out.map(share),
        Figure::Loss | Figure::Divergence => None,
    }
}

/// Adds a curve, where there is something to show.
fn push(course: &mut Course, figure: Figure, points: Vec<(u32, [f64; 1])>, kinds: usize) {
    if points.is_empty() {
        return;
    }
    let points = points.into_iter().map(|(at, [value])| (at, value));
    course.curves.push(Curve {
        figure,
        points: points.collect(),
        top: match figure {
            Figure::Information => Some((kinds.max(2) as f64).ln()),
            Figure::ChoiceEntropy => Some((Language::ALL.len() as f64).ln()),
            _ => None,
        },
    });
}

/// The layers of a stack; all choices name a language.
fn layers(choice: &[f32]) -> Shares {
    let mut layers = [0.0; LAYERS];
    for (layer, probability) in layers.iter_mut().zip(choice) {
        *layer = f64::from(*probability);
    }
    layers
}

/// The mean over the kinds; none where nothing is chosen.
fn mean(choice: &[Vec<f32>]) -> Option<Shares> {
    let mut mean = [0.0; LAYERS];
    for kind in choice {
        for (mean, share) in mean.iter_mut().zip(layers(kind)) {
            *mean += share / choice.len() as f64;
        }
    }
    (!choice.is_empty()).then_some(mean)
}

#[cfg(test)]
mod tests {
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
}
