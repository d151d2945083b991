//! A device that fails: what it says is kept for one sentence, and no panic reaches a user.
//!
//! burn reports a device's failure by a panic, on the thread that asked or on the device's own, or by an error of the next read. From
//! [`watch`] on panics are kept, not printed; [`caught`] runs a command and tells what came of it.

use std::any::Any;
use std::panic::{
    AssertUnwindSafe, PanicHookInfo, catch_unwind, resume_unwind, set_hook, take_hook,
};
use std::sync::{Mutex, OnceLock, PoisonError};

use explang::named::brief;

use super::DeviceName;

/// Longest part of a driver's message that is repeated, in characters.
const MESSAGE: usize = 300;

/// What the panics since the last [`kept`] said, the first of them first.
static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The device that the process computes on, besides the processor.
static USED: OnceLock<DeviceName> = OnceLock::new();

/// A device that failed while it was used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeviceFailure {
    /// It has not enough memory.
    #[error(
        "{device} is out of memory{}; lower memory.micro_batch_tokens, memory.log_prob_rows or memory.cache_tokens or set \
         memory.recompute_layers = true in the configuration (docs/memory.md tells what each saves), or use --device cpu",
        asked_for(.asked)
    )]
    OutOfMemory {
        /// The device.
        device: DeviceName,
        /// Bytes that it was asked for, where it says so.
        asked: Option<u64>,
    },
    /// Anything else.
    #[error("{device} failed: {}; try again, or use --device cpu", brief(.said, MESSAGE))]
    Other {
        /// The device.
        device: DeviceName,
        /// In the driver's words.
        said: String,
    },
}

fn asked_for(bytes: &Option<u64>) -> String {
    match bytes {
        &Some(bytes) if bytes >= 1 << 30 => format!(
            ": {:.2} GiB were asked for at once",
            bytes as f64 / f64::from(1 << 30)
        ),
        &Some(bytes) => format!(
            ": {:.2} MiB were asked for at once",
            bytes as f64 / f64::from(1 << 20)
        ),
        None => String::new(),
    }
}

/// What a device says that has not enough memory, and whether the bytes that were asked for follow: cubecl, wgpu and CUDA.
const OUT_OF_MEMORY: [(&str, bool); 7] = [
    ("out of device memory allocating", true),
    ("can't allocate buffer of size:", true),
    ("No room for", true),
    ("Buffer size", true),
    ("OUT_OF_MEMORY", false),
    ("Not enough memory left", false),
    ("Out of Memory", false),
];

impl DeviceFailure {
    /// What a device's own words come to.
    pub fn of(device: DeviceName, said: &str) -> Self {
        // The one that tells the bytes, where there are several.
        let found = OUT_OF_MEMORY
            .iter()
            .find_map(|(words, bytes)| Some((said.split_once(words)?.1, *bytes)));
        match found {
            Some((rest, bytes)) => DeviceFailure::OutOfMemory {
                device,
                asked: bytes.then(|| number(rest)).flatten(),
            },
            None => DeviceFailure::Other {
                device,
                said: said.to_owned(),
            },
        }
    }

    /// True where memory is what it lacks.
    pub fn is_out_of_memory(&self) -> bool {
        matches!(self, DeviceFailure::OutOfMemory { .. })
    }
}

/// The number that a text begins with, after blanks.
fn number(text: &str) -> Option<u64> {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_ascii_digit());
    text[..end.unwrap_or(text.len())].parse().ok()
}

/// From here on the process computes on this device: its panics are kept.
pub fn watch(device: DeviceName) {
    if device != DeviceName::Cpu && USED.set(device).is_ok() {
        set_hook(Box::new(keep));
    }
}

/// Runs a command. A panic of one that computes on a device, and an error that says that its memory ran out, become one sentence; other
/// errors and panics stay what they are.
///
/// # Errors
/// Those of `run`, and those of the device.
pub fn caught<T>(run: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Err(error)) => Err(match USED.get() {
            Some(&device) => explained(device, error),
            None => error,
        }),
        Ok(done) => done,
        Err(panic) => match USED.get() {
            Some(&device) => {
                let said = kept().unwrap_or_else(|| text(panic.as_ref()));
                Err(DeviceFailure::of(device, &said).into())
            }
            None => resume_unwind(panic),
        },
    }
}

/// An error of a command that computed on a device: where memory ran out, the sentence that says what lowers it.
fn explained(device: DeviceName, error: anyhow::Error) -> anyhow::Error {
    // Panics on the device's own thread tell more than the error of a read that waited for them.
    let said = format!("{} {error:#}", kept().unwrap_or_default());
    let failure = DeviceFailure::of(device, &said);
    if failure.is_out_of_memory() {
        failure.into()
    } else {
        error
    }
}

/// Runs `work` without printing its panics, nor those of other threads meanwhile.
///
/// # Errors
/// What a panic said.
pub(super) fn quietly<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let hook = take_hook();
    set_hook(Box::new(keep));
    let done = catch_unwind(AssertUnwindSafe(work));
    set_hook(hook);
    let said = kept();
    done.map_err(|panic| {
        let said = said.unwrap_or_else(|| text(panic.as_ref()));
        brief(&said, MESSAGE)
    })
}

fn keep(info: &PanicHookInfo<'_>) {
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    said.push(text(info.payload()));
}

/// What the panics since the last call said.
fn kept() -> Option<String> {
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    let said = std::mem::take(&mut *said);
    (!said.is_empty()).then(|| said.join("; "))
}

/// What a panic says.
fn text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
    text.unwrap_or("it does not say why").to_owned()
}

#[cfg(test)]
mod tests;
