//! A decoder written as shaders, to sample from on a graphics processor: six operations a layer, where burn's tensors take some forty.
//!
//! One new token is little work, and what a graphics processor and its host cost beside it is a price for each operation and for each
//! reading. So an operation does all that needs no other group's results; and the device draws tokens itself and reads on from them, up to
//! [`AHEAD`](super::AHEAD) at a time, before the host waits for what came of it. The host still draws each token from its logits
//! ([`kernels::sample`](super::kernels::sample)). Where it draws another one, by rounding, what was computed after that is dropped.
//!
//! In a browser the device is WebGPU's. The same shaders run on Vulkan, Metal and DX12, where the tests try them.

mod cache;
mod gpu;
mod program;
mod state;

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use super::causal::{CausalLm, Coming};
use super::checkpoint::{NamedTensors, WeightsError};
use super::config::ModelConfig;
use super::device::Unread;
use super::packing::Packing;
use super::weights::Weights;
use cache::Pool;
use program::{Asked, Program};
use state::{Room, State};

pub use cache::ShaderCache;
pub use gpu::{Gpu, Unopened, Work};

/// Most tokens that are read at once: operations have a group for each.
const TOKENS: usize = 65_535;

/// A decoder on a graphics processor.
#[derive(Debug, Clone)]
pub struct ShaderDecoder(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    gpu: Gpu,
    config: ModelConfig,
    program: Program,
    pool: Rc<RefCell<Pool>>,
    state: RefCell<State>,
}

impl ShaderDecoder {
    /// Reads the weights of a checkpoint.
    ///
    /// # Errors
    /// When the file is damaged, does not fit `config`, or is of a model too wide for the operations.
    pub fn from_safetensors(
        config: &ModelConfig,
        bytes: &[u8],
        gpu: &Gpu,
    ) -> Result<Self, WeightsError> {
        let mut tensors = NamedTensors::read(bytes)?;
        let config = tensors.shape(config)?;
        ShaderDecoder::check(&config)?;
        ShaderDecoder::from_weights(&config, &mut tensors, gpu)
    }

    /// Whether a model of this shape can be read.
    ///
    /// # Errors
    /// When it is too wide for the operations.
    pub fn check(config: &ModelConfig) -> Result<(), WeightsError> {
        program::check(config)
    }

    /// Builds the decoder of a shape that has passed [`ShaderDecoder::check`] from named weights, in f32.
    ///
    /// # Errors
    /// Those of the source.
    pub fn from_weights<W: Weights>(
        config: &ModelConfig,
        weights: &mut W,
        gpu: &Gpu,
    ) -> Result<Self, W::Error> {
        let program = Program::new(gpu, config, weights)?;
        let pool = Pool::new(gpu, config);
        let state = State::new(gpu, config, pool.buffer());
        Ok(ShaderDecoder(Rc::new(Inner {
            gpu: gpu.clone(),
            config: config.clone(),
            program,
            pool: Rc::new(RefCell::new(pool)),
            state: RefCell::new(state),
        })))
    }

    /// The graphics processor that it is on.
    pub fn gpu(&self) -> &Gpu {
        &self.0.gpu
    }

    /// Bytes that it holds there beside its weights: what goes from operation to operation, the logits that wait to be read, and the keys and
    /// values of all caches.
    pub fn working_bytes(&self) -> u64 {
        self.0.state.borrow().bytes() + self.0.pool.borrow().bytes()
    }
}

impl CausalLm for ShaderDecoder {
    type Cache = ShaderCache;

    fn config(&self) -> &ModelConfig {
        &self.0.config
    }

    fn for_sampling(&self) -> Cow<'_, Self> {
        Cow::Borrowed(self)
    }

    fn by_rows(&self) -> bool {
        true
    }

    fn cache(&self, rows: usize, capacity: usize) -> ShaderCache {
        ShaderCache::new(
            &self.0.pool,
            rows,
            capacity.min(self.0.config.max_positions),
        )
    }

    fn foresee(&self, cache: &mut ShaderCache, coming: impl FnOnce() -> Coming) {
        cache.coming = Some(coming());
    }

    async fn next_logits(
        &self,
        tokens: &[u32],
        packing: &Packing,
        cache: &mut ShaderCache,
        logits: &mut Vec<f32>,
    ) -> Result<(), Unread> {
        logits.clear();
        let single = packing.uniform() == Some(1);
        let coming = cache.coming.take();
        if single && cache.follow(tokens, logits) {
            return Ok(());
        }
        let coming = coming.filter(|coming| single && coming.rows.len() == cache.rows.len());
        let vocab = self.0.config.vocab_size;
        let steps = coming.as_ref().map_or(1, |coming| coming.steps(vocab));
        let asked = Asked {
            tokens: tokens.len(),
            rows: cache.rows.len(),
            steps,
        };
        let (all, drawn) = self
            .ask(tokens, packing, cache, coming.as_ref(), asked)
            .await?;
        let mut all = all.chunks_exact(vocab);
        logits.extend(all.by_ref().take(asked.rows).flatten());
        for (row, &new) in cache.rows.iter_mut().zip(packing.lengths()) {
            row.length += new;
            row.ahead.clear();
        }
        // A step's tokens were drawn from the logits of the step before.
        for drawn in drawn.chunks_exact(asked.rows) {
            for ((row, &token), logits) in cache.rows.iter_mut().zip(drawn).zip(&mut all) {
                row.ahead.push_back((token, logits.to_vec()));
            }
        }
        Ok(())
    }
}

impl ShaderDecoder {
    /// The logits `[steps, rows, vocab]`, and the tokens `[steps − 1, rows]` that were drawn between the steps.
    async fn ask(
        &self,
        tokens: &[u32],
        packing: &Packing,
        cache: &ShaderCache,
        coming: Option<&Coming>,
        asked: Asked,
    ) -> Result<(Vec<f32>, Vec<u32>), Unread> {
        if asked.tokens > TOKENS {
            return Err(Unread(format!(
                "{} tokens are to be read at once, and it reads at most {TOKENS}",
                asked.tokens
            )));
        }
        let Inner {
            gpu,
            config,
            program,
            pool,
            state,
        } = &*self.0;
        let Asked {
            tokens: read,
            rows,
            steps,
        } = asked;
        let (encoder, dispatches, chosen) = {
            let pool = pool.borrow();
            let mut state = state.borrow_mut();
            let readings = steps * rows;
            let room = Room {
                tokens: read,
                rows,
                readings,
            };
            state.reserve(gpu, room, pool.buffer());
            let mut places: Vec<[u32; 4]> = Vec::with_capacity(read);
            for (row, &new) in cache.rows.iter().zip(packing.lengths()) {
                let place = |at: usize| [row.slot as u32, (row.length + at) as u32, 0, 0];
                places.extend((0..new).map(place));
            }
            let last: Vec<u32> = packing.last_tokens().iter().map(|&at| at as u32).collect();
            let (temperature, top_p) = coming.map_or((0.0, 1.0), |c| (c.temperature, c.top_p));
            let reading = [
                rows as u32,
                pool.room() as u32,
                temperature.to_bits(),
                top_p.to_bits(),
            ];
            gpu.write(state.get(state::READING), &reading);
            gpu.write(state.get(state::TOKENS), tokens);
            gpu.write(state.get(state::PLACES), places.as_flattened());
            gpu.write(state.get(state::LAST), &last);
            if let Some(coming) = coming {
                let chances: Vec<f32> = (0..steps).flat_map(|step| coming.chances(step)).collect();
                gpu.write(state.get(state::CHANCES), &chances);
            }
            let (encoder, dispatches) = program.run(&state, asked);
            let logits = state.get(state::LOGITS).clone();
            let drawn = state.get(state::DRAWN).clone();
            (encoder, dispatches, (logits, drawn))
        };
        let (logits, drawn) = &chosen;
        let numbers = (steps * rows * config.vocab_size) as u64;
        let between = ((steps - 1) * rows) as u64;
        gpu.read(encoder, dispatches, (logits, numbers), (drawn, between))
            .await
    }
}

#[cfg(test)]
mod tests;
