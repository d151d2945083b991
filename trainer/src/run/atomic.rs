//! Files and folders that are written whole or not at all.
//!
//! A file is written under a temporary name beside its own, synced and renamed over it. A folder cannot be
//! renamed over a folder that is not empty, so a folder goes through these names, each a rename away from the next:
//!
//! | name | state |
//! | --- | --- |
//! | `.tmp-NAME` | being written; worthless after a kill |
//! | `.new-NAME` | whole and synced; from here on it will become `NAME` |
//! | `.old-NAME` | the folder it replaces, whole |
//! | `.trash-NAME` | being deleted; worthless |
//!
//! After a kill at any moment `NAME`, `.new-NAME` or `.old-NAME` is whole (once there was one), and [`recover`]
//! finishes what was begun. Writers of one name must not run at the same time: a run's lock sees to that.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::error::{Context, RunError};

const TEMPORARY: &str = ".tmp-";
const NEW: &str = ".new-";
const OLD: &str = ".old-";
const TRASH: &str = ".trash-";

/// Writes a file whole or not at all: a reader, or a process started after a kill, sees the old bytes or the new ones.
///
/// # Errors
/// When the disk refuses; then the old file is untouched.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), RunError> {
    let (parent, name) = split(path)?;
    let temporary = parent.join(format!("{TEMPORARY}{name}"));
    let mut file = File::create(&temporary).context("create", &temporary)?;
    file.write_all(bytes).context("write", &temporary)?;
    file.sync_all().context("write", &temporary)?;
    drop(file);
    fs::rename(&temporary, path).context("replace", path)?;
    sync_folder(&parent)
}

/// Writes a folder whole or not at all. `fill` gets an empty folder to write into; when it returns, the folder is
/// synced and takes the place of `target`. While the two change places there is a moment without
/// `target`; a kill in it is mended by [`recover`].
///
/// # Errors
/// Those of `fill`, and when the disk refuses; then the old folder still stands, or [`recover`] brings it back.
pub fn replace_folder_atomically<E: From<RunError>>(
    target: &Path,
    fill: impl FnOnce(&Path) -> Result<(), E>,
) -> Result<(), E> {
    let (parent, name) = split(target)?;
    settle(&parent, &name)?;
    let temporary = parent.join(format!("{TEMPORARY}{name}"));
    fs::create_dir_all(&temporary).context("create", &temporary)?;
    if let Err(error) = fill(&temporary) {
        // The error of `fill` matters more than what is left behind, which the next write or recovery removes.
        let _ = remove(&temporary);
        return Err(error);
    }
    sync_tree(&temporary)?;
    let new = parent.join(format!("{NEW}{name}"));
    fs::rename(&temporary, &new).context("rename", &temporary)?;
    sync_folder(&parent)?;
    Ok(settle(&parent, &name)?)
}

/// Mends what a kill left behind in `folder` and in the folders under it: finished folders come into
/// their place, replaced and unfinished ones go.
///
/// # Errors
/// When the disk refuses; it is safe to call again.
pub fn recover(folder: &Path) -> Result<(), RunError> {
    for name in names(folder)? {
        let left = [NEW, OLD, TEMPORARY, TRASH]
            .iter()
            .find_map(|prefix| name.strip_prefix(prefix));
        if let Some(target) = left.filter(|target| !target.is_empty()) {
            settle(folder, target)?;
        }
    }
    for name in names(folder)? {
        let path = folder.join(name);
        let kind = fs::symlink_metadata(&path).context("read", &path)?;
        if kind.is_dir() {
            recover(&path)?;
        }
    }
    Ok(())
}

/// Brings one name to rest: afterwards none of its four other names exists.
fn settle(parent: &Path, name: &str) -> Result<(), RunError> {
    let target = parent.join(name);
    let [temporary, new, old, trash] =
        [TEMPORARY, NEW, OLD, TRASH].map(|prefix| parent.join(format!("{prefix}{name}")));
    remove(&trash)?;
    if exists(&new)? {
        if exists(&target)? {
            discard(&old, &trash)?;
            fs::rename(&target, &old).context("rename", &target)?;
            sync_folder(parent)?;
        }
        fs::rename(&new, &target).context("rename", &new)?;
        sync_folder(parent)?;
    }
    if exists(&old)? {
        if exists(&target)? {
            discard(&old, &trash)?;
        } else {
            fs::rename(&old, &target).context("rename", &old)?;
            sync_folder(parent)?;
        }
    }
    remove(&temporary)
}

/// Deletes by way of the trash name, so that `.old-NAME` is never there in part.
fn discard(path: &Path, trash: &Path) -> Result<(), RunError> {
    if exists(path)? {
        fs::rename(path, trash).context("rename", path)?;
    }
    remove(trash)
}

/// Deletes a file or a folder, if it is there.
fn remove(path: &Path) -> Result<(), RunError> {
    match fs::symlink_metadata(path) {
        Ok(kind) if kind.is_dir() => fs::remove_dir_all(path).context("delete", path),
        Ok(_) => fs::remove_file(path).context("delete", path),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).context("read", path),
    }
}

fn exists(path: &Path) -> Result<bool, RunError> {
    fs::exists(path).context("read", path)
}

/// The parent folder and the name of a path.
fn split(path: &Path) -> Result<(PathBuf, String), RunError> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| RunError::NoName {
        path: path.to_owned(),
    })?;
    let parent = match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) => parent.to_owned(),
        None => PathBuf::from("."),
    };
    Ok((parent, name.to_owned()))
}

/// The names in a folder, sorted; those that are not UTF-8 are none of ours.
pub(super) fn names(folder: &Path) -> Result<Vec<String>, RunError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).context("read", folder)? {
        let entry = entry.context("read", folder)?;
        names.extend(entry.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

/// Syncs every file and folder below, then the folder itself.
fn sync_tree(folder: &Path) -> Result<(), RunError> {
    for entry in fs::read_dir(folder).context("read", folder)? {
        let path = entry.context("read", folder)?.path();
        let kind = fs::symlink_metadata(&path).context("read", &path)?;
        if kind.is_dir() {
            sync_tree(&path)?;
        } else if kind.is_file() {
            // Windows syncs only handles that may write.
            let file = File::options().write(true).open(&path);
            file.and_then(|file| file.sync_all())
                .context("write", &path)?;
        }
    }
    sync_folder(folder)
}

/// Makes renames in a folder durable; other systems than Unix have no such call.
fn sync_folder(folder: &Path) -> Result<(), RunError> {
    if cfg!(unix) {
        File::open(folder)
            .and_then(|file| file.sync_all())
            .context("write", folder)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
