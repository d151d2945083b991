//! The shapes of charts: paths of SVG in a square of 100 by 100, with the origin at the top left.

use std::fmt::Write;

use super::shares::Shares;
use crate::draw::scale::Scale;

/// Half the width that a label needs, in percent.
const LABEL_HALF: f64 = 6.0;

/// The height that a label needs, in percent.
const LABEL_HEIGHT: f64 = 5.0;

/// Where the name of a layer has room.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Label {
    /// Its middle, in percent of the width, from the left.
    pub x: f64,
    /// Its middle, in percent of the height, from the top.
    pub y: f64,
}

/// The path of a line through points; empty without any.
pub fn line(points: impl IntoIterator<Item = (u32, f64)>, x: &Scale, y: &Scale) -> String {
    let mut path = String::new();
    let mut count = 0;
    for (at, value) in points {
        go(
            &mut path,
            x.percent(f64::from(at)),
            100.0 - y.percent(value),
        );
        count += 1;
    }
    if count == 1 {
        // With round ends, a line of no length is a dot.
        path.push_str("h0");
    }
    path
}

/// The path around a layer of the stack: the layers before it lie below. Empty where it was never chosen.
pub fn area(shares: &[(u32, Shares)], layer: usize, x: &Scale) -> String {
    let mut path = String::new();
    if shares.iter().all(|(_, shares)| shares[layer] <= 0.0) {
        return path;
    }
    for (at, shares) in shares {
        let (_, top) = bounds(shares, layer);
        go(&mut path, x.percent(f64::from(*at)), top);
    }
    for (at, shares) in shares.iter().rev() {
        let (bottom, _) = bounds(shares, layer);
        go(&mut path, x.percent(f64::from(*at)), bottom);
    }
    path.push('Z');
    path
}

/// Where the name of a layer has the most room inside of its area and off a line in percent; none where it has too little.
pub fn label(
    shares: &[(u32, Shares)],
    line: &[(u32, f64)],
    layer: usize,
    x: &Scale,
) -> Option<Label> {
    let on_line = |left: f64, y: f64| {
        line.iter().any(|(at, value)| {
            let apart = (x.percent(f64::from(*at)) - left).abs();
            apart <= LABEL_HALF && (100.0 - value - y).abs() < LABEL_HEIGHT / 2.0
        })
    };
    let bounds: Vec<(f64, f64, f64)> = shares
        .iter()
        .map(|(at, shares)| {
            let (bottom, top) = bounds(shares, layer);
            (x.percent(f64::from(*at)), bottom, top)
        })
        .collect();
    let (mut from, mut to) = (0, 0);
    let mut best: Option<(f64, Label)> = None;
    for &(middle, ..) in &bounds {
        if !(LABEL_HALF..=100.0 - LABEL_HALF).contains(&middle) {
            continue;
        }
        while bounds[from].0 < middle - LABEL_HALF {
            from += 1;
        }
        while bounds
            .get(to)
            .is_some_and(|(at, ..)| *at <= middle + LABEL_HALF)
        {
            to += 1;
        }
        let around = &bounds[from..to];
        let bottom = around.iter().map(|(_, b, _)| *b).fold(100.0, f64::min);
        let top = around.iter().map(|(.., t)| *t).fold(0.0, f64::max);
        let height = bottom - top;
        let y = (bottom + top) / 2.0;
        let better = height >= LABEL_HEIGHT && best.is_none_or(|(before, _)| height > before);
        if better && !on_line(middle, y) {
            best = Some((height, Label { x: middle, y }));
        }
    }
    best.map(|(_, label)| label)
}

/// The lower and the upper end of a layer at a step, in percent from the top.
fn bounds(shares: &Shares, layer: usize) -> (f64, f64) {
    let below: f64 = shares[..layer].iter().sum();
    let end = |share: f64| 100.0 - (100.0 * share).clamp(0.0, 100.0);
    (end(below), end(below + shares[layer]))
}

/// Goes on to a point, or begins there.
fn go(path: &mut String, x: f64, y: f64) {
    let letter = if path.is_empty() { 'M' } else { 'L' };
    // Writing into a string cannot fail.
    let _written = write!(path, "{letter}{x:.2} {y:.2}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::shares::LAYERS;

    fn steps() -> Scale {
        Scale::new(1.0, 3.0)
    }

    /// The first two layers' shares, and the rest in the last.
    fn shares(step: u32, first: f64, second: f64) -> (u32, Shares) {
        let mut shares = [0.0; LAYERS];
        shares[0] = first;
        shares[1] = second;
        shares[LAYERS - 1] = 1.0 - first - second;
        (step, shares)
    }

    #[test]
    fn a_line_runs_from_point_to_point_and_up_is_less() {
        let y = Scale::new(0.0, 10.0);
        let path = line([(1, 0.0), (2, 10.0), (3, 5.0)], &steps(), &y);
        assert_eq!(path, "M0.00 100.00L50.00 0.00L100.00 50.00");
        assert_eq!(line([(2, 5.0)], &steps(), &y), "M50.00 50.00h0");
        assert_eq!(line([], &steps(), &y), "");
    }

    #[test]
    fn areas_lie_on_each_other() {
        let shares = [shares(1, 0.5, 0.25), shares(3, 0.0, 1.0)];
        let x = steps();
        assert_eq!(
            area(&shares, 0, &x),
            "M0.00 50.00L100.00 100.00L100.00 100.00L0.00 100.00Z"
        );
        assert_eq!(
            area(&shares, 1, &x),
            "M0.00 25.00L100.00 0.00L100.00 100.00L0.00 50.00Z"
        );
        assert_eq!(
            area(&shares, LAYERS - 1, &x),
            "M0.00 0.00L100.00 0.00L100.00 0.00L0.00 25.00Z"
        );
        assert_eq!(area(&shares, 2, &x), "");
        assert_eq!(area(&[], 0, &x), "");
    }

    #[test]
    fn a_name_stands_where_its_area_is_high_and_wide_enough() {
        let x = Scale::new(1.0, 101.0);
        // From step 41 to step 81 the second layer is from 20 % to 80 %, elsewhere it is nothing.
        let shares: Vec<_> = (1..=101)
            .map(|step| shares(step, 0.2, if (41..=81).contains(&step) { 0.6 } else { 0.0 }))
            .collect();
        let label_of = |layer| label(&shares, &[], layer, &x);
        // The first place that is six steps from both ends.
        assert_eq!(label_of(1), Some(Label { x: 46.0, y: 50.0 }));
        assert_eq!(label_of(0), Some(Label { x: 6.0, y: 90.0 }));
        assert_eq!(label_of(2), None);
        assert_eq!(label(&[], &[], 0, &x), None);
        // A line through the middle until step 50.
        let line: Vec<_> = (1..=50).map(|step| (step, 50.0)).collect();
        let moved = label(&shares, &line, 1, &x);
        assert_eq!(moved, Some(Label { x: 56.0, y: 50.0 }));
    }
}
