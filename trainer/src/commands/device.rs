//! `--device` and `--threads`: where a command computes.

use burn::tensor::Device;
use clap::{Args, ValueEnum};
use explang_trainer::device::gpu;

/// Where to compute.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct DeviceArguments {
    /// Where tensors live.
    #[arg(long, value_enum, default_value = "cpu")]
    device: DeviceName,
    /// Threads on the CPU; all cores, if not given. The result does not depend on it.
    #[arg(long)]
    threads: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DeviceName {
    /// The processor.
    Cpu,
    /// The graphics processor, through Vulkan, Metal or DX12.
    Gpu,
}

impl DeviceArguments {
    /// The device, with autodiff. A GPU is tried with a known answer first.
    pub(crate) fn open(&self) -> anyhow::Result<Device> {
        let device = match self.device {
            DeviceName::Cpu => Device::flex(),
            DeviceName::Gpu => gpu()?,
        };
        Ok(device.autodiff())
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

    /// Number of threads for shards.
    pub(crate) fn threads(&self) -> usize {
        // A GPU runs one shard after the other.
        if self.device == DeviceName::Gpu {
            return 1;
        }
        let cores = || std::thread::available_parallelism().map_or(1, |n| n.get());
        self.threads.unwrap_or_else(cores).max(1)
    }
}
