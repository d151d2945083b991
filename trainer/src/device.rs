//! The GPU, opened and tried.

/// A GPU that cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GpuError {
    /// The program was built without the feature `gpu`.
    #[error("this build has no GPU support; build with `--features gpu`, or use --device cpu")]
    NotBuilt,
    /// No adapter could be opened.
    #[error("no GPU could be opened; install its Vulkan driver, or use --device cpu")]
    None,
    /// It does not compute what it should.
    #[error(transparent)]
    Wrong(#[from] explang::model::device::WrongNumbers),
}

/// The default GPU, without autodiff, after a known answer has come out right.
///
/// # Errors
/// When there is none, or its numbers are wrong.
#[cfg(feature = "gpu")]
pub fn gpu() -> Result<burn::tensor::Device, GpuError> {
    use explang::model::device::try_known_answer;
    // Without an adapter burn panics, on a thread of its own or on ours; the error below says what a user can do about it.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let tried = std::panic::catch_unwind(|| {
        let device = burn::tensor::Device::wgpu(burn::tensor::DeviceKind::DefaultDevice);
        pollster::block_on(try_known_answer(&device)).map(|()| device)
    });
    std::panic::set_hook(hook);
    Ok(tried.map_err(|_| GpuError::None)??)
}

/// The default GPU; this build has none.
///
/// # Errors
/// Always.
#[cfg(not(feature = "gpu"))]
pub fn gpu() -> Result<burn::tensor::Device, GpuError> {
    Err(GpuError::NotBuilt)
}
