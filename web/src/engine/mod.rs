//! The engine: a checkpoint, what it computes, and the worker around it.
//!
//! [`session`], [`gguf`], [`manifest`] and [`training`] know no browser and are tested natively. The rest fetches files and listens to
//! the page.

pub mod gguf;
pub mod manifest;
pub mod session;
pub mod training;

#[cfg(target_arch = "wasm32")]
pub(crate) mod download;
#[cfg(target_arch = "wasm32")]
pub(crate) mod event_loop;
#[cfg(target_arch = "wasm32")]
pub(crate) mod listing;
#[cfg(target_arch = "wasm32")]
mod load;
#[cfg(target_arch = "wasm32")]
pub mod place;
#[cfg(target_arch = "wasm32")]
pub mod worker;
