//! Shards on threads of this machine.

use std::sync::atomic::{AtomicUsize, Ordering};

use explang::parallel::{Inline, Job, Local, Parallel};

/// Up to so many threads at once; with one, the caller's own.
#[derive(Debug, Clone, Copy)]
pub struct Threads(pub usize);

impl Parallel for Threads {
    fn run<'a>(&'a self, count: usize, job: &'a Job<'a>) -> Local<'a, ()> {
        if self.0 <= 1 || count <= 1 {
            return Inline.run(count, job);
        }
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..self.0.min(count) {
                scope.spawn(|| {
                    loop {
                        let i = next.fetch_add(1, Ordering::Relaxed);
                        if i >= count {
                            break;
                        }
                        pollster::block_on(job(i));
                    }
                });
            }
        });
        Box::pin(std::future::ready(()))
    }

    fn run_alone<'a>(&'a self, job: &'a Job<'a>) -> Local<'a, ()> {
        if self.0 <= 1 {
            return Inline.run(1, job);
        }
        match rayon::ThreadPoolBuilder::new().num_threads(self.0).build() {
            Ok(pool) => {
                pool.install(|| pollster::block_on(job(0)));
                Box::pin(std::future::ready(()))
            }
            // Without threads it takes longer.
            Err(_) => Inline.run(1, job),
        }
    }
}

/// Makes the caller's thread one of a pool of so many, over which the products with a decoder's matrices are spread. A program does this once
/// and for good, where it works on one sequence at a time: shards of a batch have threads of their own.
///
/// # Errors
/// When the threads cannot be started.
pub fn spread_products(threads: usize) -> Result<(), rayon::ThreadPoolBuildError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    // The pool ends with the program: a thread cannot leave it.
    std::mem::forget(pool.use_current_thread().build()?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use explang::parallel::in_order;

    use super::*;

    #[test]
    fn a_job_alone_has_all_threads() {
        let pool =
            async |&(): &()| rayon::current_thread_index().map(|_| rayon::current_num_threads());
        for (threads, expected) in [(1, None), (2, Some(2)), (3, Some(3))] {
            let found = pollster::block_on(in_order(&Threads(threads), &[()], pool));
            assert_eq!(found, [expected]);
        }
    }

    #[test]
    fn results_come_in_the_order_of_the_items_whatever_the_threads() {
        let items: Vec<u64> = (0..50).collect();
        let slow_first = async |&i: &u64| {
            std::thread::sleep(std::time::Duration::from_micros(50 - i));
            i * i
        };
        let expected: Vec<u64> = items.iter().map(|i| i * i).collect();
        for threads in [1, 2, 7] {
            let found = pollster::block_on(in_order(&Threads(threads), &items, slow_first));
            assert_eq!(found, expected);
        }
    }
}
