//! Reading ahead on a device: it draws tokens by itself and goes on with them, so that the host waits once for several.
//!
//! The host still draws each token from its logits ([`sample`](super::kernels::sample)), and what the device computed with another one,
//! drawn by rounding, is dropped: the tokens are those that the host alone would draw.

use burn::tensor::activation::softmax;
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::cache::{Rectangles, elsewhere};
use super::causal::Coming;
use super::decoder::Decoder;
use super::device::{Unread, read};
use super::ops;
use super::packing::Packing;

/// Elements that are added up by one product.
const BLOCK: usize = 256;

impl Decoder {
    /// [`next_logits`](super::CausalLm::next_logits) off the CPU.
    pub(super) async fn read_ahead(
        &self,
        tokens: &[u32],
        packing: &Packing,
        cache: &mut Rectangles,
        logits: &mut Vec<f32>,
    ) -> Result<(), Unread> {
        elsewhere();
        let single = packing.uniform() == Some(1);
        let coming = cache.coming.take().filter(|_| single);
        if let Some(coming) = &coming
            && cache.follow(tokens, coming, logits)
        {
            return Ok(());
        }
        cache.forget();
        let (rows, vocab) = (packing.sequences(), self.config().vocab_size);
        let hidden = self.extend_rectangles(self.embed(tokens), packing, cache);
        let mut newest = self.logits(ops::rows(hidden, &packing.last_tokens()));
        let mut all = vec![newest.clone().reshape([rows * vocab])];
        if let Some(coming) = coming
            && can_draw(&coming)
            && coming.rows.len() == rows
        {
            for step in 1..coming.steps(vocab) {
                let drawn = draw(newest, &coming, step - 1);
                let x = self.embed_drawn(drawn.clone());
                newest = self.logits(self.extend_rectangles(x, packing, cache));
                // Whole numbers up to 2²⁴ are the same in f32: all of it is one reading.
                all.push(drawn.float());
                all.push(newest.clone().reshape([rows * vocab]));
            }
        }
        let numbers = read(Tensor::cat(all, 0)).await?;
        let (first, rest) = numbers.split_at(rows * vocab);
        *logits = first.to_vec();
        for step in rest.chunks_exact(rows + rows * vocab) {
            let (drawn, after) = step.split_at(rows);
            let drawn = drawn.iter().map(|&token| token as u32).collect();
            cache.ahead.push_back((drawn, after.to_vec()));
        }
        Ok(())
    }
}

/// True where a device can draw without sorting, which burn leaves to the host on most of them.
fn can_draw(coming: &Coming) -> bool {
    coming.temperature == 0.0 || coming.top_p >= 1.0
}

/// A token for each row of `logits [rows, vocab]`, as [`sample`](super::kernels::sample::sample) draws it but for rounding.
fn draw(logits: Tensor<2>, coming: &Coming, step: usize) -> Tensor<1, Int> {
    let [rows, vocab] = logits.dims();
    if coming.temperature == 0.0 {
        return logits.argmax(1).reshape([rows]);
    }
    let chances: Vec<f32> = coming.chances(step).collect();
    let chances = TensorData::new(chances, [rows, 1]);
    let chances = Tensor::<2>::from_data(chances, &logits.device());
    let reached = sums_so_far(softmax(logits / coming.temperature, 1));
    let passed = reached.lower_equal(chances.expand([rows, vocab])).int();
    let drawn: Tensor<1, Int> = passed.sum_dim(1).reshape([rows]);
    drawn.clamp(0, vocab as i64 - 1)
}

/// The sums of each element of a row and all before it, `[rows, width]`: within blocks and over blocks by products with triangles. burn's own
/// adds up all elements before each one on graphics cards, which takes the square of the width.
fn sums_so_far(x: Tensor<2>) -> Tensor<2> {
    let [rows, width] = x.dims();
    let blocks = width.div_ceil(BLOCK);
    let filled = Tensor::<2>::zeros([rows, blocks * BLOCK], &x.device());
    let filled = filled.slice_assign([0..rows, 0..width], x);
    let within = filled.reshape([rows * blocks, BLOCK]);
    let within = within.clone().matmul(triangle(BLOCK, 0, &within.device()));
    let totals = within.clone().slice([0..rows * blocks, BLOCK - 1..BLOCK]);
    let totals = totals.reshape([rows, blocks]);
    let before = totals.clone().matmul(triangle(blocks, 1, &totals.device()));
    let sums = within + before.reshape([rows * blocks, 1]);
    let sums = sums.reshape([rows, blocks * BLOCK]);
    sums.slice([0..rows, 0..width])
}

/// `[n, n]` with a one where the row is at least `apart` before the column.
fn triangle(n: usize, apart: i64, device: &Device) -> Tensor<2> {
    let numbers = || Tensor::<1, Int>::arange(0..n as i64, device);
    let rows = numbers().reshape([n, 1]).expand([n, n]);
    let columns = numbers().reshape([1, n]).expand([n, n]);
    (rows + apart).lower_equal(columns).float()
}

#[cfg(test)]
mod tests;
