//! Matrices in blocks of 32 numbers that share a scale, as GGUF files store them, and products with them as they are.
//!
//! A number of a block is `scale · quant`, in `Q8_0` with a quant of eight bits, in `Q4_0` of four bits from -8 to 7; or `scale · quant + least`,
//! in `Q4_1`, with a quant of four bits from 0 to 15. `scale` and `least` are half-precision numbers. Left out: other formats, and gradients.
//!
//! The other operand of a product stays in f32. llama.cpp quantises it too, to eight bits a number; where a matrix comes out of main memory
//! that gains nothing, and it changes the result. Here a product is that with the numbers that the blocks stand for, up to the order of its
//! sums; what a row gives has the same bits whatever the number of rows and of threads.

mod portable;
mod product;
mod unit;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use product::product;

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
}

impl BlockFormat {
    /// Bytes of a block's quants.
    const fn quants(self) -> usize {
        match self {
            BlockFormat::Q8_0 => BLOCK,
            BlockFormat::Q4_0 | BlockFormat::Q4_1 => BLOCK / 2,
        }
    }

    /// Bytes of a block.
    pub const fn bytes(self) -> usize {
        match self {
            BlockFormat::Q8_0 => 34,
            BlockFormat::Q4_0 => 18,
            BlockFormat::Q4_1 => 20,
        }
    }

    /// Writes the numbers of blocks as GGUF files store them (see [`Blocks::from_stored`]) into `out`, whose length is theirs.
    pub fn decode(self, stored: &[u8], out: &mut [f32]) {
        let (out, _) = out.as_chunks_mut::<BLOCK>();
        for (block, out) in stored.chunks_exact(self.bytes()).zip(out) {
            let (head, quants) = block.split_at(block.len() - self.quants());
            let mut halves = [0.0; 2];
            for (wider, &half) in halves.iter_mut().zip(head.as_chunks().0) {
                *wider = wide(u16::from_le_bytes(half));
            }
            let [scale, least] = halves;
            let values = portable::values(self, quants, scale, least);
            out.copy_from_slice(values.as_flattened());
        }
    }
}

/// A half-precision number in single precision.
fn wide(bits: u16) -> f32 {
    half::f16::from_bits(bits).to_f32()
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
            scales: Vec::with_capacity(num_blocks),
            least: Vec::new(),
            quants: Vec::with_capacity(num_blocks * format.quants()),
        };
        for block in stored.chunks_exact(format.bytes()) {
            let (head, quants) = block.split_at(block.len() - format.quants());
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
        self.scales.len() / self.in_row
    }

    /// Length of a row, `in`.
    pub const fn inner(&self) -> usize {
        self.in_row * BLOCK
    }

    /// Bytes that it takes.
    pub const fn bytes(&self) -> usize {
        self.scales.len() * self.format.bytes()
    }

    /// Whether every number that it stands for is finite.
    pub fn is_finite(&self) -> bool {
        let mut halves = self.scales.iter().chain(&self.least);
        halves.all(|&bits| half::f16::from_bits(bits).is_finite())
    }

    /// Appends the numbers of a row, in f32.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn append_row(&self, row: usize, values: &mut Vec<f32>) {
        let row = self.row(row);
        let quants = row.quants.chunks_exact(self.format.quants());
        for (i, (&scale, quants)) in row.scales.iter().zip(quants).enumerate() {
            let least = row.least.get(i).map_or(0.0, |&least| wide(least));
            let block = portable::values(self.format, quants, wide(scale), least);
            values.extend_from_slice(block.as_flattened());
        }
    }

    /// All numbers, in f32, row by row.
    pub fn to_values(&self) -> Vec<f32> {
        let mut values = Vec::with_capacity(self.rows() * self.inner());
        (0..self.rows()).for_each(|row| self.append_row(row, &mut values));
        values
    }

    /// A row's scales, least values and quants.
    #[inline(always)]
    fn row(&self, row: usize) -> Row<'_> {
        let blocks = row * self.in_row..(row + 1) * self.in_row;
        let size = self.format.quants();
        Row {
            scales: &self.scales[blocks.clone()],
            least: if self.least.is_empty() {
                &[]
            } else {
                &self.least[blocks.clone()]
            },
            quants: &self.quants[blocks.start * size..blocks.end * size],
        }
    }
}

/// A row of a matrix in blocks.
#[derive(Clone, Copy)]
struct Row<'a> {
    scales: &'a [u16],
    /// Empty where the format has none.
    least: &'a [u16],
    quants: &'a [u8],
}

#[cfg(test)]
mod tests;
