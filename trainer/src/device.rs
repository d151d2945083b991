//! Where a command computes: the processor, or the GPU once it has been tried.

use burn::tensor::Device;
use explang::named::named;

/// Where tensors live.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DeviceName {
    /// The processor.
    #[default]
    Cpu,
    /// The graphics processor, through Vulkan, Metal or DX12.
    Gpu,
}

named!(DeviceName, "device", { Cpu => "cpu", Gpu => "gpu" });

impl DeviceName {
    /// The device, without autodiff. A GPU is tried with a known answer first.
    ///
    /// # Errors
    /// When there is no such GPU, or its numbers are wrong.
    pub fn open(self) -> Result<Device, GpuError> {
        match self {
            DeviceName::Cpu => Ok(Device::flex()),
            DeviceName::Gpu => gpu(),
        }
    }

    /// Number of threads for the parts of a batch, where `asked` is what the user wants: all cores, if nothing. A GPU does one part
    /// after the other.
    pub fn threads(self, asked: Option<usize>) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, |n| n.get());
        match self {
            DeviceName::Cpu => asked.unwrap_or_else(cores).max(1),
            DeviceName::Gpu => 1,
        }
    }
}

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
pub fn gpu() -> Result<Device, GpuError> {
    use explang::model::device::try_known_answer;
    // Without an adapter burn panics, on a thread of its own or on ours; the error below says what a user can do about it.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let tried = std::panic::catch_unwind(|| {
        let device = Device::wgpu(burn::tensor::DeviceKind::DefaultDevice);
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
pub fn gpu() -> Result<Device, GpuError> {
    Err(GpuError::NotBuilt)
}
