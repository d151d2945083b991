//! A file of another program's rows, read by every command that reads one: what is read twice is the same twice, and what is refused is
//! refused in one line that names the file, and the row if the fault is in one.

use std::fmt::Debug;
use std::path::PathBuf;

use explang_trainer::data::accept::Reading;
use explang_trainer::data::problems::problems;
use explang_trainer::eval::responses::{Problems, samples};
use explang_trainer::rows::{Columns, RowsError, RowsFile};

/// Reads bytes as a file whose columns are called so.
pub fn read(bytes: &[u8], columns: &Columns) {
    // In memory, where the system has such a folder, and one for each process.
    let shared = PathBuf::from("/dev/shm");
    let folder = if shared.is_dir() { shared } else { std::env::temp_dir() };
    let path = folder.join(format!("explang-fuzz-{}", std::process::id()));
    std::fs::write(&path, bytes).expect("the folder can be written to");
    let file = RowsFile { path: &path, columns };
    twice(file, |file| samples(file, &mut Problems::default()));
    twice(file, |file| problems(file));
    let known = problems(file).unwrap_or_default();
    twice(file, |file| {
        let reading = Reading::new(file, &known);
        let mut last = 0;
        for row in file.rows()? {
            let (line, row) = row?;
            assert!(line > last, "row {line} behind row {last}");
            last = line;
            let read = row.map_err(|source| file.bad_row(source)).and_then(|row| reading.row(line, row));
            if let Err(error) = read {
                refused(file, &error);
            }
        }
        Ok(last)
    });
}

fn twice<T: PartialEq + Debug>(file: RowsFile<'_>, read: impl Fn(RowsFile<'_>) -> Result<T, RowsError>) {
    match (read(file), read(file)) {
        (Ok(once), Ok(again)) => assert_eq!(once, again),
        (Err(once), Err(again)) => {
            refused(file, &once);
            assert_eq!(once.to_string(), again.to_string());
        }
        (once, again) => panic!("{:?} once, {:?} again", once.err(), again.err()),
    }
}

fn refused(file: RowsFile<'_>, error: &RowsError) {
    let said = error.to_string();
    assert!(!said.contains(char::is_control) && said.len() < 4000, "{said:?}");
    assert!(said.contains(&file.path.display().to_string()), "{said:?} does not name the file");
    if let RowsError::Row { .. } | RowsError::Member { .. } | RowsError::Line { .. } = error {
        let line = said.split("line ").nth(1).and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next());
        assert!(line.and_then(|line| line.parse::<usize>().ok()).is_some_and(|line| line > 0), "{said:?} does not name the row");
    }
}
