//! A graphics processor through WebGPU: in a browser, or through its like on a machine.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_channel::oneshot;

use crate::model::device::Unread;

/// A graphics processor that is open.
#[derive(Debug, Clone)]
pub struct Gpu(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    device: wgpu::Device,
    queue: wgpu::Queue,
    /// The first thing that it refused, in its own words.
    refused: Arc<Mutex<Option<String>>>,
    work: Cell<Work>,
}

/// What was asked of a graphics processor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Work {
    /// Operations.
    pub dispatches: u64,
    /// Times that the host waited for numbers.
    pub reads: u64,
}

/// Why no graphics processor is open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unopened {
    /// There is none.
    #[error("no graphics processor was found: {0}")]
    None(String),
    /// There is one, which cannot be used.
    #[error("the graphics processor could not be opened: {0}")]
    Refused(String),
}

impl Gpu {
    /// Opens the fastest one.
    ///
    /// # Errors
    /// When there is none, or it cannot be used.
    pub async fn open() -> Result<Self, Unopened> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let fastest = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let adapter = instance.request_adapter(&fastest).await;
        let adapter = adapter.map_err(|error| Unopened::None(error.to_string()))?;
        // As large a matrix, and as large a cache, as it takes.
        let most = adapter.limits();
        let wanted = wgpu::DeviceDescriptor {
            required_limits: wgpu::Limits {
                max_buffer_size: most.max_buffer_size,
                max_storage_buffer_binding_size: most.max_storage_buffer_binding_size,
                ..wgpu::Limits::default()
            },
            ..Default::default()
        };
        let opened = adapter.request_device(&wanted).await;
        let (device, queue) = opened.map_err(|error| Unopened::Refused(error.to_string()))?;
        let refused = Arc::new(Mutex::new(None));
        let first = refused.clone();
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            first
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get_or_insert(error.to_string());
        }));
        Ok(Gpu(Rc::new(Inner {
            device,
            queue,
            refused,
            work: Cell::default(),
        })))
    }

    /// What was asked of it so far.
    pub fn work(&self) -> Work {
        self.0.work.get()
    }

    /// Makes the next reading fail with this.
    pub(super) fn refuse(&self, why: String) {
        self.refused().get_or_insert(why);
    }

    fn refused(&self) -> MutexGuard<'_, Option<String>> {
        self.0
            .refused
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn device(&self) -> &wgpu::Device {
        &self.0.device
    }

    /// Largest buffer that an operation can see, in numbers.
    pub(super) fn most(&self) -> u64 {
        let limits = self.0.device.limits();
        let bytes = limits.max_buffer_size;
        bytes.min(limits.max_storage_buffer_binding_size) / SIZE
    }

    /// Room for `numbers` numbers of four bytes, all of them 0.
    pub(super) fn room(&self, name: &str, numbers: u64) -> wgpu::Buffer {
        use wgpu::BufferUsages as Usage;
        self.buffer(
            name,
            numbers,
            Usage::STORAGE | Usage::COPY_SRC | Usage::COPY_DST,
        )
    }

    /// A buffer that holds `numbers`.
    pub(super) fn holding(&self, name: &str, numbers: &[f32]) -> wgpu::Buffer {
        let buffer = self.room(name, numbers.len() as u64);
        self.write(&buffer, numbers);
        buffer
    }

    /// A buffer that holds the parameters of operations.
    pub(super) fn parameters(&self, name: &str, numbers: &[u32; 4]) -> wgpu::Buffer {
        use wgpu::BufferUsages as Usage;
        let buffer = self.buffer(name, 4, Usage::UNIFORM | Usage::COPY_DST);
        self.write(&buffer, numbers);
        buffer
    }

    fn buffer(&self, name: &str, numbers: u64, usage: wgpu::BufferUsages) -> wgpu::Buffer {
        self.0.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(name),
            // An empty one cannot be bound.
            size: SIZE * numbers.max(4),
            usage,
            mapped_at_creation: false,
        })
    }

    /// Writes to the beginning of a buffer.
    pub(super) fn write<T: bytemuck::NoUninit>(&self, buffer: &wgpu::Buffer, numbers: &[T]) {
        let bytes = bytemuck::cast_slice(numbers);
        self.0.queue.write_buffer(buffer, 0, bytes);
    }

    /// Asks for `dispatches` operations.
    pub(super) fn submit(&self, encoder: wgpu::CommandEncoder, dispatches: u64) {
        let mut work = self.0.work.get();
        work.dispatches += dispatches;
        self.0.work.set(work);
        self.0.queue.submit([encoder.finish()]);
    }

    /// The first numbers of two buffers, once all that was asked for is done: as many as asked for, the first one's as they are, the second
    /// one's as bits.
    pub(super) async fn read(
        &self,
        mut encoder: wgpu::CommandEncoder,
        dispatches: u64,
        (floats, first): (&wgpu::Buffer, u64),
        (bits, second): (&wgpu::Buffer, u64),
    ) -> Result<(Vec<f32>, Vec<u32>), Unread> {
        use wgpu::BufferUsages as Usage;
        let copy = self.buffer("read", first + second, Usage::MAP_READ | Usage::COPY_DST);
        encoder.copy_buffer_to_buffer(floats, 0, &copy, 0, SIZE * first);
        if second > 0 {
            encoder.copy_buffer_to_buffer(bits, 0, &copy, SIZE * first, SIZE * second);
        }
        self.submit(encoder, dispatches);
        let mut work = self.0.work.get();
        work.reads += 1;
        self.0.work.set(work);
        let (tell, told) = oneshot::channel();
        copy.map_async(wgpu::MapMode::Read, .., |mapped| {
            // Nobody waits for it any more where the answer was cancelled.
            let _ = tell.send(mapped);
        });
        // A browser calls back by itself.
        let waited = self.0.device.poll(wgpu::PollType::wait_indefinitely());
        waited.map_err(|error| Unread(error.to_string()))?;
        let mapped = told.await;
        if let Some(refused) = self.refused().take() {
            return Err(Unread(refused));
        }
        let lost = || Unread("it was lost".into());
        mapped.map_err(|_| lost())?.map_err(|_| lost())?;
        let view = copy.get_mapped_range(..);
        let view = view.map_err(|error| Unread(error.to_string()))?;
        let (floats, bits) =
            view[..(SIZE * (first + second)) as usize].split_at((SIZE * first) as usize);
        Ok((
            bytemuck::pod_collect_to_vec(floats),
            bytemuck::pod_collect_to_vec(bits),
        ))
    }
}

/// Bytes of a number.
const SIZE: u64 = 4;
