//! `--device auto`: the first device that gives its known answers.

use burn::tensor::Device;

use super::{DeviceError, DeviceName, Opened};

/// What `auto` takes.
#[derive(Debug)]
pub struct Picked {
    /// Its name.
    pub name: DeviceName,
    /// The device.
    pub opened: Opened,
    /// The devices that come before it, and why each was passed over.
    pub passed_over: Vec<(DeviceName, String)>,
}

/// The first of [`DeviceName::CARDS`] that `open` gives and that is a card indeed; else the processor.
///
/// A graphics driver that computes on the processor is passed over, as it is many times slower than the processor's own code.
pub fn pick(mut open: impl FnMut(DeviceName) -> Result<Opened, DeviceError>) -> Picked {
    let mut passed_over = Vec::new();
    for name in DeviceName::CARDS {
        match open(name) {
            Ok(opened) if !opened.software => {
                return Picked {
                    name,
                    opened,
                    passed_over,
                };
            }
            Ok(Opened { adapter, .. }) => {
                passed_over.push((name, DeviceError::Software(name, adapter).short()));
            }
            Err(error) => passed_over.push((name, error.short())),
        }
    }
    Picked {
        name: DeviceName::Cpu,
        opened: Opened {
            device: Device::flex(),
            adapter: "the processor".to_owned(),
            software: false,
            largest_buffer: None,
            seconds: 0.0,
        },
        passed_over,
    }
}

impl Picked {
    /// What was taken and why nothing before it was, in one line.
    pub fn line(&self) -> String {
        let why: Vec<String> = (self.passed_over.iter())
            .map(|(name, why)| format!("{name}: {why}"))
            .collect();
        let taken = match self.name {
            DeviceName::Cpu => "device cpu".to_owned(),
            card => format!("device {card}, {}", self.opened.adapter),
        };
        if why.is_empty() {
            return taken;
        }
        format!("{taken}; passed over: {}", why.join("; "))
    }
}
