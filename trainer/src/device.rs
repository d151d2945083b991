//! Where a command computes: the processor, or a device that has first given answers that are known.
//!
//! [`DeviceName::open`] gives a device, [`auto::pick`] the best one, [`DeviceReport`] what is known of one. A device that runs out of
//! memory, or fails otherwise, ends the program with one sentence ([`failure`]). To see all of it: `explang devices`.
//! Left out: a second card (the first one is taken).

pub mod auto;
mod backend;
pub mod failure;
mod processor;
mod report;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use burn::tensor::Device;
use explang::model::Precision;
use explang::model::device::{WrongNumbers, is_cpu, try_known_answers};
use explang::named::named;

use backend::Adapter;
pub use processor::Processor;
pub use report::{DeviceReport, Formats};

/// Where tensors live.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeviceName {
    /// The best of the others.
    Auto,
    /// The processor.
    #[default]
    Cpu,
    /// A graphics processor through wgpu: WGSL on Vulkan, DX12, Metal or OpenGL.
    Wgpu,
    /// A graphics processor through Vulkan alone: SPIR-V.
    Vulkan,
    /// An NVIDIA card through CUDA.
    Cuda,
}

named!(DeviceName, "device", {
    Auto => "auto",
    Cpu => "cpu",
    Wgpu => "wgpu",
    Vulkan => "vulkan",
    Cuda => "cuda",
});

/// A device that gave the known answers in the format that was asked for.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Its tensors, without autodiff.
    pub device: Device,
    /// What computes, as it names itself.
    pub adapter: String,
    /// True where the processor computes what a graphics card should.
    pub software: bool,
    /// Bytes of the largest buffer, where the device says it.
    pub largest_buffer: Option<u64>,
    /// How long the known answers took.
    pub seconds: f64,
}

/// A device that cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DeviceError {
    /// The program was built without it.
    #[error(
        "this build has no device {0}; build it with `cargo build --release --features {0}`, or use --device cpu"
    )]
    NotBuilt(DeviceName),
    /// No adapter could be opened.
    #[error(
        "no graphics card could be opened by {0} ({1}); install its driver, or use --device cpu"
    )]
    Absent(DeviceName, String),
    /// It does not compute in this format.
    #[error("{0} does not compute in {1}; use --precision {2}")]
    Format(DeviceName, Precision, String),
    /// It does not compute what it should.
    #[error("{0} cannot be trusted in {1}: {2}; update the card's driver, or use {instead}", instead = instead(*.1))]
    Wrong(DeviceName, Precision, WrongNumbers),
    /// It is a graphics driver that computes on the processor; `auto` wants none.
    #[error("{0} has no graphics card but {1}, which is software and slower than --device cpu")]
    Software(DeviceName, String),
    /// It failed while it was tried.
    #[error("{0} failed at its known answers ({1}); update the card's driver, or use --device cpu")]
    Failed(DeviceName, String),
}

impl DeviceError {
    /// Why in short, for a list of devices.
    pub fn short(&self) -> String {
        match self {
            DeviceError::NotBuilt(name) => format!("not in this build: --features {name}"),
            DeviceError::Absent(_, why) => format!("not opened: {why}"),
            DeviceError::Format(_, precision, _) => format!("does not compute in {precision}"),
            DeviceError::Wrong(_, Precision::F32, wrong) => wrong.to_string(),
            DeviceError::Wrong(_, precision, wrong) => format!("in {precision} {wrong}"),
            DeviceError::Software(_, adapter) => {
                format!("{adapter} is software, slower than the processor's own code")
            }
            DeviceError::Failed(_, why) => format!("failed: {why}"),
        }
    }
}

impl DeviceName {
    /// The devices besides the processor, the fastest first.
    pub const CARDS: [DeviceName; 3] = [DeviceName::Cuda, DeviceName::Vulkan, DeviceName::Wgpu];

    /// True where this build can use it; the features of the crate have the devices' names.
    pub const fn is_built(self) -> bool {
        match self {
            DeviceName::Auto | DeviceName::Cpu => true,
            DeviceName::Wgpu => cfg!(feature = "wgpu"),
            DeviceName::Vulkan => cfg!(feature = "vulkan"),
            DeviceName::Cuda => cfg!(feature = "cuda"),
        }
    }

    /// The device, without autodiff, for products in `precision`. A graphics card is first tried with known answers, once in a process. For
    /// `auto` this is the device that [`auto::pick`] takes; the tries happen in this process.
    ///
    /// # Errors
    /// When this build has no such device, this machine has none, it does not compute in this format, or its numbers are wrong.
    pub fn open(self, precision: Precision) -> Result<Device, DeviceError> {
        match self {
            DeviceName::Auto => Ok(auto::pick(|card| card.opened(precision)).opened.device),
            DeviceName::Cpu if precision == Precision::F32 => Ok(Device::flex()),
            card => Ok(card.opened(precision)?.device),
        }
    }

    /// [`DeviceName::open`] of all but `auto`, with what is known of the device; the processor, too, gives its answers.
    ///
    /// # Errors
    /// Those of [`DeviceName::open`].
    pub fn opened(self, precision: Precision) -> Result<Opened, DeviceError> {
        type Tried<T, E> = Mutex<BTreeMap<T, Result<Opened, E>>>;
        static TRIED: Tried<(DeviceName, Precision), DeviceError> = Mutex::new(BTreeMap::new());
        if !self.is_built() {
            return Err(DeviceError::NotBuilt(self));
        }
        // A poisoned lock holds whole entries all the same.
        let mut tried = TRIED.lock().unwrap_or_else(PoisonError::into_inner);
        let check = |device: &Device| pollster::block_on(try_known_answers(device, precision));
        let result = tried
            .entry((self, precision))
            .or_insert_with(|| self.tried(precision, || backend::opened_once(self), check));
        result.clone()
    }

    /// Opens an adapter and asks for its known answers, both without a word where they panic.
    fn tried(
        self,
        precision: Precision,
        open: impl FnOnce() -> Result<Adapter, String>,
        check: impl FnOnce(&Device) -> Result<(), WrongNumbers>,
    ) -> Result<Opened, DeviceError> {
        // Without an adapter burn panics, on a thread of its own or on ours.
        let adapter = failure::quietly(open).and_then(|adapter| adapter);
        let adapter = adapter.map_err(|why| DeviceError::Absent(self, why))?;
        let formats = Formats::of(&adapter.device);
        if !formats.has(precision) {
            let others = formats.names().join(" or ");
            return Err(DeviceError::Format(self, precision, others));
        }
        let begun = Instant::now();
        failure::quietly(|| check(&adapter.device))
            .map_err(|why| DeviceError::Failed(self, why))?
            .map_err(|wrong| DeviceError::Wrong(self, precision, wrong))?;
        let Adapter {
            device,
            name,
            software,
            largest_buffer,
        } = adapter;
        Ok(Opened {
            device,
            adapter: name,
            software,
            largest_buffer,
            seconds: begun.elapsed().as_secs_f64(),
        })
    }
}

/// What helps where a device computes wrongly in this format.
const fn instead(precision: Precision) -> &'static str {
    match precision {
        Precision::F32 => "--device cpu",
        Precision::F16 | Precision::BF16 => "--precision f32",
    }
}

/// Number of threads for the parts of a batch on a device, where `asked` is what the user wants: all cores, if nothing. Only the
/// processor does several parts at once.
pub fn threads(device: &Device, asked: Option<usize>) -> usize {
    if is_cpu(device) { cores(asked) } else { 1 }
}

/// Number of threads on the processor.
pub fn cores(asked: Option<usize>) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, |n| n.get());
    asked.unwrap_or_else(cores).max(1)
}

#[cfg(test)]
mod tests;
