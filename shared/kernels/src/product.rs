//! The product of some rows with a matrix, in which what a row gives does not depend on the other rows.
//!
//! A general matrix product chooses its tiles, and with them the order of its sums, by the size of the batch. Here every element
//! of the result is one sum in the order of the inner dimension (or one such sum a lane), whatever rows stand beside it: a
//! sequence goes on with the same bits alone and in any batch. Tiles only choose how many sums are worked on at once.
//!
//! The vectors are written out, unlike those of the other kernels: compilers do not find them in tiles of every height.

mod panels;
mod rows;
mod totals;
mod transposed;

pub use panels::{Panels, grown};
pub use rows::by_rows;
#[cfg(feature = "blocks")]
pub(crate) use rows::{MatrixRows, product};
pub use transposed::{TransposedSum, transposed};

/// WebAssembly has half as many registers.
const WEB: bool = cfg!(target_arch = "wasm32");

#[cfg(test)]
mod tests;
