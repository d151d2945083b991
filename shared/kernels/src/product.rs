//! The product of some rows with a matrix, in which what a row gives does not depend on the other rows.
//!
//! A general matrix product chooses its tiles, and with them the order of its sums, by the size of the batch. Here every element
//! of the result is one sum in the order of the inner dimension (or one such sum a lane), whatever rows stand beside it: a
//! sequence goes on with the same bits alone and in any batch. Tiles only choose how many sums are worked on at once.
//!
//! The vectors are written out, unlike those of the other kernels: compilers do not find them in tiles of every height.

mod panels;
mod rows;
mod transposed;

use pulp::WithSimd;

pub use panels::Panels;
pub use rows::by_rows;
pub use transposed::transposed;

/// WebAssembly has half as many registers.
const WEB: bool = cfg!(target_arch = "wasm32");

/// Computes on the widest vectors that the machine has.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn dispatch(product: impl WithSimd<Output = ()>) {
    pulp::Arch::new().dispatch(product);
}

/// Computes on WebAssembly's vectors; what does without them would only make the module larger.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
fn dispatch(product: impl WithSimd<Output = ()>) {
    let simd = pulp::wasm::Simd128::try_new();
    let simd = simd.expect("whoever runs this module has the vectors that it was built for");
    pulp::Simd::vectorize(simd, product);
}

#[cfg(test)]
mod tests;
