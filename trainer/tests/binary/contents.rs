//! What a run's folder holds, without what only the clock decides: by this two runs are compared.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

/// The metrics without what the clock says.
pub(crate) fn metrics(folder: &Path) -> Vec<Map<String, Value>> {
    let text = fs::read_to_string(folder.join("metrics.jsonl")).unwrap();
    text.lines()
        .map(|line| {
            let mut line: Map<String, Value> = serde_json::from_str(line).unwrap();
            line.remove("seconds");
            for key in ["step_seconds", "tokens_per_s"] {
                assert!(line.remove(key).is_some_and(|v| v.is_f64()), "{key}");
            }
            line
        })
        .collect()
}

/// The summary without what the clock and the system say.
pub(crate) fn summary(folder: &Path) -> Value {
    let text = fs::read_to_string(folder.join("summary.json")).unwrap();
    let mut summary: Value = serde_json::from_str(&text).unwrap();
    let top = summary.as_object_mut().unwrap();
    top.remove("seconds");
    top.remove("peak_memory_bytes");
    for stage in top["stages"].as_object_mut().unwrap().values_mut() {
        stage.as_object_mut().unwrap().remove("seconds");
    }
    summary
}

/// Every file below `folder` with its bytes, but those that tell the time.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path
                .strip_prefix(folder)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if !["metrics.jsonl", "summary.json", "run.json"].contains(&name.as_str())
                && !name.ends_with("/stage.json")
            {
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}
