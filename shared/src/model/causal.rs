//! What is asked of a model to sample from it.

use std::borrow::Cow;
use std::future::{Future, ready};

use super::cache::Cache;
use super::config::ModelConfig;
use super::decoder::Decoder;
use super::device::{Unread, is_cpu};
use super::packing::Packing;
use super::row_cache::RowCache;
use super::slices::SliceDecoder;
use crate::random;

/// A causal language model: it says what may come next, given the tokens before.
pub trait CausalLm: Clone {
    /// Keys and values of the tokens that it has read.
    type Cache: CacheRows;

    /// Its shape.
    fn config(&self) -> &ModelConfig;

    /// The same model as it is best sampled from.
    fn for_sampling(&self) -> Cow<'_, Self>;

    /// True where the rows of a cache come and go one by one, each as long as it is.
    fn by_rows(&self) -> bool;

    /// An empty cache of `rows` rows that will hold at most `capacity` tokens each.
    fn cache(&self, rows: usize, capacity: usize) -> Self::Cache;

    /// Hears how the tokens will be drawn that are read next, one a row: a model on a device that is far away can go ahead by itself.
    fn foresee(&self, cache: &mut Self::Cache, coming: impl FnOnce() -> Coming) {
        let _ = (cache, coming);
    }

    /// Reads new tokens after those that `cache` holds, and writes the logits `[rows, vocab]` after the last token of each row into `logits`.
    ///
    /// Row `i` of the cache gets the tokens of sequence `i` of `packing`. The cache must be empty, or every sequence one token long.
    ///
    /// # Errors
    /// When the device does not give its numbers back.
    fn next_logits(
        &self,
        tokens: &[u32],
        packing: &Packing,
        cache: &mut Self::Cache,
        logits: &mut Vec<f32>,
    ) -> impl Future<Output = Result<(), Unread>>;
}

/// How the next tokens of a cache's rows will be drawn from their logits, see [`sample`](super::kernels::sample::sample).
#[derive(Debug, Clone, PartialEq)]
pub struct Coming {
    /// Divides the logits; 0 takes the most probable token.
    pub temperature: f32,
    /// Draws from the smallest set of tokens that holds this much probability.
    pub top_p: f32,
    /// Each row's.
    pub rows: Vec<ComingRow>,
}

/// The next tokens of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ComingRow {
    /// Stream of its random numbers, see [`uniform`](crate::random::uniform).
    pub stream: u64,
    /// Number of the next one.
    pub drawn: u64,
    /// Most tokens that may still be drawn; 0 where the row has ended.
    pub left: usize,
}

/// Most tokens of a row that a device computes before the host waits for them.
pub const AHEAD: usize = 16;

/// Most logits that one reading takes to the host.
const LOGITS: usize = 4 << 20;

impl Coming {
    /// Steps that a device may take before the host waits, each with logits `[rows, vocab]`.
    pub(super) fn steps(&self, vocab: usize) -> usize {
        let longest = self.rows.iter().map(|row| row.left).max();
        let most = LOGITS / (vocab * self.rows.len()).max(1);
        longest.unwrap_or(1).min(most).clamp(1, AHEAD)
    }

    /// The random number of each row in the step that comes after `step` others.
    pub(super) fn chances(&self, step: usize) -> impl Iterator<Item = f32> + '_ {
        let rows = self.rows.iter();
        rows.map(move |row| random::uniform(row.stream, row.drawn + step as u64))
    }
}

/// The rows of a cache.
pub trait CacheRows {
    /// Makes row `i` the former row `rows[i]`: drops the rows that are not named, repeats those named twice.
    fn keep(&mut self, rows: &[usize]);

    /// A cache of one row, with what row `row` holds, where rows come and go one by one.
    ///
    /// # Panics
    /// Elsewhere.
    #[must_use]
    fn fork(&mut self, row: usize) -> Self;

    /// Adds the rows of `other` after those of this cache, where rows come and go one by one.
    ///
    /// # Panics
    /// Elsewhere.
    fn append(&mut self, other: Self);
}

impl CausalLm for Decoder {
    type Cache = Cache;

    fn config(&self) -> &ModelConfig {
        self.config()
    }

    fn for_sampling(&self) -> Cow<'_, Self> {
        self.for_sampling()
    }

    fn by_rows(&self) -> bool {
        is_cpu(&self.device())
    }

    fn cache(&self, rows: usize, capacity: usize) -> Cache {
        Cache::new(self, rows, capacity)
    }

    fn foresee(&self, cache: &mut Cache, coming: impl FnOnce() -> Coming) {
        if let Cache::Rectangles(cache) = cache {
            cache.coming = Some(coming());
        }
    }

    async fn next_logits(
        &self,
        tokens: &[u32],
        packing: &Packing,
        cache: &mut Cache,
        logits: &mut Vec<f32>,
    ) -> Result<(), Unread> {
        match cache {
            Cache::Rows(rows) => {
                let model = self.for_sampling();
                let shape = model.shape.of_reader();
                let reader = model.reader();
                reader.next_logits(tokens, packing, rows, shape, logits);
                Ok(())
            }
            Cache::Rectangles(cache) => self.read_ahead(tokens, packing, cache, logits).await,
        }
    }
}

impl CacheRows for Cache {
    fn keep(&mut self, rows: &[usize]) {
        self.keep(rows);
    }

    fn fork(&mut self, row: usize) -> Self {
        match self {
            Cache::Rows(cache) => Cache::Rows(cache.fork(row)),
            Cache::Rectangles(_) => unreachable!("only rows come and go one by one"),
        }
    }

    fn append(&mut self, other: Self) {
        match (self, other) {
            (Cache::Rows(cache), Cache::Rows(other)) => cache.append(other),
            _ => unreachable!("only rows come and go one by one"),
        }
    }
}

impl CausalLm for SliceDecoder {
    type Cache = RowCache;

    fn config(&self) -> &ModelConfig {
        self.config()
    }

    fn for_sampling(&self) -> Cow<'_, Self> {
        Cow::Borrowed(self)
    }

    fn by_rows(&self) -> bool {
        true
    }

    fn cache(&self, rows: usize, _: usize) -> RowCache {
        RowCache::new(self.config().num_layers, rows)
    }

    fn next_logits(
        &self,
        tokens: &[u32],
        packing: &Packing,
        cache: &mut RowCache,
        logits: &mut Vec<f32>,
    ) -> impl Future<Output = Result<(), Unread>> {
        self.read(tokens, packing, cache, logits);
        ready(Ok(()))
    }
}

impl CacheRows for RowCache {
    fn keep(&mut self, rows: &[usize]) {
        self.keep(rows);
    }

    fn fork(&mut self, row: usize) -> Self {
        self.fork(row)
    }

    fn append(&mut self, other: Self) {
        self.append(other);
    }
}
