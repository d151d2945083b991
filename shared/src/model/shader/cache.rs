//! The key-value cache on a graphics processor. All caches of a model are slots of one buffer, so rows come and go without being moved.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use super::gpu::Gpu;
use crate::model::causal::{CacheRows, Coming};
use crate::model::config::ModelConfig;

/// Positions by which a slot's room grows.
const STEP: usize = 64;

/// The slots of a model, `[slot, layer, keys or values, position, kv_heads * head_dim]`.
#[derive(Debug)]
pub(super) struct Pool {
    gpu: Gpu,
    buffer: wgpu::Buffer,
    /// Numbers of a position of a slot's keys or values in one layer.
    width: usize,
    /// Layers, twice: keys and values.
    parts: usize,
    slots: usize,
    room: usize,
    free: Vec<usize>,
    /// Holds a slot while it is copied: a buffer cannot be copied to itself.
    spare: wgpu::Buffer,
}

impl Pool {
    pub(super) fn new(gpu: &Gpu, config: &ModelConfig) -> Self {
        Pool {
            gpu: gpu.clone(),
            buffer: gpu.room("cache", 0),
            width: config.num_kv_heads * config.head_dim,
            parts: 2 * config.num_layers,
            slots: 0,
            room: 0,
            free: Vec::new(),
            spare: gpu.room("spare slot", 0),
        }
    }

    pub(super) fn buffer(&self) -> &wgpu::Buffer {
        &self.buffer
    }

    /// Bytes of all slots.
    pub(super) fn bytes(&self) -> u64 {
        self.buffer.size() + self.spare.size()
    }

    /// Positions that a slot has room for.
    pub(super) fn room(&self) -> usize {
        self.room
    }

    /// A slot with room for `room` positions at least.
    fn take(&mut self, room: usize) -> usize {
        if self.free.is_empty() || room > self.room {
            let slots = if self.free.is_empty() {
                (2 * self.slots).max(1)
            } else {
                self.slots
            };
            self.grow(slots, self.room.max(room.next_multiple_of(STEP)));
        }
        // Where it could not grow, the device says so at the next reading.
        self.free.pop().unwrap_or(0)
    }

    fn grow(&mut self, slots: usize, room: usize) {
        let numbers = (slots * self.parts * room * self.width) as u64;
        let most = self.gpu.most();
        if numbers > most {
            self.gpu.refuse(format!(
                "{slots} texts of {room} tokens need {} MiB for keys and values, and it gives at most {}",
                numbers >> 18,
                most >> 18
            ));
            return;
        }
        let buffer = self.gpu.room("cache", numbers);
        let (old, new) = (self.room * self.width, room * self.width);
        let mut encoder = self
            .gpu
            .device()
            .create_command_encoder(&Default::default());
        if room == self.room {
            copy(
                &mut encoder,
                (&self.buffer, 0),
                (&buffer, 0),
                self.slots * self.parts * old,
            );
        } else {
            for part in 0..self.slots * self.parts {
                copy(
                    &mut encoder,
                    (&self.buffer, part * old),
                    (&buffer, part * new),
                    old,
                );
            }
        }
        self.gpu.submit(encoder, 0);
        self.buffer = buffer;
        self.spare = self.gpu.room("spare slot", (self.parts * new) as u64);
        self.free.extend(self.slots..slots);
        (self.slots, self.room) = (slots, room);
    }

    /// Copies of a slot, in slots of their own.
    fn copies(&mut self, slot: usize, count: usize) -> Vec<usize> {
        let to: Vec<usize> = (0..count).map(|_| self.take(self.room)).collect();
        let size = self.parts * self.room * self.width;
        let mut encoder = self
            .gpu
            .device()
            .create_command_encoder(&Default::default());
        copy(
            &mut encoder,
            (&self.buffer, slot * size),
            (&self.spare, 0),
            size,
        );
        for &to in &to {
            copy(
                &mut encoder,
                (&self.spare, 0),
                (&self.buffer, to * size),
                size,
            );
        }
        self.gpu.submit(encoder, 0);
        to
    }
}

/// Copies `numbers` numbers from a place of one buffer to one of another.
fn copy(
    encoder: &mut wgpu::CommandEncoder,
    (from, start): (&wgpu::Buffer, usize),
    (to, end): (&wgpu::Buffer, usize),
    numbers: usize,
) {
    if numbers > 0 {
        let bytes = |numbers: usize| 4 * numbers as u64;
        encoder.copy_buffer_to_buffer(from, bytes(start), to, bytes(end), bytes(numbers));
    }
}

/// Keys and values of the tokens that a batch has seen, and what was computed ahead of them.
#[derive(Debug)]
pub struct ShaderCache {
    pool: Rc<RefCell<Pool>>,
    pub(super) rows: Vec<Row>,
    /// What is known of the tokens to come, a row each; nothing where nobody said.
    pub(super) coming: Option<Coming>,
}

/// A row.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) slot: usize,
    pub(super) length: usize,
    /// Tokens that the device drew itself after the `length` that it was given, with the logits `[vocab]` after each.
    pub(super) ahead: VecDeque<(u32, Vec<f32>)>,
}

impl ShaderCache {
    pub(super) fn new(pool: &Rc<RefCell<Pool>>, rows: usize, capacity: usize) -> Self {
        let row = |_| Row {
            slot: pool.borrow_mut().take(capacity),
            length: 0,
            ahead: VecDeque::new(),
        };
        ShaderCache {
            pool: pool.clone(),
            rows: (0..rows).map(row).collect(),
            coming: None,
        }
    }

    /// Appends the logits after `tokens`, one a row, where the device has drawn just these; false where it has not.
    pub(super) fn follow(&mut self, tokens: &[u32], logits: &mut Vec<f32>) -> bool {
        let drawn = |row: &Row| row.ahead.front().map(|(token, _)| *token);
        let same = (self.rows.iter().zip(tokens)).all(|(row, &token)| drawn(row) == Some(token));
        if same {
            for row in &mut self.rows {
                let (_, after) = row.ahead.pop_front().unwrap_or_default();
                logits.extend(after);
                row.length += 1;
            }
        }
        same
    }
}

impl CacheRows for ShaderCache {
    fn keep(&mut self, rows: &[usize]) {
        let old = std::mem::take(&mut self.rows);
        let mut pool = self.pool.borrow_mut();
        let mut uses = vec![0usize; old.len()];
        rows.iter().for_each(|&row| uses[row] += 1);
        let mut slots: Vec<Vec<usize>> = Vec::with_capacity(old.len());
        for (row, &uses) in old.iter().zip(&uses) {
            slots.push(match uses {
                0 => {
                    pool.free.push(row.slot);
                    Vec::new()
                }
                1 => vec![row.slot],
                more => {
                    let mut slots = pool.copies(row.slot, more - 1);
                    slots.push(row.slot);
                    slots
                }
            });
        }
        let kept = rows.iter().map(|&row| Row {
            slot: slots[row].pop().expect("a slot for each use"),
            length: old[row].length,
            ahead: old[row].ahead.clone(),
        });
        self.rows = kept.collect();
    }

    fn fork(&mut self, row: usize) -> Self {
        let Row { slot, length, .. } = self.rows[row];
        let copied = Row {
            slot: self.pool.borrow_mut().copies(slot, 1)[0],
            length,
            ahead: self.rows[row].ahead.clone(),
        };
        ShaderCache {
            rows: vec![copied],
            pool: self.pool.clone(),
            coming: None,
        }
    }

    fn append(&mut self, mut other: Self) {
        self.rows.append(&mut other.rows);
    }
}

impl Drop for ShaderCache {
    fn drop(&mut self) {
        let slots = self.rows.iter().map(|row| row.slot);
        self.pool.borrow_mut().free.extend(slots);
    }
}
