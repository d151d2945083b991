//! How the sequences of a batch lie in one row of tokens.

use std::sync::Arc;

/// The layout of a batch: sequences concatenated, as offsets and positions.
///
/// A batch of lengths 3 and 2 has five tokens, offsets `[0, 3, 5]` and positions `[0, 1, 2, 0, 1]`. On a CPU no
/// token is padding. Devices that want rectangles get a [padded](Packing::padded) packing, in which every sequence is
/// filled up at its end; causal attention keeps the filling from the tokens before it.
#[derive(Debug, Clone)]
pub struct Packing {
    offsets: Arc<Vec<usize>>,
    positions: Arc<Vec<u32>>,
    lengths: Arc<Vec<usize>>,
}

impl Packing {
    /// The packing of sequences of the given lengths, in this order.
    pub fn new(lengths: impl IntoIterator<Item = usize>) -> Self {
        let lengths: Vec<usize> = lengths.into_iter().collect();
        Self::with_slots(lengths, |length| length)
    }

    /// The packing in which every sequence is filled up to the longest.
    pub fn padded(lengths: impl IntoIterator<Item = usize>) -> Self {
        let lengths: Vec<usize> = lengths.into_iter().collect();
        let longest = lengths.iter().copied().max().unwrap_or(0);
        Self::with_slots(lengths, |_| longest)
    }

    fn with_slots(lengths: Vec<usize>, slots: impl Fn(usize) -> usize) -> Self {
        let mut offsets = vec![0];
        let mut positions = Vec::new();
        for &length in &lengths {
            positions.extend(0..slots(length) as u32);
            offsets.push(positions.len());
        }
        Packing {
            offsets: Arc::new(offsets),
            positions: Arc::new(positions),
            lengths: Arc::new(lengths),
        }
    }

    /// Start of each sequence, and the number of tokens at the end: `sequences + 1` entries.
    pub fn offsets(&self) -> &[usize] {
        &self.offsets
    }

    /// Position of each token in its sequence.
    pub fn positions(&self) -> &[u32] {
        &self.positions
    }

    /// Length of each sequence without its filling.
    pub fn lengths(&self) -> &[usize] {
        &self.lengths
    }

    /// Number of tokens, filling included.
    pub fn tokens(&self) -> usize {
        self.positions.len()
    }

    /// Number of sequences.
    pub fn sequences(&self) -> usize {
        self.lengths.len()
    }

    /// Where the last token of each sequence lies.
    pub fn last_tokens(&self) -> Vec<usize> {
        let ends = self.offsets.iter().zip(self.lengths.iter());
        ends.map(|(start, length)| start + length - 1).collect()
    }

    /// The common length with filling, where all sequences have one.
    pub fn uniform(&self) -> Option<usize> {
        let first = self.offsets.get(1).copied().unwrap_or(0);
        self.offsets
            .windows(2)
            .all(|w| w[1] - w[0] == first)
            .then_some(first)
    }

    /// Lays out sequences, filling them with `pad` where this packing is padded.
    pub fn flatten<'a>(
        &self,
        sequences: impl IntoIterator<Item = &'a [u32]>,
        pad: u32,
    ) -> Vec<u32> {
        let mut tokens = Vec::with_capacity(self.tokens());
        for (sequence, end) in sequences.into_iter().zip(&self.offsets[1..]) {
            tokens.extend_from_slice(sequence);
            tokens.resize(*end, pad);
        }
        tokens
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_and_positions_follow_the_lengths() {
        let packing = Packing::new([3, 0, 2]);
        assert_eq!(packing.offsets(), [0, 3, 3, 5]);
        assert_eq!(packing.positions(), [0, 1, 2, 0, 1]);
        assert_eq!((packing.tokens(), packing.sequences()), (5, 3));
        assert_eq!(packing.uniform(), None);
        assert_eq!(Packing::new([2, 2]).uniform(), Some(2));
    }

    #[test]
    fn filling_goes_to_the_end_of_each_sequence() {
        let packing = Packing::padded([3, 1]);
        assert_eq!(packing.uniform(), Some(3));
        assert_eq!(packing.lengths(), [3, 1]);
        assert_eq!(packing.last_tokens(), [2, 3]);
        let rows: [&[u32]; 2] = [&[1, 2, 3], &[4]];
        assert_eq!(packing.flatten(rows, 9), [1, 2, 3, 4, 9, 9]);
        assert_eq!(Packing::new([3, 1]).flatten(rows, 9), [1, 2, 3, 4]);
    }
}
