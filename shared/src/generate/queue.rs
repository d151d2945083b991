//! Completions that wait for their turn, and how many of them may begin.

use std::collections::VecDeque;

use super::{Prompt, Sampling};

/// A completion that is being written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// Its number, counted over all prompts in order.
    pub(super) completion: usize,
    pub(super) stream: u64,
    pub(super) prompt: usize,
    /// Most tokens that may be drawn.
    pub(super) room: usize,
    /// The token that was drawn last.
    pub(super) newest: u32,
    pub(super) finished: bool,
}

/// Completions in their order.
pub(super) struct Queue<'a> {
    prompts: &'a [Prompt],
    waiting: VecDeque<Row>,
    without_room: Vec<usize>,
    /// Most tokens of a batch.
    most: usize,
    /// New tokens that each row of a rectangle has room for; none where a row is as long as it is.
    rectangle: Option<usize>,
}

/// Tokens that a batch will hold when all its rows are as long as they may be.
#[derive(Clone, Copy, Default)]
struct Held {
    rows: usize,
    last_prompt: Option<usize>,
    /// Prompts, each once, and the rooms of the rows.
    tokens: usize,
    longest_prompt: usize,
}

impl<'a> Queue<'a> {
    /// All completions of `prompts`, for batches of at most `most` tokens. `shares` is true where the rows of a group share their prompt.
    pub(super) fn new(
        prompts: &'a [Prompt],
        sampling: &Sampling,
        limit: usize,
        most: Option<usize>,
        shares: bool,
    ) -> Self {
        let mut queue = Queue {
            prompts,
            waiting: VecDeque::new(),
            without_room: Vec::new(),
            most: most.unwrap_or(usize::MAX),
            rectangle: (!shares).then_some(sampling.max_new_tokens.min(limit)),
        };
        let mut completion = 0;
        for (i, prompt) in prompts.iter().enumerate() {
            let room = sampling.max_new_tokens.saturating_sub(prompt.forced_len);
            let room = room.min(limit - prompt.tokens.len());
            for &stream in &prompt.streams {
                if room == 0 {
                    queue.without_room.push(completion);
                } else {
                    queue.waiting.push_back(Row {
                        completion,
                        stream,
                        prompt: i,
                        room,
                        newest: 0,
                        finished: false,
                    });
                }
                completion += 1;
            }
        }
        queue
    }

    /// True where no completion waits.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The prompt of the completion that is the next to begin.
    pub(super) fn prompt(&self) -> Option<usize> {
        self.waiting.front().map(|row| row.prompt)
    }

    /// Completions that may have no token at all.
    pub(super) fn without_room(&self) -> impl Iterator<Item = usize> {
        self.without_room.iter().copied()
    }

    /// The completions that may begin beside those that are running: as many as there is room for, and one where none is running.
    pub(super) fn next(&mut self, running: &[Row]) -> Vec<Row> {
        let mut held = running
            .iter()
            .fold(Held::default(), |held, row| self.with(held, row));
        let mut next = Vec::new();
        while let Some(row) = self.waiting.front() {
            held = self.with(held, row);
            if held.rows > 1 && self.tokens(held) > self.most {
                break;
            }
            next.extend(self.waiting.pop_front());
        }
        next
    }

    fn with(&self, held: Held, row: &Row) -> Held {
        let prompt = self.prompts[row.prompt].tokens.len();
        let read = if held.last_prompt == Some(row.prompt) {
            0
        } else {
            prompt
        };
        Held {
            rows: held.rows + 1,
            last_prompt: Some(row.prompt),
            tokens: held.tokens + read + row.room,
            longest_prompt: held.longest_prompt.max(prompt),
        }
    }

    fn tokens(&self, held: Held) -> usize {
        match self.rectangle {
            None => held.tokens,
            Some(new) => held.rows * (held.longest_prompt + new),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix64;

    const MOST: usize = 40;

    /// Lets completions end at random until all have begun; the batches, each as the completions in it.
    fn batches(seed: u64, most: Option<usize>, shares: bool) -> (usize, Vec<Vec<Row>>) {
        let mut rng = SplitMix64::new(seed);
        let mut below = |n: u64| rng.below(n) as usize;
        let prompts: Vec<Prompt> = (0..1 + below(7))
            .map(|_| Prompt {
                tokens: vec![0; 1 + below(11)],
                forced_len: below(4),
                streams: vec![0; below(6)],
            })
            .collect();
        let sampling = Sampling {
            temperature: 1.0,
            top_p: 1.0,
            max_new_tokens: 1 + below(9),
        };
        let mut queue = Queue::new(&prompts, &sampling, 16, most, shares);
        let all = queue.waiting.len();
        let (mut running, mut seen) = (Vec::new(), Vec::new());
        while !queue.is_empty() {
            running.extend(queue.next(&running));
            seen.push(running.clone());
            let ends = below(running.len() as u64);
            running.remove(ends);
            if !shares {
                running.clear();
            }
        }
        let needs = |rows: &[Row]| {
            let mut read: Vec<usize> = rows.iter().map(|row| row.prompt).collect();
            let longest = |p: &usize| prompts[*p].tokens.len();
            if !shares {
                let longest = read.iter().map(longest).max().unwrap_or(0);
                return rows.len() * (longest + sampling.max_new_tokens);
            }
            read.dedup();
            let rooms: usize = rows.iter().map(|row| row.room).sum();
            rooms + read.iter().map(longest).sum::<usize>()
        };
        for rows in &seen {
            assert!(
                rows.len() == 1 || needs(rows) <= most.unwrap_or(usize::MAX),
                "seed {seed}"
            );
        }
        (all, seen)
    }

    #[test]
    fn every_completion_begins_once_in_order_and_no_batch_is_too_large() {
        for seed in 0..300 {
            for shares in [true, false] {
                let (all, seen) = batches(seed, Some(MOST), shares);
                let mut begun: Vec<usize> = seen.concat().iter().map(|r| r.completion).collect();
                begun.sort_unstable();
                begun.dedup();
                assert_eq!(begun.len(), all, "seed {seed}");
                for rows in seen {
                    assert!(rows.is_sorted_by_key(|row| row.completion), "seed {seed}");
                }
                let (all, seen) = batches(seed, None, shares);
                assert!(seen.len() <= 1 && seen.concat().len() == all, "seed {seed}");
            }
        }
    }
}
