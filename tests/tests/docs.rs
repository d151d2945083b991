//! The manuals: how long the README is, and whether what it and they point at exists.

use std::fs;
use std::path::{Path, PathBuf};

/// Lines of the whole README.
const README_LINES: usize = 150;
/// Lines of its first screen, and the columns of a line there.
const SCREEN: (usize, usize) = (45, 120);
/// Folders whose paths in backticks must exist.
const FOLDERS: [&str; 7] = [
    "shared/", "trainer/", "web/", "python/", "recipes/", "tests/", "docs/",
];

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn markdown_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            markdown_below(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "md") {
            found.push(path);
        }
    }
}

/// The README, the manuals, those of the Python package and of the recipes, and the verifier's own README.
fn manuals() -> Vec<PathBuf> {
    let mut found = vec![
        root().join("README.md"),
        root().join("shared/verify/README.md"),
    ];
    for folder in ["docs", "python", "recipes"] {
        markdown_below(&root().join(folder), &mut found);
    }
    found
}

/// The text without its fenced blocks: those hold commands and code, not links.
fn prose(text: &str) -> String {
    let mut fenced = false;
    let outside = |line: &&str| {
        let fence = line.starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    };
    text.lines().filter(outside).collect::<Vec<_>>().join("\n")
}

/// The text between backticks.
fn code(prose: &str) -> impl Iterator<Item = &str> {
    prose.split('`').skip(1).step_by(2)
}

/// The targets of `[text](target)`.
fn links(prose: &str) -> impl Iterator<Item = &str> {
    let targets = prose.split("](").skip(1);
    targets.filter_map(|rest| rest.split_once(')').map(|(target, _)| target))
}

/// A heading's anchor, as GitHub makes it.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    let text: String = heading.trim().to_lowercase().chars().filter(kept).collect();
    text.replace(' ', "-")
}

fn has_anchor(file: &Path, wanted: &str) -> bool {
    let text = prose(&fs::read_to_string(file).unwrap());
    let mut headings = text.lines().filter(|line| line.starts_with('#'));
    headings.any(|line| anchor(line.trim_start_matches('#')) == wanted)
}

/// Why a link leads nowhere, if it does.
fn broken(manual: &Path, target: &str) -> Option<String> {
    if target.contains("://") {
        return None;
    }
    let (file, wanted) = target.split_once('#').unwrap_or((target, ""));
    let path = match file {
        "" => manual.to_owned(),
        file => manual.parent().unwrap().join(file),
    };
    if !path.is_file() {
        return Some(format!("{}: no file {target}", manual.display()));
    }
    (!wanted.is_empty() && !has_anchor(&path, wanted))
        .then(|| format!("{}: no heading {target}", manual.display()))
}

#[test]
fn the_readme_is_short_and_its_first_screen_fits() {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    assert!(text.lines().count() <= README_LINES);
    for (number, line) in text.lines().enumerate() {
        let columns = line.chars().count();
        assert!(
            columns <= SCREEN.1,
            "line {}: {columns} columns",
            number + 1
        );
    }
    // All that a first look needs is above the first section.
    let first = text.lines().position(|line| line.starts_with("## "));
    assert!(first.is_some_and(|line| line <= SCREEN.0 + 1), "{first:?}");
}

#[test]
fn every_relative_link_leads_to_a_file_and_a_heading() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for manual in manuals() {
        let text = prose(&fs::read_to_string(&manual).unwrap());
        for target in links(&text) {
            seen += 1;
            wrong.extend(broken(&manual, target));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 50, "only {seen} links were found");
}

#[test]
fn every_path_in_backticks_exists() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for manual in manuals() {
        let text = prose(&fs::read_to_string(&manual).unwrap());
        for path in code(&text) {
            let names_files = FOLDERS.iter().any(|folder| path.starts_with(folder));
            if !names_files || path.contains(['{', '*', '<', ' ']) {
                continue;
            }
            seen += 1;
            if !root().join(path).exists() {
                wrong.push(format!("{}: no {path}", manual.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 50, "only {seen} paths were found");
}

#[test]
fn a_broken_link_and_a_missing_heading_are_found() {
    let readme = root().join("README.md");
    assert_eq!(broken(&readme, "docs/results.md#three-seeds"), None);
    assert_eq!(broken(&readme, "https://example.org/x.md"), None);
    assert!(broken(&readme, "docs/nothing.md").is_some());
    assert!(broken(&readme, "docs/results.md#four-seeds").is_some());
    let text = "a [b](c.md) d\n```\n[e](f.md) `docs/g`\n```\n`docs/h`";
    assert_eq!(links(&prose(text)).collect::<Vec<_>>(), ["c.md"]);
    assert_eq!(code(&prose(text)).collect::<Vec<_>>(), ["docs/h"]);
}
