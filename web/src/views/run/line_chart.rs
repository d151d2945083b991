//! One figure over the steps, as a line.

use leptos::prelude::*;

use super::plot::{Plot, Shared};
use crate::draw::scale::Scale;
use crate::history::{Curve, Figure, TICKS, line};

/// The line of a figure, with its value at the step that is looked at.
#[component]
pub fn LineChart(
    /// The course, its axis, and the step that is looked at.
    shared: Shared,
    /// The figure.
    figure: Figure,
) -> impl IntoView {
    let curve = Memo::new(move |_| shared.course.with(|course| course.curve(figure).cloned()));
    let y = Memo::new(move |_| {
        curve.with(|curve| {
            curve
                .as_ref()
                .map_or_else(|| Scale::new(0.0, 1.0), Curve::scale)
        })
    });
    let path = Memo::new(move |_| {
        curve.with(|curve| {
            let points = curve.iter().flat_map(|curve| &curve.points);
            let points = points.map(|&(at, value)| (at, figure.on_axis(value)));
            shared.x.with(|x| y.with(|y| line(points, x, y)))
        })
    });
    let near = Memo::new(move |_| {
        let step = shared.step.get();
        curve.with(|curve| curve.as_ref()?.near(step))
    });
    let value = move || {
        let (at, value) = near.get()?;
        // Some figures are measured at some steps only.
        let far = at.abs_diff(shared.step.get()) > shared.course.with(|course| course.window);
        let place = if far {
            format!(" at step {at}")
        } else {
            String::new()
        };
        Some(format!("{}{place}", figure.text(value)))
    };
    let left = move || format!("{}%", near.get().map_or(0.0, |(at, _)| shared.left(at)));
    let top = move || {
        let height = near.get().map_or(0.0, |(_, value)| {
            y.with(|y| y.percent(figure.on_axis(value)))
        });
        format!("{}%", 100.0 - height)
    };
    let dot = view! { <span class="dot" style:left=left style:top=top aria-hidden="true"></span> };
    let unit = move || {
        let scale = if y.with(Scale::is_logarithmic) {
            ", logarithmic scale"
        } else {
            ""
        };
        format!("{}{scale}", figure.unit())
    };
    view! {
        <figure class="chart">
            <figcaption>
                <h3>{figure.title()} " " <span class="of">{unit}</span></h3>
                <p class="value">{value}</p>
                <p class="meaning">{figure.told()}</p>
            </figcaption>
            <Plot shared y ticks=TICKS over=dot.into_any()>
                <path class="curve" d=move || path.get() />
            </Plot>
        </figure>
    }
}
