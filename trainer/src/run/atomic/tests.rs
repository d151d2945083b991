//! Tests of whole writes, among them a kill at every step of a folder's replacement.

use super::*;

fn write_folder(path: &Path, text: &str) {
    fs::create_dir_all(path.join("deep")).unwrap();
    fs::write(path.join("a"), text).unwrap();
    fs::write(path.join("deep/b"), text).unwrap();
}

/// The text of a folder that is whole.
fn text_of(path: &Path) -> Option<String> {
    let a = fs::read_to_string(path.join("a")).ok()?;
    let b = fs::read_to_string(path.join("deep/b")).ok()?;
    (a == b).then_some(a)
}

#[test]
fn a_file_is_replaced_whole_and_leaves_nothing_beside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("summary.json");
    write_atomically(&path, b"one").unwrap();
    write_atomically(&path, b"two").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"two");
    assert_eq!(names(folder.path()).unwrap(), ["summary.json"]);
    let error = write_atomically(Path::new("/"), b"").unwrap_err();
    assert!(matches!(error, RunError::NoName { .. }));
    let error = write_atomically(&folder.path().join("none/x"), b"").unwrap_err();
    assert!(error.to_string().contains("none"), "{error}");
}

#[test]
fn a_folder_is_replaced_whole() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("checkpoint");
    for text in ["one", "two"] {
        replace_folder_atomically::<RunError>(&target, |tmp| {
            assert_eq!(names(tmp).unwrap(), Vec::<String>::new());
            write_folder(tmp, text);
            fs::write(tmp.join(text), "").unwrap();
            Ok(())
        })
        .unwrap();
        assert_eq!(text_of(&target).as_deref(), Some(text));
    }
    assert!(
        !target.join("one").exists(),
        "nothing of the old folder stays"
    );
    assert_eq!(names(folder.path()).unwrap(), ["checkpoint"]);
}

#[test]
fn a_failed_fill_leaves_the_old_folder() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("checkpoint");
    write_folder(&target, "one");
    let error = replace_folder_atomically::<Box<dyn std::error::Error>>(&target, |tmp| {
        write_folder(tmp, "two");
        Err("full".into())
    })
    .unwrap_err();
    assert_eq!(error.to_string(), "full");
    assert_eq!(text_of(&target).as_deref(), Some("one"));
    assert_eq!(names(folder.path()).unwrap(), ["checkpoint"]);
}

/// Every state that a kill can leave, from the names that exist at each step; `None` is a folder half written or half deleted.
#[test]
fn every_leftover_is_mended() {
    type State<'a> = &'a [(&'a str, Option<&'a str>)];
    let cases: [(State, Option<&str>); 11] = [
        // The first write, and its kill before and after the commit.
        (&[(".tmp-c", None)], None),
        (&[(".new-c", Some("two"))], Some("two")),
        // A replacement, step by step.
        (&[("c", Some("one")), (".tmp-c", None)], Some("one")),
        (&[("c", Some("one")), (".new-c", Some("two"))], Some("two")),
        (
            &[(".old-c", Some("one")), (".new-c", Some("two"))],
            Some("two"),
        ),
        (&[("c", Some("two")), (".old-c", Some("one"))], Some("two")),
        (&[("c", Some("two")), (".trash-c", None)], Some("two")),
        // Leftovers of two kills at once.
        (
            &[
                ("c", Some("one")),
                (".old-c", Some("zero")),
                (".new-c", Some("two")),
                (".trash-c", None),
            ],
            Some("two"),
        ),
        (&[(".old-c", Some("one")), (".tmp-c", None)], Some("one")),
        (&[(".old-c", Some("one")), (".trash-c", None)], Some("one")),
        (&[("c", Some("one"))], Some("one")),
    ];
    for (state, expected) in cases {
        let run = tempfile::tempdir().unwrap();
        let folder = run.path().join("checkpoints");
        fs::create_dir(&folder).unwrap();
        for (name, text) in state {
            let path = folder.join(name);
            match text {
                Some(text) => write_folder(&path, text),
                None => {
                    fs::create_dir(&path).unwrap();
                    fs::write(path.join("a"), "half").unwrap();
                }
            }
        }
        recover(run.path()).unwrap();
        assert_eq!(
            text_of(&folder.join("c")).as_deref(),
            expected,
            "after {state:?}"
        );
        let left = names(&folder).unwrap();
        assert!(
            left.iter().all(|name| name == "c"),
            "{left:?} after {state:?}"
        );
    }
}

#[test]
fn recovery_removes_unfinished_files_and_keeps_all_others() {
    let run = tempfile::tempdir().unwrap();
    for name in ["run.toml", ".tmp-run.json", ".lock", ".tmp-"] {
        fs::write(run.path().join(name), "x").unwrap();
    }
    recover(run.path()).unwrap();
    assert_eq!(names(run.path()).unwrap(), [".lock", ".tmp-", "run.toml"]);
}
