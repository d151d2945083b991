//! What interrupts a step: between two shards the page is heard.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use explang::parallel::{Job, Local, Parallel};

use crate::engine::event_loop::turn;

/// Shared by what listens and what computes.
#[derive(Debug, Clone, Default)]
pub(super) struct Control(Rc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    interrupted: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Control {
    /// Ends the step that is being taken.
    pub(super) fn interrupt(&self) {
        self.0.interrupted.set(true);
        if let Some(waker) = self.0.waker.take() {
            waker.wake();
        }
    }

    /// Lets steps be taken again.
    pub(super) fn clear(&self) {
        self.0.interrupted.set(false);
    }

    /// Waits until the step is to end.
    pub(super) async fn interrupted(&self) {
        poll_fn(|context| {
            if self.0.interrupted.get() {
                return Poll::Ready(());
            }
            *self.0.waker.borrow_mut() = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// One shard after another, with a turn of the event loop after each.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Turns;

impl Parallel for Turns {
    fn run<'a>(&'a self, count: usize, job: &'a Job<'a>) -> Local<'a, ()> {
        Box::pin(async move {
            for i in 0..count {
                job(i).await;
                // Whoever races this step with an interruption drops it here.
                turn().await;
            }
        })
    }
}
