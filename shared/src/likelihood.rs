//! Log-probabilities of responses under a model: what SFT, RL and distillation differentiate.

use burn::module::Module;
use burn::tensor::Tensor;

use crate::model::recompute::recompute;
use crate::model::{Decoder, Memory, Packing, ops};

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

    fn prompt(&self) -> &[u32] {
        &self.tokens[..self.prompt_len]
    }
}

/// Final hidden states `[response tokens, hidden]` from which each response token is predicted, all sequences in order.
///
/// On a CPU the prompt of neighbours that have the same one, as a group has, is computed once.
fn response_hidden(
    model: &Decoder,
    sequences: &[Sequence<'_>],
    pad: u32,
    memory: Memory,
) -> Tensor<2> {
    // The last token predicts nothing that is asked for.
    let inputs = sequences.iter().map(|s| &s.tokens[..s.tokens.len() - 1]);
    let lengths = inputs.clone().map(<[u32]>::len);
    let packing = if crate::model::device::is_cpu(&model.device()) {
        let alike = |w: &[Sequence<'_>]| {
            if w[0].prompt() == w[1].prompt() {
                w[1].prompt_len
            } else {
                0
            }
        };
        let starts = std::iter::once(0).take(sequences.len());
        let starts = starts.chain(sequences.windows(2).map(alike)).collect();
        Packing::sharing(lengths, starts)
    } else {
        Packing::padded(lengths)
    };
    let hidden = model.hidden_within(&packing.flatten(inputs, pad), &packing, memory);
    let rows: Vec<usize> = (sequences.iter().enumerate())
        .flat_map(|(i, s)| packing.within(i, s.prompt_len - 1, s.tokens.len() - 1))
        .collect();
    ops::rows(hidden, &rows)
}

/// Log-probability of each response token, `[response tokens]`, all sequences in order.
pub fn response_log_probs(
    model: &Decoder,
    sequences: &[Sequence<'_>],
    pad: u32,
    memory: Memory,
) -> Tensor<1> {
    let hidden = response_hidden(model, sequences, pad, memory);
    let targets: Vec<u32> = sequences
        .iter()
        .flat_map(|s| s.response().iter().copied())
        .collect();
    match memory.log_prob_rows {
        0 => model.head().log_probs(hidden, &targets, model.precision()),
        rows => {
            let precision = model.precision();
            recompute(model.head(), hidden, rows, move |head, hidden, range| {
                head.log_probs(hidden, &targets[range], precision)
            })
        }
    }
}

/// Divergence in nats between student and teacher at each response token, `[response tokens]`, all sequences in order. The teacher is a
/// constant.
pub fn response_kl(
    student: &Decoder,
    teacher: &Decoder,
    sequences: &[Sequence<'_>],
    pad: u32,
    memory: Memory,
    direction: Direction,
) -> Tensor<1> {
    let [hidden, teacher_hidden] =
        [student, teacher].map(|model| response_hidden(model, sequences, pad, memory));
    match memory.log_prob_rows {
        0 => ops::kl(
            student.logits(hidden),
            teacher.logits(teacher_hidden),
            direction,
        ),
        rows => {
            let [own, its] = [student, teacher].map(Decoder::precision);
            let (teacher, teacher_hidden) = (teacher.head().valid(), teacher_hidden.inner());
            recompute(student.head(), hidden, rows, move |head, hidden, range| {
                let rows = teacher_hidden.clone().narrow(0, range.start, range.len());
                ops::kl(
                    head.forward(hidden, own),
                    teacher.forward(rows, its),
                    direction,
                )
            })
        }
    }
}

#[cfg(test)]
mod tests;
