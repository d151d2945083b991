//! What is known of each device.

use burn::tensor::Device;
use explang::model::Precision;
use explang::model::device::is_cpu;
use serde::{Deserialize, Serialize};

use super::{DeviceError, DeviceName, Processor};

/// A device, what it can do, and whether it does it right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeviceReport {
    /// Its name for `--device`.
    pub device: DeviceName,
    /// True where this build can use it.
    pub built: bool,
    /// What computes, as it names itself; none where none was opened.
    pub adapter: Option<String>,
    /// True where the processor computes what a graphics card should.
    pub software: bool,
    /// Threads that can run at once; of the processor alone.
    pub cores: Option<usize>,
    /// Vector instructions that can be used; of the processor alone.
    pub vectors: Vec<String>,
    /// Bytes of memory, where they are told: no graphics API here tells them.
    pub memory: Option<u64>,
    /// Bytes of the largest buffer, where they are told.
    pub largest_buffer: Option<u64>,
    /// The number formats that it computes right in; none where it was not opened.
    pub formats: Option<Formats>,
    /// True where the known answers came out right in f32.
    pub right: bool,
    /// Seconds that they took; none where they did not come out right.
    pub seconds: Option<f64>,
    /// Why it cannot be used; none where it can.
    pub why: Option<String>,
}

/// Whether a device computes in a format: adds and multiplies its numbers, not only stores them; where its known answers were asked for in it, and
/// came out right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Formats {
    /// 32 bits.
    pub f32: bool,
    /// 16 bits, ten of them the fraction's.
    pub f16: bool,
    /// 16 bits, seven of them the fraction's.
    pub bf16: bool,
}

impl Formats {
    /// Those of a device. The processor's tensors could be in any; what computes here is in f32.
    pub(super) fn of(device: &Device) -> Self {
        let can = |precision: Precision| match precision {
            Precision::F32 => true,
            short => !is_cpu(device) && device.supports_dtype(short.dtype()),
        };
        Formats {
            f32: can(Precision::F32),
            f16: can(Precision::F16),
            bf16: can(Precision::BF16),
        }
    }

    /// Those in which a device gives its known answers.
    fn right(device: DeviceName) -> Self {
        let right = |precision| device.opened(precision).is_ok();
        Formats {
            f32: right(Precision::F32),
            f16: right(Precision::F16),
            bf16: right(Precision::BF16),
        }
    }

    /// True where this one is among them.
    pub const fn has(self, precision: Precision) -> bool {
        match precision {
            Precision::F32 => self.f32,
            Precision::F16 => self.f16,
            Precision::BF16 => self.bf16,
        }
    }

    /// Their names.
    pub fn names(self) -> Vec<&'static str> {
        let can = Precision::ALL.into_iter().filter(|one| self.has(*one));
        can.map(Precision::name).collect()
    }
}

impl DeviceReport {
    /// Opens a device, asks for its known answers in each of its formats, and reports. A driver that crashes ends the process.
    pub fn of(device: DeviceName) -> Self {
        match device.opened(Precision::F32) {
            Err(error) => DeviceReport::failed(device, &error),
            Ok(opened) => {
                let processor = (device == DeviceName::Cpu).then(Processor::here);
                let processor = processor.as_ref();
                let vectors = processor.map_or(&[][..], |processor| &processor.vectors);
                DeviceReport {
                    device,
                    built: true,
                    software: opened.software,
                    cores: processor.map(|processor| processor.cores),
                    vectors: vectors.iter().map(ToString::to_string).collect(),
                    memory: processor.and_then(|processor| processor.memory),
                    largest_buffer: opened.largest_buffer,
                    formats: Some(Formats::right(device)),
                    adapter: Some(opened.adapter),
                    right: true,
                    seconds: Some(opened.seconds),
                    why: None,
                }
            }
        }
    }

    /// What is known of a device that cannot be used.
    pub fn failed(device: DeviceName, error: &DeviceError) -> Self {
        DeviceReport {
            device,
            built: device.is_built(),
            adapter: None,
            software: false,
            cores: None,
            vectors: Vec::new(),
            memory: None,
            largest_buffer: None,
            formats: None,
            right: false,
            seconds: None,
            why: Some(error.short()),
        }
    }
}
