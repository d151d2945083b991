//! Two runs side by side: every tensor and every value, but what the clock, the version and the system decide.
//!
//! `explang-bench same OLD NEW` compares two run folders, or two exports of runs. It is what shows that a change of the code left what
//! training computes as it was.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::Value;

/// Members of a JSON object that tell of the clock, the program or the machine.
const PASSING: [&str; 9] = [
    "seconds",
    "step_seconds",
    "tokens_per_s",
    "peak_memory_bytes",
    "version",
    "config_hash",
    "created",
    "bytes",
    "sha256",
];

/// Most differences that are printed.
const SHOWN: usize = 20;

/// Arguments of `explang-bench same`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The folder of a run, or of an export of one.
    old: PathBuf,
    /// The folder to compare with it.
    new: PathBuf,
    /// A file or folder that is left out, by its name below the two; may be given several times.
    #[arg(long)]
    without: Vec<String>,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let [old, new] = [&self.old, &self.new].map(|folder| files(folder, &self.without));
        let (old, new) = (old?, new?);
        let (mut values, mut differences) = (0, Vec::new());
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for name in &names {
            match (old.get(*name), new.get(*name)) {
                (Some(a), Some(b)) => {
                    values += compare(name, &fs::read(a)?, &fs::read(b)?, &mut differences);
                }
                (None, _) => differences.push(format!("{name} is in the second folder only")),
                (_, None) => differences.push(format!("{name} is in the first folder only")),
            }
        }
        for difference in differences.iter().take(SHOWN) {
            println!("{difference}");
        }
        if !differences.is_empty() {
            bail!("{} differences in {} files", differences.len(), names.len());
        }
        println!(
            "the same: {} files, {values} values and whole files",
            names.len()
        );
        Ok(())
    }
}

/// Every file below a folder, by its name there.
fn files(folder: &Path, without: &[String]) -> anyhow::Result<BTreeMap<String, PathBuf>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        let entries = fs::read_dir(&next).with_context(|| next.display().to_string())?;
        for entry in entries {
            let path = entry?.path();
            let name = path.strip_prefix(folder)?.to_string_lossy().into_owned();
            if without.contains(&name) {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(name, path);
            }
        }
    }
    Ok(found)
}

/// Compares two files of one name: JSON and JSON lines by their values, all else by their bytes. Returns how many values there were.
fn compare(name: &str, old: &[u8], new: &[u8], differences: &mut Vec<String>) -> usize {
    let lines = |bytes: &[u8]| -> Option<Vec<Value>> {
        let text = std::str::from_utf8(bytes).ok()?;
        text.lines()
            .map(|line| serde_json::from_str(line).ok())
            .collect()
    };
    let parsed = if name.ends_with(".jsonl") {
        lines(old).zip(lines(new))
    } else if name.ends_with(".json") {
        let whole = |bytes: &[u8]| Some(vec![serde_json::from_slice(bytes).ok()?]);
        whole(old).zip(whole(new))
    } else {
        None
    };
    let Some((old_values, new_values)) = parsed else {
        if old != new {
            differences.push(format!("{name}: the bytes differ"));
        }
        return 1;
    };
    if old_values.len() != new_values.len() {
        differences.push(format!(
            "{name}: {} and {} lines",
            old_values.len(),
            new_values.len()
        ));
    }
    let pairs = old_values.iter().zip(&new_values).enumerate();
    pairs
        .map(|(i, (a, b))| {
            let place = if name.ends_with(".jsonl") {
                format!("{name}, line {}", i + 1)
            } else {
                name.to_owned()
            };
            values(&place, a, b, differences)
        })
        .sum()
}

/// Compares two values member by member; numbers must be equal to the last bit.
fn values(place: &str, old: &Value, new: &Value, differences: &mut Vec<String>) -> usize {
    match (old, new) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            let lasting = keys
                .into_iter()
                .filter(|key| !PASSING.contains(&key.as_str()));
            lasting
                .map(|key| {
                    let at = |object: &serde_json::Map<String, Value>| {
                        object.get(key).cloned().unwrap_or(Value::Null)
                    };
                    values(&format!("{place}: {key}"), &at(a), &at(b), differences)
                })
                .sum()
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let items = a.iter().zip(b).enumerate();
            items
                .map(|(i, (a, b))| values(&format!("{place}[{i}]"), a, b, differences))
                .sum()
        }
        _ => {
            if old != new {
                differences.push(format!("{place}: {old} is now {new}"));
            }
            1
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differences(name: &str, old: &str, new: &str) -> Vec<String> {
        let mut found = Vec::new();
        compare(name, old.as_bytes(), new.as_bytes(), &mut found);
        found
    }

    #[test]
    fn times_may_differ_and_nothing_else() {
        let old =
            r#"{"loss": 1.5, "seconds": {"sampling": 1.0}, "of": {"version": "1", "n": [1, 2]}}"#;
        let later =
            r#"{"of": {"version": "2", "n": [1, 2]}, "loss": 1.5, "seconds": {"sampling": 2.0}}"#;
        assert!(differences("summary.json", old, later).is_empty());
        for (from, to) in [
            ("1.5", "1.5000000000000002"),
            ("[1, 2]", "[1, 2, 3]"),
            ("\"loss\"", "\"lost\""),
        ] {
            let changed = old.replace(from, to);
            assert!(
                !differences("summary.json", old, &changed).is_empty(),
                "{to}"
            );
        }
    }

    #[test]
    fn a_line_more_and_a_byte_otherwise_are_differences() {
        assert_eq!(differences("metrics.jsonl", "1\n2\n", "1\n2\n3\n").len(), 1);
        assert_eq!(differences("metrics.jsonl", "1\n2\n", "1\n3\n").len(), 1);
        assert_eq!(differences("model.safetensors", "ab", "ac").len(), 1);
        assert!(differences("model.safetensors", "ab", "ab").is_empty());
        // What cannot be read as JSON is compared byte by byte.
        assert_eq!(differences("x.json", "{", "{ ").len(), 1);
    }
}
