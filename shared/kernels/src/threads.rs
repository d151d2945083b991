//! The columns of a product, spread over the threads of a pool.
//!
//! Nothing here starts a thread. Whoever runs in a pool of rayon's has a product spread over it; whoever does not, such as a shard that is one
//! of many at once, or a browser, computes it alone. A number is computed in one way on whatever thread, so the result does not depend on it.

/// Least multiplications that are worth handing to another thread.
#[cfg(feature = "threads")]
const GRAIN: usize = 1 << 16;

/// Fills `y [N, out]` column by column: calls `part` with the number of a column and with room for some from there on, each of them `N`
/// numbers. `inner` is the number of multiplications that one number takes.
pub(super) fn spread_columns(
    y: &mut [f32],
    num_rows: usize,
    inner: usize,
    part: &(impl Fn(usize, &mut [f32]) + Sync),
) {
    if num_rows <= 1 {
        return in_parts(y, 1, inner, part);
    }
    // So that each thread has a part of it to itself.
    let mut columns = vec![0.0; y.len()];
    in_parts(&mut columns, num_rows, inner, part);
    let out = y.len() / num_rows;
    for (o, column) in columns.chunks_exact(num_rows).enumerate() {
        for (n, &value) in column.iter().enumerate() {
            y[n * out + o] = value;
        }
    }
}

#[cfg(not(feature = "threads"))]
fn in_parts(columns: &mut [f32], _: usize, _: usize, part: &(impl Fn(usize, &mut [f32]) + Sync)) {
    part(0, columns);
}

#[cfg(feature = "threads")]
fn in_parts(
    columns: &mut [f32],
    width: usize,
    inner: usize,
    part: &(impl Fn(usize, &mut [f32]) + Sync),
) {
    if rayon::current_thread_index().is_some() {
        // A few parts for each thread, so that none waits long for one that was held up.
        let parts = (4 * rayon::current_num_threads()).min(columns.len() * inner / GRAIN);
        if rayon::current_num_threads() > 1 && parts > 1 {
            let most = (columns.len() / width).div_ceil(parts);
            return halves(columns, width, 0, most, part);
        }
    }
    part(0, columns);
}

/// Halves the columns until a part has `most` of them.
#[cfg(feature = "threads")]
fn halves(
    columns: &mut [f32],
    width: usize,
    first: usize,
    most: usize,
    part: &(impl Fn(usize, &mut [f32]) + Sync),
) {
    let out = columns.len() / width;
    if out <= most {
        return part(first, columns);
    }
    let half = out / 2;
    let (low, high) = columns.split_at_mut(half * width);
    rayon::join(
        || halves(low, width, first, most, part),
        || halves(high, width, first + half, most, part),
    );
}
