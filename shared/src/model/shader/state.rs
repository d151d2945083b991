//! What goes from operation to operation.

use super::gpu::Gpu;
use crate::model::config::ModelConfig;

/// The buffers of the bindings of group 0, by their numbers in the shaders.
#[derive(Debug)]
pub(super) struct State {
    sizes: Sizes,
    room: Room,
    buffers: [wgpu::Buffer; 11],
}

/// Numbers that each token has in each buffer.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    hidden: usize,
    wide: usize,
    vocab: usize,
}

/// What a state has room for.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Room {
    pub(super) tokens: usize,
    pub(super) rows: usize,
    /// Rows, each as often as there are steps.
    pub(super) readings: usize,
}

pub(super) const READING: usize = 0;
pub(super) const TOKENS: usize = 1;
pub(super) const PLACES: usize = 2;
const CACHE: usize = 5;
pub(super) const LAST: usize = 6;
pub(super) const LOGITS: usize = 7;
pub(super) const CHANCES: usize = 8;
pub(super) const DRAWN: usize = 10;

impl State {
    pub(super) fn new(gpu: &Gpu, config: &ModelConfig, cache: &wgpu::Buffer) -> Self {
        let qkv = (config.num_heads + 2 * config.num_kv_heads) * config.head_dim;
        let sizes = Sizes {
            hidden: config.hidden_size,
            wide: config.intermediate_size.max(qkv),
            vocab: config.vocab_size,
        };
        let room = Room::default();
        State {
            sizes,
            room,
            buffers: buffers(gpu, sizes, room, cache),
        }
    }

    /// Makes room for as much.
    pub(super) fn reserve(&mut self, gpu: &Gpu, wanted: Room, cache: &wgpu::Buffer) {
        let old = self.room;
        let room = Room {
            tokens: old.tokens.max(wanted.tokens),
            rows: old.rows.max(wanted.rows),
            readings: old.readings.max(wanted.readings),
        };
        if room != old {
            self.room = room;
            self.buffers = buffers(gpu, self.sizes, room, cache);
        }
        self.buffers[CACHE] = cache.clone();
    }

    pub(super) fn get(&self, binding: usize) -> &wgpu::Buffer {
        &self.buffers[binding]
    }

    /// Bytes of its buffers, without the cache.
    pub(super) fn bytes(&self) -> u64 {
        let sizes = self.buffers.iter().map(wgpu::Buffer::size);
        sizes.sum::<u64>() - self.buffers[CACHE].size()
    }

    /// What an operation sees of it.
    pub(super) fn seen_by(
        &self,
        gpu: &Gpu,
        pipeline: &wgpu::ComputePipeline,
        sees: &[u32],
    ) -> wgpu::BindGroup {
        let entry = |&binding: &u32| wgpu::BindGroupEntry {
            binding,
            resource: self.buffers[binding as usize].as_entire_binding(),
        };
        let entries: Vec<_> = sees.iter().map(entry).collect();
        gpu.device().create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &pipeline.get_bind_group_layout(0),
            entries: &entries,
        })
    }
}

fn buffers(gpu: &Gpu, sizes: Sizes, room: Room, cache: &wgpu::Buffer) -> [wgpu::Buffer; 11] {
    let Room {
        tokens,
        rows,
        readings,
    } = room;
    let of = |name: &str, numbers: usize| gpu.room(name, numbers as u64);
    [
        gpu.parameters("reading", &[0; 4]),
        of("tokens", tokens),
        of("places", 4 * tokens),
        of("x", tokens * sizes.hidden),
        of("wide", tokens * sizes.wide),
        cache.clone(),
        of("last", rows),
        of("logits", readings * sizes.vocab),
        of("chances", readings),
        of("masses", rows * sizes.vocab),
        of("drawn", readings),
    ]
}
