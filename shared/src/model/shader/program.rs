//! The operations of a decoder, compiled for a graphics processor, and its weights there.

use super::gpu::Gpu;
use super::state::State;
use crate::model::checkpoint::WeightsError;
use crate::model::config::ModelConfig;
use crate::model::kernels::rope::RopeTable;
use crate::model::parts::{Build, LayerParts, Parts};
use crate::model::weights::Weights;

/// Outputs that a group of an operation computes: `LANES` of layers.wgsl.
const LANES: usize = 64;

/// Widest state and head, in numbers: a group keeps one in its own memory, of which every device has 16 KiB.
const WIDEST: usize = 3584;

/// An operation as it is compiled, and what of the state it sees.
#[derive(Debug)]
struct Kernel {
    pipeline: wgpu::ComputePipeline,
    /// Numbers of the bindings of group 0.
    sees: &'static [u32],
}

/// A kernel with the weights that it sees here.
#[derive(Debug)]
struct Operation {
    kernel: usize,
    weights: Option<wgpu::BindGroup>,
    /// Groups for each token.
    groups: u32,
}

/// A decoder's operations in turn.
#[derive(Debug)]
pub(super) struct Program {
    gpu: Gpu,
    kernels: Vec<Kernel>,
    /// From a token to its state after the last layer.
    layers: Vec<Operation>,
    score: Operation,
    draw: Operation,
}

/// What is asked of a program at once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// Tokens that are read first.
    pub(super) tokens: usize,
    /// Rows whose logits are wanted.
    pub(super) rows: usize,
    /// Steps: after the first one each reads the tokens that the one before drew.
    pub(super) steps: usize,
}

const EMBED: usize = 0;
const PROJECT: usize = 1;
const ROTATE: usize = 2;
const ATTEND: usize = 3;
const ADD: usize = 4;
const GATE: usize = 5;
const SCORE: usize = 6;
const DRAW: usize = 7;

/// Entry points, and the bindings of the state that each uses.
const KERNELS: [(&str, &[u32]); 8] = [
    ("embed", &[1, 3]),
    ("project", &[3, 4]),
    ("rotate", &[0, 2, 4, 5]),
    ("attend", &[0, 2, 4, 5]),
    ("add", &[3, 4]),
    ("gate", &[3, 4]),
    ("score", &[0, 2, 3, 6, 7]),
    ("draw", &[0, 1, 2, 7, 8, 9, 10]),
];

impl Program {
    /// Takes the weights to the graphics processor.
    pub(super) fn new<W: Weights>(
        gpu: &Gpu,
        config: &ModelConfig,
        weights: &mut W,
    ) -> Result<Self, W::Error> {
        let parts = Parts::build(config, &mut Host(weights))?;
        let kernels = compile(gpu, config);
        let make = Make {
            gpu,
            kernels: &kernels,
        };
        let (d, ff) = (config.hidden_size, config.intermediate_size);
        let (heads, kv_heads) = (config.num_heads, config.num_kv_heads);
        let qkv = (heads + 2 * kv_heads) * config.head_dim;

        let angles = gpu.holding("angles", &angles(config));
        let embedding = gpu.holding("embedding", &parts.embedding);
        let mut layers = vec![make.operation(EMBED, 1, &[(1, &embedding)])];
        for (i, layer) in parts.layers.iter().enumerate() {
            let number = gpu.parameters("layer", &[i as u32, 0, 0, 0]);
            let attention_norm = gpu.holding("attention norm", &layer.attention_norm);
            let mlp_norm = gpu.holding("mlp norm", &layer.mlp_norm);
            let head_norms = gpu.holding("head norms", &head_norms(layer, config.head_dim));
            let project = gpu.holding("q, k, v", &columns(&[&layer.q, &layer.k, &layer.v], d));
            let o = gpu.holding("o", &columns(&[&layer.o], heads * config.head_dim));
            let gate = gpu.holding("gate, up", &columns(&[&layer.gate, &layer.up], d));
            let down = gpu.holding("down", &columns(&[&layer.down], ff));
            layers.extend([
                make.operation(
                    PROJECT,
                    qkv.div_ceil(LANES),
                    &[(0, &attention_norm), (1, &project)],
                ),
                make.operation(
                    ROTATE,
                    heads + 2 * kv_heads,
                    &[(0, &head_norms), (1, &angles), (2, &number)],
                ),
                make.operation(ATTEND, heads, &[(2, &number)]),
                make.operation(ADD, d.div_ceil(LANES), &[(1, &o)]),
                make.operation(GATE, ff.div_ceil(LANES), &[(0, &mlp_norm), (1, &gate)]),
                make.operation(ADD, d.div_ceil(LANES), &[(1, &down)]),
            ]);
        }
        let norm = gpu.holding("norm", &parts.norm);
        let head = parts.head.map(|head| gpu.holding("head", &head));
        let head = head.as_ref().unwrap_or(&embedding);
        let words = config.vocab_size.div_ceil(LANES);
        let score = make.operation(SCORE, words, &[(0, &norm), (1, head)]);
        let draw = make.operation(DRAW, 1, &[]);
        Ok(Program {
            gpu: gpu.clone(),
            kernels,
            layers,
            score,
            draw,
        })
    }

    /// Lays down the operations; returns them, and how many there are.
    pub(super) fn run(&self, state: &State, asked: Asked) -> (wgpu::CommandEncoder, u64) {
        let seen: Vec<_> = (self.kernels.iter())
            .map(|kernel| state.seen_by(&self.gpu, &kernel.pipeline, kernel.sees))
            .collect();
        let mut encoder = self
            .gpu
            .device()
            .create_command_encoder(&Default::default());
        let mut pass = encoder.begin_compute_pass(&Default::default());
        let mut dispatches = 0;
        let mut dispatch = |operation: &Operation, tokens: usize| {
            pass.set_pipeline(&self.kernels[operation.kernel].pipeline);
            pass.set_bind_group(0, &seen[operation.kernel], &[]);
            if let Some(weights) = &operation.weights {
                pass.set_bind_group(1, weights, &[]);
            }
            pass.dispatch_workgroups(operation.groups, tokens as u32, 1);
            dispatches += 1;
        };
        for step in 0..asked.steps {
            let tokens = if step == 0 { asked.tokens } else { asked.rows };
            for operation in &self.layers {
                dispatch(operation, tokens);
            }
            dispatch(&self.score, asked.rows);
            // Nothing reads what the last step would draw.
            if step + 1 < asked.steps {
                dispatch(&self.draw, asked.rows);
            }
        }
        drop(pass);
        (encoder, dispatches)
    }
}

/// Refuses shapes that the operations have no room for.
pub(super) fn check(config: &ModelConfig) -> Result<(), WeightsError> {
    let features = config.hidden_size.max(config.head_dim);
    if features > WIDEST {
        let most = WIDEST;
        return Err(WeightsError::TooWide { features, most });
    }
    Ok(())
}

struct Make<'a> {
    gpu: &'a Gpu,
    kernels: &'a [Kernel],
}

impl Make<'_> {
    fn operation(
        &self,
        kernel: usize,
        groups: usize,
        weights: &[(u32, &wgpu::Buffer)],
    ) -> Operation {
        let bind = || {
            let entries: Vec<_> = weights
                .iter()
                .map(|&(binding, buffer)| wgpu::BindGroupEntry {
                    binding,
                    resource: buffer.as_entire_binding(),
                })
                .collect();
            self.gpu
                .device()
                .create_bind_group(&wgpu::BindGroupDescriptor {
                    label: None,
                    layout: &self.kernels[kernel].pipeline.get_bind_group_layout(1),
                    entries: &entries,
                })
        };
        Operation {
            kernel,
            weights: (!weights.is_empty()).then(bind),
            groups: groups as u32,
        }
    }
}

/// The source text: the model's sizes, and what is the same for all models.
fn source(config: &ModelConfig) -> String {
    let sizes = [
        ("HIDDEN", config.hidden_size),
        ("HEADS", config.num_heads),
        ("KV_HEADS", config.num_kv_heads),
        ("HEAD_DIM", config.head_dim),
        ("FEATURES", config.intermediate_size),
        ("LAYERS", config.num_layers),
        ("VOCAB", config.vocab_size),
    ];
    let mut source: String = (sizes.iter())
        .map(|(name, size)| format!("const {name} = {size}u;\n"))
        .collect();
    source += &format!(
        "const EPS = {:e}f;\nconst NORMS_HEADS = {};\n// Below every score.\nconst LEAST = -3e38f;\n",
        config.rms_norm_eps,
        config.qk_norm()
    );
    source + include_str!("layers.wgsl") + include_str!("draw.wgsl")
}

fn compile(gpu: &Gpu, config: &ModelConfig) -> Vec<Kernel> {
    let module = gpu
        .device()
        .create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("decoder"),
            source: wgpu::ShaderSource::Wgsl(source(config).into()),
        });
    let kernel = |&(entry, sees): &(&str, &'static [u32])| Kernel {
        pipeline: gpu
            .device()
            .create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(entry),
                layout: None,
                module: &module,
                entry_point: Some(entry),
                compilation_options: Default::default(),
                cache: None,
            }),
        sees,
    };
    KERNELS.iter().map(kernel).collect()
}

/// Cosine and sine of each pair of a head at each position, `[positions, head_dim / 2, 2]`.
fn angles(config: &ModelConfig) -> Vec<f32> {
    let table = RopeTable::new(config.max_positions, &config.rope_frequencies());
    let positions: Vec<u32> = (0..config.max_positions as u32).collect();
    let (cos, sin) = table.rows(&positions);
    cos.into_iter().zip(sin).flat_map(|(c, s)| [c, s]).collect()
}

/// The gains of a query head, then of a key head; ones where there are none.
fn head_norms(layer: &LayerParts<Vec<f32>, Vec<f32>>, width: usize) -> Vec<f32> {
    let gains = [&layer.q_norm, &layer.k_norm];
    let gains = gains.map(|gain| gain.clone().unwrap_or_else(|| vec![1.0; width]));
    gains.concat()
}

/// Matrices `[out, input]` that lie row by row, as one `[input, all outs]`: neighbours of a group then read neighbours.
fn columns(matrices: &[&Vec<f32>], input: usize) -> Vec<f32> {
    let mut columns = Vec::with_capacity(matrices.iter().map(|m| m.len()).sum());
    for i in 0..input {
        for matrix in matrices {
            columns.extend(matrix[i..].iter().step_by(input));
        }
    }
    columns
}

/// Takes the parts from named weights, as they lie in the file.
struct Host<'a, W>(&'a mut W);

impl<W: Weights> Host<'_, W> {
    fn numbers(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, W::Error> {
        let data = self.0.get(name, shape)?;
        Ok(data.try_into_vec().expect("weights come in f32"))
    }
}

impl<W: Weights> Build for Host<'_, W> {
    type Matrix = Vec<f32>;
    type Table = Vec<f32>;
    type Gain = Vec<f32>;
    type Error = W::Error;

    fn matrix(&mut self, name: &str, out: usize, input: usize) -> Result<Vec<f32>, W::Error> {
        self.numbers(name, &[out, input])
    }

    fn table(&mut self, name: &str, rows: usize, width: usize) -> Result<Vec<f32>, W::Error> {
        self.numbers(name, &[rows, width])
    }

    fn gain(&mut self, name: &str, width: usize) -> Result<Vec<f32>, W::Error> {
        self.numbers(name, &[width])
    }
}
