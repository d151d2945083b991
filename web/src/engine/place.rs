//! Where the model computes.

use burn::tensor::Device;

use crate::protocol::{DeviceKind, Failure};

/// The device that this engine was built for, opened once.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// What kind it is.
    pub(super) kind: DeviceKind,
    /// Its tensors.
    pub(super) device: Device,
}

impl Place {
    /// Opens the device.
    ///
    /// # Errors
    /// When the browser gives none.
    pub(super) async fn open(kind: DeviceKind) -> Result<Place, Failure> {
        let device = match kind {
            DeviceKind::Cpu => Device::flex(),
            DeviceKind::WebGpu => webgpu().await?,
        };
        Ok(Place { kind, device })
    }
}

#[cfg(feature = "webgpu")]
async fn webgpu() -> Result<Device, Failure> {
    use wasm_bindgen::JsValue;

    // Without an adapter burn would panic, which ends the worker without a word that helps.
    let navigator = js_sys::Reflect::get(&js_sys::global(), &"navigator".into());
    let gpu = navigator.and_then(|navigator| js_sys::Reflect::get(&navigator, &"gpu".into()));
    if gpu.map_or(true, |gpu: JsValue| gpu.is_undefined()) {
        return Err(none("This browser has no WebGPU"));
    }
    Device::wgpu_options()
        .init_async()
        .await
        .map_err(|error| none(&format!("WebGPU could not be opened ({error:?})")))
}

#[cfg(not(feature = "webgpu"))]
#[expect(clippy::unused_async, reason = "the twin with WebGPU waits")]
async fn webgpu() -> Result<Device, Failure> {
    Err(none("This engine was built without WebGPU"))
}

fn none(what: &str) -> Failure {
    Failure {
        message: format!("{what}."),
        advice: "The model goes on with the processor.".into(),
    }
}
