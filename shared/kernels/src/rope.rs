//! Rotary embedding (Su et al. 2021) of query and key heads, after Qwen3's optional norm of each head.
//!
//! In the rotate-half form of Hugging Face: the pairs are `(i, i + hd / 2)`, and the pair `i` at position `p` is turned by
//! the angle `p · f_i`. What the frequencies `f_i` are is the model's matter: `theta^(−2i / hd)`, or some scaling of these.

use std::sync::{Arc, OnceLock};

use super::rms_norm;
use super::simd::{fma, kernel};

/// Positions that are computed together.
const BLOCK: usize = 256;

/// Cosines and sines of every position, `[hd / 2]` each. Cheap to clone.
///
/// They are computed when a position is first asked for, [`BLOCK`] positions at a time, and shared by all clones: a model that allows for a
/// hundred thousand positions costs only those that are used.
#[derive(Debug, Clone)]
pub struct RopeTable {
    blocks: Arc<[OnceLock<Block>]>,
    frequencies: Arc<[f32]>,
    positions: usize,
}

/// Cosines and sines of some positions in turn, `[positions, hd / 2]` each.
#[derive(Debug)]
struct Block {
    cos: Box<[f32]>,
    sin: Box<[f32]>,
}

impl RopeTable {
    /// The table of `positions` positions. `frequencies [hd / 2]` are the angles in radians by which one position turns the pairs of a head.
    ///
    /// Angles are rounded to single precision as `transformers` rounds them, so that far positions agree.
    pub fn new(positions: usize, frequencies: &[f32]) -> Self {
        RopeTable {
            blocks: std::iter::repeat_with(OnceLock::new)
                .take(positions.div_ceil(BLOCK))
                .collect(),
            frequencies: frequencies.into(),
            positions,
        }
    }

    /// Size of the heads that the table is for.
    pub fn head_dim(&self) -> usize {
        2 * self.frequencies.len()
    }

    /// Number of positions in the table.
    pub const fn positions(&self) -> usize {
        self.positions
    }

    /// Cosines and sines of the given positions, `[positions.len(), hd / 2]` each.
    ///
    /// # Panics
    /// When a position is outside the table.
    pub fn rows(&self, positions: &[u32]) -> (Vec<f32>, Vec<f32>) {
        let (mut cos, mut sin) = (Vec::new(), Vec::new());
        for &position in positions {
            let row = self.row(position);
            cos.extend_from_slice(row.0);
            sin.extend_from_slice(row.1);
        }
        (cos, sin)
    }

    /// Cosines and sines of one position.
    #[inline(always)]
    fn row(&self, position: u32) -> (&[f32], &[f32]) {
        let (position, half) = (position as usize, self.frequencies.len());
        assert!(position < self.positions, "a position of the rotary table");
        let block = self.blocks[position / BLOCK].get_or_init(|| self.block(position / BLOCK));
        let at = position % BLOCK * half;
        (&block.cos[at..][..half], &block.sin[at..][..half])
    }

    #[cold]
    fn block(&self, number: usize) -> Block {
        let first = number * BLOCK;
        let positions = first..self.positions.min(first + BLOCK);
        let angles = positions.flat_map(|p| {
            let turned = move |f: &f32| f64::from(p as f32 * f);
            self.frequencies.iter().map(turned)
        });
        Block {
            cos: angles.clone().map(|a| a.cos() as f32).collect(),
            sin: angles.map(|a| a.sin() as f32).collect(),
        }
    }
}

/// The norm of each head before it is turned: gains `[hd]`, and what is added to the mean square.
#[derive(Debug, Clone, Copy)]
pub struct HeadNorm<'a> {
    /// Gains, one for each element of a head, the same for all heads.
    pub weight: &'a [f32],
    /// Added to the mean square.
    pub eps: f32,
}

/// Norms (where `norm` is given) and turns every head of `x [N, heads · hd]` into `y`, given `positions [N]`.
///
/// # Panics
/// When a position is outside the table.
pub fn forward(
    x: &[f32],
    norm: Option<HeadNorm<'_>>,
    positions: &[u32],
    table: &RopeTable,
    y: &mut [f32],
) {
    if check(x, norm, positions, table) {
        assert_eq!(x.len(), y.len(), "input and output of a rotation");
        forward_tokens(x, norm, positions, table, y);
    }
}

/// The backward pass: writes `dx [N, heads · hd]` and, where `norm` is given, adds to `dw [hd]` (else left alone).
///
/// A rotation's transpose turns back; the norm's backward pass is [`rms_norm::backward`]'s.
pub fn backward(
    x: &[f32],
    norm: Option<HeadNorm<'_>>,
    positions: &[u32],
    table: &RopeTable,
    dy: &[f32],
    dx: &mut [f32],
    dw: &mut [f32],
) {
    if check(x, norm, positions, table) {
        assert!(
            x.len() == dy.len() && x.len() == dx.len(),
            "gradients of a rotation"
        );
        assert!(
            norm.is_none() || dw.len() == table.head_dim(),
            "gains of a head and their gradients"
        );
        backward_tokens(x, norm, positions, table, dy, dx, dw);
    }
}

/// Checks the shapes; false where there is nothing to do.
fn check(x: &[f32], norm: Option<HeadNorm<'_>>, positions: &[u32], table: &RopeTable) -> bool {
    let width = x.len().checked_div(positions.len()).unwrap_or(0);
    assert_eq!(x.len(), width * positions.len(), "tokens of a rotation");
    let hd = table.head_dim();
    assert!(hd > 0 && width.is_multiple_of(hd), "heads of a rotation");
    assert!(norm.is_none_or(|n| n.weight.len() == hd), "gains of a head");
    width > 0
}

kernel! {
    fn forward_tokens<'a, FMA>(
        x: &'a [f32],
        norm: Option<HeadNorm<'a>>,
        positions: &'a [u32],
        table: &'a RopeTable,
        y: &'a mut [f32],
    ) {
        let (hd, width) = (table.head_dim(), x.len() / positions.len());
        let mut normed = vec![0.0; hd];
        let tokens = x.chunks_exact(width).zip(y.chunks_exact_mut(width)).zip(positions);
        for ((x, y), &position) in tokens {
            let (cos, sin) = table.row(position);
            for (x, y) in x.chunks_exact(hd).zip(y.chunks_exact_mut(hd)) {
                match norm {
                    None => turn::<FMA, 1>(x, cos, sin, y),
                    Some(norm) => {
                        let r = rms_norm::inverse_rms::<FMA>(x, norm.eps);
                        for ((z, &x), &w) in normed.iter_mut().zip(x).zip(norm.weight) {
                            *z = x * r * w;
                        }
                        turn::<FMA, 1>(&normed, cos, sin, y);
                    }
                }
            }
        }
    }
}

kernel! {
    fn backward_tokens<'a, FMA>(
        x: &'a [f32],
        norm: Option<HeadNorm<'a>>,
        positions: &'a [u32],
        table: &'a RopeTable,
        dy: &'a [f32],
        dx: &'a mut [f32],
        dw: &'a mut [f32],
    ) {
        let (hd, width) = (table.head_dim(), x.len() / positions.len());
        let mut turned = vec![0.0; hd];
        let tokens = x.chunks_exact(width).zip(dy.chunks_exact(width)).zip(dx.chunks_exact_mut(width));
        for (((x, dy), dx), &position) in tokens.zip(positions) {
            let (cos, sin) = table.row(position);
            let heads = x.chunks_exact(hd).zip(dy.chunks_exact(hd)).zip(dx.chunks_exact_mut(hd));
            for ((x, dy), dx) in heads {
                match norm {
                    None => turn::<FMA, -1>(dy, cos, sin, dx),
                    Some(norm) => {
                        turn::<FMA, -1>(dy, cos, sin, &mut turned);
                        rms_norm::backward_row::<FMA>(x, norm.weight, norm.eps, &turned, dx, dw);
                    }
                }
            }
        }
    }
}

/// One head turned by the angles times `SIGN`.
#[inline(always)]
fn turn<const FMA: bool, const SIGN: i8>(x: &[f32], cos: &[f32], sin: &[f32], y: &mut [f32]) {
    let half = cos.len();
    let (x0, x1) = x.split_at(half);
    let (y0, y1) = y.split_at_mut(half);
    let pairs = y0.iter_mut().zip(y1).zip(x0.iter().zip(x1));
    for (((y0, y1), (&x0, &x1)), (&cos, &sin)) in pairs.zip(cos.iter().zip(sin)) {
        let sin = f32::from(SIGN) * sin;
        *y0 = fma::<FMA>(x0, cos, -x1 * sin);
        *y1 = fma::<FMA>(x1, cos, x0 * sin);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, double, gradient, inner, noise};
    use super::*;

    /// The frequencies of the base `theta`.
    fn frequencies(hd: usize, theta: f64) -> Vec<f32> {
        let exponent = |i: usize| -2.0 * i as f64 / hd as f64;
        (0..hd / 2)
            .map(|i| theta.powf(exponent(i)) as f32)
            .collect()
    }

    fn reference(
        x: &[f64],
        w: Option<&[f64]>,
        eps: f64,
        positions: &[u32],
        hd: usize,
        theta: f64,
    ) -> Vec<f64> {
        let (half, width) = (hd / 2, x.len() / positions.len().max(1));
        let mut y = Vec::new();
        for (h, head) in x.chunks(hd).enumerate() {
            let mean = head.iter().map(|x| x * x).sum::<f64>() / hd as f64;
            let r = 1.0 / (mean + eps).sqrt();
            let z: Vec<f64> = match w {
                None => head.to_vec(),
                Some(w) => head.iter().zip(w).map(|(x, w)| x * w * r).collect(),
            };
            let p = f64::from(positions[h * hd / width]);
            for c in 0..hd {
                let i = c % half;
                let angle = p * theta.powf(-2.0 * i as f64 / hd as f64);
                let other = if c < half { -z[c + half] } else { z[c - half] };
                y.push(z[c] * angle.cos() + other * angle.sin());
            }
        }
        y
    }

    #[test]
    fn forward_and_backward_agree_with_double_precision() {
        for (n, heads, hd) in [(3, 2, 4), (2, 3, 6), (4, 1, 32), (1, 2, 2), (0, 2, 8)] {
            let positions: Vec<u32> = (0..n as u32).map(|i| (i * 5) % 11).collect();
            let table = RopeTable::new(12, &frequencies(hd, 100.0));
            let (x, w) = (noise(n * heads * hd, 1), noise(hd, 2));
            let g = noise(x.len(), 3);
            let eps = f64::from(1e-3f32);
            for gains in [None, Some(&w[..])] {
                let norm = gains.map(|weight| HeadNorm { weight, eps: 1e-3 });
                let gains = gains.map(double);
                let f = |x: &[f64], w: Option<&[f64]>| reference(x, w, eps, &positions, hd, 100.0);
                let mut y = vec![f32::NAN; x.len()];
                forward(&x, norm, &positions, &table, &mut y);
                assert_close(&y, &f(&double(&x), gains.as_deref()), 3e-6);
                let (mut dx, mut dw) = (vec![f32::NAN; x.len()], vec![0.25; hd]);
                backward(&x, norm, &positions, &table, &g, &mut dx, &mut dw);
                assert_close(
                    &dx,
                    &gradient(&x, |x| inner(&f(x, gains.as_deref()), &g)),
                    3e-5,
                );
                let want: Vec<f64> = match gains {
                    None => vec![0.25; hd],
                    Some(_) => gradient(&w, |w| inner(&f(&double(&x), Some(w)), &g))
                        .iter()
                        .map(|dw| dw + 0.25)
                        .collect(),
                };
                assert_close(&dw, &want, 3e-5);
            }
        }
    }

    #[test]
    fn position_zero_is_not_turned_and_rows_are_gathered() {
        let table = RopeTable::new(3, &frequencies(4, 10_000.0));
        assert_eq!((table.head_dim(), table.positions()), (4, 3));
        let mut y = [0.0; 4];
        forward(&[1.0, 2.0, 3.0, 4.0], None, &[0], &table, &mut y);
        assert_eq!(y, [1.0, 2.0, 3.0, 4.0]);
        let (cos, sin) = table.rows(&[2, 0]);
        assert_close(&cos, &[2f64.cos(), 0.02f64.cos(), 1.0, 1.0], 1e-7);
        assert_close(&sin, &[2f64.sin(), 0.02f64.sin(), 0.0, 0.0], 1e-7);
    }

    #[test]
    fn far_positions_cost_only_their_block() {
        let table = RopeTable::new(1 << 20, &frequencies(4, 10_000.0));
        let clone = table.clone();
        for position in [0, 255, 256, 70_000, (1 << 20) - 1] {
            let (cos, sin) = clone.rows(&[position]);
            let angles = [1.0, 0.01f32].map(|f| f64::from(position as f32 * f));
            assert_eq!(cos, angles.map(|a| a.cos() as f32));
            assert_eq!(sin, angles.map(|a| a.sin() as f32));
        }
        let made = table.blocks.iter().filter(|block| block.get().is_some());
        assert_eq!(made.count(), 4);
    }

    #[test]
    #[should_panic(expected = "a position of the rotary table")]
    fn a_position_outside_is_refused() {
        RopeTable::new(257, &[1.0]).rows(&[257]);
    }
}
