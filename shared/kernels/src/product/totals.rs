//! The sums of the lanes of vectors.

use pulp::Simd;

/// The sum of the lanes of each vector, in the order of [`Simd::reduce_sum_f32s`], whatever stands beside it.
#[inline(always)]
pub(super) fn totals<S: Simd, const N: usize>(simd: S, sums: [S::f32s; N]) -> [f32; N] {
    #[cfg(target_arch = "x86_64")]
    if S::F32_LANES == 16 && N == 6 {
        let unit = pulp::x86::V4::try_new().expect("the unit that has sixteen lanes");
        return wide::of_six(unit, sums);
    }
    let mut totals = [0.0; N];
    for n in 0..N {
        totals[n] = simd.reduce_sum_f32s(sums[n]);
    }
    totals
}

/// Parts of several vectors are added side by side, so that this takes half as many moves within registers as one sum after the other.
#[cfg(target_arch = "x86_64")]
mod wide {
    use pulp::x86::V4;
    use pulp::{bytemuck, cast, f32x16};

    #[inline(always)]
    pub(super) fn of_six<V: bytemuck::Pod, const N: usize>(unit: V4, sums: [V; N]) -> [f32; N] {
        let last = halves(unit, sums[4], sums[5]);
        let four = quarters(
            unit,
            halves(unit, sums[0], sums[1]),
            halves(unit, sums[2], sums[3]),
        );
        let two = quarters(unit, last, last);
        let low = unit.avx512f._mm512_unpacklo_pd(cast(four), cast(two));
        let high = unit.avx512f._mm512_unpackhi_pd(cast(four), cast(two));
        let pairs = unit.add_f32x16(cast(low), cast(high));
        let even = unit
            .avx512f
            ._mm512_shuffle_ps::<0b10_00_10_00>(cast(pairs), cast(pairs));
        let odd = unit
            .avx512f
            ._mm512_shuffle_ps::<0b11_01_11_01>(cast(pairs), cast(pairs));
        let all: [f32; 16] = cast(unit.add_f32x16(cast(even), cast(odd)));
        let places = [0, 4, 8, 12, 1, 5];
        let mut totals = [0.0; N];
        for n in 0..N {
            totals[n] = all[places[n % 6]];
        }
        totals
    }

    /// The upper half of each on the lower one.
    #[inline(always)]
    fn halves<V: bytemuck::Pod>(unit: V4, a: V, b: V) -> f32x16 {
        let (a, b) = (bytemuck::cast(a), bytemuck::cast(b));
        folded::<0b01_00_01_00, 0b11_10_11_10>(unit, a, b)
    }

    /// The second and fourth quarter of each on the first and third.
    #[inline(always)]
    fn quarters(unit: V4, a: f32x16, b: f32x16) -> f32x16 {
        folded::<0b10_00_10_00, 0b11_01_11_01>(unit, a, b)
    }

    /// The quarters of both that `HIGH` names on those that `LOW` names: two of `a`, then two of `b`.
    #[inline(always)]
    fn folded<const LOW: i32, const HIGH: i32>(unit: V4, a: f32x16, b: f32x16) -> f32x16 {
        let avx = unit.avx512f;
        let low = avx._mm512_shuffle_f32x4::<LOW>(cast(a), cast(b));
        let high = avx._mm512_shuffle_f32x4::<HIGH>(cast(a), cast(b));
        unit.add_f32x16(cast(low), cast(high))
    }
}
