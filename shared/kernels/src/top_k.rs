//! The greatest of many numbers.

use super::simd::max;

/// Numbers that are looked at together: most of them hold none of the greatest.
const BLOCK: usize = 16;

/// The `k` greatest of `values` with their places, the greatest first, and of equal ones those that come first. NaN is not among them.
// Within a function that is built for size it would be, too.
#[inline(never)]
pub fn top_k(values: &[f32], k: usize) -> Vec<(u32, f32)> {
    let mut best: Vec<(u32, f32)> = Vec::with_capacity(k + 1);
    for (block, first) in values.chunks(BLOCK).zip((0..).step_by(BLOCK)) {
        // The least of them, once there are enough.
        let least = |best: &[(u32, f32)]| match best.get(k.wrapping_sub(1)) {
            Some((_, least)) => *least,
            None => f32::NEG_INFINITY,
        };
        if best.len() >= k && max(block) <= least(&best) {
            continue;
        }
        for (place, &value) in (first..).zip(block) {
            if value.is_nan() || best.len() >= k && value <= least(&best) {
                continue;
            }
            let at = best.partition_point(|(_, other)| *other >= value);
            best.insert(at, (place, value));
            best.truncate(k);
        }
    }
    best
}

/// The first place of a number that is there.
#[inline(never)]
pub(super) fn place_of(values: &[f32], wanted: f32) -> Option<usize> {
    let (blocks, _) = values.as_chunks::<BLOCK>();
    let holds = |block: &[f32; BLOCK]| {
        let mut found = [0u32; BLOCK];
        for (found, x) in found.iter_mut().zip(block) {
            *found = u32::from(*x == wanted);
        }
        found.iter().fold(0, |all, found| all | found) != 0
    };
    let whole = blocks.iter().position(holds).unwrap_or(blocks.len());
    let start = whole * BLOCK;
    let within = values[start..].iter().position(|x| *x == wanted)?;
    Some(start + within)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbers() -> impl Strategy<Value = Vec<f32>> {
        // Few different ones, so that many are equal.
        let one = prop_oneof![
            (-9i8..9).prop_map(f32::from),
            Just(f32::NEG_INFINITY),
            Just(f32::NAN)
        ];
        proptest::collection::vec(one, 0..100)
    }

    proptest! {
        #[test]
        fn they_are_those_of_a_sorted_list(values in numbers(), k in 0usize..8) {
            let numbers = (0u32..).zip(values.iter().copied());
            let mut sorted: Vec<(u32, f32)> = numbers.filter(|(_, x)| !x.is_nan()).collect();
            // Stable: equal ones stay in their order.
            sorted.sort_by(|a, b| b.1.total_cmp(&a.1));
            sorted.truncate(k);
            prop_assert_eq!(top_k(&values, k), sorted);
        }

        #[test]
        fn a_place_is_the_first_of_its_number(values in numbers(), wanted in -9i8..9) {
            let wanted = f32::from(wanted);
            let expected = values.iter().position(|x| *x == wanted);
            prop_assert_eq!(place_of(&values, wanted), expected);
        }
    }
}
