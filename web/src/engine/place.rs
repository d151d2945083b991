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
pub struct Graphics(burn::tensor::Device);

#[cfg(feature = "webgpu")]
impl Place for Graphics {
    const KIND: DeviceKind = DeviceKind::WebGpu;
    type Model = explang::model::Decoder;

    async fn open() -> Result<Self, Failure> {
        use wasm_bindgen::JsValue;

        let none = |what: &str| Failure {
            message: format!("{what}."),
            advice: "The model goes on with the processor.".into(),
        };
        // Without an adapter burn would panic, which ends the worker without a word that helps.
        let navigator = js_sys::Reflect::get(&js_sys::global(), &"navigator".into());
        let gpu = navigator.and_then(|navigator| js_sys::Reflect::get(&navigator, &"gpu".into()));
        if gpu.map_or(true, |gpu: JsValue| gpu.is_undefined()) {
            return Err(none("This browser has no WebGPU"));
        }
        let device = burn::tensor::Device::wgpu_options().init_async().await;
        let device =
            device.map_err(|error| none(&format!("WebGPU could not be opened ({error:?})")))?;
        Ok(Graphics(device))
    }

    fn model(&self, config: &ModelConfig, weights: &[u8]) -> Result<Self::Model, WeightsError> {
        let model = explang::model::Decoder::from_safetensors(config, weights, &self.0)?;
        // Once, for all that will be asked.
        Ok(model.for_sampling().into_owned())
    }
}
