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
mod tests;
