//! A run's history: what its `metrics.jsonl`, its `summary.json` and its state tell, or a learner step by step, and the shapes that show it.
//! Nothing here touches the browser.

mod course;
mod figure;
pub mod learned;
mod line;
mod log;
pub mod map;
mod part;
pub mod pick;
pub mod price;
mod shape;
mod shares;
pub mod summary;

pub use course::{Course, Curve, Span, TICKS, nearest};
pub use figure::Figure;
pub use log::{Log, pieces};
pub use part::{DEFAULT_WINDOW, Part, WINDOWS};
pub use shape::{Label, area, label, line};
pub use shares::{LAYERS, Shares, UNTAGGED, layer_name};

/// Where a run is that `explang serve` shows. The page has no use for its configuration.
pub type RunState = explang::run::RunState<serde::de::IgnoredAny>;
