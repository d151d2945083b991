//! The columns of a product, and the rows of an attention, spread over the threads of a pool.
//!
//! Nothing here starts a thread. Whoever runs in a pool of rayon's has a product spread over it; whoever does not, such as a shard that is one
//! of many at once, or a browser, computes it alone. A number is computed in one way on whatever thread, so the result does not depend on it.

/// Least multiplications that are worth handing to another thread.
#[cfg(feature = "threads")]
const GRAIN: usize = 1 << 16;

/// Fills `y [N, out]`: calls `part` with the number of a column, and with what each row has of some columns from there on. `inner` is
/// the number of multiplications that one number takes.
pub(super) fn spread_columns(
    y: &mut [f32],
    num_rows: usize,
    inner: usize,
    part: &(impl Fn(usize, &mut [&mut [f32]]) + Sync),
) {
    let out = y.len() / num_rows;
    let mut rows: Vec<_> = y.chunks_exact_mut(out).collect();
    #[cfg(not(feature = "threads"))]
    let _ = inner;
    #[cfg(feature = "threads")]
    if rayon::current_thread_index().is_some() {
        let threads = rayon::current_num_threads();
        // A few parts for each thread, so that none waits long for one that was held up.
        let parts = (4 * threads).min(num_rows * out * inner / GRAIN);
        if threads > 1 && parts > 1 {
            return halves(rows, 0, out.div_ceil(parts), part);
        }
    }
    part(0, &mut rows);
}

/// True where half of so many multiplications is worth handing to another thread of the pool that this runs in.
pub(super) fn is_worth_halving(work: usize) -> bool {
    #[cfg(feature = "threads")]
    return work >= 2 * GRAIN
        && rayon::current_thread_index().is_some()
        && rayon::current_num_threads() > 1;
    #[cfg(not(feature = "threads"))]
    {
        let _ = work;
        false
    }
}

/// Both, at once where there is a thread for it.
pub(super) fn both(first: impl FnOnce() + Send, second: impl FnOnce() + Send) {
    #[cfg(feature = "threads")]
    rayon::join(first, second);
    #[cfg(not(feature = "threads"))]
    {
        first();
        second();
    }
}

/// Halves the columns until a part has `most` of them.
#[cfg(feature = "threads")]
fn halves(
    mut rows: Vec<&mut [f32]>,
    first: usize,
    most: usize,
    part: &(impl Fn(usize, &mut [&mut [f32]]) + Sync),
) {
    let out = rows[0].len();
    if out <= most {
        return part(first, &mut rows);
    }
    let half = out / 2;
    let (low, high) = rows.into_iter().map(|row| row.split_at_mut(half)).unzip();
    both(
        || halves(low, first, most, part),
        || halves(high, first + half, most, part),
    );
}
