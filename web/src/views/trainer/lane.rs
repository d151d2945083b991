//! Bars to the left and to the right of a zero line.

use leptos::prelude::*;

use crate::draw::scale::Scale;
use crate::judge::group::signed;

/// A bar from 0 to a value.
#[component]
pub fn Lane(
    /// The value.
    value: f64,
    /// Both ends of the scale, without their sign.
    end: f64,
) -> impl IntoView {
    let scale = Scale::new(-end, end);
    let (zero, at) = (scale.percent(0.0), scale.percent(value));
    let start = format!("{}%", zero.min(at));
    let width = format!("{}%", (at - zero).abs());
    view! {
        <span class="lane" aria-hidden="true">
            <span class="reach" style:left=start style:width=width></span>
            <span class="zero"></span>
        </span>
    }
}

/// The axis above the bars, with its unit.
#[component]
pub fn LaneAxis(
    /// Both ends of the scale, without their sign.
    end: f64,
    /// The unit.
    unit: &'static str,
) -> impl IntoView {
    let scale = Scale::new(-end, end);
    let ticks = scale
        .ticks(5)
        .into_iter()
        .map(|tick| {
            let at = format!("{}%", scale.percent(tick));
            view! { <span style:left=at>{short(tick)}</span> }
        })
        .collect_view();
    view! {
        <div class="lanes-axis">
            <p class="unit">{unit}</p>
            <div class="ticks" aria-hidden="true">{ticks}</div>
        </div>
    }
}

/// A tick's number with its sign, and no more decimals than it needs.
fn short(tick: f64) -> String {
    let text = signed(tick);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    match text {
        "" => "0".into(),
        text => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_short() {
        let ticks = [0.0, 2.0, -1.5, 10.0, -0.25].map(short);
        assert_eq!(ticks, ["0", "+2", "−1.5", "+10", "−0.25"]);
    }
}
