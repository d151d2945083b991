//! How a decoder's matrices lie in memory while it samples.

use std::borrow::Cow;
use std::sync::Arc;

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{DType, Tensor};

use super::config::ModelConfig;
use super::decoder::{Decoder, Shape};
use super::fused;
use super::precision::Precision;
use super::reader::Reader;

/// Parameters of a model that no cache holds.
const LARGE: usize = 1 << 25;

/// True where a decoder's matrices stay as they lie, see [`Decoder::for_sampling`].
pub(super) fn is_large(config: &ModelConfig) -> bool {
    config.num_parameters() > LARGE
}

impl Decoder {
    /// True where no cache holds the weights: then it is read as they lie, see [`Decoder::for_sampling`].
    pub fn is_large(&self) -> bool {
        is_large(self.config())
    }

    /// The same decoder without a graph, its adapters merged and its matrices laid out for products with few rows: to sample from, not to
    /// be saved. One that is laid out already is lent as it is, so who samples in several parts can do this once for all of them.
    ///
    /// Weights lie in memory as checkpoints have them, `[out, in]`; a product with few rows is fastest where it reads them in panels of some
    /// columns ([`Panels`](super::kernels::product::Panels)), which are copied here, once for all tokens. The weights themselves stay.
    ///
    /// Matrices in blocks stay as they are.
    ///
    /// A large model stays as it is altogether: the copy would double its memory, and what its products cost is reading it, however it lies.
    ///
    /// Off the CPU, matrices are rounded to the format that their products compute in, once for all tokens.
    pub fn for_sampling(&self) -> Cow<'_, Self> {
        if self.shape.reader.is_some() || self.is_rounded() {
            return Cow::Borrowed(self);
        }
        let plain = self.without_graph();
        if !fused::on_cpu(&plain.device()) {
            return Cow::Owned(plain.rounded());
        }
        let panels = !self.is_large();
        Cow::Owned(plain.with_reader(panels))
    }

    /// The same decoder with its weights at hand for reading token by token, where it is on a CPU.
    fn with_reader(mut self, panels: bool) -> Self {
        if fused::on_cpu(&self.device()) {
            self.shape = Arc::new(Shape {
                reader: Some(Arc::new(Reader::of(&self, panels))),
                ..Shape::clone(&self.shape)
            });
        }
        self
    }

    /// True where the matrices are in the format that their products compute in, and that is a short one.
    fn is_rounded(&self) -> bool {
        let format = DType::from(self.precision().dtype());
        self.precision() != Precision::F32 && self.head().weight.val().dtype() == format
    }

    /// The same decoder with its matrices in the format that their products compute in.
    pub(super) fn rounded(self) -> Self {
        struct Round(Precision);
        impl ModuleMapper for Round {
            fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
                match D {
                    2 => param.map(|matrix| self.0.round(matrix)),
                    _ => param,
                }
            }
        }
        let precision = self.precision();
        self.map(&mut Round(precision))
    }

    /// The weights of a decoder on a CPU that [`Decoder::for_sampling`] has laid out.
    pub(super) fn reader(&self) -> &Reader {
        let reader = self.shape.reader.as_deref();
        reader.expect("`for_sampling` lays out what is on a CPU")
    }

    /// The same decoder without a graph, its adapters merged, to sample one sequence at a time from. Its matrices stay as they lie, so that
    /// nothing is held twice: [`Decoder::for_sampling`] lends it as it is. For many sequences at a time it is the slower one.
    pub fn for_one_sequence(self) -> Self {
        self.without_graph().with_reader(false)
    }

    /// The same weights without a graph, its adapters merged.
    fn without_graph(&self) -> Self {
        #[cfg(feature = "lora")]
        return self.merged();
        #[cfg(not(feature = "lora"))]
        self.valid()
    }
}
