//! The key-value cache on a CPU. Every row is as long as it is: finished rows are dropped at once and cost nothing, rows of one prompt
//! share it, and the rows of one cache can join those of another.

use super::kernels::attention::CachedRow;
use super::packing::Packing;

/// Keys and values of the tokens that a batch has seen, for each layer, for each row.
#[derive(Debug)]
pub struct RowCache {
    lengths: Vec<usize>,
    layers: Vec<Vec<CachedRow>>,
}

impl RowCache {
    /// `rows` empty rows.
    pub(super) fn new(layers: usize, rows: usize) -> Self {
        let layer = |_| (0..rows).map(|_| CachedRow::default()).collect();
        RowCache {
            lengths: vec![0; rows],
            layers: (0..layers).map(layer).collect(),
        }
    }

    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.lengths.len()
    }

    /// Makes row `i` the former row `rows[i]`: drops the rows that are not named, shares those named twice.
    pub(super) fn keep(&mut self, rows: &[usize]) {
        self.lengths = rows.iter().map(|&r| self.lengths[r]).collect();
        for layer in &mut self.layers {
            *layer = pick(std::mem::take(layer), rows);
        }
    }

    /// A cache of one row, with what row `row` holds.
    pub(super) fn fork(&mut self, row: usize) -> Self {
        let fork = |layer: &mut Vec<CachedRow>| vec![layer[row].fork()];
        RowCache {
            lengths: vec![self.lengths[row]],
            layers: self.layers.iter_mut().map(fork).collect(),
        }
    }

    /// Adds the rows of `other` after those of this cache.
    pub(super) fn append(&mut self, mut other: Self) {
        self.lengths.append(&mut other.lengths);
        for (layer, other) in self.layers.iter_mut().zip(&mut other.layers) {
            layer.append(other);
        }
    }

    /// Counts the tokens of `packing`; returns their positions, and the layers that are to get them.
    pub(super) fn advance(&mut self, packing: &Packing) -> (Vec<u32>, &mut [Vec<CachedRow>]) {
        (advance(&mut self.lengths, packing), &mut self.layers)
    }
}

/// Adds the tokens of `packing` to the lengths of their rows, and returns their positions.
pub(super) fn advance(lengths: &mut [usize], packing: &Packing) -> Vec<u32> {
    let mut positions = packing.positions().to_vec();
    let rows = lengths.iter_mut().zip(packing.lengths());
    for ((length, new), w) in rows.zip(packing.offsets().windows(2)) {
        for position in &mut positions[w[0]..w[1]] {
            *position += *length as u32;
        }
        *length += new;
    }
    positions
}

/// The rows named, moved where they are named for the last time and shared before.
fn pick(mut from: Vec<CachedRow>, rows: &[usize]) -> Vec<CachedRow> {
    let mut uses = vec![0usize; from.len()];
    rows.iter().for_each(|&r| uses[r] += 1);
    rows.iter()
        .map(|&r| {
            uses[r] -= 1;
            if uses[r] == 0 {
                std::mem::take(&mut from[r])
            } else {
                from[r].fork()
            }
        })
        .collect()
}
