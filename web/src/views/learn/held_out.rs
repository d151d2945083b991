//! Right answers to held-out problems: a point a measurement, with its interval.

use std::fmt::Write;

use leptos::prelude::*;

use crate::draw::scale::Scale;
use crate::history::{Figure, TICKS, learned, nearest};
use crate::page::learning::Learning;
use crate::protocol::learning::HeldOut;
use crate::views::run::plot::{Plot, Shared};

/// The figure that is drawn.
const FIGURE: Figure = Figure::HeldOut;

/// The measurements over the steps; nothing before the first.
#[component]
pub fn HeldOutChart(
    /// The course, its axis, and the step that is looked at.
    shared: Shared,
    /// Most measurements that are drawn.
    most: usize,
) -> impl IntoView {
    let learning = expect_context::<Learning>();
    let measured =
        Memo::new(move |_| (learning.points).with(|points| learned::held_out(points, most)));
    let y = Memo::new(|_| Scale::new(0.0, 100.0));
    let shapes = Memo::new(move |_| {
        measured.with(|measured| shared.x.with(|x| y.with(|y| shapes(measured, x, y))))
    });
    let near = Memo::new(move |_| {
        let step = shared.step.get();
        measured.with(|measured| nearest(measured, step).copied())
    });
    let value = move || near.get().map(|(_, of)| FIGURE.text(learned::share(of)));
    let told = move || near.get().map(|(step, of)| told(step, of));
    view! {
        <Show when=move || measured.with(|measured| !measured.is_empty())>
            <figure class="chart held-out">
                <figcaption>
                    <h3>{FIGURE.title()} " " <span class="of">{FIGURE.unit()}</span></h3>
                    <p class="value">{value}</p>
                    <p class="meaning">{told} " " {FIGURE.told()}</p>
                </figcaption>
                <Plot shared y ticks=TICKS>
                    <path class="whiskers" d=move || shapes.with(|(whiskers, _)| whiskers.clone()) />
                    <path class="dots" d=move || shapes.with(|(_, dots)| dots.clone()) />
                </Plot>
            </figure>
        </Show>
    }
}

/// A measurement in words.
fn told(step: u32, of: HeldOut) -> String {
    let [low, high] = of.interval.map(|end| 100.0 * end);
    let HeldOut {
        right, problems, ..
    } = of;
    format!("At step {step}, {right} of {problems}; 95 % interval {low:.0} to {high:.0} %.")
}

/// The paths of the intervals, and of the points on them.
fn shapes(measured: &[(u32, HeldOut)], x: &Scale, y: &Scale) -> (String, String) {
    let (mut whiskers, mut dots) = (String::new(), String::new());
    for (step, of) in measured {
        let x = x.percent(f64::from(*step));
        let up = |share: f64| 100.0 - y.percent(100.0 * share);
        let [low, high] = of.interval.map(up);
        let at = up(learned::share(*of));
        // With round ends, a line of no length is a dot. Writing into a string cannot fail.
        let _written = write!(whiskers, "M{x:.2} {low:.2}V{high:.2}");
        let _written = write!(dots, "M{x:.2} {at:.2}h0");
    }
    (whiskers, dots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whisker_reaches_over_its_interval_and_the_dot_lies_on_it() {
        let of = HeldOut {
            right: 30,
            problems: 40,
            interval: [0.6, 0.86],
        };
        let (x, y) = (Scale::new(0.0, 20.0), Scale::new(0.0, 100.0));
        let (whiskers, dots) = shapes(&[(0, of), (10, of)], &x, &y);
        assert_eq!(whiskers, "M0.00 40.00V14.00M50.00 40.00V14.00");
        assert_eq!(dots, "M0.00 25.00h0M50.00 25.00h0");
        assert_eq!(
            told(10, of),
            "At step 10, 30 of 40; 95 % interval 60 to 86 %."
        );
    }
}
