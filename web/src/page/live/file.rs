//! The model in a file that the visitor has opened.

use leptos::prelude::*;
use web_sys::{File, Url};

use super::{Live, Navigation};
use crate::page::address::Source;

/// A file that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenFile {
    /// Its name.
    pub name: String,
    /// The address that this page has given it, which ends with the page.
    address: String,
}

impl Live {
    /// Opens a file in the place of the one that was open, and asks its model.
    pub fn open_file(self, file: &File) {
        let Ok(address) = Url::create_object_url_with_blob(file) else {
            return;
        };
        let open = OpenFile {
            name: file.name(),
            address,
        };
        let before = self.file.try_update(|file| file.replace(open)).flatten();
        if let Some(before) = before {
            // Its last reader, the engine, gets another file.
            let _forgotten = Url::revoke_object_url(&before.address);
        }
        if self.state.with_untracked(|state| state.run == Source::File) {
            self.reload();
        } else {
            self.change(Navigation::Push, |state| state.run = Source::File);
        }
    }

    /// The address of the file that is open; empty where none is.
    pub(super) fn file_address(self) -> String {
        self.file
            .with_untracked(|file| file.as_ref().map(|file| file.address.clone()))
            .unwrap_or_default()
    }
}
