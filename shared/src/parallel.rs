//! How the shards of a batch are worked on: one after another here, on threads where the caller has some.
//!
//! This crate starts no thread, so that it runs in a browser unchanged. Results never depend on the choice: shards are numbered,
//! and what they give is put together in that order.

use std::pin::Pin;
use std::sync::Mutex;

/// A computation that stays on the thread that began it.
pub type Local<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Works on shard `i` of a batch.
pub type Job<'a> = dyn Fn(usize) -> Local<'a, ()> + Sync + 'a;

/// Runs jobs.
pub trait Parallel: Sync {
    /// Runs `job(0)` to `job(count - 1)`, in any order and on any threads, and ends when all have ended.
    fn run<'a>(&'a self, count: usize, job: &'a Job<'a>) -> Local<'a, ()>;

    /// Runs `job(0)` alone. Whoever has threads lends them to its products with large matrices.
    fn run_alone<'a>(&'a self, job: &'a Job<'a>) -> Local<'a, ()> {
        self.run(1, job)
    }
}

/// One job after another, on the caller's thread.
#[derive(Debug, Clone, Copy, Default)]
pub struct Inline;

impl Parallel for Inline {
    fn run<'a>(&'a self, count: usize, job: &'a Job<'a>) -> Local<'a, ()> {
        Box::pin(async move {
            for i in 0..count {
                job(i).await;
            }
        })
    }
}

/// What `work` gives for every item, in the order of the items.
pub async fn in_order<T: Sync, R: Send>(
    parallel: &dyn Parallel,
    items: &[T],
    work: impl AsyncFn(&T) -> R + Sync,
) -> Vec<R> {
    let results = Mutex::new(Vec::with_capacity(items.len()));
    let job = |i: usize| -> Local<'_, ()> {
        let (results, work) = (&results, &work);
        Box::pin(async move {
            let result = work(&items[i]).await;
            // A poisoned lock means that another thread panicked: whoever runs the jobs passes that on.
            if let Ok(mut results) = results.lock() {
                results.push((i, result));
            }
        })
    };
    match items.len() {
        1 => parallel.run_alone(&job).await,
        count => parallel.run(count, &job).await,
    }
    let mut results = results.into_inner().unwrap_or_default();
    results.sort_by_key(|(i, _)| *i);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Splits `items` into `shards` parts of about equal length, in order; fewer where there are fewer items.
pub fn split<T>(items: &[T], shards: usize) -> Vec<&[T]> {
    items.chunks(shard_len(items.len(), shards)).collect()
}

/// Items of the largest of `shards` parts of `len` items, at least one.
pub(crate) fn shard_len(len: usize, shards: usize) -> usize {
    len.div_ceil(shards.max(1)).max(1)
}
