//! The key-value cache of a decoder on tensors.
//!
//! On the CPU it is a [`RowCache`]. Elsewhere it is one rectangle of fixed width a layer, so that shapes stay the same from token to token, and a
//! mask hides what a row has not got.

use std::collections::VecDeque;

use burn::tensor::{Bool, DType, Int, Tensor, TensorData};

use super::causal::Coming;
use super::config::ModelConfig;
use super::decoder::Decoder;
use super::packing::Packing;
use super::row_cache::{RowCache, advance};
use super::{composed, fused};

/// Keys and values of the tokens that a batch has seen.
#[derive(Debug)]
pub enum Cache {
    /// On a CPU.
    Rows(RowCache),
    /// Elsewhere.
    Rectangles(Box<Rectangles>),
}

/// One rectangle `[rows, slots, kv_heads * head_dim]` a layer, for keys and for values.
#[derive(Debug)]
pub struct Rectangles {
    /// Tokens in each row, after the last [`Rectangles::advance`].
    lengths: Vec<usize>,
    keys: Vec<Place>,
    values: Vec<Place>,
    /// For each row, for each slot in use: false where it holds filling.
    real: Vec<Vec<bool>>,
    /// Slots in use before the newest tokens.
    start: usize,
    slots: usize,
    mask: Option<Tensor<4, Bool>>,
    /// How the next tokens will be drawn, as far as is known.
    pub(super) coming: Option<Coming>,
    /// Steps that the device took by itself, which count among the tokens above: what it drew in each row, and the logits `[rows, vocab]` after
    /// that.
    pub(super) ahead: VecDeque<(Vec<u32>, Vec<f32>)>,
}

impl Cache {
    /// An empty cache of `rows` rows of `decoder` that will hold at most `capacity` tokens each.
    pub fn new(decoder: &Decoder, rows: usize, capacity: usize) -> Self {
        if fused::on_cpu(&decoder.device()) {
            return Cache::Rows(RowCache::new(decoder.config().num_layers, rows));
        }
        Cache::rectangles(decoder, rows, capacity)
    }

    /// [`Cache::new`] off the CPU, in the format that the decoder computes in.
    pub(super) fn rectangles(decoder: &Decoder, rows: usize, capacity: usize) -> Self {
        elsewhere();
        let (config, device) = (decoder.config(), decoder.device());
        let width = config.num_kv_heads * config.head_dim;
        let format = DType::from(decoder.precision().dtype());
        let empty = || {
            let place = || Tensor::zeros([rows, capacity, width], (&device, format));
            (0..config.num_layers).map(|_| Some(place())).collect()
        };
        Cache::Rectangles(Box::new(Rectangles {
            lengths: vec![0; rows],
            keys: empty(),
            values: empty(),
            real: vec![Vec::new(); rows],
            start: 0,
            slots: capacity,
            mask: None,
            coming: None,
            ahead: VecDeque::new(),
        }))
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        match self {
            Cache::Rows(rows) => rows.rows(),
            Cache::Rectangles(rectangles) => rectangles.lengths.len(),
        }
    }

    /// Makes row `i` the former row `rows[i]`: drops the rows that are not named, copies those named twice.
    pub fn keep(&mut self, rows: &[usize]) {
        match self {
            Cache::Rows(cache) => cache.keep(rows),
            Cache::Rectangles(rectangles) => rectangles.keep(rows),
        }
    }
}

/// A tensor of the cache. It is moved out to be changed and put back: with a second reference to it, a device would copy the
/// whole of it to change a part.
type Place = Option<Tensor<3>>;

/// Why a place is never found empty.
const PUT_BACK: &str = "a place is empty only while its tensor is changed";

/// Ends what is only reached off the CPU where there is nothing else: so none of it is built there.
pub(super) fn elsewhere() {
    if fused::CPU_ALONE {
        unreachable!("rectangles are for graphics cards");
    }
}

impl Rectangles {
    fn keep(&mut self, rows: &[usize]) {
        elsewhere();
        self.lengths = rows.iter().map(|&r| self.lengths[r]).collect();
        self.real = rows.iter().map(|&r| self.real[r].clone()).collect();
        let ids: Vec<i32> = rows.iter().map(|&r| r as i32).collect();
        for place in self.keys.iter_mut().chain(&mut self.values) {
            let tensor = place.take().expect(PUT_BACK);
            let ids = TensorData::new(ids.clone(), [rows.len()]);
            let ids = Tensor::<1, Int>::from_data(ids, &tensor.device());
            *place = Some(tensor.select(0, ids));
        }
        for (drawn, logits) in &mut self.ahead {
            let vocab = logits.len() / drawn.len();
            let kept = rows.iter().flat_map(|&r| &logits[r * vocab..][..vocab]);
            *logits = kept.copied().collect();
            *drawn = rows.iter().map(|&r| drawn[r]).collect();
        }
    }

    /// True where the device went on with these tokens by itself: `logits` are then those after them. What ended may go on with any.
    pub(super) fn follow(
        &mut self,
        tokens: &[u32],
        coming: &Coming,
        logits: &mut Vec<f32>,
    ) -> bool {
        let as_drawn = |(drawn, _): &mut (Vec<u32>, Vec<f32>)| {
            let mut rows = drawn.iter().zip(tokens).zip(&coming.rows);
            rows.all(|((drawn, token), row)| row.left == 0 || drawn == token)
        };
        let Some((_, after)) = self.ahead.pop_front_if(as_drawn) else {
            return false;
        };
        *logits = after;
        true
    }

    /// Drops the steps that the device took by itself. Their slots are written again.
    pub(super) fn forget(&mut self) {
        let steps = self.ahead.len();
        self.ahead.clear();
        for (length, real) in self.lengths.iter_mut().zip(&mut self.real) {
            *length -= steps;
            real.truncate(real.len() - steps);
        }
    }

    /// Uses up the slots of the new tokens and builds the mask that all layers share; returns their positions.
    pub(super) fn advance(&mut self, packing: &Packing) -> Vec<u32> {
        let new = packing.uniform().unwrap_or(0);
        self.start = self.real.first().map_or(0, Vec::len);
        for (real, &length) in self.real.iter_mut().zip(packing.lengths()) {
            real.extend((0..new).map(|i| i < length));
        }
        let mut hidden = Vec::with_capacity(self.real.len() * new * self.slots);
        for real in &self.real {
            for i in 0..new {
                let visible = |slot: usize| slot <= self.start + i && real[slot];
                hidden.extend((0..self.slots).map(|slot| slot >= real.len() || !visible(slot)));
            }
        }
        let shape = [self.real.len(), 1, new, self.slots];
        let first = self.keys.first().and_then(Option::as_ref);
        self.mask = first.map(|k| Tensor::from_data(TensorData::new(hidden, shape), &k.device()));
        advance(&mut self.lengths, packing)
    }

    /// Stores the new keys and values of a layer and attends from the new queries to all.
    pub(super) fn attend(
        &mut self,
        layer: usize,
        [q, k, v]: [Tensor<2>; 3],
        packing: &Packing,
        config: &ModelConfig,
    ) -> Tensor<2> {
        let (rows, new) = (self.real.len(), packing.uniform().unwrap_or(0));
        let [tokens, q_width] = q.dims();
        let width = config.num_kv_heads * config.head_dim;
        let span = [0..rows, self.start..self.start + new, 0..width];
        let [keys, values] =
            [(&mut self.keys[layer], k), (&mut self.values[layer], v)].map(|(place, fresh)| {
                let stored = place.take().expect(PUT_BACK);
                let fresh = fresh.reshape([rows, new, width]).cast(stored.dtype());
                let stored = stored.slice_assign(span.clone(), fresh);
                place.insert(stored).clone()
            });
        let mask = self
            .mask
            .clone()
            .expect("advance is called before the layers");
        let q = q.reshape([rows, new, q_width]);
        composed::masked_attention([q, keys, values], mask, config).reshape([tokens, q_width])
    }
}
