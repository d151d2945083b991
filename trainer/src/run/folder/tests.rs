//! Tests of a run's folder: who may have it, and what a kill leaves in it.

use super::*;

fn create(path: &Path) -> Result<RunFolder, RunError> {
    RunFolder::create(path, "quick", 7, "0.1.0", "seed = 7\n")
}

#[test]
fn a_run_is_created_once_and_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs/one");
    let run = create(&path).unwrap();
    let info = run.info().clone();
    assert_eq!((info.seed, info.name.as_str()), (7, "quick"));
    assert!(info.created.ends_with('Z') && info.created.len() == 20);
    run.metrics().unwrap().append(&1).unwrap();
    run.write("eval/sft.jsonl", b"{}\n").unwrap();
    drop(run);

    assert!(matches!(create(&path), Err(RunError::Exists { .. })));
    let run = RunFolder::open(&path).unwrap();
    assert_eq!(run.info(), &info);
    assert_eq!(run.config(), "seed = 7\n");
    assert_eq!(run.metrics().unwrap().len(), 2);
    assert_eq!(fs::read(run.join("eval/sft.jsonl")).unwrap(), b"{}\n");
}

#[test]
fn a_second_holder_is_refused_until_the_first_ends() {
    let folder = tempfile::tempdir().unwrap();
    let run = create(folder.path()).unwrap();
    let error = RunFolder::open(folder.path()).unwrap_err();
    assert!(matches!(error, RunError::Locked { .. }));
    assert!(error.to_string().starts_with("another process"), "{error}");
    // Looking on is allowed.
    assert_eq!(read_info(folder.path()).unwrap(), *run.info());
    drop(run);
    RunFolder::open(folder.path()).unwrap();
}

#[test]
fn a_run_killed_at_its_birth_can_be_begun_again() {
    let folder = tempfile::tempdir().unwrap();
    for name in [LOCK, CONFIG, ".tmp-run.json"] {
        fs::write(folder.path().join(name), "seed").unwrap();
    }
    let error = RunFolder::open(folder.path()).unwrap_err();
    assert!(matches!(error, RunError::NotARun { .. }));
    create(folder.path()).unwrap();
    assert_eq!(names(folder.path()).unwrap(), [LOCK, INFO, CONFIG]);
}

#[test]
fn a_foreign_folder_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("thesis.tex"), "x").unwrap();
    let error = create(folder.path()).unwrap_err();
    assert!(matches!(error, RunError::NotEmpty { .. }));
    let error = RunFolder::open(folder.path()).unwrap_err();
    assert!(matches!(error, RunError::NotARun { .. }));
    assert_eq!(names(folder.path()).unwrap(), ["thesis.tex"]);
}

#[test]
fn opening_mends_a_half_replaced_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let run = create(folder.path()).unwrap();
    run.write_folder::<RunError>("checkpoints/sft", |tmp| {
        fs::write(tmp.join("w"), "one").context("write", tmp)
    })
    .unwrap();
    drop(run);
    let checkpoints = folder.path().join("checkpoints");
    fs::rename(checkpoints.join("sft"), checkpoints.join(".old-sft")).unwrap();
    fs::create_dir(checkpoints.join(".tmp-explore")).unwrap();
    RunFolder::open(folder.path()).unwrap();
    assert_eq!(names(&checkpoints).unwrap(), ["sft"]);
    assert_eq!(fs::read(checkpoints.join("sft/w")).unwrap(), b"one");
}

#[test]
fn a_changed_configuration_or_information_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(create(folder.path()).unwrap());
    fs::write(folder.path().join(CONFIG), "seed = 8\n").unwrap();
    let error = RunFolder::open(folder.path()).unwrap_err();
    assert!(matches!(error, RunError::ConfigChanged { .. }));
    fs::write(folder.path().join(INFO), "{").unwrap();
    let error = RunFolder::open(folder.path()).unwrap_err();
    assert!(matches!(error, RunError::Json { .. }));
}

#[test]
fn a_run_of_another_format_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let run = create(folder.path()).unwrap();
    let mut info = serde_json::to_value(run.info()).unwrap();
    drop(run);
    let file = folder.path().join(INFO);
    // A later version may have given other names to everything else.
    fs::write(&file, r#"{"format": 2, "version": "7.0.1", "seeds": [1]}"#).unwrap();
    let error = RunFolder::open(folder.path()).unwrap_err();
    assert!(matches!(error, RunError::OtherFormat { .. }), "{error:?}");
    let text = error.to_string();
    assert!(
        text.contains("version 7.0.1") && text.contains("format 2"),
        "{text}"
    );
    assert_eq!(names(folder.path()).unwrap(), [LOCK, INFO, CONFIG]);
    // One from before there was a number is of the first format.
    info.as_object_mut().unwrap().remove("format").unwrap();
    fs::write(&file, info.to_string()).unwrap();
    assert_eq!(RunFolder::open(folder.path()).unwrap().info().format, 1);
}
