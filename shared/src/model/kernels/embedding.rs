//! Rows of a table by their indices, and the gradient of the table.

/// Gathers the rows `ids [N]` of `table [V, d]` into `y [N, d]`.
///
/// # Panics
/// When an index is not below `V`.
pub fn forward(table: &[f32], d: usize, ids: &[u32], y: &mut [f32]) {
    assert_eq!(y.len(), ids.len() * d, "rows of an embedding");
    if d > 0 {
        for (y, &id) in y.chunks_exact_mut(d).zip(ids) {
            y.copy_from_slice(&table[id as usize * d..][..d]);
        }
    }
}

/// The backward pass: adds the rows of `dy [N, d]` to the rows `ids [N]` of `dtable [V, d]`, in order.
///
/// # Panics
/// When an index is not below `V`.
pub fn backward(dy: &[f32], d: usize, ids: &[u32], dtable: &mut [f32]) {
    assert_eq!(dy.len(), ids.len() * d, "rows of an embedding");
    if d > 0 {
        for (dy, &id) in dy.chunks_exact(d).zip(ids) {
            for (sum, &dy) in dtable[id as usize * d..][..d].iter_mut().zip(dy) {
                *sum += dy;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gathers_rows_and_adds_up_their_gradients() {
        let table = [0.0, 1.0, 10.0, 11.0, 20.0, 21.0];
        let mut y = [0.0; 6];
        forward(&table, 2, &[2, 0, 2], &mut y);
        assert_eq!(y, [20.0, 21.0, 0.0, 1.0, 20.0, 21.0]);
        let mut dtable = [1.0; 6];
        backward(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2, &[2, 0, 2], &mut dtable);
        assert_eq!(dtable, [4.0, 5.0, 1.0, 1.0, 7.0, 9.0]);
        forward(&table, 2, &[], &mut []);
    }

    #[test]
    #[should_panic]
    fn an_index_outside_the_table_is_refused() {
        forward(&[0.0; 6], 2, &[3], &mut [0.0; 2]);
    }
}
