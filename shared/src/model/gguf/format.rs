//! How numbers are stored: whole, or quantised in blocks with scales of their own.
//!
//! The layouts and the order of the operations are those of `ggml` and of PyPI `gguf`, so that every value comes out the same to the
//! bit. Left out: the codebook formats of two and three bits (`IQ1_*`, `IQ2_*`, `IQ3_*`, `IQ4_XS`), the ternary ones and FP4.

use std::fmt;

use crate::model::kernels::blocks::BlockFormat;

/// A stored number format, by `ggml`'s number for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Format(u32);

/// Values in a block of the K-quants.
const LONG: usize = 256;

/// The levels of `IQ4_NL`.
const LEVELS: [i8; 16] = [
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
];

impl Format {
    pub(super) const fn of(number: u32) -> Self {
        Format(number)
    }

    /// True of the formats that [`Format::decode`] knows.
    pub(super) const fn is_read(self) -> bool {
        self.block().is_some()
    }

    /// Values and bytes of a block; none of a format that is not read.
    const fn block(self) -> Option<(usize, usize)> {
        Some(match self.0 {
            0 => (1, 4),
            1 | 30 => (1, 2),
            2 | 20 => (32, 18),
            3 => (32, 20),
            6 => (32, 22),
            7 => (32, 24),
            8 => (32, 34),
            10 => (LONG, 84),
            11 => (LONG, 110),
            12 => (LONG, 144),
            13 => (LONG, 176),
            14 => (LONG, 210),
            _ => return None,
        })
    }

    /// Bytes of a row of so many values; none where blocks do not fill it.
    pub(super) const fn row_bytes(self, values: usize) -> Option<usize> {
        match self.block() {
            Some((in_block, bytes)) if values.is_multiple_of(in_block) => {
                (values / in_block).checked_mul(bytes)
            }
            _ => None,
        }
    }

    /// The format of blocks that can be computed with as they are, if it is one.
    pub(super) const fn in_blocks(self) -> Option<BlockFormat> {
        Some(match self.0 {
            1 => BlockFormat::F16,
            2 => BlockFormat::Q4_0,
            3 => BlockFormat::Q4_1,
            8 => BlockFormat::Q8_0,
            30 => BlockFormat::BF16,
            _ => return None,
        })
    }

    /// Writes the values of whole blocks into `out`, whose length is theirs.
    pub(super) fn decode(self, bytes: &[u8], out: &mut [f32]) {
        // Numbers of 16 bits need not fill blocks.
        let format = self.in_blocks();
        if let Some(format) = format.filter(|format| !format.is_of_halves()) {
            return format.decode(bytes, out);
        }
        match self.0 {
            0 => blocks(bytes, out, |b, [o]| *o = f32::from_le_bytes(*b)),
            1 => blocks(bytes, out, |b: &[u8; 2], [o]| *o = half(b, 0)),
            6 => blocks(bytes, out, q5_0),
            7 => blocks(bytes, out, q5_1),
            10 => blocks(bytes, out, q2_k),
            11 => blocks(bytes, out, q3_k),
            12 => blocks(bytes, out, q4_k),
            13 => blocks(bytes, out, q5_k),
            14 => blocks(bytes, out, q6_k),
            20 => blocks(bytes, out, iq4_nl),
            30 => blocks(bytes, out, |b, [o]| {
                *o = half::bf16::from_le_bytes(*b).to_f32();
            }),
            _ => {}
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.0 {
            0 => "F32",
            1 => "F16",
            2 => "Q4_0",
            3 => "Q4_1",
            6 => "Q5_0",
            7 => "Q5_1",
            8 => "Q8_0",
            9 => "Q8_1",
            10 => "Q2_K",
            11 => "Q3_K",
            12 => "Q4_K",
            13 => "Q5_K",
            14 => "Q6_K",
            15 => "Q8_K",
            16 => "IQ2_XXS",
            17 => "IQ2_XS",
            18 => "IQ3_XXS",
            19 => "IQ1_S",
            20 => "IQ4_NL",
            21 => "IQ3_S",
            22 => "IQ2_S",
            23 => "IQ4_XS",
            29 => "IQ1_M",
            30 => "BF16",
            34 => "TQ1_0",
            35 => "TQ2_0",
            39 => "MXFP4",
            number => return write!(f, "the format {number}"),
        };
        f.write_str(name)
    }
}

/// Decodes block after block.
fn blocks<const BYTES: usize, const VALUES: usize>(
    bytes: &[u8],
    out: &mut [f32],
    decode: impl Fn(&[u8; BYTES], &mut [f32; VALUES]),
) {
    let (stored, _) = bytes.as_chunks::<BYTES>();
    let (out, _) = out.as_chunks_mut::<VALUES>();
    for (stored, out) in stored.iter().zip(out) {
        decode(stored, out);
    }
}

/// The half-precision number at a place of a block.
fn half(block: &[u8], at: usize) -> f32 {
    half::f16::from_le_bytes([block[at], block[at + 1]]).to_f32()
}

/// The four bits of value `i` of 32: the low halves of sixteen bytes, then the high ones.
fn nibble(quants: &[u8], i: usize) -> u8 {
    quants[i % 16] >> (4 * (i / 16)) & 15
}

/// Bit `i` of a row of bytes.
fn bit(bytes: &[u8], i: usize) -> u8 {
    bytes[i / 8] >> (i % 8) & 1
}

/// The bit of value `i` of 256 in a plane of 32 bytes, of which each holds eight values 32 apart.
fn plane(bytes: &[u8], i: usize) -> u8 {
    bytes[i % 32] >> (i / 32) & 1
}

/// The two bits of value `i` of 256: of each half, four values 32 apart share a byte.
fn pair(bytes: &[u8], i: usize) -> u8 {
    bytes[i / 128 * 32 + i % 32] >> (2 * (i % 128 / 32)) & 3
}

fn q5_0(block: &[u8; 22], out: &mut [f32; 32]) {
    let scale = half(block, 0);
    for (i, o) in out.iter_mut().enumerate() {
        let quant = nibble(&block[6..], i) | bit(&block[2..6], i) << 4;
        *o = scale * (f32::from(quant) - 16.0);
    }
}

fn q5_1(block: &[u8; 24], out: &mut [f32; 32]) {
    let (scale, least) = (half(block, 0), half(block, 2));
    for (i, o) in out.iter_mut().enumerate() {
        let quant = nibble(&block[8..], i) | bit(&block[4..8], i) << 4;
        *o = scale * f32::from(quant) + least;
    }
}

fn iq4_nl(block: &[u8; 18], out: &mut [f32; 32]) {
    let scale = half(block, 0);
    for (i, o) in out.iter_mut().enumerate() {
        *o = scale * f32::from(LEVELS[usize::from(nibble(&block[2..], i))]);
    }
}

fn q2_k(block: &[u8; 84], out: &mut [f32; LONG]) {
    let (scales, quants) = (&block[..16], &block[16..80]);
    let (scale, least) = (half(block, 80), half(block, 82));
    let steps: [[f32; 2]; 16] = std::array::from_fn(|j| {
        let (low, high) = (scales[j] & 15, scales[j] >> 4);
        [scale * f32::from(low), least * f32::from(high)]
    });
    for (i, o) in out.iter_mut().enumerate() {
        let [step, offset] = steps[i / 16];
        *o = step * f32::from(pair(quants, i)) - offset;
    }
}

fn q3_k(block: &[u8; 110], out: &mut [f32; LONG]) {
    let (high, quants, scales) = (&block[..32], &block[32..96], &block[96..108]);
    let scale = half(block, 108);
    // Six bits each: four of the first eight bytes, two of the last four.
    let steps: [f32; 16] = std::array::from_fn(|j| {
        let low = scales[j % 8] >> (4 * (j / 8)) & 15;
        let top = scales[8 + j % 4] >> (2 * (j / 4)) & 3;
        scale * (f32::from(low | top << 4) - 32.0)
    });
    for (i, o) in out.iter_mut().enumerate() {
        // The third bit is stored the other way around.
        let offset = if plane(high, i) == 1 { 0.0 } else { 4.0 };
        *o = steps[i / 16] * (f32::from(pair(quants, i)) - offset);
    }
}

/// Step and offset of each eighth of a block of `Q4_K` or `Q5_K`, which begins with two factors and twelve bytes of six-bit numbers.
fn eighths(block: &[u8]) -> [[f32; 2]; 8] {
    let (scale, least, packed) = (half(block, 0), half(block, 2), &block[4..16]);
    std::array::from_fn(|j| {
        let (step, offset) = if j < 4 {
            (packed[j] & 63, packed[j + 4] & 63)
        } else {
            (
                packed[j + 4] & 15 | packed[j - 4] >> 2 & 48,
                packed[j + 4] >> 4 | packed[j] >> 2 & 48,
            )
        };
        [scale * f32::from(step), least * f32::from(offset)]
    })
}

/// The four bits of value `i` of 256: of each quarter, two values 32 apart share a byte.
fn long_nibble(quants: &[u8], i: usize) -> u8 {
    quants[i / 64 * 32 + i % 32] >> (4 * (i % 64 / 32)) & 15
}

fn q4_k(block: &[u8; 144], out: &mut [f32; LONG]) {
    let eighths = eighths(block);
    for (i, o) in out.iter_mut().enumerate() {
        let [step, offset] = eighths[i / 32];
        *o = step * f32::from(long_nibble(&block[16..], i)) - offset;
    }
}

fn q5_k(block: &[u8; 176], out: &mut [f32; LONG]) {
    let (eighths, high, quants) = (eighths(block), &block[16..48], &block[48..]);
    for (i, o) in out.iter_mut().enumerate() {
        let [step, offset] = eighths[i / 32];
        let quant = long_nibble(quants, i) | plane(high, i) << 4;
        *o = step * f32::from(quant) - offset;
    }
}

fn q6_k(block: &[u8; 210], out: &mut [f32; LONG]) {
    let (low, high, scales) = (&block[..128], &block[128..192], &block[192..208]);
    let scale = half(block, 208);
    for (i, o) in out.iter_mut().enumerate() {
        // Of each half, two values 64 apart share a byte.
        let four = low[i / 128 * 64 + i % 64] >> (4 * (i % 128 / 64)) & 15;
        let quant = f32::from(four | pair(high, i) << 4) - 32.0;
        *o = scale * f32::from(scales[i / 16].cast_signed()) * quant;
    }
}
