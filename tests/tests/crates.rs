//! Which crate may know which: asked of cargo, so that a dependency that comes in by another is noticed too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What cargo prints for these arguments at the repository's root. Downloads nothing: what builds the tests is there.
fn cargo(arguments: &[&str]) -> String {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(program)
        .args(arguments)
        .args(["--offline", "--locked"])
        .current_dir(root())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Names of all packages that are compiled into `package` with all its features, the package itself among them.
fn compiled_into(package: &str) -> BTreeSet<String> {
    let tree = cargo(&[
        "tree",
        "--package",
        package,
        "--all-features",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]);
    let names = tree.lines().filter_map(|line| line.split(' ').next());
    names.map(str::to_owned).collect()
}

/// The packages of the workspace by name: the folder of each, from the root, and those of the workspace that it names as dependencies.
fn workspace() -> BTreeMap<String, (String, BTreeSet<String>)> {
    let metadata = cargo(&["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let root = metadata["workspace_root"].as_str().unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .map(|package| {
            let manifest = Path::new(package["manifest_path"].as_str().unwrap());
            let folder = manifest.strip_prefix(root).unwrap().parent().unwrap();
            let dependencies = package["dependencies"].as_array().unwrap().iter();
            let own = dependencies
                // Its own tests may know more.
                .filter(|dependency| dependency["kind"] != "dev" && !dependency["path"].is_null())
                .map(|dependency| dependency["name"].as_str().unwrap().to_owned());
            let name = package["name"].as_str().unwrap().to_owned();
            (name, (folder.to_str().unwrap().to_owned(), own.collect()))
        })
        .collect()
}

/// The top-level folders of all packages of the workspace that those of `folder` need.
fn folders_known_to(folder: &str) -> BTreeSet<String> {
    let workspace = workspace();
    let top = |name: &str| {
        let (folder, _) = &workspace[name];
        folder.split('/').next().unwrap_or_default().to_owned()
    };
    let mut waiting: Vec<&str> = workspace.keys().map(String::as_str).collect();
    waiting.retain(|name| top(name) == folder);
    assert!(!waiting.is_empty(), "no package lies in {folder}");
    let mut known = BTreeSet::new();
    while let Some(name) = waiting.pop() {
        if known.insert(name) {
            waiting.extend(workspace[name].1.iter().map(String::as_str));
        }
    }
    known.into_iter().map(top).collect()
}

fn folders(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

#[test]
fn the_reward_the_files_of_a_run_and_the_server_need_no_model() {
    for package in ["explang-reward", "explang-run", "explang-serve"] {
        let needed = compiled_into(package);
        assert!(needed.contains("explang-verify"), "{needed:?}");
        for model in ["burn", "tokenizers", "safetensors", "explang"] {
            let found: Vec<&String> = needed
                .iter()
                .filter(|name| *name == model || (model == "burn" && name.starts_with("burn-")))
                .collect();
            assert!(found.is_empty(), "{package} needs {found:?}");
        }
    }
}

#[test]
fn the_verifier_needs_nothing_else_of_the_project() {
    let needed = compiled_into("explang-verify");
    let own: Vec<&String> = needed
        .iter()
        .filter(|name| name.starts_with("explang"))
        .collect();
    assert_eq!(own, ["explang-verify"]);
}

#[test]
fn page_trainer_and_python_package_know_only_what_they_share() {
    assert_eq!(folders_known_to("shared"), folders(&["shared"]));
    assert_eq!(folders_known_to("web"), folders(&["shared", "web"]));
    assert_eq!(folders_known_to("trainer"), folders(&["shared", "trainer"]));
    assert_eq!(folders_known_to("python"), folders(&["shared", "python"]));
}
