//! Work on many items by several threads, the results in order.
//!
//! Threads live for one call. A pool that stays would be missing in a process that was forked from this one, as data loaders are.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{Builder, available_parallelism, scope};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// How many threads to use: as many as asked for, or all that this process may use.
///
/// # Errors
/// `ValueError` for none at all.
pub fn threads(wanted: Option<usize>) -> PyResult<usize> {
    match wanted {
        Some(0) => Err(PyValueError::new_err(
            "`threads` is 0; pass 1 or more, or None for as many as there are processors",
        )),
        Some(threads) => Ok(threads),
        None => Ok(available_parallelism().map_or(1, NonZero::get)),
    }
}

/// What `work` makes of 0, 1, … `len - 1`, in this order; this thread and up to `threads - 1` others take the next one each.
pub fn map<T: Send>(len: usize, threads: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    if threads < 2 || len < 2 {
        return (0..len).map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done = Vec::new();
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            if i >= len {
                return done;
            }
            done.push((i, work(i)));
        }
    };
    let mut done = scope(|scope| {
        // Where no more threads may be started, those that there are do the work.
        let others: Vec<_> = (1..threads.min(len))
            .map_while(|_| Builder::new().spawn_scoped(scope, take).ok())
            .collect();
        let mut done = take();
        for other in others {
            match other.join() {
                Ok(part) => done.extend(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_unstable_by_key(|(i, _)| *i);
    done.into_iter().map(|(_, result)| result).collect()
}
