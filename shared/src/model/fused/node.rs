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
    /// The output's values, and what the backward pass wants to find again.
    fn forward(&self, inputs: [&[f32]; N]) -> (Vec<f32>, Vec<f32>);

    /// The gradients of the inputs, given the inputs, what the forward pass saved, and the output's gradient.
    fn backward(&self, inputs: [&[f32]; N], saved: &[f32], gradient: &[f32]) -> [Vec<f32>; N];

    /// [`Kernel::backward`] of which only some gradients are wanted: of the others anything may stand there.
    fn backward_of(
        &self,
        inputs: [&[f32]; N],
        saved: &[f32],
        gradient: &[f32],
        _wanted: [bool; N],
    ) -> [Vec<f32>; N] {
        self.backward(inputs, saved, gradient)
    }

    /// The output's shape; by default the first input's.
    fn shape(&self, first: &[usize]) -> Vec<usize> {
        first.to_vec()
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
            let (out, _) = kernel.forward(inputs.each_ref().map(values));
            let shape = kernel.shape(inputs[0].shape().as_slice());
            Tensor::from_primitive::<Flex>(flex(out, shape))
        }
        Inputs::Tracked(inputs) => {
            let nodes = inputs.each_ref().map(|x| x.node());
            let inputs = inputs.map(|x| contiguous(x.into_primitive()));
            let (out, saved) = kernel.forward(inputs.each_ref().map(values));
            let shape = kernel.shape(inputs[0].shape().as_slice());
            let out = flex(out, shape);
            let node = Node::<K>(PhantomData);
            let out = match node
                .prepare::<NoCheckpointing>(nodes)
                .compute_bound()
                .stateful()
            {
                OpsKind::Tracked(prep) => prep.finish(
                    State {
                        kernel,
                        inputs,
                        saved: Arc::new(saved),
                    },
                    out,
                ),
                OpsKind::UnTracked(prep) => prep.finish(out),
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
    inputs: [FlexTensor; N],
    saved: Arc<Vec<f32>>,
}

impl<K: Kernel<N>, const N: usize> Backward<Flex, N> for Node<K> {
    type State = State<K, N>;

    fn backward(self, ops: Ops<Self::State, N>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = contiguous(grads.consume::<Flex>(&ops.node));
        let State {
            kernel,
            inputs,
            saved,
        } = ops.state;
        let wanted = std::array::from_fn(|i| ops.parents[i].is_some());
        let read = inputs.each_ref().map(values);
        let found = kernel.backward_of(read, &saved, values(&gradient), wanted);
        for ((parent, input), found) in ops.parents.iter().zip(&inputs).zip(found) {
            if let Some(parent) = parent {
                let shape = input.shape().as_slice().to_vec();
                grads.register::<Flex>(parent.id, flex(found, shape));
            }
        }
    }
}
