//! The files of a checkpoint, read whole, while the trainer may put another checkpoint into its place.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

/// The files of a checkpoint that are served: what a model is read from, and nothing that only training needs.
pub(crate) const FILES: [&str; 5] = [
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "model.safetensors",
];

/// While two folders change places there is a moment with neither: how often, and after how long, it is looked again.
const LOOKS: usize = 40;
const PAUSE: Duration = Duration::from_millis(5);

/// What a checkpoint's folder is told from its successor by; none where there is no whole checkpoint.
///
/// A checkpoint is written into a new folder, so its weights' time is its own.
pub(crate) fn version(folder: &Path) -> Option<String> {
    (0..LOOKS).find_map(|_| match look(folder) {
        Seen::Version(version) => Some(Some(version)),
        Seen::Nothing => Some(None),
        Seen::Changing => {
            std::thread::sleep(PAUSE);
            None
        }
    })?
}

/// A file of the checkpoint in `folder` with the checkpoint's version: both of the same one. None where there is no such file.
///
/// # Errors
/// When the disk refuses.
pub(crate) fn read(folder: &Path, file: &str) -> io::Result<Option<(Vec<u8>, String)>> {
    for _ in 0..LOOKS {
        let Some(before) = version(folder) else {
            return Ok(None);
        };
        let bytes = match fs::read(folder.join(file)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            bytes => Some(bytes?),
        };
        if version(folder).as_ref() == Some(&before) {
            return Ok(bytes.map(|bytes| (bytes, before)));
        }
    }
    Err(io::Error::other(format!(
        "{} is replaced faster than it can be read; try again",
        folder.display()
    )))
}

enum Seen {
    Version(String),
    Nothing,
    /// The folder is on its way into its place.
    Changing,
}

fn look(folder: &Path) -> Seen {
    if let Ok(weights) = fs::metadata(folder.join("model.safetensors")) {
        let written = weights.modified().ok();
        let time = written.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let time = time.unwrap_or_default().as_nanos();
        return Seen::Version(format!("{time:x}-{:x}", weights.len()));
    }
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    // The names that a folder goes through when it is replaced (see the trainer's `run::atomic`).
    let waits = |prefix: &str| folder.with_file_name(format!("{prefix}{name}")).exists();
    if waits(".new-") || waits(".old-") {
        Seen::Changing
    } else {
        Seen::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use explang_trainer::run::atomic::replace_folder_atomically;
    use explang_trainer::run::error::RunError;
    use std::sync::atomic::{AtomicBool, Ordering};

    fn write(folder: &Path, number: usize) {
        replace_folder_atomically(folder, |tmp| -> Result<(), RunError> {
            for file in FILES {
                fs::write(tmp.join(file), format!("{number}")).unwrap();
            }
            Ok(())
        })
        .unwrap();
    }

    #[test]
    fn a_checkpoint_that_is_replaced_meanwhile_is_never_mixed_and_never_missed() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("resume");
        assert_eq!(version(&folder), None);
        assert_eq!(read(&folder, "config.json").unwrap(), None);
        write(&folder, 0);
        let ended = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for number in 1..40 {
                    write(&folder, number);
                    std::thread::sleep(Duration::from_millis(20));
                }
                ended.store(true, Ordering::Relaxed);
            });
            let mut seen = std::collections::BTreeMap::new();
            while !ended.load(Ordering::Relaxed) {
                for file in FILES {
                    let (bytes, version) = read(&folder, file).unwrap().expect("a checkpoint");
                    let number = seen.entry(version).or_insert_with(|| bytes.clone());
                    assert_eq!(*number, bytes, "one version, one checkpoint");
                }
            }
            assert!(seen.len() > 5, "{}", seen.len());
        });
        let old = version(&folder);
        std::thread::sleep(Duration::from_millis(20));
        write(&folder, 40);
        assert_ne!(version(&folder), old);
        assert_eq!(read(&folder, "optimizer.safetensors").unwrap(), None);
    }
}
