use half::{bf16, f16};
use proptest::prelude::*;

use super::portable::Portable;
use super::unit::decode_on;
use super::*;
use crate::product::by_rows;
use crate::testing::{assert_close, noise};

const FORMATS: [BlockFormat; 5] = [
    BlockFormat::Q8_0,
    BlockFormat::Q4_0,
    BlockFormat::Q4_1,
    BlockFormat::F16,
    BlockFormat::BF16,
];

/// Blocks as a file has them.
#[derive(Debug, Clone)]
struct Stored {
    format: BlockFormat,
    inner: usize,
    bytes: Vec<u8>,
}

impl Stored {
    fn blocks(&self) -> Blocks {
        Blocks::from_stored(self.format, self.inner, &self.bytes).unwrap()
    }

    /// What the bytes stand for, by the definition of the formats.
    fn reference(&self) -> Vec<f64> {
        let half =
            |block: &[u8], at: usize| f16::from_le_bytes([block[at], block[at + 1]]).to_f64();
        let blocks = self.bytes.chunks(self.format.bytes());
        let values = blocks.flat_map(|block| {
            (0..BLOCK).map(move |i| {
                let scale = || half(block, 0);
                let four = |quants: &[u8]| f64::from(quants[i % 16] >> (i / 16 * 4) & 15);
                match self.format {
                    BlockFormat::Q8_0 => scale() * f64::from(block[2 + i].cast_signed()),
                    BlockFormat::Q4_0 => scale() * (four(&block[2..]) - 8.0),
                    BlockFormat::Q4_1 => scale() * four(&block[4..]) + half(block, 2),
                    BlockFormat::F16 => half(block, 2 * i),
                    BlockFormat::BF16 => {
                        bf16::from_le_bytes([block[2 * i], block[2 * i + 1]]).to_f64()
                    }
                }
            })
        });
        values.collect()
    }
}

/// Any finite half-precision number, small ones as often as large ones.
fn finite_half() -> impl Strategy<Value = [u8; 2]> {
    any::<u16>().prop_map(|bits| {
        let half = f16::from_bits(bits);
        let half = if half.is_finite() {
            half
        } else {
            f16::from_bits(bits & 0xBFFF)
        };
        half.to_le_bytes()
    })
}

/// Scales at which numbers are about one, and now and then any.
fn scale(format: BlockFormat) -> impl Strategy<Value = [u8; 2]> {
    let usual = match format {
        BlockFormat::Q8_0 => -0.02f32..0.02,
        _ => -0.2f32..0.2,
    };
    prop_oneof![
        9 => usual.prop_map(|scale| f16::from_f32(scale).to_le_bytes()),
        1 => (any::<bool>(), 0u16..0x400).prop_map(|(negative, bits)| {
            // Numbers without a leading one, and zeros.
            (bits | u16::from(negative) << 15).to_le_bytes()
        }),
    ]
}

/// Blocks of which every number is finite.
fn block(format: BlockFormat) -> BoxedStrategy<Vec<u8>> {
    let bytes = prop::collection::vec(any::<u8>(), format.quants());
    let halves = move |of: fn(f32) -> [u8; 2]| {
        let near_one = prop::collection::vec(-2.0f32..2.0, BLOCK);
        near_one.prop_map(move |values| values.into_iter().flat_map(of).collect::<Vec<u8>>())
    };
    match format {
        BlockFormat::F16 => prop_oneof![
            3 => halves(|value| f16::from_f32(value).to_le_bytes()),
            1 => prop::collection::vec(finite_half(), BLOCK).prop_map(|halves| halves.concat()),
        ]
        .boxed(),
        BlockFormat::BF16 => halves(|value| bf16::from_f32(value).to_le_bytes()).boxed(),
        _ => {
            let least = (-2.0f32..2.0).prop_map(|least| f16::from_f32(least).to_le_bytes());
            let all = (scale(format), least, bytes);
            all.prop_map(move |(scale, least, quants)| {
                let mut block = scale.to_vec();
                if format == BlockFormat::Q4_1 {
                    block.extend(least);
                }
                block.extend(quants);
                block
            })
            .boxed()
        }
    }
}

fn stored() -> impl Strategy<Value = Stored> {
    let shape = (0..FORMATS.len(), 1..80usize, 1..24usize);
    shape.prop_flat_map(|(format, in_row, rows)| {
        let format = FORMATS[format];
        let blocks = prop::collection::vec(block(format), in_row * rows);
        blocks.prop_map(move |blocks| Stored {
            format,
            inner: in_row * BLOCK,
            bytes: blocks.concat(),
        })
    })
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn blocks_stand_for_what_the_formats_say(stored in stored(), wild in finite_half()) {
        let blocks = stored.blocks();
        prop_assert_eq!(blocks.bytes(), stored.bytes.len());
        let expected: Vec<f64> = stored.reference();
        let found: Vec<f64> = blocks.to_values().into_iter().map(f64::from).collect();
        // `Q4_1` rounds once, the others never.
        let rounded: Vec<f64> = expected.iter().map(|&value| f64::from(value as f32)).collect();
        prop_assert_eq!(found, rounded);
        let mut decoded = vec![f32::NAN; expected.len()];
        stored.format.decode(&stored.bytes, &mut decoded);
        prop_assert_eq!(bits(&decoded), bits(&blocks.to_values()));
        let mut other = stored;
        if other.format != BlockFormat::BF16 {
            other.bytes[..2].copy_from_slice(&wild);
        }
        let found = f64::from(other.blocks().to_values()[0]);
        prop_assert_eq!(found, f64::from(other.reference()[0] as f32));
    }

    #[test]
    fn a_product_is_that_with_the_numbers_bit_for_bit(
        stored in stored(),
        rows in 0..11usize,
        seed in any::<u64>(),
    ) {
        let (blocks, inner) = (stored.blocks(), stored.inner);
        let x = noise(rows * inner, seed);
        let mut y = vec![f32::NAN; rows * blocks.rows()];
        product(&x, &blocks, &mut y);

        let mut of_numbers = vec![f32::NAN; y.len()];
        by_rows(&x, &blocks.to_values(), inner, &mut of_numbers);
        prop_assert_eq!(bits(&y), bits(&of_numbers));

        let mut alone = vec![f32::NAN; y.len()];
        for (x, y) in x.chunks_exact(inner).zip(alone.chunks_exact_mut(blocks.rows())) {
            product(x, &blocks, y);
        }
        prop_assert_eq!(bits(&y), bits(&alone));

        let exact: Vec<f64> = (0..y.len()).map(|at| {
            let (n, o) = (at / blocks.rows(), at % blocks.rows());
            let row = &stored.reference()[o * inner..][..inner];
            row.iter().zip(&x[n * inner..]).map(|(w, &x)| w * f64::from(x)).sum()
        }).collect();
        // Some of `F16` are as large as 65,504, and their sums lose as much more.
        if stored.format != BlockFormat::F16 {
            assert_close(&y, &exact, 1e-4);
        }
    }

    #[test]
    fn every_vector_unit_decodes_the_same_numbers(stored in stored()) {
        let blocks = stored.blocks();
        let expected = bits(&blocks.to_values());
        let mut found = vec![[f32::NAN; BLOCK]; expected.len() / BLOCK];
        let all = blocks.stored_rows(0..blocks.rows());
        decode_on(Portable, stored.format, all, &mut found);
        prop_assert_eq!(bits(found.as_flattened()), &expected[..]);
        #[cfg(target_arch = "x86_64")]
        if let Some(unit) = pulp::x86::V3::try_new() {
            decode_on(unit, stored.format, all, &mut found);
            prop_assert_eq!(bits(found.as_flattened()), expected);
        }
    }

    #[test]
    fn quantised_numbers_are_near_and_stay(values in prop::collection::vec(-3.0f32..3.0, 1..9), in_row in 1..4usize) {
        let inner = in_row * BLOCK;
        let values: Vec<f32> = (0..2 * inner).map(|i| values[i % values.len()] * (i % 7) as f32).collect();
        let blocks = Blocks::quantise(&values, inner).unwrap();
        prop_assert_eq!((blocks.rows(), blocks.inner(), blocks.format()), (2, inner, BlockFormat::Q8_0));
        let found = blocks.to_values();
        for (found, values) in found.chunks(BLOCK).zip(values.chunks(BLOCK)) {
            let most = values.iter().fold(0.0f32, |most, v| most.max(v.abs()));
            for (found, value) in found.iter().zip(values) {
                // Half a step, and what the scale loses in half precision: of small ones a part of the smallest step that there is.
                let lost = (most * 5e-4).max(127.0 * 2f32.powi(-25));
                prop_assert!((found - value).abs() <= most / 127.0 * 0.5 + lost, "{found} {value} {most}");
            }
        }
        prop_assert_eq!(Blocks::quantise(&found, inner).unwrap().to_values(), found);
    }
}

/// Large enough to be shared out, with a number of rows that nothing divides.
#[cfg(feature = "threads")]
#[test]
fn threads_do_not_change_a_bit() {
    let (rows, inner, out) = (3, 640, 1031);
    let blocks = Blocks::quantise(&noise(inner * out, 1), inner).unwrap();
    let x = noise(rows * inner, 2);
    for rows in [1, rows] {
        let x = &x[..rows * inner];
        let mut alone = vec![f32::NAN; rows * out];
        product(x, &blocks, &mut alone);
        for threads in [1, 2, 5] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let mut shared = vec![f32::NAN; rows * out];
            pool.unwrap().install(|| product(x, &blocks, &mut shared));
            assert_eq!(bits(&shared), bits(&alone));
        }
    }
}

#[test]
fn a_matrix_that_blocks_do_not_fill_is_none() {
    for format in FORMATS {
        let bytes = vec![0; 6 * format.bytes()];
        assert_eq!(Blocks::from_stored(format, 96, &bytes).unwrap().rows(), 2);
        assert_eq!(Blocks::from_stored(format, 96, &[]).unwrap().rows(), 0);
        assert!(Blocks::from_stored(format, 0, &bytes).is_none());
        assert!(Blocks::from_stored(format, 95, &bytes).is_none());
        assert!(Blocks::from_stored(format, 128, &bytes).is_none());
        assert!(Blocks::from_stored(format, 96, &bytes[1..]).is_none());
    }
    assert!(Blocks::quantise(&[0.0; 96], 64).is_none());
    assert!(Blocks::quantise(&[0.0; 96], 48).is_none());
    assert!(Blocks::quantise(&[0.0; 95], 32).is_none());
    assert!(Blocks::quantise(&[8e6; 32], 32).is_some());
    assert!(Blocks::quantise(&[9e6; 32], 32).is_none());
}

#[test]
fn numbers_that_are_not_finite_are_seen() {
    for format in FORMATS {
        let mut bytes = vec![0; 4 * format.bytes()];
        let finite = |bytes: &[u8]| Blocks::from_stored(format, 64, bytes).unwrap().is_finite();
        assert!(finite(&bytes));
        let halves = if format.is_of_halves() {
            BLOCK
        } else {
            format.head()
        };
        for half in 0..halves {
            for wrong in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                let at = 3 * format.bytes() + 2 * half;
                let wrong = match format {
                    BlockFormat::BF16 => bf16::from_f32(wrong).to_le_bytes(),
                    _ => f16::from_f32(wrong).to_le_bytes(),
                };
                bytes[at..at + 2].copy_from_slice(&wrong);
                assert!(!finite(&bytes), "{format:?}");
            }
            bytes.fill(0);
        }
    }
}

#[test]
#[should_panic(expected = "result of a product")]
fn a_result_of_another_shape_is_refused() {
    let blocks = Blocks::quantise(&[1.0; 64], 32).unwrap();
    product(&[1.0; 32], &blocks, &mut [0.0; 3]);
}
