//! The product of some rows with a matrix, in which what a row gives does not depend on the other rows.
//!
//! A general matrix product chooses its tiles, and with them the order of its sums, by the size of the batch. Here every element
//! of the result is one sum in the order of the inner dimension (or one such sum a lane), whatever rows stand beside it: a
//! sequence goes on with the same bits alone and in any batch. Tiles only choose how many sums are worked on at once.
//!
//! The vectors are written out, unlike those of the other kernels: compilers do not find them in tiles of every height.

mod panels;
mod rows;

use pulp::WithSimd;
use rows::Rows;

pub use panels::Panels;

use crate::threads::spread_columns;

/// WebAssembly has half as many registers.
const WEB: bool = cfg!(target_arch = "wasm32");

/// `y [N, out] = x [N, in] · w [in, out]`. `inner` is `in`.
pub fn by_columns(x: &[f32], w: &[f32], inner: usize, y: &mut [f32]) {
    if let Some(Operands { x, w, inner, y }) = Operands::of(x, w, inner, y) {
        Panels::of_columns(w, inner).times(x, y);
    }
}

/// `y [N, out] = x [N, in] · wᵀ`, of `w [out, in]` as checkpoints have it, on the threads of the pool that it is called in. `inner` is `in`.
pub fn by_rows(x: &[f32], w: &[f32], inner: usize, y: &mut [f32]) {
    if let Some(Operands { x, w, inner, y }) = Operands::of(x, w, inner, y) {
        let rows = x.len() / inner;
        let copy;
        let x = if rows > 1 {
            copy = Aligned::of(x);
            copy.numbers()
        } else {
            x
        };
        spread_columns(y, rows, inner, &|first, y| {
            let w = &w[first * inner..][..y[0].len() * inner];
            dispatch(Rows { x, w, inner, y });
        });
    }
}

/// Numbers of which each vector lies in one line of a cache: reading across two takes twice as long, and every row of a matrix reads them.
struct Aligned {
    all: Vec<f32>,
    start: usize,
}

impl Aligned {
    /// Bytes of a line, and of the widest vectors.
    const LINE: usize = 64;

    fn of(numbers: &[f32]) -> Self {
        let mut all = vec![0.0; numbers.len() + Self::LINE / size_of::<f32>()];
        // Nowhere that a test found is it out of reach; it would be slower only.
        let start = all
            .as_ptr()
            .align_offset(Self::LINE)
            .min(all.len() - numbers.len());
        all[start..][..numbers.len()].copy_from_slice(numbers);
        Aligned { all, start }
    }

    fn numbers(&self) -> &[f32] {
        &self.all[self.start..]
    }
}

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

/// The operands of a product, and its result.
struct Operands<'a> {
    /// `[N, in]`.
    x: &'a [f32],
    w: &'a [f32],
    inner: usize,
    /// `[N, out]`.
    y: &'a mut [f32],
}

impl<'a> Operands<'a> {
    /// Checks the shapes; none where there is nothing to do.
    fn of(x: &'a [f32], w: &'a [f32], inner: usize, y: &'a mut [f32]) -> Option<Self> {
        assert!(
            inner > 0 && x.len().is_multiple_of(inner) && w.len().is_multiple_of(inner),
            "operands of a product"
        );
        let out = w.len() / inner;
        assert_eq!(y.len(), x.len() / inner * out, "result of a product");
        let nothing = y.is_empty();
        (!nothing).then_some(Operands { x, w, inner, y })
    }
}

#[cfg(test)]
mod tests;
