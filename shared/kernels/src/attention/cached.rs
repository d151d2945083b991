//! The keys and values of a sequence that is read token by token.

use std::sync::Arc;

/// Keys of a cache lie transposed in blocks of so many tokens: the scores of a block then come out side by side, without a
/// sum across a vector for each key.
pub(super) const BLOCK: usize = 32;

/// The keys and values of some tokens of a sequence in one layer.
#[derive(Debug, Default)]
pub(super) struct Stretch {
    pub(super) length: usize,
    /// `[blocks, kv_heads · hd, BLOCK]`; zero beyond `length`.
    pub(super) keys: Vec<f32>,
    /// `[length, kv_heads · hd]`.
    pub(super) values: Vec<f32>,
}

/// The keys and values that one row of a batch has in one layer. What rows have in common from their start on, such as the
/// prompt of a group, they share.
#[derive(Debug, Default)]
pub struct CachedRow {
    shared: Vec<Arc<Stretch>>,
    /// What comes after it, and is this row's alone.
    own: Stretch,
}

impl CachedRow {
    /// True where the row holds no token.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of tokens.
    pub fn len(&self) -> usize {
        self.stretches().map(|stretch| stretch.length).sum()
    }

    /// Appends tokens: `keys` and `values [new, width]`, where `width` is `kv_heads · hd`, the same at every call.
    pub fn extend(&mut self, keys: &[f32], values: &[f32], width: usize) {
        assert!(
            keys.len() == values.len() && keys.len().is_multiple_of(width),
            "keys and values of a row"
        );
        let own = &mut self.own;
        own.values.extend_from_slice(values);
        let new = keys.len() / width;
        let blocks = (own.length + new).div_ceil(BLOCK);
        own.keys.resize(blocks * width * BLOCK, 0.0);
        for key in keys.chunks_exact(width) {
            let (block, lane) = (own.length / BLOCK, own.length % BLOCK);
            let block = &mut own.keys[block * width * BLOCK..];
            for (lanes, &element) in block.chunks_exact_mut(BLOCK).zip(key) {
                lanes[lane] = element;
            }
            own.length += 1;
        }
    }

    /// A second row with the same tokens, which both share from here on.
    pub fn fork(&mut self) -> Self {
        if self.own.length > 0 {
            self.shared.push(Arc::new(std::mem::take(&mut self.own)));
        }
        CachedRow {
            shared: self.shared.clone(),
            own: Stretch::default(),
        }
    }

    /// Where part `i` of so many begins in the keys and in the values that this row has alone.
    #[inline(always)]
    pub(super) fn own_part(&self, i: usize, parts: usize) -> [*const f32; 2] {
        let part = |x: &Vec<f32>| x.as_ptr().wrapping_add(x.len() / parts * i);
        [part(&self.own.keys), part(&self.own.values)]
    }

    /// All tokens in their order.
    pub(super) fn stretches(&self) -> impl Iterator<Item = &Stretch> {
        let shared = self.shared.iter().map(Arc::as_ref);
        shared.chain(std::iter::once(&self.own))
    }
}
