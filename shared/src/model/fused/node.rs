//! How a kernel becomes an operation of burn: it runs on burn-flex tensors and is one node of burn's graph.

use std::fmt::Debug;
use std::marker::PhantomData;
use std::sync::Arc;

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Flex, TensorMetadata};
use burn::tensor::{Tensor, TensorData};
use burn_flex::FlexTensor;

/// A function of `N` tensors with a known derivative.
pub(super) trait Kernel<const N: usize>: Clone + Debug + Send + 'static {
    /// The output's values, and what the backward pass wants to find again: anything where none is to come (`keep` is false).
    fn forward(&self, inputs: [&[f32]; N], keep: bool) -> (Vec<f32>, Vec<f32>);

    /// The gradients of the inputs, given the inputs, what the forward pass saved, and the output's gradient; all of them may be written over.
    /// In the place of one that is not wanted anything may stand.
    fn backward(
        &self,
        inputs: [Operand; N],
        saved: Vec<f32>,
        gradient: Operand,
        wanted: [bool; N],
    ) -> [Operand; N];

    /// The output's shape; by default the first input's.
    fn shape(&self, first: &[usize]) -> Vec<usize> {
        first.to_vec()
    }
}

/// What a backward pass reads and writes.
#[derive(Debug, Clone)]
pub(super) struct Operand(FlexTensor);

impl Operand {
    pub(super) fn numbers(&self) -> &[f32] {
        values(&self.0)
    }

    /// The numbers, to be written over: a copy where others have them too.
    pub(super) fn numbers_mut(&mut self) -> &mut [f32] {
        let all = values(&self.0);
        if all.len() < self.0.storage::<f32>().len() {
            // It is a part of something.
            self.0 = flex(all.to_vec(), vec![all.len()]);
        }
        self.0.storage_mut()
    }

    /// As a tensor of this shape.
    fn shaped(self, shape: &[usize]) -> FlexTensor {
        self.0.reshape(shape.to_vec().into())
    }
}

impl From<Vec<f32>> for Operand {
    fn from(numbers: Vec<f32>) -> Self {
        let shape = vec![numbers.len()];
        Operand(flex(numbers, shape))
    }
}

/// The inputs of a kernel, with or without a graph behind them.
pub(super) enum Inputs<const N: usize> {
    Plain([FlexTensor; N]),
    Tracked([FloatTensor<Autodiff<Flex>>; N]),
}

/// Collects tensors of different ranks.
macro_rules! inputs {
    ($first:expr $(, $rest:expr)*) => {
        if $first.device().is_autodiff() {
            $crate::model::fused::node::Inputs::Tracked([$crate::model::fused::node::tracked($first) $(, $crate::model::fused::node::tracked($rest))*])
        } else {
            $crate::model::fused::node::Inputs::Plain([$crate::model::fused::node::plain($first) $(, $crate::model::fused::node::plain($rest))*])
        }
    };
}
pub(super) use inputs;

pub(in crate::model) fn plain<const D: usize>(x: Tensor<D>) -> FlexTensor {
    contiguous(
        x.try_into_primitive::<Flex>()
            .expect("`available` has seen that the tensor is burn-flex's"),
    )
}

pub(super) fn tracked<const D: usize>(x: Tensor<D>) -> FloatTensor<Autodiff<Flex>> {
    x.try_into_primitive::<Autodiff<Flex>>()
        .expect("`available` has seen that the tensor is burn-flex's")
}

fn contiguous(x: FlexTensor) -> FlexTensor {
    if x.as_slice::<f32>().is_some() {
        x
    } else {
        x.to_contiguous()
    }
}

/// The values of a tensor that [`contiguous`] has passed.
pub(in crate::model) fn values(x: &FlexTensor) -> &[f32] {
    x.as_slice::<f32>()
        .expect("kernels run on contiguous f32 tensors")
}

pub(super) fn flex(values: Vec<f32>, shape: Vec<usize>) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape))
}

/// Runs a kernel, and records it where a gradient is wanted.
pub(super) fn apply<K: Kernel<N>, const N: usize, const D: usize>(
    kernel: K,
    inputs: Inputs<N>,
) -> Tensor<D> {
    match inputs {
        Inputs::Plain(inputs) => {
            let (out, _) = kernel.forward(inputs.each_ref().map(values), false);
            let shape = kernel.shape(inputs[0].shape().as_slice());
            Tensor::from_primitive::<Flex>(flex(out, shape))
        }
        Inputs::Tracked(inputs) => {
            let nodes = inputs.each_ref().map(|x| x.node());
            let inputs = inputs.map(|x| contiguous(x.into_primitive()));
            let shape = kernel.shape(inputs[0].shape().as_slice());
            let forward = |keep| kernel.forward(inputs.each_ref().map(values), keep);
            let node = Node::<K>(PhantomData);
            let out = match node
                .prepare::<NoCheckpointing>(nodes)
                .compute_bound()
                .stateful()
            {
                OpsKind::Tracked(prep) => {
                    let (out, saved) = forward(true);
                    let state = State {
                        kernel,
                        inputs: inputs.map(Operand),
                        saved: Arc::new(saved),
                    };
                    prep.finish(state, flex(out, shape))
                }
                OpsKind::UnTracked(prep) => prep.finish(flex(forward(false).0, shape)),
            };
            Tensor::from_primitive::<Autodiff<Flex>>(out)
        }
    }
}

/// The node of a kernel in burn's graph.
#[derive(Debug)]
struct Node<K>(PhantomData<K>);

/// What a node keeps for its backward pass.
#[derive(Debug, Clone)]
struct State<K, const N: usize> {
    kernel: K,
    inputs: [Operand; N],
    saved: Arc<Vec<f32>>,
}

impl<K: Kernel<N>, const N: usize> Backward<Flex, N> for Node<K> {
    type State = State<K, N>;

    fn backward(self, ops: Ops<Self::State, N>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = Operand(contiguous(grads.consume::<Flex>(&ops.node)));
        let State {
            kernel,
            inputs,
            saved,
        } = ops.state;
        let wanted = std::array::from_fn(|i| ops.parents[i].is_some());
        let shapes = inputs.each_ref().map(|x| x.0.shape().as_slice().to_vec());
        let found = kernel.backward(inputs, Arc::unwrap_or_clone(saved), gradient, wanted);
        for ((parent, shape), found) in ops.parents.iter().zip(shapes).zip(found) {
            if let Some(parent) = parent {
                grads.register::<Flex>(parent.id, found.shaped(&shape));
            }
        }
    }
}
