//! Matrices as checkpoints store them, in blocks of 32 numbers, and products with them as they are.
//!
//! A number of a block is `scale · quant`, in `Q8_0` with a quant of eight bits, in `Q4_0` of four bits from -8 to 7; or `scale · quant + least`,
//! in `Q4_1`, with a quant of four bits from 0 to 15. `scale` and `least` are half-precision numbers. In `F16` and `BF16` it is a number of 16 bits.
//! Left out: other formats, and gradients.
//!
//! The other operand of a product stays in f32. llama.cpp quantises it too, to eight bits a number; where a matrix comes out of main memory
//! that gains nothing, and it changes the result. Here a product is that with the numbers that the blocks stand for, bit for bit: a few rows of
//! them at a time are decoded into a cache, and multiplied as if they lay in f32 ([`by_rows`](crate::product::by_rows)).

#[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
mod portable;
mod unit;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::ops::Range;

use crate::product::MatrixRows;

/// Numbers in a block.
pub const BLOCK: usize = 32;

/// How the numbers of a block are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockFormat {
    /// A scale and 32 bytes.
    Q8_0,
    /// A scale and 32 times four bits.
    Q4_0,
    /// A scale, a least value, and 32 times four bits.
    Q4_1,
    /// 32 half-precision numbers.
    F16,
    /// The higher 16 bits of 32 numbers in f32.
    BF16,
}

impl BlockFormat {
    /// Numbers of half precision before a block's quants.
    const fn head(self) -> usize {
        match self {
            BlockFormat::F16 | BlockFormat::BF16 => 0,
            BlockFormat::Q8_0 | BlockFormat::Q4_0 => 1,
            BlockFormat::Q4_1 => 2,
        }
    }

    /// True of numbers of 16 bits, which have no scale.
    pub const fn is_of_halves(self) -> bool {
        self.head() == 0
    }

    /// Bytes of a block's quants.
    const fn quants(self) -> usize {
        match self {
            BlockFormat::Q8_0 => BLOCK,
            BlockFormat::Q4_0 | BlockFormat::Q4_1 => BLOCK / 2,
            BlockFormat::F16 | BlockFormat::BF16 => 2 * BLOCK,
        }
    }

    /// Bytes of a block.
    pub const fn bytes(self) -> usize {
        2 * self.head() + self.quants()
    }

    /// Writes the numbers of blocks as GGUF files store them (see [`Blocks::from_stored`]) into `out`, whose length is theirs.
    pub fn decode(self, stored: &[u8], out: &mut [f32]) {
        let (out, _) = out.as_chunks_mut::<BLOCK>();
        for (block, out) in stored.chunks_exact(self.bytes()).zip(out) {
            let (head, quants) = block.split_at(2 * self.head());
            let mut halves = [0; 2];
            for (half, &bytes) in halves.iter_mut().zip(head.as_chunks().0) {
                *half = u16::from_le_bytes(bytes);
            }
            let [scale, least] = halves.each_ref().map(std::slice::from_ref);
            let row = StoredRows {
                scales: scale,
                least,
                quants,
            };
            unit::decode(self, row, std::slice::from_mut(out));
        }
    }
}

/// A matrix `[out, in]` in blocks along its rows.
#[derive(Clone, PartialEq, Eq)]
pub struct Blocks {
    format: BlockFormat,
    /// Blocks in a row.
    in_row: usize,
    /// The bits of each block's scale.
    scales: Vec<u16>,
    /// Those of its least value, where the format has one.
    least: Vec<u16>,
    /// The quants of all blocks. Of four bits, the low ones of a byte are number `i`, the high ones number `i + 16`.
    quants: Vec<u8>,
}

impl std::fmt::Debug for Blocks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} [{}, {}]", self.format, self.rows(), self.inner())
    }
}

impl Blocks {
    /// A matrix as GGUF files store it: block after block, each of them its scale, its least value, and its quants. `inner` is the length of a
    /// row. None where blocks do not fill the rows, or bytes the blocks.
    pub fn from_stored(format: BlockFormat, inner: usize, stored: &[u8]) -> Option<Self> {
        let in_row = inner / BLOCK;
        let num_blocks = stored.len() / format.bytes();
        let whole = in_row > 0
            && inner.is_multiple_of(BLOCK)
            && stored.len().is_multiple_of(format.bytes())
            && num_blocks.is_multiple_of(in_row);
        if !whole {
            return None;
        }
        let mut blocks = Blocks {
            format,
            in_row,
            scales: Vec::with_capacity(num_blocks * format.head().min(1)),
            least: Vec::new(),
            quants: Vec::with_capacity(num_blocks * format.quants()),
        };
        for block in stored.chunks_exact(format.bytes()) {
            let (head, quants) = block.split_at(2 * format.head());
            let (halves, _) = head.as_chunks::<2>();
            let mut halves = halves.iter().map(|&half| u16::from_le_bytes(half));
            blocks.scales.extend(halves.next());
            blocks.least.extend(halves.next());
            blocks.quants.extend_from_slice(quants);
        }
        Some(blocks)
    }

    /// Quantises a matrix to `Q8_0`, as `ggml` does: the scale is a 127th of the greatest magnitude of a block. None where blocks do not fill the
    /// rows, or a number is too large for a scale.
    pub fn quantise(values: &[f32], inner: usize) -> Option<Self> {
        let in_row = inner / BLOCK;
        let (blocks, rest) = values.as_chunks::<BLOCK>();
        if in_row == 0 || !inner.is_multiple_of(BLOCK) || !rest.is_empty() {
            return None;
        }
        if !blocks.len().is_multiple_of(in_row) {
            return None;
        }
        let mut made = Blocks {
            format: BlockFormat::Q8_0,
            in_row,
            scales: Vec::with_capacity(blocks.len()),
            least: Vec::new(),
            quants: Vec::with_capacity(values.len()),
        };
        for block in blocks {
            let greatest = block.iter().fold(0.0, |most: f32, v| most.max(v.abs()));
            let scale = greatest / 127.0;
            let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
            made.scales.push(half::f16::from_f32(scale).to_bits());
            let quants = block.iter().map(|value| (value * inverse).round() as i8);
            made.quants.extend(quants.map(i8::cast_unsigned));
        }
        // A scale may be beyond half precision.
        made.is_finite().then_some(made)
    }

    /// How its numbers are stored.
    pub const fn format(&self) -> BlockFormat {
        self.format
    }

    /// Number of rows, `out`.
    pub const fn rows(&self) -> usize {
        self.quants.len() / (self.format.quants() * self.in_row)
    }

    /// Length of a row, `in`.
    pub const fn inner(&self) -> usize {
        self.in_row * BLOCK
    }

    /// Bytes that it takes.
    pub const fn bytes(&self) -> usize {
        self.quants.len() / self.format.quants() * self.format.bytes()
    }

    /// Whether every number that it stands for is finite.
    pub fn is_finite(&self) -> bool {
        let most = |numbers: &[[u8; 2]], exponent: u16| {
            let magnitudes = numbers.iter().map(|&b| u16::from_le_bytes(b) & 0x7FFF);
            // Without a way out before the end, which would keep the compiler from vectors.
            magnitudes.fold(0, u16::max) < exponent
        };
        match self.format {
            BlockFormat::F16 => most(self.quants.as_chunks().0, 0x7C00),
            BlockFormat::BF16 => most(self.quants.as_chunks().0, 0x7F80),
            _ => {
                let mut halves = self.scales.iter().chain(&self.least);
                halves.all(|&bits| half::f16::from_bits(bits).is_finite())
            }
        }
    }

    /// Appends the numbers of a row, in f32.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn append_row(&self, row: usize, values: &mut Vec<f32>) {
        let start = values.len();
        values.resize(start + self.inner(), 0.0);
        unit::decode(
            self.format,
            self.stored_rows(row..row + 1),
            values[start..].as_chunks_mut().0,
        );
    }

    /// All numbers, in f32, row by row.
    pub fn to_values(&self) -> Vec<f32> {
        let mut values = Vec::with_capacity(self.rows() * self.inner());
        (0..self.rows()).for_each(|row| self.append_row(row, &mut values));
        values
    }

    /// The scales, least values and quants of some rows.
    fn stored_rows(&self, rows: Range<usize>) -> StoredRows<'_> {
        let Range { start, end } = rows;
        let (start, end) = (start * self.in_row, end * self.in_row);
        let size = self.format.quants();
        StoredRows {
            // Empty where the format has none.
            scales: self.scales.get(start..end).unwrap_or_default(),
            least: self.least.get(start..end).unwrap_or_default(),
            quants: &self.quants[start * size..end * size],
        }
    }
}

impl MatrixRows for Blocks {
    fn decodes(&self) -> bool {
        true
    }

    fn inner(&self) -> usize {
        Blocks::inner(self)
    }

    fn out(&self) -> usize {
        Blocks::rows(self)
    }

    fn rows<'a>(&'a self, rows: Range<usize>, room: &'a mut [f32]) -> &'a [f32] {
        let values = &mut room[..rows.len() * self.inner()];
        unit::decode(
            self.format,
            self.stored_rows(rows),
            values.as_chunks_mut().0,
        );
        values
    }

    fn stored(&self, rows: Range<usize>) -> &[u8] {
        self.stored_rows(rows).quants
    }
}

/// `y [N, out] = x [N, in] · wᵀ`, on the threads of the pool that it is called in.
///
/// # Panics
/// When the operands do not fit together.
pub fn product(x: &[f32], w: &Blocks, y: &mut [f32]) {
    crate::product::product(x, w, y);
}

/// Blocks that lie one behind another.
#[derive(Clone, Copy)]
struct StoredRows<'a> {
    /// Empty where the format has none, as are the least values.
    scales: &'a [u16],
    least: &'a [u16],
    quants: &'a [u8],
}

#[cfg(test)]
mod tests;
