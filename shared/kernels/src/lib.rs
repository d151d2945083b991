//! Kernels on slices of `f32`, each with its backward pass. They run on the thread that calls them, and products also on those of its pool.
//!
//! These are the operations of a decoder that a tensor library would spread over many passes through memory. They know
//! nothing of tensors or of automatic differentiation; the crate `explang` wraps them. Matrices are row-major. A batch is
//! *packed*: the tokens of all its sequences lie one after the other, `N` in all, without padding, and `offsets` holds
//! the start of each sequence and `N` at its end.
//!
//! The same input gives the same bits on the same machine. Machines differ: where the processor fuses multiplications and
//! additions the kernels do too, which rounds once instead of twice.
//!
//! # Panics
//! Kernels check the lengths of their slices against each other, and indices against their tables, as indexing a slice
//! does: a mismatch is an error of the caller's.

pub mod adamw;
pub mod attention;
#[cfg_attr(not(feature = "blocks"), path = "no_blocks.rs")]
pub mod blocks;
pub mod exp;
pub mod kl;
pub mod log_prob;
pub mod product;
pub mod rms_norm;
pub mod rope;
pub mod sample;
mod simd;
pub mod swiglu;
#[cfg(test)]
mod testing;
mod threads;
pub mod top_k;
mod vectors;

simd::kernel! {
    /// Adds `y` to `x`, element by element, as far as both reach.
    pub fn add<'a, FMA>(x: &'a mut [f32], y: &'a [f32]) {
        for (x, &y) in x.iter_mut().zip(y) {
            *x += y;
        }
    }
}
