//! Formats of numbers: how weights are stored, and what products compute in.
//!
//! Off the CPU a decoder can compute in half precision, as PyTorch's autocast does: the factors of its products, the keys and the values are rounded to
//! 16 bits; norms, softmax, rotary embedding, sums with what was there before, and losses stay in f32, and so do the weights that learn and their
//! gradients. f16 holds no small gradients, so a loss is multiplied before its backward pass, see [`Precision::loss_scale`].

use burn::tensor::{FloatDType, Tensor};
use explang_named::named;

/// A format of numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Precision {
    /// Four bytes, exact.
    #[default]
    F32,
    /// Two bytes, eleven bits of precision.
    F16,
    /// Two bytes, eight bits of precision and the range of f32.
    BF16,
}

named!(Precision, "number format", { F32 => "f32", F16 => "f16", BF16 => "bf16" });

impl Precision {
    /// PyTorch's name of it.
    pub const fn torch_name(self) -> &'static str {
        match self {
            Precision::F32 => "float32",
            Precision::F16 => "float16",
            Precision::BF16 => "bfloat16",
        }
    }

    /// burn's name of it.
    pub const fn dtype(self) -> FloatDType {
        match self {
            Precision::F32 => FloatDType::F32,
            Precision::F16 => FloatDType::F16,
            Precision::BF16 => FloatDType::BF16,
        }
    }

    /// The share of a number that rounding to this format changes at most: half of the distance from 1 to the next number.
    pub const fn rounding(self) -> f64 {
        match self {
            Precision::F32 => 1.0 / (1 << 24) as f64,
            Precision::F16 => 1.0 / (1 << 11) as f64,
            Precision::BF16 => 1.0 / (1 << 8) as f64,
        }
    }

    /// What a loss is multiplied by at first, so that its small gradients have a place in this format (Micikevicius et al. 2018, arXiv
    /// 1710.03740, section 3.2).
    pub const fn loss_scale(self) -> f32 {
        match self {
            Precision::F16 => 4096.0,
            Precision::F32 | Precision::BF16 => 1.0,
        }
    }

    /// `x` in this format.
    pub(super) fn round<const D: usize>(self, x: Tensor<D>) -> Tensor<D> {
        x.cast(self.dtype())
    }
}

/// `x` in f32, as everything is that is not the factor of a product.
pub(super) fn in_f32<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    x.cast(FloatDType::F32)
}

#[cfg(test)]
mod tests;
