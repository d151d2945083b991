//! Recomputation in the backward pass, the field's gradient checkpointing (Chen et al. 2016, arXiv 1604.06174): memory for time.
//!
//! [`recompute`] runs a function of a module and of rows, without a graph, and records one node that keeps the rows alone. The
//! backward pass runs the function again, one chunk of rows after another, each with a graph of its own that ends with the chunk.
//! Layers are one chunk, since attention mixes their rows; logits, which mix none, are as many as the caller asks for.
//! Left out: a choice of layers, and states kept on another device.

use std::fmt::{self, Debug};
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, DispatchKindConversion, DispatchTensor, Flex};
use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;

/// A function of a module, of some of the rows, and of where these lie among all; row `i` of its result comes from row `i`.
type Rows<M, const D: usize> = dyn Fn(&M, Tensor<2>, Range<usize>) -> Tensor<D> + Send + Sync;

/// `run` over `x [rows, width]`, at most `chunk` rows at a time and put together again, with nothing kept for the backward pass
/// but `x`.
///
/// Gradients reach `x` and the parameters of `module` that learn, and nothing else that `run` holds.
pub(crate) fn recompute<M: Module + 'static, const D: usize>(
    module: &M,
    x: Tensor<2>,
    chunk: usize,
    run: impl Fn(&M, Tensor<2>, Range<usize>) -> Tensor<D> + Send + Sync + 'static,
) -> Tensor<D> {
    if !x.device().is_autodiff() {
        return whole(module, &x, chunk, &run);
    }
    #[cfg(any(feature = "wgpu", feature = "cuda"))]
    if !super::fused::available(&x) {
        return record::<burn::backend::Cube, M, D>(module, x, chunk, Arc::new(run));
    }
    record::<Flex, M, D>(module, x, chunk, Arc::new(run))
}

/// The chunks of so many rows; one without rows where there are none.
fn chunks(rows: usize, chunk: usize) -> impl Iterator<Item = Range<usize>> {
    let chunk = chunk.max(1);
    let starts = (0..rows.max(1)).step_by(chunk);
    starts.map(move |start| start..rows.min(start + chunk))
}

/// The rows of a chunk.
fn part<const D: usize>(x: &Tensor<D>, range: &Range<usize>) -> Tensor<D> {
    if range.len() == x.dims()[0] {
        x.clone()
    } else {
        x.clone().narrow(0, range.start, range.len())
    }
}

/// Puts the chunks together again.
fn join<const D: usize>(mut parts: Vec<Tensor<D>>) -> Tensor<D> {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            Tensor::cat(parts, 0)
        }
    }
}

fn whole<M, const D: usize>(
    module: &M,
    x: &Tensor<2>,
    chunk: usize,
    run: &Rows<M, D>,
) -> Tensor<D> {
    let parts = chunks(x.dims()[0], chunk).map(|range| run(module, part(x, &range), range));
    join(parts.collect())
}

/// Runs the function without a graph, and records it where a gradient is wanted.
fn record<B: Backend, M: Module + 'static, const D: usize>(
    module: &M,
    x: Tensor<2>,
    chunk: usize,
    run: Arc<Rows<M, D>>,
) -> Tensor<D>
where
    DispatchTensor: DispatchKindConversion<B> + DispatchKindConversion<Autodiff<B>>,
{
    let mut leaves = Leaves::<B>(Vec::new());
    module.visit(&mut leaves);
    let Leaves(leaves) = leaves;
    let module = module.valid();
    let x = tracked::<B, 2>(x);
    // The node needs a parent that learns; the others' gradients find their leaves by their ids.
    let parents = [x.node(), leaves.first().unwrap_or(&x).node()];
    let x_learns = x.is_tracked();
    let x = Tensor::<2>::from_primitive::<B>(x.into_primitive());
    let out = primitive::<B, D>(whole(&module, &x, chunk, &*run));
    let node = Node(PhantomData::<(M, Tensor<D>)>);
    let out = match node
        .prepare::<NoCheckpointing>(parents)
        .compute_bound()
        .stateful()
    {
        OpsKind::Tracked(prep) => prep.finish(
            State {
                module,
                x,
                x_learns,
                leaves: leaves.iter().map(|leaf| leaf.id()).collect(),
                chunk,
                run,
            },
            out,
        ),
        OpsKind::UnTracked(prep) => prep.finish(out),
    };
    Tensor::from_primitive::<Autodiff<B>>(out)
}

fn tracked<B: Backend, const D: usize>(x: Tensor<D>) -> FloatTensor<Autodiff<B>>
where
    DispatchTensor: DispatchKindConversion<Autodiff<B>>,
{
    x.try_into_primitive::<Autodiff<B>>()
        .expect("a module lies on one autodiff device, with its inputs")
}

fn primitive<B: Backend, const D: usize>(x: Tensor<D>) -> FloatTensor<B>
where
    DispatchTensor: DispatchKindConversion<B>,
{
    x.try_into_primitive::<B>()
        .expect("without a graph a tensor stays on its device")
}

/// The parameters that learn, in the module's order.
struct Leaves<B: Backend>(Vec<FloatTensor<Autodiff<B>>>);

impl<B: Backend> ModuleVisitor for Leaves<B>
where
    DispatchTensor: DispatchKindConversion<Autodiff<B>>,
{
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val();
        if value.is_require_grad() {
            self.0.push(tracked::<B, D>(value));
        }
    }
}

/// The node of a recomputed function in burn's graph.
#[derive(Debug)]
struct Node<T>(PhantomData<T>);

/// What a node keeps for its backward pass.
#[derive(Clone)]
struct State<M, const D: usize> {
    /// Without a graph.
    module: M,
    x: Tensor<2>,
    x_learns: bool,
    /// The parameters of the module that learn, in its order.
    leaves: Vec<NodeId>,
    chunk: usize,
    run: Arc<Rows<M, D>>,
}

impl<M, const D: usize> Debug for State<M, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("State");
        shown.field("leaves", &self.leaves).finish_non_exhaustive()
    }
}

impl<B: Backend, M: Module + 'static, const D: usize> Backward<B, 2> for Node<(M, Tensor<D>)>
where
    DispatchTensor: DispatchKindConversion<B>,
{
    type State = State<M, D>;

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = Tensor::<D>::from_primitive::<B>(grads.consume::<B>(&ops.node));
        let state = ops.state;
        let mut dx = Vec::new();
        for range in chunks(state.x.dims()[0], state.chunk) {
            // Fresh leaves: those of the graph that this node stands in are locked while it runs.
            let module = state.module.clone().train();
            let mut x = Tensor::from_inner(part(&state.x, &range));
            if state.x_learns {
                x = x.require_grad();
            }
            let out = (state.run)(&module, x.clone(), range.clone());
            // The derivative of this sum by `out` is `gradient`, bit for bit.
            let sum = (out * Tensor::from_inner(part(&gradient, &range))).sum();
            let mut found = sum.backward();
            dx.extend(x.grad_remove(&mut found));
            module.visit(&mut Register::<B> {
                found: &mut found,
                grads,
                leaves: state.leaves.iter(),
                backend: PhantomData,
            });
        }
        if let [Some(parent), _] = &ops.parents
            && state.x_learns
            && !dx.is_empty()
        {
            grads.register::<B>(parent.id, primitive::<B, 2>(join(dx)));
        }
    }
}

/// Hands the gradients of a chunk on to the parameters of the graph outside.
struct Register<'a, B> {
    found: &'a mut burn::tensor::Gradients,
    grads: &'a mut Gradients,
    leaves: std::slice::Iter<'a, NodeId>,
    backend: PhantomData<B>,
}

impl<B: Backend> ModuleVisitor for Register<'_, B>
where
    DispatchTensor: DispatchKindConversion<B>,
{
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val();
        if !value.is_require_grad() {
            return;
        }
        let Some(&leaf) = self.leaves.next() else {
            return;
        };
        if let Some(gradient) = value.grad_remove(self.found) {
            self.grads.register::<B>(leaf, primitive::<B, D>(gradient));
        }
    }
}

#[cfg(test)]
mod tests;
