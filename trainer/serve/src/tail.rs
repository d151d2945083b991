//! The end of a file of JSON lines that a trainer appends to, and cuts back when its run is resumed.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;

/// Bytes before the place that has been read up to, by which a file that was cut back and has grown again is known. A line
/// tells the time that its step took, so two runs through one step differ in it.
const REMEMBERED: usize = 256;

/// A place in the file. All lines before it have been read.
#[derive(Debug)]
pub(crate) struct Tail {
    path: PathBuf,
    offset: u64,
    /// The last bytes before `offset`; none where they were not read by this tail.
    before: Vec<u8>,
}

/// What has happened to the file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Grown {
    /// No whole line is new.
    Nothing,
    /// New whole lines, each with its line feed.
    Lines(Vec<u8>),
    /// What was read is no more there, or no line begins at the place; the tail is at the beginning now.
    CutBack,
}

impl Tail {
    /// A place that must be the beginning of a line.
    pub(crate) const fn new(path: PathBuf, offset: u64) -> Self {
        Tail {
            path,
            offset,
            before: Vec::new(),
        }
    }

    /// Where the next line begins, in bytes.
    pub(crate) const fn offset(&self) -> u64 {
        self.offset
    }

    /// Reads new whole lines, some `most` bytes of them and at least one; a torn last line waits. A missing file has no lines.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn advance(&mut self, most: u64) -> io::Result<Grown> {
        let mut file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(if self.offset == 0 {
                    Grown::Nothing
                } else {
                    self.back()
                });
            }
            file => file?,
        };
        if self.offset > file.metadata()?.len() {
            return Ok(self.back());
        }
        // At least the line feed before the place is looked at.
        let known = self.before.len().max(usize::from(self.offset > 0));
        file.seek(SeekFrom::Start(self.offset - known as u64))?;
        let mut bytes = Vec::new();
        let mut most = most.max(1);
        loop {
            let mut piece = file.by_ref().take(known as u64 + most - bytes.len() as u64);
            piece.read_to_end(&mut bytes)?;
            let full = piece.limit() == 0;
            let Some((old, new)) = bytes.split_at_checked(known) else {
                return Ok(self.back());
            };
            let same = match self.before.as_slice() {
                [] => old.is_empty() || old == b"\n",
                before => old == before,
            };
            if !same {
                return Ok(self.back());
            }
            let lines = whole_lines(new);
            if !lines.is_empty() {
                let lines = lines.to_vec();
                self.offset += lines.len() as u64;
                self.before = lines[lines.len().saturating_sub(REMEMBERED)..].to_vec();
                return Ok(Grown::Lines(lines));
            }
            if !full {
                return Ok(Grown::Nothing);
            }
            most *= 2;
        }
    }

    fn back(&mut self) -> Grown {
        self.offset = 0;
        self.before.clear();
        Grown::CutBack
    }
}

/// The bytes up to and with the last line feed.
fn whole_lines(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|&byte| byte == b'\n');
    &bytes[..end.map_or(0, |index| index + 1)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Write;

    fn append(path: &std::path::Path, bytes: &[u8]) {
        let mut file = File::options()
            .append(true)
            .create(true)
            .open(path)
            .unwrap();
        file.write_all(bytes).unwrap();
    }

    #[test]
    fn whole_lines_come_as_they_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.jsonl");
        let mut tail = Tail::new(path.clone(), 0);
        assert_eq!(tail.advance(100).unwrap(), Grown::Nothing);
        append(&path, b"one\ntwo\nth");
        assert_eq!(
            tail.advance(100).unwrap(),
            Grown::Lines(b"one\ntwo\n".into())
        );
        assert_eq!(tail.advance(100).unwrap(), Grown::Nothing);
        append(&path, b"ree\n");
        assert_eq!(tail.advance(100).unwrap(), Grown::Lines(b"three\n".into()));
        assert_eq!(tail.offset(), 14);
        // In pieces; a line that is longer than a piece comes whole.
        let mut tail = Tail::new(path, 0);
        for line in ["one\n", "two\n", "three\n"] {
            assert_eq!(tail.advance(5).unwrap(), Grown::Lines(line.into()));
        }
        assert_eq!(tail.advance(5).unwrap(), Grown::Nothing);
    }

    #[test]
    fn a_file_that_was_cut_back_is_noticed_even_when_it_has_grown_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.jsonl");
        append(&path, b"one\ntwo\n");
        let mut tail = Tail::new(path.clone(), 0);
        tail.advance(100).unwrap();
        fs::write(&path, b"one\n").unwrap();
        assert_eq!(tail.advance(100).unwrap(), Grown::CutBack);
        assert_eq!(tail.advance(100).unwrap(), Grown::Lines(b"one\n".into()));
        fs::write(&path, b"six\nten\n").unwrap();
        assert_eq!(tail.advance(100).unwrap(), Grown::CutBack);
        tail.advance(100).unwrap();
        fs::remove_file(&path).unwrap();
        assert_eq!(tail.advance(100).unwrap(), Grown::CutBack);
        assert_eq!(tail.advance(100).unwrap(), Grown::Nothing);
    }

    #[test]
    fn a_place_must_be_the_beginning_of_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.jsonl");
        append(&path, b"one\ntwo\n");
        let at = |offset| Tail::new(path.clone(), offset).advance(100).unwrap();
        assert_eq!(at(4), Grown::Lines(b"two\n".into()));
        assert_eq!(at(8), Grown::Nothing);
        for offset in [1, 3, 9, u64::MAX] {
            assert_eq!(at(offset), Grown::CutBack, "{offset}");
        }
    }
}
