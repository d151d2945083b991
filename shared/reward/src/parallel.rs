//! A map over a slice on all cores; on one in WebAssembly, which has no threads here.

/// Items below which a thread costs more than it saves.
#[cfg(not(target_family = "wasm"))]
const PER_THREAD: usize = 16;

/// `of` of each item, in their order, whatever the number of cores.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn map<T: Sync, R: Send>(items: &[T], of: impl Fn(&T) -> R + Sync) -> Vec<R> {
    use std::panic::resume_unwind;
    use std::thread::{available_parallelism, scope};

    let cores = available_parallelism().map_or(1, usize::from);
    let threads = cores.min(items.len() / PER_THREAD).max(1);
    let all = &|part: &[T]| part.iter().map(&of).collect::<Vec<R>>();
    if threads == 1 {
        return all(items);
    }
    scope(|scope| {
        let parts = items.chunks(items.len().div_ceil(threads));
        let running: Vec<_> = parts.map(|part| scope.spawn(move || all(part))).collect();
        let mut mapped = Vec::with_capacity(items.len());
        for thread in running {
            mapped.extend(thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        mapped
    })
}

/// `of` of each item, in their order.
#[cfg(target_family = "wasm")]
pub(crate) fn map<T, R>(items: &[T], of: impl Fn(&T) -> R) -> Vec<R> {
    items.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_the_items() {
        for count in [0, 1, PER_THREAD, 4 * PER_THREAD + 1, 1000] {
            let items: Vec<usize> = (0..count).collect();
            let doubled: Vec<usize> = items.iter().map(|i| 2 * i).collect();
            assert_eq!(map(&items, |i| 2 * i), doubled);
        }
    }
}
