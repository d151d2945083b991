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
}

/// Final hidden states `[response tokens, hidden]` from which each response token is predicted, all sequences in order.
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
        Packing::new(lengths)
    } else {
        Packing::padded(lengths)
    };
    let hidden = model.hidden_within(&packing.flatten(inputs, pad), &packing, memory);
    let rows: Vec<usize> = sequences
        .iter()
        .zip(packing.offsets())
        .flat_map(|(s, start)| start + s.prompt_len - 1..start + s.tokens.len() - 1)
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
        0 => ops::log_prob(model.logits(hidden), &targets),
        rows => recompute(model.head(), hidden, rows, move |head, hidden, range| {
            ops::log_prob(head.forward(hidden), &targets[range])
        }),
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
            let (teacher, teacher_hidden) = (teacher.head().valid(), teacher_hidden.inner());
            recompute(student.head(), hidden, rows, move |head, hidden, range| {
                let rows = teacher_hidden.clone().narrow(0, range.start, range.len());
                ops::kl(head.forward(hidden), teacher.forward(rows), direction)
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ModelConfig, ModelPreset};
    use burn::tensor::Device;

    #[test]
    fn packed_sequences_have_the_loss_of_each_alone() {
        let model = Decoder::random(&ModelConfig::of(ModelPreset::Pico, 60), 1, &Device::flex());
        let row = |n: u32| (0..n).map(|i| (n * 5 + i * 3) % 60).collect();
        let rows: Vec<Vec<u32>> = [9, 3, 20, 4].into_iter().map(row).collect();
        let sequence = |tokens| Sequence {
            tokens,
            prompt_len: 3,
        };
        let sequences: Vec<Sequence<'_>> = rows.iter().map(|r| sequence(r)).collect();
        let tokens = sequences.iter().map(|s| s.response().len()).sum::<usize>() as f32;
        let log_prob = |sequences: &[Sequence<'_>], memory| {
            let log_probs = response_log_probs(&model, sequences, 0, memory);
            log_probs.sum().into_scalar::<f32>()
        };
        for log_prob_rows in [0, 2] {
            let memory = Memory {
                log_prob_rows,
                ..Memory::default()
            };
            let alone = sequences.iter().map(|s| log_prob(&[*s], memory));
            let difference = (log_prob(&sequences, memory) - alone.sum::<f32>()) / tokens;
            assert!(difference.abs() < 1e-6, "{difference}");
        }
    }
}
