//! A file as memory: the system brings in the parts that are read, and they need not stay.

use std::fs::File;
use std::io;
use std::path::Path;

use memmap2::{Advice, Mmap};

/// A file that is mapped to be read once, from its beginning to its end.
#[derive(Debug)]
pub(crate) struct Mapped(Mmap);

impl Mapped {
    /// Maps the file at `path`.
    ///
    /// # Errors
    /// When the system refuses.
    #[expect(
        unsafe_code,
        reason = "a mapping changes when somebody else writes to the file. Nothing here writes into weights: checkpoints are replaced whole, \
                  by new files. Who cuts a file short while it is read ends this process, as with every reader that maps."
    )]
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let map = unsafe { Mmap::map(&file) }?;
        // Only a hint, for faster reading.
        #[cfg(unix)]
        let _ = map.advise(Advice::Sequential);
        Ok(Mapped(map))
    }

    /// The file's bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Gives the memory of a part back that has been read, so that the process never holds the file beside what was made of it. Read again it
    /// is brought in again. A part of another file is left alone.
    #[cfg_attr(not(unix), expect(unused_variables, clippy::unused_self))]
    pub(crate) fn release(&self, part: &[u8]) {
        #[cfg(unix)]
        {
            let start = (part.as_ptr() as usize).checked_sub(self.0.as_ptr() as usize);
            if let Some(start) = start.filter(|start| start + part.len() <= self.0.len()) {
                self.forget(start, part.len());
            }
        }
    }

    #[cfg(unix)]
    #[expect(
        unsafe_code,
        reason = "pages of a file that nobody writes to are the same when they are brought in again"
    )]
    fn forget(&self, start: usize, len: usize) {
        // Only a hint: where the system refuses, memory is all that it costs.
        let _ = unsafe {
            self.0
                .unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, start, len)
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_released_is_read_again_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let bytes: Vec<u8> = (0..100_000u32).map(|i| (i * 7) as u8).collect();
        std::fs::write(&path, &bytes).unwrap();
        let (mapped, other) = (Mapped::open(&path).unwrap(), Mapped::open(&path).unwrap());
        for part in [0..1, 10..70_000, 99_999..100_000, 0..100_000] {
            mapped.release(&mapped.bytes()[part]);
            mapped.release(&other.bytes()[..100]);
            assert_eq!(mapped.bytes(), bytes);
        }
    }

    #[test]
    fn an_empty_file_is_no_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "").unwrap();
        assert_eq!(Mapped::open(&path).unwrap().bytes(), b"");
        assert!(Mapped::open(&folder.path().join("none")).is_err());
    }
}
