//! The names of a run's stages are written once, in `shared/run/src/stage.rs`: whoever needs one takes it from there.

use std::fs;
use std::path::{Path, PathBuf};

use explang::run::Stage;

/// Files in which such a word names a reward, which the paper calls after the phase that it is for.
const REWARDS: [&str; 3] = [
    "shared/reward/src/variant.rs",
    "trainer/src/commands/score.rs",
    "web/src/judge/incentive.rs",
];

/// The Rust files below a folder, without tests and what was built.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["target", "tests", "node_modules"].contains(&&*name) {
                sources(&path, found);
            }
        } else if name.ends_with(".rs") && name != "tests.rs" {
            found.push(path);
        }
    }
}

/// What of a file is not a comment, up to its tests.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_stages_name_is_written_once() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    for folder in ["shared", "trainer", "web"] {
        sources(&root.join(folder), &mut files);
    }
    assert!(files.len() > 200, "{} files", files.len());
    for stage in Stage::ALL {
        let literal = format!("\"{stage}\"");
        let mut places = Vec::new();
        for file in &files {
            let name = file
                .strip_prefix(root)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            if !REWARDS.contains(&&*name) {
                let count = code(&fs::read_to_string(file).unwrap())
                    .matches(&literal)
                    .count();
                places.extend(std::iter::repeat_n(name, count));
            }
        }
        assert_eq!(places, ["shared/run/src/stage.rs"], "{literal}");
    }
}
