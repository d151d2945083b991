//! The page and a run, served to a browser: static files, read-only routes under `run/`, and events while a run is trained.
//!
//! The server lives on a thread of its own and only ever reads the run's files. So it can run beside the training, in the same
//! process or in another, and changes nothing about it.

mod checkpoint_files;
mod error;
mod events;
mod guard;
mod json;
mod router;
mod run_routes;
mod run_state;
mod served_run;
mod server;
mod static_files;
mod tail;

pub use error::ServeError;
pub use run_state::RunSource;
pub use server::{Bound, Server, bind};
pub use static_files::Dist;

/// What a server shows.
#[derive(Debug)]
pub struct Site {
    /// The built page.
    pub dist: Dist,
    /// The run behind the routes `run/…`; without one they say that there is none.
    pub run: Option<RunSource>,
}
