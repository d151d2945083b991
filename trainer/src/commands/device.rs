//! `--device` and `--threads`: where a command computes.

use std::path::Path;

use burn::tensor::Device;
use clap::Args;
use explang::model::{Decoder, WeightForm};
use explang::tokenizer::Tokenizer;
use explang_trainer::checkpoint;
use explang_trainer::device::DeviceName;

use super::choice::choice;

/// Where to compute.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct DeviceArguments {
    /// Where tensors live: the processor, or the graphics processor through Vulkan, Metal or DX12.
    #[arg(long, default_value = "cpu", value_parser = choice::<DeviceName>())]
    device: DeviceName,
    /// Threads on the CPU; all cores, if not given. The result does not depend on it.
    #[arg(long)]
    threads: Option<usize>,
}

/// How the weights lie in memory.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct WeightArguments {
    /// How matrices lie in memory on the CPU: stored (in the file's blocks where they are Q8_0, Q4_0 or Q4_1, else in f32), f32, or q8_0
    /// (quantised as they are read, unless they are in blocks already).
    #[arg(long, value_name = "FORM", default_value = "stored", value_parser = choice::<WeightForm>())]
    pub(crate) weights: WeightForm,
}

impl DeviceArguments {
    /// The device, with autodiff. A GPU is tried with a known answer first.
    pub(crate) fn open(&self) -> anyhow::Result<Device> {
        Ok(self.device.open()?.autodiff())
    }

    /// The arguments again, for a command that goes on with this one's work.
    pub(crate) fn again(&self) -> Vec<String> {
        let mut words = Vec::new();
        if self.device == DeviceName::Gpu {
            words.extend(["--device".to_owned(), "gpu".to_owned()]);
        }
        if let Some(threads) = self.threads {
            words.extend(["--threads".to_owned(), threads.to_string()]);
        }
        words
    }

    /// Opens a checkpoint to be sampled from, without autodiff.
    pub(crate) fn load(
        &self,
        checkpoint: &Path,
        WeightArguments { weights }: WeightArguments,
    ) -> anyhow::Result<(Decoder, Tokenizer)> {
        let device = self.open()?.inner();
        Ok(checkpoint::load_in(weights, checkpoint, &device)?)
    }

    /// Number of threads for shards.
    pub(crate) fn threads(&self) -> usize {
        self.device.threads(self.threads)
    }
}
