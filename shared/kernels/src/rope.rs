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
/// They are computed when a position is first asked for, a block of positions at a time, and shared by all clones: a model that allows for a
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

/// The backward pass: writes `dx` over the gradient `dy [N, heads · hd]` and, where `norm` is given, adds to `dw [hd]` (else left alone).
///
/// A rotation's transpose turns back; the norm's backward pass is [`rms_norm::backward`]'s.
pub fn backward(
    x: &[f32],
    norm: Option<HeadNorm<'_>>,
    positions: &[u32],
    table: &RopeTable,
    dy: &mut [f32],
    dw: &mut [f32],
) {
    if check(x, norm, positions, table) {
        assert_eq!(x.len(), dy.len(), "gradients of a rotation");
        assert!(
            norm.is_none() || dw.len() == table.head_dim(),
            "gains of a head and their gradients"
        );
        backward_tokens(x, norm, positions, table, dy, dw);
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
                    None => turn::<FMA>(x, cos, sin, y),
                    Some(norm) => {
                        let r = rms_norm::inverse_rms::<FMA>(x, norm.eps);
                        for ((z, &x), &w) in normed.iter_mut().zip(x).zip(norm.weight) {
                            *z = x * r * w;
                        }
                        turn::<FMA>(&normed, cos, sin, y);
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
        dy: &'a mut [f32],
        dw: &'a mut [f32],
    ) {
        let (hd, width) = (table.head_dim(), x.len() / positions.len());
        let tokens = x.chunks_exact(width).zip(dy.chunks_exact_mut(width));
        for ((x, dy), &position) in tokens.zip(positions) {
            let (cos, sin) = table.row(position);
            for (x, dy) in x.chunks_exact(hd).zip(dy.chunks_exact_mut(hd)) {
                turn_back::<FMA>(dy, cos, sin);
                if let Some(norm) = norm {
                    rms_norm::backward_row::<FMA>(x, norm.weight, norm.eps, dy, dw);
                }
            }
        }
    }
}

/// One head turned by the angles.
#[inline(always)]
fn turn<const FMA: bool>(x: &[f32], cos: &[f32], sin: &[f32], y: &mut [f32]) {
    let half = cos.len();
    let (x0, x1) = x.split_at(half);
    let (y0, y1) = y.split_at_mut(half);
    let pairs = y0.iter_mut().zip(y1).zip(x0.iter().zip(x1));
    for (((y0, y1), (&x0, &x1)), (&cos, &sin)) in pairs.zip(cos.iter().zip(sin)) {
        *y0 = fma::<FMA>(x0, cos, -x1 * sin);
        *y1 = fma::<FMA>(x1, cos, x0 * sin);
    }
}

/// Turns one head back in place.
#[inline(always)]
fn turn_back<const FMA: bool>(x: &mut [f32], cos: &[f32], sin: &[f32]) {
    let (x0, x1) = x.split_at_mut(cos.len());
    for ((x0, x1), (&cos, &sin)) in x0.iter_mut().zip(x1).zip(cos.iter().zip(sin)) {
        let (a, b) = (*x0, *x1);
        *x0 = fma::<FMA>(a, cos, b * sin);
        *x1 = fma::<FMA>(b, cos, -a * sin);
    }
}

#[cfg(test)]
mod tests;
