//! Where the model computes.

use explang::model::{CausalLm, ModelConfig, SliceDecoder, WeightsError};

use crate::protocol::{DeviceKind, Failure};

/// The device that an engine was built for, opened once.
#[expect(async_fn_in_trait, reason = "a worker has one thread")]
pub trait Place: Sized {
    /// What kind it is.
    const KIND: DeviceKind;

    /// A model there.
    type Model: CausalLm;

    /// Opens the device.
    ///
    /// # Errors
    /// When the browser gives none.
    async fn open() -> Result<Self, Failure>;

    /// Reads a checkpoint's weights.
    ///
    /// # Errors
    /// When the file is damaged or does not fit `config`.
    fn model(&self, config: &ModelConfig, weights: &[u8]) -> Result<Self::Model, WeightsError>;
}

/// The processor.
#[derive(Debug)]
pub struct Processor;

impl Place for Processor {
    const KIND: DeviceKind = DeviceKind::Cpu;
    type Model = SliceDecoder;

    async fn open() -> Result<Self, Failure> {
        Ok(Processor)
    }

    fn model(&self, config: &ModelConfig, weights: &[u8]) -> Result<SliceDecoder, WeightsError> {
        SliceDecoder::from_safetensors(config, weights)
    }
}

/// The graphics processor.
#[cfg(feature = "webgpu")]
#[derive(Debug)]
pub struct Graphics(explang::model::Gpu);

#[cfg(feature = "webgpu")]
impl Place for Graphics {
    const KIND: DeviceKind = DeviceKind::WebGpu;
    type Model = explang::model::ShaderDecoder;

    async fn open() -> Result<Self, Failure> {
        use wasm_bindgen::JsValue;

        let none = |message: String| Failure {
            message,
            advice: "The model goes on with the processor.".into(),
        };
        let navigator = js_sys::Reflect::get(&js_sys::global(), &"navigator".into());
        let gpu = navigator.and_then(|navigator| js_sys::Reflect::get(&navigator, &"gpu".into()));
        if gpu.map_or(true, |gpu: JsValue| gpu.is_undefined()) {
            return Err(none("This browser has no WebGPU.".into()));
        }
        let gpu = explang::model::Gpu::open().await;
        let gpu = gpu.map_err(|error| none(format!("WebGPU could not be opened: {error}.")))?;
        Ok(Graphics(gpu))
    }

    fn model(&self, config: &ModelConfig, weights: &[u8]) -> Result<Self::Model, WeightsError> {
        explang::model::ShaderDecoder::from_safetensors(config, weights, &self.0)
    }
}
