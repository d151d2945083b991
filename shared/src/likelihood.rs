//! Log-probabilities of responses under a model: what SFT, RL and distillation differentiate.

use burn::tensor::Tensor;

use crate::model::{Decoder, Packing, ops};

pub use crate::model::ops::Direction;

/// A prompt and its response in one row of tokens.
#[derive(Debug, Clone, Copy)]
pub struct Sequence<'a> {
    /// Prompt, then response.
    pub tokens: &'a [u32],
    /// Number of prompt tokens, at least one: the response starts here.
    pub prompt_len: usize,
}

impl Sequence<'_> {
    /// The response's tokens.
    pub fn response(&self) -> &[u32] {
        &self.tokens[self.prompt_len..]
    }
}

/// Final hidden states `[response tokens, hidden]` from which each response token is predicted, all sequences in order.
fn response_hidden(model: &Decoder, sequences: &[Sequence<'_>], pad: u32) -> Tensor<2> {
    // The last token predicts nothing that is asked for.
    let inputs = sequences.iter().map(|s| &s.tokens[..s.tokens.len() - 1]);
    let lengths = inputs.clone().map(<[u32]>::len);
    let packing = if crate::model::device::is_cpu(&model.device()) {
        Packing::new(lengths)
    } else {
        Packing::padded(lengths)
    };
    let hidden = model.hidden(&packing.flatten(inputs, pad), &packing);
    let rows: Vec<usize> = sequences
        .iter()
        .zip(packing.offsets())
        .flat_map(|(s, start)| start + s.prompt_len - 1..start + s.tokens.len() - 1)
        .collect();
    ops::rows(hidden, &rows)
}

/// Log-probability of each response token, `[response tokens]`, all sequences in order.
pub fn response_log_probs(model: &Decoder, sequences: &[Sequence<'_>], pad: u32) -> Tensor<1> {
    let hidden = response_hidden(model, sequences, pad);
    let targets: Vec<u32> = sequences
        .iter()
        .flat_map(|s| s.response().iter().copied())
        .collect();
    ops::log_prob(model.logits(hidden), &targets)
}

/// Divergence in nats between student and teacher at each response token, `[response tokens]`, all sequences in order. The teacher is a
/// constant.
pub fn response_kl(
    student: &Decoder,
    teacher: &Decoder,
    sequences: &[Sequence<'_>],
    pad: u32,
    direction: Direction,
) -> Tensor<1> {
    let [student, teacher] =
        [student, teacher].map(|model| model.logits(response_hidden(model, sequences, pad)));
    ops::kl(student, teacher, direction)
}
