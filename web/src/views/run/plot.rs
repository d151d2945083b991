//! The frame of a chart: its axes, its grid, the line at the step that is looked at, and the pointer that moves it.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent};

use crate::draw::scale::{Scale, tick_text};
use crate::history::Course;

/// Most ticks of the axis of steps.
const STEP_TICKS: usize = 6;

/// What the charts of a part share: its course, the axis of steps, and the step that is looked at.
#[derive(Clone, Copy)]
pub struct Shared {
    /// The course.
    pub(in crate::views) course: Memo<Course>,
    /// The axis of steps.
    pub(in crate::views) x: Memo<Scale>,
    /// The first step of the course.
    pub(in crate::views) first: Memo<u32>,
    /// The last step of the course.
    pub(in crate::views) last: Memo<u32>,
    /// The step that the visitor looks at.
    pub(in crate::views) step: Memo<u32>,
    set_step: WriteSignal<Option<u32>>,
}

impl Shared {
    /// Shared by the charts of this course. At first its last step is looked at, also while it grows.
    pub(in crate::views) fn new(course: Memo<Course>) -> Shared {
        let (looked_at, set_step) = signal(None::<u32>);
        let first = Memo::new(move |_| course.with(|course| course.first));
        let last = Memo::new(move |_| course.with(|course| course.last));
        Shared {
            course,
            first,
            last,
            x: Memo::new(move |_| {
                let first = first.get();
                Scale::new(f64::from(first), f64::from(last.get().max(first + 1)))
            }),
            step: Memo::new(move |_| {
                let first = first.get();
                let last = last.get().max(first);
                looked_at.get().unwrap_or(last).clamp(first, last)
            }),
            set_step,
        }
    }

    /// Looks at a step; the last one is followed while the run grows.
    pub(in crate::views) fn look_at(self, step: u32) {
        let last = self.last.get_untracked();
        self.set_step.set((step < last).then_some(step));
    }

    /// Where a step stands, in percent from the left.
    pub(in crate::views) fn left(self, step: u32) -> f64 {
        self.x.with(|x| x.percent(f64::from(step)))
    }

    /// Looks at the step under the pointer.
    fn point(self, event: &PointerEvent) {
        let target = event.current_target();
        let Some(canvas) = target.and_then(|target| target.dyn_into::<Element>().ok()) else {
            return;
        };
        let place = canvas.get_bounding_client_rect();
        let first = f64::from(self.first.get_untracked());
        let last = f64::from(self.last.get_untracked());
        if place.width() > 0.0 && last > 0.0 {
            let along = (f64::from(event.client_x()) - place.left()) / place.width();
            let step = first + along.clamp(0.0, 1.0) * (last - first).max(0.0);
            self.look_at(step.round() as u32);
        }
    }
}

/// A chart with its axes. The children are shapes of SVG in a square of 100 by 100.
#[component]
pub fn Plot(
    /// The course, its axis, and the step that is looked at.
    shared: Shared,
    /// The upright axis.
    y: Memo<Scale>,
    /// Most ticks of the upright axis.
    ticks: usize,
    /// What stands above the shapes, such as names.
    #[prop(optional)]
    over: Option<AnyView>,
    children: Children,
) -> impl IntoView {
    let upright = move || {
        let scale = y.get();
        let ticks = scale.ticks(ticks).into_iter();
        ticks
            .map(|tick| (tick, 100.0 - scale.percent(tick)))
            .collect::<Vec<_>>()
    };
    let names = move || {
        upright()
            .into_iter()
            .map(|(tick, top)| view! { <span style:top=format!("{top}%")>{tick_text(tick)}</span> })
            .collect_view()
    };
    let grid = move || {
        upright()
            .into_iter()
            .map(|(_, top)| {
                let top = format!("{top}");
                view! { <line class="grid" x1="0" x2="100" y1=top.clone() y2=top /> }
            })
            .collect_view()
    };
    let steps = move || {
        let scale = shared.x.get();
        let ticks = scale.ticks(STEP_TICKS).into_iter();
        ticks
            .filter(|tick| tick.fract() == 0.0)
            .map(|tick| {
                let left = format!("{}%", scale.percent(tick));
                view! { <span style:left=left>{tick_text(tick)}</span> }
            })
            .collect_view()
    };
    let spans = Memo::new(move |_| shared.course.with(|course| course.spans.clone()));
    // Between the last step of a stage and the first of the next.
    let borders = move || {
        let spans = spans.get().into_iter().skip(1);
        spans
            .map(|span| {
                let x = shared.x.with(|x| x.percent(f64::from(span.before) + 0.5));
                let x = format!("{x}");
                view! { <line class="border" x1=x.clone() x2=x y1="0" y2="100" /> }
            })
            .collect_view()
    };
    let stages = move || {
        let spans = spans.get();
        let several = spans.len() > 1;
        spans
            .into_iter()
            .filter(|_| several)
            .map(|span| {
                let middle = (f64::from(span.before) + 1.0 + f64::from(span.last)) / 2.0;
                let left = format!("{}%", shared.x.with(|x| x.percent(middle)));
                view! { <span style:left=left>{span.stage.title()}</span> }
            })
            .collect_view()
    };
    let at = move || format!("{}", shared.left(shared.step.get()));
    let point = move |event: PointerEvent| shared.point(&event);
    view! {
        <div class="plot">
            <div class="up" aria-hidden="true">{names}</div>
            <div class="canvas" on:pointermove=point on:pointerdown=point>
                <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                    <g>{grid}</g>
                    {children()}
                    <g>{borders}</g>
                    <line class="cursor" x1=at x2=at y1="0" y2="100" />
                </svg>
                {over}
            </div>
            <div class="unit" aria-hidden="true">"step"</div>
            <div class="along" aria-hidden="true">{steps}</div>
            <div class="phases" aria-hidden="true">{stages}</div>
        </div>
    }
}
