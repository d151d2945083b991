//! The key-value cache.
//!
//! On the CPU every row is as long as it is: finished rows are dropped at once and cost nothing, rows of one prompt share it, and
//! the rows of one cache can join those of another.
//! Elsewhere the cache is one rectangle of fixed width a layer, so that shapes stay the same from token to token, and a
//! mask hides what a row has not got.

use burn::tensor::{Bool, Device, Int, Tensor, TensorData};

use super::config::ModelConfig;
use super::kernels::attention::CachedRow;
use super::packing::Packing;
use super::{composed, fused};

/// Keys and values of the tokens that a batch has seen.
#[derive(Debug)]
pub struct Cache {
    /// Tokens in each row, after the last [`Cache::advance`].
    lengths: Vec<usize>,
    store: Store,
}

#[derive(Debug)]
enum Store {
    /// For each layer, for each row.
    Rows(Vec<Vec<CachedRow>>),
    Rectangles(Box<Rectangles>),
}

/// One rectangle `[rows, slots, kv_heads * head_dim]` a layer, for keys and for values.
#[derive(Debug)]
struct Rectangles {
    keys: Vec<Place>,
    values: Vec<Place>,
    /// For each row, for each slot in use: false where it holds filling.
    real: Vec<Vec<bool>>,
    /// Slots in use before the newest tokens.
    start: usize,
    slots: usize,
    mask: Option<Tensor<4, Bool>>,
}

impl Cache {
    /// An empty cache of `rows` rows that will hold at most `capacity` tokens each.
    pub fn new(config: &ModelConfig, device: &Device, rows: usize, capacity: usize) -> Self {
        let store = if fused::on_cpu(device) {
            let layer = || {
                std::iter::repeat_with(CachedRow::default)
                    .take(rows)
                    .collect()
            };
            Store::Rows(
                std::iter::repeat_with(layer)
                    .take(config.num_layers)
                    .collect(),
            )
        } else {
            let width = config.num_kv_heads * config.head_dim;
            let empty = || {
                (0..config.num_layers)
                    .map(|_| Some(Tensor::zeros([rows, capacity, width], device)))
                    .collect()
            };
            Store::Rectangles(Box::new(Rectangles {
                keys: empty(),
                values: empty(),
                real: vec![Vec::new(); rows],
                start: 0,
                slots: capacity,
                mask: None,
            }))
        };
        Cache {
            lengths: vec![0; rows],
            store,
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.lengths.len()
    }

    /// Makes row `i` the former row `rows[i]`: drops the rows that are not named, copies those named twice.
    pub fn keep(&mut self, rows: &[usize]) {
        self.lengths = rows.iter().map(|&r| self.lengths[r]).collect();
        match &mut self.store {
            Store::Rows(layers) => {
                for layer in layers {
                    *layer = pick(std::mem::take(layer), rows);
                }
            }
            Store::Rectangles(rectangles) => rectangles.keep(rows),
        }
    }

    /// A cache of one row, with what row `row` holds, on a CPU.
    ///
    /// # Panics
    /// Elsewhere.
    pub(crate) fn fork(&mut self, row: usize) -> Self {
        let fork = |layer: &mut Vec<CachedRow>| vec![layer[row].fork()];
        Cache {
            lengths: vec![self.lengths[row]],
            store: Store::Rows(self.rows_of_layers().iter_mut().map(fork).collect()),
        }
    }

    /// Adds the rows of `other` after those of this cache, on a CPU.
    ///
    /// # Panics
    /// Elsewhere.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.lengths.append(&mut other.lengths);
        let layers = self.rows_of_layers().iter_mut();
        for (layer, other) in layers.zip(other.rows_of_layers()) {
            layer.append(other);
        }
    }

    fn rows_of_layers(&mut self) -> &mut [Vec<CachedRow>] {
        match &mut self.store {
            Store::Rows(layers) => layers,
            Store::Rectangles(_) => unreachable!("only rows come and go one by one"),
        }
    }

    /// Makes room for the tokens of `packing` and returns their positions.
    pub(super) fn advance(&mut self, packing: &Packing) -> Vec<u32> {
        let past = self.lengths.clone();
        for (length, new) in self.lengths.iter_mut().zip(packing.lengths()) {
            *length += new;
        }
        if let Store::Rectangles(rectangles) = &mut self.store {
            rectangles.advance(packing);
        }
        let mut positions = packing.positions().to_vec();
        for (past, w) in past.iter().zip(packing.offsets().windows(2)) {
            positions[w[0]..w[1]]
                .iter_mut()
                .for_each(|p| *p += *past as u32);
        }
        positions
    }

    /// For each layer, for each row, what it holds; none off the CPU.
    pub(super) fn layers(&mut self) -> Option<&mut [Vec<CachedRow>]> {
        match &mut self.store {
            Store::Rows(layers) => Some(layers),
            Store::Rectangles(_) => None,
        }
    }

    /// Off the CPU: stores the new keys and values of a layer and attends from the new queries to all.
    pub(super) fn attend(
        &mut self,
        layer: usize,
        qkv: [Tensor<2>; 3],
        packing: &Packing,
        config: &ModelConfig,
    ) -> Tensor<2> {
        match &mut self.store {
            Store::Rectangles(rectangles) => rectangles.attend(layer, qkv, packing, config),
            Store::Rows(_) => unreachable!("rows are read without tensors"),
        }
    }
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

/// A tensor of the cache. It is moved out to be changed and put back: with a second reference to it, a device would copy the
/// whole of it to change a part.
type Place = Option<Tensor<3>>;

/// Why a place is never found empty.
const PUT_BACK: &str = "a place is empty only while its tensor is changed";

impl Rectangles {
    fn keep(&mut self, rows: &[usize]) {
        self.real = rows.iter().map(|&r| self.real[r].clone()).collect();
        let ids: Vec<i32> = rows.iter().map(|&r| r as i32).collect();
        for place in self.keys.iter_mut().chain(&mut self.values) {
            let tensor = place.take().expect(PUT_BACK);
            let ids = TensorData::new(ids.clone(), [rows.len()]);
            let ids = Tensor::<1, Int>::from_data(ids, &tensor.device());
            *place = Some(tensor.select(0, ids));
        }
    }

    /// Uses up the slots of the new tokens and builds the mask that all layers share.
    fn advance(&mut self, packing: &Packing) {
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
    }

    fn attend(
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
                let fresh = fresh.reshape([rows, new, width]);
                let stored = place.take().expect(PUT_BACK);
                let stored = stored.slice_assign(span.clone(), fresh);
                place.insert(stored).clone()
            });
        let mask = self
            .mask
            .clone()
            .expect("advance is called before the layers");
        composed::masked_attention(q.reshape([rows, new, q_width]), keys, values, mask, config)
            .reshape([tokens, q_width])
    }
}
