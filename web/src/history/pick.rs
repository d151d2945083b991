//! Which of the files that a visitor gives are a run's.

use crate::protocol::Failure;

/// A log that is larger is not read: the page would stand still.
pub const LARGEST_FILE: f64 = 2e8;

/// The files of one run among those that were given, as their places in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picked {
    /// `metrics.jsonl`.
    pub metrics: Option<usize>,
    /// `summary.json`.
    pub summary: Option<usize>,
    /// The run's folder; empty where files were given alone.
    pub folder: String,
}

/// The run nearest to the top.
///
/// # Errors
/// When there is none, or there are several.
pub fn pick(paths: &[String]) -> Result<Picked, Failure> {
    let place = |name: &str, folder: &str| {
        let mut all = paths.iter();
        all.position(|path| split(path) == (folder, name))
    };
    for name in ["metrics.jsonl", "summary.json"] {
        let mut folders: Vec<&str> = paths
            .iter()
            .map(|path| split(path))
            .filter(|(_, file)| *file == name)
            .map(|(folder, _)| folder)
            .collect();
        let depth = |folder: &str| folder.split('/').filter(|part| !part.is_empty()).count();
        let Some(highest) = folders.iter().map(|folder| depth(folder)).min() else {
            continue;
        };
        folders.retain(|folder| depth(folder) == highest);
        folders.sort_unstable();
        folders.dedup();
        let [folder] = folders.as_slice() else {
            return Err(Failure {
                message: format!(
                    "There are {} runs in it: {}.",
                    folders.len(),
                    folders.join(", ")
                ),
                advice: "Choose the folder of one of them.".into(),
            });
        };
        return Ok(Picked {
            metrics: place("metrics.jsonl", folder),
            summary: place("summary.json", folder),
            folder: (*folder).to_owned(),
        });
    }
    Err(Failure {
        message: "There is no run in it.".into(),
        advice: "A run's folder holds metrics.jsonl. Choose the folder that `explang run` wrote."
            .into(),
    })
}

/// The folder and the name of a file.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(paths: &[&str]) -> Result<Picked, Failure> {
        pick(
            &paths
                .iter()
                .map(|&path| path.to_owned())
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn the_run_nearest_to_the_top_is_taken() {
        let picked = picked(&[
            "quick/run.toml",
            "quick/old/metrics.jsonl",
            "quick/summary.json",
            "quick/metrics.jsonl",
        ])
        .unwrap();
        assert_eq!((picked.metrics, picked.summary), (Some(3), Some(2)));
        assert_eq!(picked.folder, "quick");
    }

    #[test]
    fn files_alone_are_a_run_too() {
        assert_eq!(picked(&["metrics.jsonl"]).unwrap().metrics, Some(0));
        let summary = picked(&["a/x.txt", "summary.json"]).unwrap();
        assert_eq!((summary.metrics, summary.summary), (None, Some(1)));
        // A summary elsewhere is another run's.
        let picked = picked(&["runs/a/metrics.jsonl", "summary.json"]).unwrap();
        assert_eq!((picked.metrics, picked.summary), (Some(0), None));
    }

    #[test]
    fn no_run_and_several_runs_are_told() {
        assert!(picked(&[]).unwrap_err().message.contains("no run"));
        assert!(picked(&["metrics.json", "xmetrics.jsonl"]).is_err());
        let several = picked(&["runs/b/metrics.jsonl", "runs/a/metrics.jsonl"])
            .unwrap_err()
            .message;
        assert!(
            several.contains("2 runs") && several.contains("runs/a, runs/b"),
            "{several}"
        );
    }
}
