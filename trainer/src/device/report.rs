//! What is known of each device.

use burn::tensor::{Device, FloatDType};
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
    /// The number formats that it computes in; none where it was not opened.
    pub formats: Option<Formats>,
    /// True where the known answers came out right.
    pub right: bool,
    /// Seconds that they took; none where they did not come out right.
    pub seconds: Option<f64>,
    /// Why it cannot be used; none where it can.
    pub why: Option<String>,
}

/// Whether numbers of a format can be added and multiplied, not only stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Formats {
    /// 32 bits: what is computed in here.
    pub f32: bool,
    /// 16 bits, ten of them the fraction's.
    pub f16: bool,
    /// 16 bits, seven of them the fraction's.
    pub bf16: bool,
}

impl Formats {
    fn of(device: &Device) -> Self {
        Formats {
            f32: device.supports_dtype(FloatDType::F32),
            f16: device.supports_dtype(FloatDType::F16),
            bf16: device.supports_dtype(FloatDType::BF16),
        }
    }

    /// Their names.
    pub fn names(self) -> Vec<&'static str> {
        let all = [("f32", self.f32), ("f16", self.f16), ("bf16", self.bf16)];
        let can = all.into_iter().filter(|(_, can)| *can);
        can.map(|(name, _)| name).collect()
    }
}

impl DeviceReport {
    /// Opens a device, asks for its known answers, and reports. A driver that crashes ends the process.
    pub fn of(device: DeviceName) -> Self {
        match device.opened() {
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
                    formats: Some(Formats::of(&opened.device)),
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
