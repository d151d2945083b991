//! Where tensors live, chosen at run time, what is read from there, and whether it can be trusted.

mod known;

use std::cell::Cell;

use burn::tensor::{Device, Tensor};

pub use known::{Answers, Difference, Limits, WrongNumbers, differences, try_known_answers};

/// True for the CPU backend, where the fused kernels run and batches need no filling.
pub fn is_cpu(device: &Device) -> bool {
    super::fused::on_cpu(device)
}

/// A device that did not give its numbers back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the device did not give its numbers back: {0}")]
pub struct Unread(pub String);

/// The tests' graphics card, which a process opens once.
#[cfg(all(test, feature = "wgpu"))]
pub(super) fn card() -> Device {
    static CARD: std::sync::OnceLock<Device> = std::sync::OnceLock::new();
    let open = || Device::wgpu_options().init_with_setup().unwrap().0;
    CARD.get_or_init(open).clone()
}

thread_local! {
    static READS: Cell<u64> = const { Cell::new(0) };
}

/// The numbers of a tensor, in row-major order. On a graphics card a read waits for everything that was asked of it before.
///
/// # Errors
/// When the device does not give them back, in its own words.
pub async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, Unread> {
    READS.set(READS.get() + 1);
    let data = tensor.into_data_async().await;
    let data = data.map_err(|error| Unread(error.reason().to_owned()))?;
    let numbers = data.try_into_vec();
    numbers.map_err(|error| Unread(format!("{error:?}")))
}

/// How often this thread has [`read`].
pub fn reads() -> u64 {
    READS.get()
}
