//! Vectors that are written out, where compilers do not find them: in tiles of products.

#![expect(
    clippy::manual_memcpy,
    reason = "of a loop over an array's numbers each element stays in a register"
)]

use pulp::{Simd, WithSimd};

/// Computes on the widest vectors that the machine has.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(crate) fn dispatch(work: impl WithSimd<Output = ()>) {
    pulp::Arch::new().dispatch(work);
}

/// Computes on WebAssembly's vectors; what does without them would only make the module larger.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) fn dispatch(work: impl WithSimd<Output = ()>) {
    let simd = pulp::wasm::Simd128::try_new();
    let simd = simd.expect("whoever runs this module has the vectors that it was built for");
    pulp::Simd::vectorize(simd, work);
}

/// True where a multiplication and an addition are one operation of this unit.
#[inline(always)]
pub(crate) fn fuses<S: Simd>() -> bool {
    crate::simd::BASELINE_FMA || (cfg!(target_arch = "x86_64") && S::F32_LANES >= 8)
}

/// Exactly as many elements as vectors.
#[inline(always)]
pub(crate) fn vectors<S: Simd, const V: usize>(elements: &[f32]) -> [S::f32s; V] {
    let (vectors, _) = S::as_simd_f32s(elements);
    let mut all = [vectors[0]; V];
    for v in 1..V {
        all[v] = vectors[v];
    }
    all
}

/// Writes vectors to exactly as many elements.
#[inline(always)]
pub(crate) fn store<S: Simd, const V: usize>(vectors: &[S::f32s; V], elements: &mut [f32]) {
    let (places, _) = S::as_mut_simd_f32s(elements);
    for v in 0..V {
        // One by one: of a slice the compiler would keep the sums in memory, and write them at every step.
        places[v] = vectors[v];
    }
}

/// Adds to `sums` the products of one element with a line of a matrix.
#[inline(always)]
pub(crate) fn add_products<S: Simd, const V: usize>(
    simd: S,
    x: f32,
    line: &[S::f32s; V],
    sums: &mut [S::f32s; V],
) {
    let x = simd.splat_f32s(x);
    for v in 0..V {
        sums[v] = simd.mul_add_e_f32s(x, line[v], sums[v]);
    }
}

/// Into the first cache.
pub(crate) const FIRST: i32 = 3;
/// Into the second cache.
pub(crate) const SECOND: i32 = 2;

/// Asks for what will be read soon, so that it is in a cache by then. It may be any address.
#[inline(always)]
pub(crate) fn prefetch<const CACHE: i32>(address: *const f32) {
    #[cfg(target_arch = "x86_64")]
    if let Some(sse) = pulp::core_arch::x86::Sse::try_new() {
        sse._mm_prefetch::<CACHE>(address.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}
