//! How the sequences of a batch lie in one row of tokens.

use std::sync::Arc;

/// The layout of a batch: sequences concatenated, as offsets and positions.
///
/// A batch of lengths 3 and 2 has five tokens, offsets `[0, 3, 5]` and positions `[0, 1, 2, 0, 1]`. On a CPU no
/// token is padding. Devices that want rectangles get a [padded](Packing::padded) packing, in which every sequence is
/// filled up at its end; causal attention keeps the filling from the tokens before it.
///
/// Sequences that begin with the same tokens, as the responses of a group do with their prompt, can [share](Packing::sharing) these:
/// each is computed once, and only attention sees it in every sequence.
#[derive(Debug, Clone)]
pub struct Packing {
    offsets: Arc<Vec<usize>>,
    positions: Arc<Vec<u32>>,
    lengths: Arc<Vec<usize>>,
    shared: Option<Arc<Shared>>,
}

#[derive(Debug)]
struct Shared {
    /// For each sequence, how many tokens at its start are those of the sequence before it.
    starts: Vec<usize>,
    /// For each token of the sequences, which of the tokens that are computed it is.
    places: Vec<usize>,
    /// For each token that is computed, the first of the sequences' tokens that it is.
    firsts: Vec<usize>,
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

    /// The packing of sequences of which the first `starts[i]` tokens of sequence `i` are those of the sequence before it.
    ///
    /// # Panics
    /// When a start is longer than its sequence or the one before it.
    pub fn sharing(lengths: impl IntoIterator<Item = usize>, starts: Vec<usize>) -> Self {
        let mut packing = Self::new(lengths);
        if starts.iter().all(|&start| start == 0) {
            return packing;
        }
        let lengths = &packing.lengths;
        assert_eq!(starts.len(), lengths.len(), "a start for each sequence");
        let mut places: Vec<usize> = Vec::new();
        let (mut firsts, mut positions) = (Vec::new(), Vec::new());
        for (i, &start) in starts.iter().enumerate() {
            let before = if i == 0 { 0 } else { lengths[i - 1] };
            assert!(start <= before.min(lengths[i]), "what two sequences share");
            let first = places.len() - before;
            places.extend_from_within(first..first + start);
            for position in start..lengths[i] {
                firsts.push(places.len());
                places.push(positions.len());
                positions.push(position as u32);
            }
        }
        packing.positions = Arc::new(positions);
        packing.shared = Some(Arc::new(Shared {
            starts,
            places,
            firsts,
        }));
        packing
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
            shared: None,
        }
    }

    /// Start of each sequence, and the number of tokens of all sequences at the end: `sequences + 1` entries.
    pub fn offsets(&self) -> &[usize] {
        &self.offsets
    }

    /// For each token of all sequences, which of the [tokens](Packing::tokens) it is; and for each of these the first of those. None where
    /// they are the same.
    pub fn places(&self) -> Option<(&[usize], &[usize])> {
        let shared = self.shared.as_deref()?;
        Some((&shared.places, &shared.firsts))
    }

    /// Position of each token in its sequences.
    pub fn positions(&self) -> &[u32] {
        &self.positions
    }

    /// Length of each sequence without its filling.
    pub fn lengths(&self) -> &[usize] {
        &self.lengths
    }

    /// Number of tokens that are computed: filling included, and each that is shared once.
    pub fn tokens(&self) -> usize {
        self.positions.len()
    }

    /// Number of sequences.
    pub fn sequences(&self) -> usize {
        self.lengths.len()
    }

    /// Which of the tokens those of sequence `i` are from `from` to `to`.
    pub fn within(&self, i: usize, from: usize, to: usize) -> impl Iterator<Item = usize> {
        let start = self.offsets[i];
        let places = self.places();
        (start + from..start + to).map(move |at| places.map_or(at, |(places, _)| places[at]))
    }

    /// Where the last token of each sequence lies.
    pub fn last_tokens(&self) -> Vec<usize> {
        let ends = self.lengths.iter().enumerate();
        ends.flat_map(|(i, &length)| self.within(i, length - 1, length))
            .collect()
    }

    /// The common length with filling, where all sequences have one.
    pub fn uniform(&self) -> Option<usize> {
        let first = self.offsets.get(1).copied().unwrap_or(0);
        self.offsets
            .windows(2)
            .all(|w| w[1] - w[0] == first)
            .then_some(first)
    }

    /// Lays out the tokens of sequences, filling them with `pad` where this packing is padded.
    pub fn flatten<'a>(
        &self,
        sequences: impl IntoIterator<Item = &'a [u32]>,
        pad: u32,
    ) -> Vec<u32> {
        let mut tokens = Vec::with_capacity(self.tokens());
        for (i, sequence) in sequences.into_iter().enumerate() {
            match &self.shared {
                Some(shared) => tokens.extend_from_slice(&sequence[shared.starts[i]..]),
                None => {
                    tokens.extend_from_slice(sequence);
                    tokens.resize(self.offsets[i + 1], pad);
                }
            }
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
    fn what_sequences_share_is_there_once() {
        let rows: [&[u32]; 4] = [&[1, 2, 3, 4], &[1, 2, 5], &[1, 2], &[7, 8]];
        let packing = Packing::sharing(rows.map(<[u32]>::len), vec![0, 2, 2, 0]);
        assert_eq!(packing.flatten(rows, 9), [1, 2, 3, 4, 5, 7, 8]);
        assert_eq!(packing.positions(), [0, 1, 2, 3, 2, 0, 1]);
        assert_eq!((packing.tokens(), packing.sequences()), (7, 4));
        assert_eq!(packing.offsets(), [0, 4, 7, 9, 11]);
        assert_eq!(packing.last_tokens(), [3, 4, 1, 6]);
        assert_eq!(
            packing.places(),
            Some((
                &[0, 1, 2, 3, 0, 1, 4, 0, 1, 5, 6][..],
                &[0, 1, 2, 3, 6, 9, 10][..]
            ))
        );
        assert_eq!(packing.within(1, 1, 3).collect::<Vec<_>>(), [1, 4]);
        assert_eq!(Packing::sharing([2, 2], vec![0, 0]).places(), None);
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
