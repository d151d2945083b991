//! The model: one decoder for the Qwen3 and Llama families, its cache and its checkpoint.

mod ahead;
mod cache;
mod causal;
pub mod checkpoint;
mod composed;
pub mod config;
mod decoder;
pub mod device;
mod fused;
#[cfg(feature = "gguf")]
pub mod gguf;
mod in_blocks;
mod layout;
#[cfg(feature = "lora")]
pub mod lora;
mod matrix;
pub mod memory;
pub(crate) mod ops;
mod packing;
mod parts;
mod precision;
mod reader;
pub(crate) mod recompute;
mod row_cache;
#[cfg(feature = "webgpu")]
mod shader;
mod slices;
mod weights;

/// The operations on slices.
pub use explang_kernels as kernels;

pub use cache::Cache;
pub use causal::{AHEAD, CacheRows, CausalLm, Coming, ComingRow};
pub use checkpoint::WeightsError;
pub use config::{Architecture, ConfigError, ModelConfig};
pub use decoder::Decoder;
pub use explang_run::config::ModelPreset;
pub use in_blocks::WeightForm;
#[cfg(feature = "lora")]
pub use lora::Adapter;
pub use memory::Memory;
pub use packing::Packing;
pub use precision::Precision;
pub use row_cache::RowCache;
#[cfg(feature = "webgpu")]
pub use shader::{Gpu, ShaderCache, ShaderDecoder, Unopened, Work};
pub use slices::SliceDecoder;
pub use weights::Weights;
