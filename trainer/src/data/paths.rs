//! The files that a path of a configuration stands for: itself, those of a folder, or those that a pattern names.

use std::path::{Path, PathBuf};

use explang::Language;

use crate::files::FileError;

/// Endings of the files of a folder that hold rows.
const ENDINGS: [&str; 4] = ["jsonl", "ndjson", "json", "parquet"];

/// A path that leads to no file.
#[derive(Debug, thiserror::Error)]
pub enum PathError {
    /// A folder cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A folder has no rows in it.
    #[error("{} has no file that ends with {}; give the path of a file", .0.display(), ENDINGS.map(|ending| format!(".{ending}")).join(", "))]
    Folder(PathBuf),
    /// No file has such a name.
    #[error(
        "no file is called {0}; check the path: it starts from the folder that explang is called in"
    )]
    Pattern(String),
    /// The pattern is malformed.
    #[error("{pattern} is not a pattern of file names: {source}")]
    Malformed {
        /// The pattern.
        pattern: String,
        /// Why.
        source: glob::PatternError,
    },
}

/// The files that `path` stands for, by their names: a file as it is, else those of a folder that hold rows, else those that a pattern with
/// `*` or `?` names. A path that is not absolute starts from the working folder.
///
/// # Errors
/// When there is none.
pub fn files(path: &str) -> Result<Vec<PathBuf>, PathError> {
    let place = Path::new(path);
    if place.is_dir() {
        return of_folder(place);
    }
    if place.exists() || !path.contains(['*', '?', '[']) {
        return Ok(vec![place.to_owned()]);
    }
    let named = glob::glob(path).map_err(|source| PathError::Malformed {
        pattern: path.to_owned(),
        source,
    })?;
    let named: Vec<PathBuf> = named
        .map(|entry| {
            entry.map_err(|error| {
                let path = error.path().to_owned();
                FileError::of("read", &path, error.into())
            })
        })
        .collect::<Result<_, _>>()?;
    match named.is_empty() {
        true => Err(PathError::Pattern(path.to_owned())),
        false => Ok(named),
    }
}

fn of_folder(folder: &Path) -> Result<Vec<PathBuf>, PathError> {
    let refused = |source| FileError::of("read", folder, source);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(refused)? {
        let path = entry.map_err(refused)?.path();
        let ending = path.extension().and_then(|ending| ending.to_str());
        if path.is_file() && ending.is_some_and(|ending| ENDINGS.contains(&ending)) {
            found.push(path);
        }
    }
    found.sort();
    match found.is_empty() {
        true => Err(PathError::Folder(folder.to_owned())),
        false => Ok(found),
    }
}

/// The language that a file's name ends with, such as `de.jsonl` or `mgsm_de.parquet`; else that of its folder.
pub fn language_of(path: &Path) -> Option<Language> {
    let stem = path.file_stem()?.to_str()?;
    let last = stem.rsplit(|c: char| !c.is_alphanumeric()).next()?;
    let folder = || path.parent()?.file_name()?.to_str()?.parse().ok();
    last.parse().ok().or_else(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_file_a_folder_or_a_pattern() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "b.jsonl",
            "a.parquet",
            "NOTICE",
            "train-2.json",
            "train-1.json",
        ] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        std::fs::create_dir(folder.path().join("empty")).unwrap();
        let names = |name: &str| -> Result<Vec<String>, String> {
            let path = folder.path().join(name).to_string_lossy().into_owned();
            let found = files(&path).map_err(|error| error.to_string())?;
            let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
            Ok(found.iter().map(name).collect())
        };
        let all = ["a.parquet", "b.jsonl", "train-1.json", "train-2.json"];
        assert_eq!(names("").unwrap(), all);
        assert_eq!(names("train-*").unwrap(), all[2..]);
        // A file that is not there is refused as it is opened.
        assert_eq!(names("missing.jsonl").unwrap(), ["missing.jsonl"]);
        assert!(names("*.tsv").unwrap_err().contains("check the path"));
        assert!(
            names("empty")
                .unwrap_err()
                .contains(".parquet; give the path of a file")
        );
        assert!(names("***").unwrap_err().contains("not a pattern"));
    }

    #[test]
    fn the_language_is_at_the_end_of_the_name_or_the_folders() {
        for (path, language) in [
            ("mgsm/de.jsonl", Some(Language::De)),
            ("mgsm_sw.parquet", Some(Language::Sw)),
            ("mgsm/th/test-00000-of-00001.parquet", Some(Language::Th)),
            ("bn.jsonl", None),
            ("de-test.jsonl", None),
        ] {
            assert_eq!(language_of(Path::new(path)), language, "{path}");
        }
    }
}
