//! `explang-bench products`: the matrices of SmolLM2-135M, as they are stored in each format, times some rows.

use std::io::{Write, stdout};
use std::time::Instant;

use anyhow::{Context, ensure};
use clap::Args;
use explang::model::kernels::blocks::{self, BlockFormat, Blocks};
use explang::model::kernels::product::by_rows;
use explang::random;
use explang_trainer::threads::spread_products;

use crate::speed::Machine;
use crate::statistics::Spread;

/// Layers of SmolLM2-135M.
const LAYERS: usize = 30;

/// Its matrices `[out, in]` in a layer: query, key, value, output; gate, up, down.
const OF_LAYER: [[usize; 2]; 7] = [
    [576, 576],
    [192, 576],
    [192, 576],
    [576, 576],
    [1536, 576],
    [1536, 576],
    [576, 1536],
];

/// Its embedding, which is the output head.
const HEAD: [usize; 2] = [49_152, 576];

/// Arguments of `explang-bench products`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Rows that every matrix is multiplied with.
    #[arg(long, value_delimiter = ',', default_value = "1,16", value_parser = clap::value_parser!(u16).range(1..=512))]
    rows: Vec<u16>,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Passes over all matrices, the formats in turns.
    #[arg(long, default_value_t = 15)]
    rounds: usize,
}

/// A matrix, as it is stored.
enum Stored {
    F32(Vec<f32>, usize),
    Blocks(Blocks),
}

impl Stored {
    /// The same numbers in f32 (`None`) or in another format.
    fn of(values: &[f32], inner: usize, format: Option<BlockFormat>) -> anyhow::Result<Self> {
        let blocks = match format {
            None => return Ok(Stored::F32(values.to_vec(), inner)),
            Some(BlockFormat::BF16) => {
                let higher_bits = values.iter().flat_map(|value| {
                    let [_, _, low, high] = value.to_le_bytes();
                    [low, high]
                });
                let bytes: Vec<u8> = higher_bits.collect();
                Blocks::from_stored(BlockFormat::BF16, inner, &bytes)
            }
            Some(_) => Blocks::quantise(values, inner),
        };
        Ok(Stored::Blocks(blocks.context("a matrix fills no blocks")?))
    }

    fn inner(&self) -> usize {
        match self {
            Stored::F32(_, inner) => *inner,
            Stored::Blocks(blocks) => blocks.inner(),
        }
    }

    fn out(&self) -> usize {
        match self {
            Stored::F32(values, inner) => values.len() / inner,
            Stored::Blocks(blocks) => blocks.rows(),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Stored::F32(values, _) => size_of_val(&values[..]),
            Stored::Blocks(blocks) => blocks.bytes(),
        }
    }

    fn times(&self, x: &[f32], y: &mut [f32]) {
        match self {
            Stored::F32(values, inner) => by_rows(x, values, *inner, y),
            Stored::Blocks(blocks) => blocks::product(x, blocks, y),
        }
    }
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        ensure!(self.rounds > 0, "--rounds must be at least 1");
        ensure!(self.threads > 0, "--threads must be at least 1");
        let machine = Machine::measure(self.threads);
        spread_products(self.threads)?;
        let shapes: Vec<[usize; 2]> = [OF_LAYER; LAYERS]
            .concat()
            .into_iter()
            .chain([HEAD])
            .collect();
        let numbers = normal(
            shapes
                .iter()
                .map(|[out, inner]| out * inner)
                .max()
                .unwrap_or_default(),
        );
        let formats = [
            ("f32", None),
            ("bf16", Some(BlockFormat::BF16)),
            ("Q8_0", Some(BlockFormat::Q8_0)),
        ];
        let mut models = Vec::new();
        for (name, format) in formats {
            let matrices = shapes
                .iter()
                .map(|&[out, inner]| Stored::of(&numbers[..out * inner], inner, format));
            models.push((name, matrices.collect::<anyhow::Result<Vec<_>>>()?));
        }

        let mut out = stdout().lock();
        writeln!(
            out,
            "The matrices of SmolLM2-135M on {} threads; medians of {} passes, in turns. The machine multiplies matrices with {:.0} billion operations a second, and \
             reads {:.1} GB/s.",
            self.threads,
            self.rounds,
            machine.operations / 1e9,
            machine.bytes / 1e9
        )?;
        writeln!(
            out,
            "\n| stored in | rows | ms | least | most | billion operations a second | GB/s |"
        )?;
        writeln!(out, "| --- | ---: | ---: | ---: | ---: | ---: | ---: |")?;
        for &rows in &self.rows {
            let rows = usize::from(rows);
            let mut seconds = vec![Vec::new(); models.len()];
            // The first pass takes memory; it is not measured.
            for round in 0..=self.rounds {
                for ((_, matrices), seconds) in models.iter().zip(&mut seconds) {
                    let took = pass(matrices, &numbers, rows);
                    if round > 0 {
                        seconds.push(took);
                    }
                }
            }
            for ((name, matrices), seconds) in models.iter().zip(&seconds) {
                let operations: usize = matrices
                    .iter()
                    .map(|matrix| 2 * rows * matrix.out() * matrix.inner())
                    .sum();
                let bytes: usize = matrices.iter().map(Stored::bytes).sum();
                let took = Spread::of(seconds).context("there was no round")?;
                writeln!(
                    out,
                    "| {name} | {rows} | {:.1} | {:.1} | {:.1} | {:.0} | {:.1} |",
                    1e3 * took.median,
                    1e3 * took.min,
                    1e3 * took.max,
                    operations as f64 / took.median / 1e9,
                    bytes as f64 / took.median / 1e9
                )?;
            }
        }
        Ok(())
    }
}

/// Seconds of the products of all matrices with `rows` rows.
fn pass(matrices: &[Stored], numbers: &[f32], rows: usize) -> f64 {
    let widest = matrices.iter().map(Stored::out).max().unwrap_or_default();
    let mut y = vec![0.0; rows * widest];
    let started = Instant::now();
    for matrix in matrices {
        matrix.times(
            &numbers[..rows * matrix.inner()],
            &mut y[..rows * matrix.out()],
        );
    }
    started.elapsed().as_secs_f64()
}

/// So many random numbers, as weights are about.
fn normal(count: usize) -> Vec<f32> {
    (0..count as u64)
        .map(|i| 0.05 * random::normal(1, i))
        .collect()
}
