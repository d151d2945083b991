//! What a step may keep in memory, and so how much of its work is done twice.

mod estimate;

use burn::tensor::Device;

use super::device;
use crate::parallel::split;

pub use estimate::{Estimate, Work};

/// What a step that learns, or reads log-probabilities, may keep. The default keeps everything.
///
/// The gradient is the same whatever is chosen, up to the order in which its terms are added.
pub use explang_run::config::MemorySection as Memory;

/// Splits items into about equal shards, and each of them into parts that are worked on one after another, their gradients added:
/// the field's gradient accumulation. `len` is an item's length in tokens.
///
/// A part has [`Memory::micro_batch_tokens`] tokens at most. Off the CPU, where sequences are filled up to the longest of their
/// part, the filling counts, and sequences of about equal length come together; on it the order of the items stays.
pub fn shards<T: Copy>(
    memory: Memory,
    items: &[T],
    shards: usize,
    device: &Device,
    len: impl Fn(&T) -> usize,
) -> Vec<Vec<Vec<T>>> {
    let padded = !device::is_cpu(device);
    let shards = split(items, shards).into_iter();
    shards
        .map(|shard| parts(shard, memory.micro_batch_tokens, padded, &len))
        .collect()
}

/// The parts of a shard, of at most so many tokens.
fn parts<T: Copy>(
    shard: &[T],
    most: Option<usize>,
    padded: bool,
    len: impl Fn(&T) -> usize,
) -> Vec<Vec<T>> {
    let mut items = shard.to_vec();
    let Some(most) = most else {
        return vec![items];
    };
    if padded {
        items.sort_by_key(&len);
    }
    let mut parts: Vec<Vec<T>> = Vec::new();
    let mut tokens = 0;
    for item in items {
        let len = len(&item);
        // Sorted where there is filling, so the newest is the longest.
        let filled = parts.last().map_or(0, |part| (part.len() + 1) * len);
        match parts.last_mut() {
            Some(part) if (if padded { filled } else { tokens + len }) <= most => {
                tokens += len;
                part.push(item);
            }
            _ => {
                tokens = len;
                parts.push(vec![item]);
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_hold_every_item_once_and_no_more_tokens_than_allowed() {
        let shard: Vec<(usize, usize)> = (0..40).map(|i| (i, 1 + i * 7 % 23)).collect();
        for most in [None, Some(0), Some(1), Some(23), Some(60), Some(10_000)] {
            for padded in [false, true] {
                let parts = parts(&shard, most, padded, |item| item.1);
                let mut all = parts.concat();
                if !padded || most.is_none() {
                    assert_eq!(all, shard, "order is kept");
                }
                all.sort_unstable();
                assert_eq!(all, shard);
                for part in &parts {
                    let lengths = part.iter().map(|item| item.1);
                    let tokens = match padded {
                        true => lengths.clone().max().unwrap() * part.len(),
                        false => lengths.sum(),
                    };
                    assert!(part.len() == 1 || most.is_none_or(|most| tokens <= most));
                }
            }
        }
        assert_eq!(parts(&[0; 0], None, false, |_| 1), [vec![0; 0]]);
    }

    #[test]
    fn filling_is_little_where_lengths_differ_much() {
        let lengths: Vec<usize> = (0..64).map(|i| if i % 2 == 0 { 10 } else { 100 }).collect();
        let parts = parts(&lengths, Some(400), true, |len| *len);
        let tokens = parts
            .iter()
            .map(|part| part.len() * part.iter().max().unwrap());
        assert_eq!(tokens.sum::<usize>(), lengths.iter().sum::<usize>());
    }
}
