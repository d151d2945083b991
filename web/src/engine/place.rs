//! Where the model computes.

use explang::model::gguf::Gguf;
use explang::model::{CausalLm, ModelConfig, SliceDecoder, WeightsError};

use super::gguf::FileError;
#[cfg(feature = "webgpu")]
use super::session::OpenError;
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

    /// Takes the weights of a GGUF file.
    ///
    /// # Errors
    /// When the file is damaged, or the device is not for such a model.
    fn of_gguf(&self, config: &ModelConfig, file: &mut Gguf<'_>) -> Result<Self::Model, FileError>;
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

    fn of_gguf(&self, config: &ModelConfig, file: &mut Gguf<'_>) -> Result<Self::Model, FileError> {
        Ok(SliceDecoder::from_weights(config, file)?)
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

    fn of_gguf(&self, config: &ModelConfig, file: &mut Gguf<'_>) -> Result<Self::Model, FileError> {
        explang::model::ShaderDecoder::check(config).map_err(OpenError::from)?;
        Ok(explang::model::ShaderDecoder::from_weights(
            config, file, &self.0,
        )?)
    }
}
