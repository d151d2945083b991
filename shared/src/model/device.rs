//! Where tensors live, chosen at run time.

use burn::tensor::{Device, Tensor};

use super::config::ModelConfig;
use super::decoder::Decoder;
use super::packing::Packing;
use explang_run::config::ModelPreset;

/// True for the CPU backend, where the fused kernels run and batches need no filling.
pub fn is_cpu(device: &Device) -> bool {
    super::fused::on_cpu(device)
}

/// A device whose numbers cannot be trusted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "the device gives wrong numbers: a known answer came out {found}, not {expected} (difference {difference:e}); \
     its driver cannot be trusted, use the CPU"
)]
pub struct WrongNumbers {
    /// What the CPU gives.
    pub expected: f32,
    /// What the device gave.
    pub found: f32,
    /// Largest difference found.
    pub difference: f32,
}

/// Tries a device with a known answer: the loss and a gradient of a small random decoder against the CPU's.
///
/// Some drivers give wrong numbers without a word, so this runs before a device is used.
///
/// # Errors
/// When a number differs by more than 1e-3.
pub async fn try_known_answer(device: &Device) -> Result<(), WrongNumbers> {
    let expected = known_answer(&Device::flex()).await;
    let found = known_answer(device).await;
    for (&e, &f) in expected.iter().zip(&found) {
        let difference = (e - f).abs();
        if difference.is_nan() || difference > 1e-3 {
            return Err(WrongNumbers {
                expected: e,
                found: f,
                difference,
            });
        }
    }
    Ok(())
}

/// Logits of a small random decoder, the loss of a batch, and the gradient of the final norm's gain.
async fn known_answer(device: &Device) -> Vec<f32> {
    let device = device.clone().inner().autodiff();
    let config = ModelConfig::of(ModelPreset::Pico, 64);
    let model = Decoder::random(&config, 7, &device);
    let tokens: Vec<u32> = (0..24).map(|i| (i * 37 + 5) % 64).collect();
    let packing = Packing::new([12, 12]);
    let logits = model.logits(model.hidden(&tokens, &packing));
    let targets: Vec<u32> = (0..24).map(|i| (i * 11 + 3) % 64).collect();
    let loss = super::ops::log_prob(logits.clone() * 20.0, &targets)
        .mean()
        .neg();
    let gain = model.model.norm.weight.val();
    let gradient = gain.grad(&loss.backward());
    let mut numbers = host(logits.inner().reshape([24 * 64])).await;
    numbers.extend(host(loss.inner()).await);
    if let Some(gradient) = gradient {
        numbers.extend(host(gradient).await);
    }
    numbers
}

async fn host(tensor: Tensor<1>) -> Vec<f32> {
    match tensor.into_data_async().await {
        Ok(data) => data.iter::<f32>().collect(),
        // A device that cannot be read gives no number that agrees.
        Err(_) => vec![f32::NAN],
    }
}
