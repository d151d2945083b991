//! Vector units chosen at run time, and sums in several lanes.
//!
//! Kernels are written as plain loops over chunks of fixed size, which the compiler turns into vector instructions. On
//! x86-64 [`kernel`] compiles the body of a kernel three times: for the target's baseline, for processors with AVX2 and
//! fused multiply-add, which is about three times as fast, and for those with AVX-512; which one runs is seen when it is
//! called. Bodies know whether multiplications and additions
//! are fused: where the processor cannot, a fused operation would be a call into the C library.

/// True where the target's baseline has fused multiply-add.
pub(super) const BASELINE_FMA: bool = cfg!(any(target_arch = "aarch64", target_feature = "fma"));

/// Defines a function that is compiled for each vector unit and runs on the best that the machine has.
///
/// In `fn name<'a, FMA>(argument: type, …) -> type { … }`, `'a` is the lifetime of all references among the arguments and
/// `FMA` a constant of the body: whether to fuse. What the body calls must be `#[inline(always)]`, or it is compiled for the
/// baseline alone.
macro_rules! kernel {
    (
        $(#[$attribute:meta])*
        $visibility:vis fn $name:ident<$life:lifetime, $fma:ident>($($argument:ident: $type:ty),* $(,)?) $(-> $output:ty)?
        $body:block
    ) => {
        $(#[$attribute])*
        // Inside of a caller that is optimised for size it would lose its vectors.
        #[inline(never)]
        $visibility fn $name<$life>($($argument: $type),*) $(-> $output)? {
            struct Call<$life> {
                $($argument: $type,)*
            }

            impl<$life> Call<$life> {
                #[inline(always)]
                fn run<const $fma: bool>(self) $(-> $output)? {
                    let Self { $($argument),* } = self;
                    $body
                }
            }

            // A closure would do, if it could be told to be inlined always.
            #[cfg(target_arch = "x86_64")]
            impl<$life> pulp::NullaryFnOnce for Call<$life> {
                type Output = $crate::simd::output!($($output)?);

                #[inline(always)]
                fn call(self) -> Self::Output {
                    self.run::<true>()
                }
            }

            let call = Call { $($argument),* };
            #[cfg(target_arch = "x86_64")]
            if let Some(unit) = pulp::x86::V4::try_new() {
                return unit.vectorize(call);
            }
            #[cfg(target_arch = "x86_64")]
            if let Some(unit) = pulp::x86::V3::try_new() {
                return unit.vectorize(call);
            }
            call.run::<{ $crate::simd::BASELINE_FMA }>()
        }
    };
}
pub(super) use kernel;

/// The type a function returns, written or not.
#[cfg(target_arch = "x86_64")]
macro_rules! output {
    () => {
        ()
    };
    ($output:ty) => {
        $output
    };
}
#[cfg(target_arch = "x86_64")]
pub(super) use output;

/// `a * b + c`, rounded once where `FMA`, else twice.
#[inline(always)]
pub(super) fn fma<const FMA: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

/// Lanes of the sums below.
const LANES: usize = 16;

/// Sum of the lanes, pairwise.
#[inline(always)]
pub(super) fn sum_lanes(lanes: [f32; LANES]) -> f32 {
    let mut half = [0.0; 8];
    for i in 0..8 {
        half[i] = lanes[i] + lanes[i + 8];
    }
    let mut quarter = [0.0; 4];
    for i in 0..4 {
        quarter[i] = half[i] + half[i + 4];
    }
    (quarter[0] + quarter[2]) + (quarter[1] + quarter[3])
}

/// Sum of all values in several lanes.
#[inline(always)]
pub(super) fn sum(values: &[f32]) -> f32 {
    let mut lanes = [0.0f32; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane += value;
        }
    }
    for (lane, &value) in lanes.iter_mut().zip(rest) {
        *lane += value;
    }
    sum_lanes(lanes)
}

/// Inner product of two vectors of one length.
#[inline(always)]
pub(super) fn dot<const FMA: bool>(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0; LANES];
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a.iter().zip(b) {
        for i in 0..LANES {
            lanes[i] = fma::<FMA>(a[i], b[i], lanes[i]);
        }
    }
    for ((lane, &a), &b) in lanes.iter_mut().zip(a_rest).zip(b_rest) {
        *lane = fma::<FMA>(a, b, *lane);
    }
    sum_lanes(lanes)
}

/// Inner product of three vectors of one length, `Σ a b c`.
#[inline(always)]
pub(super) fn dot3<const FMA: bool>(a: &[f32], b: &[f32], c: &[f32]) -> f32 {
    let mut lanes = [0.0; LANES];
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    let (c, c_rest) = c.as_chunks::<LANES>();
    for ((a, b), c) in a.iter().zip(b).zip(c) {
        for i in 0..LANES {
            lanes[i] = fma::<FMA>(a[i] * b[i], c[i], lanes[i]);
        }
    }
    for (((lane, &a), &b), &c) in lanes.iter_mut().zip(a_rest).zip(b_rest).zip(c_rest) {
        *lane = fma::<FMA>(a * b, c, *lane);
    }
    sum_lanes(lanes)
}

/// The greatest value, `-inf` of none; a NaN is passed over.
#[inline(always)]
pub(super) fn max(values: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane = if value > *lane { value } else { *lane };
        }
    }
    for (lane, &value) in lanes.iter_mut().zip(rest) {
        *lane = if value > *lane { value } else { *lane };
    }
    let greater = |a: f32, b: f32| if b > a { b } else { a };
    // By halves, as long as there are vectors of them.
    let mut half = [0.0; 8];
    for i in 0..8 {
        half[i] = greater(lanes[i], lanes[i + 8]);
    }
    let mut quarter = [0.0; 4];
    for i in 0..4 {
        quarter[i] = greater(half[i], half[i + 4]);
    }
    greater(
        greater(quarter[0], quarter[2]),
        greater(quarter[1], quarter[3]),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_cover_every_element() {
        for n in 0..40 {
            let a: Vec<f32> = (0..n).map(|i| i as f32).collect();
            let b = vec![2.0; n];
            let expected: f32 = a.iter().sum::<f32>() * 2.0;
            assert_eq!(dot::<false>(&a, &b), expected);
            assert_eq!(dot::<true>(&a, &b), expected);
            assert_eq!(dot3::<false>(&a, &b, &b), expected * 2.0);
            assert_eq!(max(&a), a.last().copied().unwrap_or(f32::NEG_INFINITY));
        }
        assert_eq!(max(&[f32::NAN, -3.0]), -3.0);
    }
}
