//! Files that the visitor gives: picked, or dropped on the page.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DataTransfer, File, FileList, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry,
};

/// Folders are looked into this deep: the run's own folder, or one that holds runs.
const DEEPEST: usize = 2;

/// Most files that are looked at: a run has few.
const MOST: usize = 5_000;

/// A file, and its path below what was given.
pub(super) struct Given {
    pub(super) path: String,
    handle: Handle,
}

enum Handle {
    File(File),
    Entry(FileSystemFileEntry),
}

/// What was dropped. It must be taken while the event lasts; only then can it be looked into.
pub(super) struct Dropped {
    entries: Vec<FileSystemEntry>,
    files: Vec<File>,
}

/// The files of a field, those of a folder with their paths in it.
pub(super) fn picked(list: &FileList) -> Vec<Given> {
    let files = (0..list.length()).filter_map(|index| list.get(index));
    let paths = files.map(|file| {
        // The same as `name` where a file was picked alone.
        let path = js_sys::Reflect::get(&file, &"webkitRelativePath".into());
        let path = path.ok().and_then(|path| path.as_string());
        (path.filter(|path| !path.is_empty()), file)
    });
    paths
        .filter(|(path, _)| {
            let depth = path.as_deref().map_or(0, |path| path.matches('/').count());
            depth <= DEEPEST
        })
        .take(MOST)
        .map(|(path, file)| Given {
            path: path.unwrap_or_else(|| file.name()),
            handle: Handle::File(file),
        })
        .collect()
}

/// Takes what was dropped.
pub(super) fn take(transfer: &DataTransfer) -> Dropped {
    let items = transfer.items();
    let items = (0..items.length()).filter_map(|index| items.get(index));
    let mut dropped = Dropped {
        entries: Vec::new(),
        files: Vec::new(),
    };
    for item in items.filter(|item| item.kind() == "file") {
        if let Ok(Some(entry)) = item.webkit_get_as_entry() {
            dropped.entries.push(entry);
        } else if let Ok(Some(file)) = item.get_as_file() {
            dropped.files.push(file);
        }
    }
    dropped
}

impl Dropped {
    /// All files, those of folders too.
    pub(super) async fn files(self) -> Vec<Given> {
        let mut given: Vec<Given> = self
            .files
            .into_iter()
            .map(|file| Given {
                path: file.name(),
                handle: Handle::File(file),
            })
            .collect();
        let mut open: Vec<(String, FileSystemEntry)> = self
            .entries
            .into_iter()
            .map(|entry| (entry.name(), entry))
            .collect();
        while let Some((path, entry)) = open.pop() {
            if given.len() + open.len() > MOST {
                break;
            }
            if entry.is_file() {
                given.push(Given {
                    path,
                    handle: Handle::Entry(entry.unchecked_into()),
                });
            } else if path.matches('/').count() < DEEPEST {
                let inside = entries(entry.unchecked_ref()).await;
                open.extend(
                    inside
                        .into_iter()
                        .map(|entry| (format!("{path}/{}", entry.name()), entry)),
                );
            }
        }
        given
    }
}

impl Given {
    /// The file itself.
    ///
    /// # Errors
    /// When it is gone, or may not be read.
    pub(super) async fn file(&self) -> Result<File, JsValue> {
        match &self.handle {
            Handle::File(file) => Ok(file.clone()),
            Handle::Entry(entry) => {
                let file = Promise::new(&mut |found: Function, failed: Function| {
                    entry.file_with_callback_and_callback(&found, &failed);
                });
                Ok(JsFuture::from(file).await?.unchecked_into())
            }
        }
    }
}

/// What a folder holds; nothing where it may not be read.
async fn entries(folder: &FileSystemDirectoryEntry) -> Vec<FileSystemEntry> {
    let reader = folder.create_reader();
    let mut all = Vec::new();
    loop {
        let more = Promise::new(&mut |found: Function, failed: Function| {
            let asked = reader.read_entries_with_callback_and_callback(&found, &failed);
            if let Err(error) = asked {
                let _told = failed.call1(&JsValue::UNDEFINED, &error);
            }
        });
        let Ok(more) = JsFuture::from(more).await else {
            return all;
        };
        let more: Array = more.unchecked_into();
        // Browsers tell a folder's entries by and by; none says that there are no more.
        if more.length() == 0 || all.len() > MOST {
            return all;
        }
        all.extend(more.iter().map(JsCast::unchecked_into::<FileSystemEntry>));
    }
}
