//! What opens a device, for each that this build has.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use burn::tensor::Device;

use super::{DeviceName, Processor};

/// A device that has been opened, not yet tried.
#[derive(Debug, Clone)]
pub(super) struct Adapter {
    pub(super) device: Device,
    /// What computes, as it names itself.
    pub(super) name: String,
    /// True where the processor computes what a graphics card should.
    pub(super) software: bool,
    /// Bytes of the largest buffer, where the device says it.
    pub(super) largest_buffer: Option<u64>,
}

/// Opens a device, the first time that this process asks for it; of several cards the default one.
///
/// # Errors
/// When there is none, in the driver's words.
pub(super) fn opened_once(name: DeviceName) -> Result<Adapter, String> {
    static OPENED: Mutex<BTreeMap<DeviceName, Adapter>> = Mutex::new(BTreeMap::new());
    // A poisoned lock holds whole entries all the same.
    let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(adapter) = opened.get(&name) {
        return Ok(adapter.clone());
    }
    let adapter = adapter(name)?;
    opened.insert(name, adapter.clone());
    Ok(adapter)
}

fn adapter(name: DeviceName) -> Result<Adapter, String> {
    match name {
        #[cfg(feature = "wgpu")]
        DeviceName::Wgpu => graphics(burn::tensor::wgpu::WgpuBackend::Auto),
        #[cfg(feature = "vulkan")]
        DeviceName::Vulkan => graphics(burn::tensor::wgpu::WgpuBackend::Vulkan),
        #[cfg(feature = "cuda")]
        DeviceName::Cuda => cuda(),
        _ => Ok(Adapter {
            device: Device::flex(),
            name: Processor::here().name,
            software: false,
            largest_buffer: None,
        }),
    }
}

/// The default adapter of a graphics API. Once in a process: it cannot be opened a second time.
#[cfg(feature = "wgpu")]
fn graphics(api: burn::tensor::wgpu::WgpuBackend) -> Result<Adapter, String> {
    use burn::tensor::wgpu::wgpu::DeviceType;
    let options = Device::wgpu_options().graphics_api(api);
    let (device, setup) = options
        .init_with_setup()
        .map_err(|error| error.to_string())?;
    let info = setup.adapter.get_info();
    let limits = setup.device.limits();
    let largest = limits
        .max_buffer_size
        .min(limits.max_storage_buffer_binding_size);
    Ok(Adapter {
        device,
        name: format!("{} ({})", info.name, info.backend),
        software: info.device_type == DeviceType::Cpu,
        largest_buffer: Some(largest),
    })
}

/// The first NVIDIA card.
#[cfg(feature = "cuda")]
fn cuda() -> Result<Adapter, String> {
    let device = Device::cuda(0);
    let name = device.identity().map(|identity| identity.name);
    Ok(Adapter {
        device,
        name: name.unwrap_or_else(|| "card 0".to_owned()),
        software: false,
        largest_buffer: None,
    })
}
