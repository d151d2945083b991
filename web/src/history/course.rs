//! How a part of a run went: its figures over the steps, averaged, and no more points than can be seen.

use explang::run::Stage;

use super::figure::Figure;
use super::line::Step;
use super::log::Log;
use super::part::Part;
use super::shares::{LAYERS, Shares, layer_name};
use crate::draw::scale::Scale;

/// Most ticks of a figure's axis.
pub const TICKS: usize = 5;

/// Most languages that are spoken of a step.
const SPOKEN: usize = 3;

/// Losses that differ by more than this factor are shown on a logarithmic scale.
const WIDE: f64 = 20.0;

/// A part of a run over its steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// The part.
    pub part: Part,
    /// The step that the axis begins with: 0 where something is known before the first step, otherwise 1.
    pub first: u32,
    /// The last step; steps count from 1 through all stages of the part. 0 where there is none.
    pub last: u32,
    /// Steps that each point is the mean of, where there are so many around it.
    pub window: u32,
    /// The stages that have begun.
    pub spans: Vec<Span>,
    /// Which languages were chosen; empty where there was no choice.
    pub shares: Vec<(u32, Shares)>,
    /// The figures that the part logs.
    pub curves: Vec<Curve>,
}

/// A stage's place among the steps of its part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The stage.
    pub stage: Stage,
    /// Steps of the part before its first.
    pub before: u32,
    /// Its last step, counted through the part.
    pub last: u32,
}

/// A figure over the steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// The figure.
    pub figure: Figure,
    /// Its mean around some steps.
    pub points: Vec<(u32, f64)>,
    /// The highest value that there can be, where the axis is to end there.
    pub top: Option<f64>,
}

impl Curve {
    /// The point nearest to a step.
    pub fn near(&self, step: u32) -> Option<(u32, f64)> {
        nearest(&self.points, step).copied()
    }

    /// The scale of the figure's axis: shares from 0 to 100 %, others around their values.
    pub fn scale(&self) -> Scale {
        let values = || self.points.iter().map(|(_, value)| *value);
        match self.figure {
            Figure::Accuracy | Figure::Compliance | Figure::HeldOut => Scale::new(0.0, 100.0),
            Figure::Information | Figure::ChoiceEntropy => match self.top {
                Some(top) => Scale::new(0.0, top),
                None => Scale::around(values().chain([0.0]), TICKS),
            },
            Figure::Loss | Figure::Divergence => {
                let least = values().fold(f64::INFINITY, f64::min);
                let most = values().fold(0.0, f64::max);
                if least > 0.0 && most / least > WIDE {
                    Scale::logarithmic(values())
                } else {
                    Scale::around(values(), TICKS)
                }
            }
            Figure::ResponseTokens | Figure::Reward => Scale::around(values(), TICKS),
        }
    }
}

impl Course {
    /// The course of a part, with at most some `most` points a line, each the mean of a window of steps. A mean never mixes two
    /// stages. Where there are more steps than points, the window is at least as wide as what a point stands for.
    pub fn of(log: &Log, part: Part, window: u32, most: usize) -> Course {
        let mut course = Course {
            part,
            first: 1,
            last: 0,
            window: 1,
            spans: Vec::new(),
            shares: Vec::new(),
            curves: Vec::new(),
        };
        let mut stages: Vec<(u32, &[Step])> = Vec::new();
        for &stage in part.stages() {
            let last = log.last_step(stage);
            if last > 0 {
                let before = course.last;
                course.last = course.last.saturating_add(last);
                course.spans.push(Span {
                    stage,
                    before,
                    last: course.last,
                });
                stages.push((before, log.steps(stage)));
            }
        }
        let mut widest = 1;
        let shares = stages.iter().map(|(before, steps)| {
            let of = steps.iter();
            of.filter_map(|step| Some((before.saturating_add(step.number), step.shares?)))
                .collect::<Vec<_>>()
        });
        course.shares = averaged(&shares.collect::<Vec<_>>(), window, most, &mut widest);
        for figure in Figure::ALL {
            let values = stages.iter().map(|(before, steps)| {
                let of = steps.iter();
                of.filter_map(|step| {
                    let value = step.figures[figure.index()]?;
                    Some((before.saturating_add(step.number), [value]))
                })
                .collect::<Vec<_>>()
            });
            let points = averaged(&values.collect::<Vec<_>>(), window, most, &mut widest);
            if !points.is_empty() {
                course.curves.push(Curve {
                    figure,
                    points: points
                        .into_iter()
                        .map(|(at, [value])| (at, value))
                        .collect(),
                    top: None,
                });
            }
        }
        course.window = widest;
        course
    }

    /// A figure's curve; none where the part does not log it.
    pub fn curve(&self, figure: Figure) -> Option<&Curve> {
        self.curves.iter().find(|curve| curve.figure == figure)
    }

    /// A figure's points on its axis: shares in percent.
    pub fn on_axis(&self, figure: Figure) -> Vec<(u32, f64)> {
        let points = self
            .curve(figure)
            .into_iter()
            .flat_map(|curve| &curve.points);
        points
            .map(|&(at, value)| (at, figure.on_axis(value)))
            .collect()
    }

    /// The shares at the point nearest to a step.
    pub fn shares_near(&self, step: u32) -> Option<&Shares> {
        nearest(&self.shares, step).map(|(_, shares)| shares)
    }

    /// What a screen reader says of a step: the figures, and the languages that were chosen most.
    pub fn spoken(&self, step: u32) -> String {
        let figures = self.curves.iter().filter_map(|curve| {
            let (_, value) = curve.near(step)?;
            Some(format!(
                "{} {}",
                curve.figure.title(),
                curve.figure.text(value)
            ))
        });
        let mut told: Vec<String> = figures.collect();
        if let Some(shares) = self.shares_near(step) {
            let mut layers: Vec<usize> = (0..LAYERS).filter(|&layer| shares[layer] > 0.0).collect();
            layers.sort_by(|&a, &b| shares[b].total_cmp(&shares[a]));
            let most = layers.into_iter().take(SPOKEN);
            told.extend(
                most.map(|layer| format!("{} {:.0} %", layer_name(layer), 100.0 * shares[layer])),
            );
        }
        told.join(", ")
    }

    /// Whether each layer was ever chosen.
    pub fn chosen(&self) -> [bool; LAYERS] {
        let mut chosen = [false; LAYERS];
        for (_, shares) in &self.shares {
            for (chosen, share) in chosen.iter_mut().zip(shares) {
                *chosen |= *share > 0.0;
            }
        }
        chosen
    }

    /// The stage of a step, and the step's number in it.
    pub fn stage_of(&self, step: u32) -> Option<(Stage, u32)> {
        let span = (self.spans.iter()).find(|span| step > span.before && step <= span.last)?;
        Some((span.stage, step - span.before))
    }

    /// Some steps spread evenly over all, the first and the last among them.
    pub fn rows(&self, count: u32) -> Vec<u32> {
        let between = count.max(2) - 1;
        let mut rows: Vec<u32> = (0..=between)
            .filter(|_| self.first <= self.last)
            .map(|row| {
                let all = self.last.saturating_sub(self.first);
                let at = u64::from(all) * u64::from(row) / u64::from(between);
                self.first + at as u32
            })
            .collect();
        rows.dedup();
        rows
    }
}

/// The point nearest to a step; the points are in their order.
pub fn nearest<T>(points: &[(u32, T)], step: u32) -> Option<&(u32, T)> {
    let after = points.partition_point(|(at, _)| *at < step);
    let around = points.get(after.saturating_sub(1)..)?.iter().take(2);
    around.min_by_key(|(at, _)| at.abs_diff(step))
}

/// The points of each stage averaged over a window of steps, at most some `most` of them. `widest` grows to the window.
pub(super) fn averaged<const N: usize>(
    stages: &[Vec<(u32, [f64; N])>],
    window: u32,
    most: usize,
    widest: &mut u32,
) -> Vec<(u32, [f64; N])> {
    let all: usize = stages.iter().map(Vec::len).sum();
    let stride = all.div_ceil(most.max(1)).max(1);
    let half = (window / 2).max(u32::try_from(stride / 2).unwrap_or(u32::MAX));
    if all > 0 {
        *widest = (*widest).max(half.saturating_mul(2).saturating_add(1));
    }
    let mut points = Vec::with_capacity(all.div_ceil(stride) + stages.len());
    for steps in stages {
        let (mut from, mut to) = (0, 0);
        let mut middle = (stride / 2).min(steps.len().saturating_sub(1));
        while let Some((at, _)) = steps.get(middle) {
            while steps[from].0 < at.saturating_sub(half) {
                from += 1;
            }
            while steps
                .get(to)
                .is_some_and(|(step, _)| *step <= at.saturating_add(half))
            {
                to += 1;
            }
            let mut mean = [0.0; N];
            for (_, values) in &steps[from..to] {
                for (mean, value) in mean.iter_mut().zip(values) {
                    *mean += value / (to - from) as f64;
                }
            }
            points.push((*at, mean));
            middle += stride;
        }
    }
    points
}

#[cfg(test)]
mod tests;
