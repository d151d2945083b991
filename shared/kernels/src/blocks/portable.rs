//! Sixteen lanes in plain loops.

use super::unit::{LANES, Unit, wide};

/// Loops that the compiler turns into what the target has.
#[derive(Clone, Copy)]
pub(super) struct Portable;

impl Unit for Portable {
    type Lanes = [f32; LANES];

    #[inline(always)]
    fn whole(self, bytes: &[u8; LANES]) -> [f32; LANES] {
        bytes.map(|byte| f32::from(byte.cast_signed()))
    }

    #[inline(always)]
    fn fours(self, bytes: &[u8; LANES]) -> [[f32; LANES]; 2] {
        [
            bytes.map(|pair| f32::from(pair & 15)),
            bytes.map(|pair| f32::from(pair >> 4)),
        ]
    }

    #[inline(always)]
    fn halves(self, bytes: &[u8; 2 * LANES]) -> [f32; LANES] {
        std::array::from_fn(|i| wide(u16::from_le_bytes([bytes[2 * i], bytes[2 * i + 1]])))
    }

    #[inline(always)]
    fn higher_bits(self, bytes: &[u8; 2 * LANES]) -> [f32; LANES] {
        std::array::from_fn(|i| {
            f32::from_bits(u32::from_le_bytes([0, 0, bytes[2 * i], bytes[2 * i + 1]]))
        })
    }

    #[inline(always)]
    fn scaled_from(self, numbers: [f32; LANES], start: f32, scale: f32) -> [f32; LANES] {
        numbers.map(|number| (number - start) * scale)
    }

    #[inline(always)]
    fn scaled_and_moved(self, numbers: [f32; LANES], scale: f32, least: f32) -> [f32; LANES] {
        numbers.map(|number| number * scale + least)
    }

    #[inline(always)]
    fn store(self, numbers: [f32; LANES], to: &mut [f32; LANES]) {
        *to = numbers;
    }
}
