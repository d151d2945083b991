//! The product with a matrix as checkpoints have it: `w [out, in]`.

use pulp::{Simd, WithSimd};

use super::{Operands, WEB};

/// Gives its result column by column, so that threads can share it.
pub(super) struct Rows<'a>(pub(super) Operands<'a>);

impl WithSimd for Rows<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        if WEB {
            self.sides::<S, 2, 2>(simd);
        } else {
            self.sides::<S, 3, 4>(simd);
        }
    }
}

impl Rows<'_> {
    /// At most `R` rows of the batch and `O` rows of the matrix at a time.
    #[inline(always)]
    fn sides<S: Simd, const R: usize, const O: usize>(&mut self, simd: S) {
        let rows = self.0.x.len() / self.0.inner;
        for first in (0..self.0.out).step_by(O) {
            let whole = first + O <= self.0.out;
            let mut row = 0;
            while row < rows {
                if whole && row + R <= rows {
                    self.dots::<S, R, O>(simd, row, first);
                    row += R;
                    continue;
                }
                if whole {
                    self.dots::<S, 1, O>(simd, row, first);
                } else {
                    (first..self.0.out).for_each(|o| self.dots::<S, 1, 1>(simd, row, o));
                }
                row += 1;
            }
        }
    }

    #[inline(always)]
    fn dots<S: Simd, const R: usize, const O: usize>(&mut self, simd: S, row: usize, first: usize) {
        let inner = self.0.inner;
        let rows = self.0.x.len() / inner;
        let x: [_; R] =
            std::array::from_fn(|r| S::as_simd_f32s(&self.0.x[(row + r) * inner..][..inner]));
        let w: [_; O] =
            std::array::from_fn(|o| S::as_simd_f32s(&self.0.w[(first + o) * inner..][..inner]));
        let whole = inner / S::F32_LANES;
        let (x_whole, w_whole) = (x.map(|x| &x.0[..whole]), w.map(|w| &w.0[..whole]));
        let mut sums = [[simd.splat_f32s(0.0); O]; R];
        for k in 0..whole {
            for r in 0..R {
                for o in 0..O {
                    sums[r][o] = simd.mul_add_e_f32s(x_whole[r][k], w_whole[o][k], sums[r][o]);
                }
            }
        }
        for r in 0..R {
            for o in 0..O {
                let [x, w] = [x[r].1, w[o].1].map(|rest| simd.partial_load_f32s(rest));
                let sum = simd.mul_add_e_f32s(x, w, sums[r][o]);
                self.0.y[(first + o) * rows + row + r] = simd.reduce_sum_f32s(sum);
            }
        }
    }
}
