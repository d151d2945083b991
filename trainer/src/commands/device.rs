//! `--device` and `--threads`: where a command computes.

use burn::tensor::Device;
use clap::Args;
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

    /// Number of threads for shards.
    pub(crate) fn threads(&self) -> usize {
        self.device.threads(self.threads)
    }
}
