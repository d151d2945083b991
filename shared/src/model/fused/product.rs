//! Products with matrices of weights.

use burn::backend::Flex;
use burn::tensor::Tensor;

use super::node::{Kernel, Operand, apply, flex, inputs, plain, values};
use crate::model::kernels::blocks::{self, Blocks};
use crate::model::kernels::product::{Panels, by_rows, transposed};

/// Most rows without a graph for which a large matrix is read as it lies: of more, burn's own product is the faster one.
const FEW_ROWS: usize = 8;

/// Most numbers of a matrix that is laid out anew for each product: it stays in a cache of the processor.
const SMALL: usize = 1 << 18;

/// Least inputs and outputs of such a matrix: of narrower ones most of a panel would be filling.
const NARROW: usize = 32;

/// `x · wᵀ` of a matrix that is small enough to be laid out anew each time.
#[derive(Debug, Clone)]
struct Product {
    inner: usize,
    out: usize,
}

impl Kernel<2> for Product {
    fn forward(&self, [x, w]: [&[f32]; 2], _: bool) -> (Vec<f32>, Vec<f32>) {
        (Panels::of_rows(w, self.inner).product(x), Vec::new())
    }

    fn backward(
        &self,
        [x, w]: [Operand; 2],
        _: Vec<f32>,
        dy: Operand,
        wanted: [bool; 2],
    ) -> [Operand; 2] {
        let dy = dy.numbers();
        let [mut dx, mut dw] = [Vec::new(), Vec::new()];
        if wanted[1] {
            dw = transposed(dy, x.numbers(), [self.out, self.inner]);
        }
        if wanted[0] {
            dx = Panels::of_columns(w.numbers(), self.out).product(dy);
        }
        [dx, dw].map(Operand::from)
    }

    fn shape(&self, first: &[usize]) -> Vec<usize> {
        vec![first[0], self.out]
    }
}

/// `x [rows, in] · wᵀ` of `w [out, in]`.
pub(in crate::model) fn product(x: Tensor<2>, w: Tensor<2>) -> Tensor<2> {
    let ([rows, inner], [out, _]) = (x.dims(), w.dims());
    if in_panels(&x, &w) {
        return apply(Product { inner, out }, inputs!(x, w));
    }
    if rows <= FEW_ROWS && !x.device().is_autodiff() {
        return product_of_few(x, w);
    }
    x.matmul(w.transpose())
}

/// True where the product of `x` with `w [out, in]`, and what is made of it, is ours to compute in panels.
pub(super) fn in_panels(x: &Tensor<2>, w: &Tensor<2>) -> bool {
    let ([rows, _], [out, inner]) = (x.dims(), w.dims());
    // A weight without a graph beside tensors that have one is burn's to join.
    let alike = x.device().is_autodiff() == w.device().is_autodiff();
    alike && rows > FEW_ROWS && inner.min(out) >= NARROW && inner * out <= SMALL
}

fn product_of_few(x: Tensor<2>, w: Tensor<2>) -> Tensor<2> {
    let ([rows, inner], [out, _]) = (x.dims(), w.dims());
    let (x, w) = (plain(x), plain(w));
    let mut y = vec![0.0; rows * out];
    by_rows(values(&x), values(&w), inner, &mut y);
    Tensor::from_primitive::<Flex>(flex(y, vec![rows, out]))
}

/// See [`crate::model::ops::product_with_blocks`].
pub(in crate::model) fn product_with_blocks(x: Tensor<2>, w: &Blocks) -> Tensor<2> {
    let [rows, _] = x.dims();
    let x = plain(x.inner());
    let mut y = vec![0.0; rows * w.rows()];
    blocks::product(values(&x), w, &mut y);
    Tensor::from_primitive::<Flex>(flex(y, vec![rows, w.rows()]))
}
