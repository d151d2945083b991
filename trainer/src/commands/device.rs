//! `--device` and `--threads`: where a command computes.

use std::path::Path;

use burn::tensor::Device;
use clap::Args;
use explang::model::{Decoder, Precision, WeightForm};
use explang::tokenizer::Tokenizer;
use explang_trainer::checkpoint;
use explang_trainer::device::{DeviceName, auto, cores, failure, threads};
use explang_trainer::progress::tell;

use super::choice::choice;
use super::devices;

/// Where to compute.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct DeviceArguments {
    /// Where tensors live: the processor, a graphics card, or the best that this build and this machine have. See `explang devices`.
    #[arg(long, default_value = "cpu", value_parser = choice::<DeviceName>())]
    device: DeviceName,
    /// What products compute in on a graphics card: f32, bf16 (cuda), or f16. All else stays in f32: weights that learn, norms, softmax and losses.
    #[arg(long, value_name = "FORMAT", default_value_t, value_parser = choice::<Precision>())]
    precision: Precision,
    /// Threads on the CPU; all cores, if not given. The result does not depend on it.
    #[arg(long)]
    threads: Option<usize>,
}

/// How the weights lie in memory.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct WeightArguments {
    /// How matrices lie in memory on the CPU: stored (in the file's blocks where they are Q8_0, Q4_0 or Q4_1; in its 16 bits where the model has
    /// over 33 million parameters; else in f32), f32, or q8_0 (quantised as they are read, unless they are in blocks already).
    #[arg(long, value_name = "FORM", default_value = "stored", value_parser = choice::<WeightForm>())]
    pub(crate) weights: WeightForm,
}

/// A device that a command computes on.
#[derive(Debug, Clone)]
pub(crate) struct OpenDevice {
    /// Its tensors, with autodiff.
    pub(crate) device: Device,
    /// What products compute in.
    pub(crate) precision: Precision,
    /// Number of threads for shards.
    pub(crate) threads: usize,
}

impl DeviceArguments {
    /// The device. One besides the processor is tried with known answers first; what `auto` took is told.
    pub(crate) fn open(&self) -> anyhow::Result<OpenDevice> {
        let (name, device) = match self.device {
            DeviceName::Auto => {
                let picked = auto::pick(|card| devices::opened(card, self.precision));
                tell(&picked.line());
                (picked.name, picked.opened.device)
            }
            name => (name, name.open(self.precision)?),
        };
        failure::watch(name);
        Ok(OpenDevice {
            // The processor, which `auto` may have taken, has but one.
            precision: match name {
                DeviceName::Cpu => Precision::F32,
                _ => self.precision,
            },
            threads: threads(&device, self.threads),
            device: device.autodiff(),
        })
    }

    /// The arguments again, for a command that goes on with this one's work.
    pub(crate) fn again(&self) -> Vec<String> {
        let mut words = Vec::new();
        if self.device != DeviceName::default() {
            words.extend(["--device".to_owned(), self.device.to_string()]);
        }
        if self.precision != Precision::default() {
            words.extend(["--precision".to_owned(), self.precision.to_string()]);
        }
        if let Some(threads) = self.threads {
            words.extend(["--threads".to_owned(), threads.to_string()]);
        }
        words
    }

    /// Number of threads where the processor does the work.
    pub(crate) fn cores(&self) -> usize {
        cores(self.threads)
    }
}

impl OpenDevice {
    /// Opens a checkpoint to be sampled from, without autodiff.
    pub(crate) fn load(
        &self,
        checkpoint: &Path,
        WeightArguments { weights }: WeightArguments,
    ) -> anyhow::Result<(Decoder, Tokenizer)> {
        let device = self.device.clone().inner();
        let (model, tokenizer) = checkpoint::load_in(weights, checkpoint, &device)?;
        Ok((model.computing_in(self.precision), tokenizer))
    }
}
