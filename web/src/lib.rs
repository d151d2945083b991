//! The page, its worker, and what they say to each other.
//!
//! Three programs come from this crate: the page, which draws; the engine, which answers in a Web Worker; and the learner, which trains in
//! another one. They meet in [`protocol`] only. What draws is behind the feature `views`, so that the engine for WebGPU, whose dependencies have other features, is built
//! without.
//!
//! | module | what it holds | uses |
//! | --- | --- | --- |
//! | [`views`] | what is seen: the frame and the eight views | all below but [`engine`] and [`learner`] |
//! | [`batch`] | several responses written as one batch | [`page`], [`draw`] |
//! | [`page`] | the page's state: address, engine's client, answers, learner's client | [`judge`], [`history`], [`draw`] |
//! | [`judge`] | what a response is worth, and which problem a text is | [`protocol`] |
//! | [`history`] | the metrics of a run | [`protocol`], [`draw`] |
//! | [`draw`] | scales, numbers, colours and names of languages | |
//! | [`engine`] | the worker: loads checkpoints, answers | [`protocol`], [`kept`] |
//! | [`learner`] | the worker that trains: steps, and what is measured between them | [`protocol`], [`judge`], [`kept`], [`engine`]'s downloads |
//! | [`kept`] | the visitor's own training in the browser's storage, and as a file | [`protocol`] |

#[cfg(feature = "views")]
pub mod batch;
pub mod draw;
pub mod engine;
pub mod history;
pub mod judge;
pub mod kept;
pub mod learner;
pub mod opening;
pub mod page;
#[cfg(any(feature = "views", target_arch = "wasm32"))]
mod pause;
pub mod protocol;
#[cfg(feature = "views")]
pub mod views;
