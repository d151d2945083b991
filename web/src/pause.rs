//! Waiting without blocking.

use futures_channel::oneshot;
use gloo::timers::callback::Timeout;

/// Waits at least this many milliseconds, while messages are heard and the page is drawn.
///
/// gloo has such a future behind its feature `futures`, which also brings a framework for workers and a serializer that nobody maintains.
pub(crate) async fn pause(milliseconds: u32) {
    let (rings, rung) = oneshot::channel();
    // Held: a timer that is dropped never rings.
    let _timer = Timeout::new(milliseconds, move || _ = rings.send(()));
    let _over = rung.await;
}
