//! A disk that is full, or that nobody may write on: one sentence, and nothing of the run is lost.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::contents::files;
use crate::program::{explang, fails, output, succeeds};
use crate::runs::{assert_same, lines, smoke, start, wait_until};

/// The command, with files limited to `blocks` of 512 bytes: the next write beyond is refused as on a full disk.
fn limited(command: &Command, blocks: usize) -> Command {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("ulimit -f {blocks}; exec \"$@\""), "sh"])
        .arg(command.get_program())
        .args(command.get_args())
        .env("RUST_BACKTRACE", "1");
    shell
}

#[test]
fn a_run_goes_on_when_there_is_room_again() {
    let folder = tempfile::tempdir().unwrap();
    let [whole, full] = ["whole", "full"].map(|name| folder.path().join(name));
    succeeds(smoke(&whole, false), "");
    // The files that do not fit: the log of the steps, the model, what the optimizer remembers.
    let mut named = String::new();
    for (blocks, resume) in [(4, false), (600, true), (2000, true), (8, true)] {
        named += &fails(limited(
            &smoke(&full, resume && full.join("run.json").exists()),
            blocks,
        ));
        named += "\n";
    }
    // In the middle of the run, with a checkpoint that must be kept.
    let mut child = start(smoke(&full, full.join("run.json").exists()));
    assert!(wait_until(&mut child, Duration::from_millis(2), || lines(
        &full
    ) >= 50));
    child.kill().unwrap();
    child.wait().unwrap();
    for blocks in [2000, 600] {
        named += &fails(limited(&smoke(&full, true), blocks));
        named += "\n";
    }
    for sentence in named.lines() {
        assert!(
            sentence.contains("could not write") && sentence.contains("the free space"),
            "{sentence}"
        );
    }
    assert!(
        named.contains("optimizer.safetensors") && named.contains("model.safetensors"),
        "{named}"
    );
    succeeds(smoke(&full, true), "");
    assert_same(&full, &whole);
}

#[cfg(target_os = "linux")]
#[test]
fn what_nobody_can_read_stops_no_training() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let full = || Stdio::from(fs::File::options().write(true).open("/dev/full").unwrap());
    let mut command = smoke(&run, false);
    command
        .args(["--until", "pretrain"])
        .stdout(Stdio::null())
        .stderr(full());
    assert_eq!(command.status().unwrap().code(), Some(0));
    assert_eq!(lines(&run), 30);
    // The report is what the command is for: that it went nowhere is told.
    let mut command = smoke(&run, true);
    command
        .args(["--until", "pretrain"])
        .stdout(full())
        .stderr(Stdio::piped());
    let output = command.output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(
        errors.starts_with("error: ") && errors.contains("space") && errors.lines().count() == 1,
        "{errors}"
    );
}

/// A user that is not root, who may do what he likes where there are no permissions: a copy of the program that everyone may start.
struct Anybody(Option<PathBuf>);

impl Anybody {
    const NOBODY: u32 = 65534;

    fn new(folder: &Path) -> Self {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
        let id = Command::new("id").arg("-u").output().unwrap().stdout;
        if id != b"0\n" {
            return Anybody(None);
        }
        let copy = folder.join("explang");
        fs::copy(env!("CARGO_BIN_EXE_explang"), &copy).unwrap();
        Anybody(Some(copy))
    }

    fn asks(&self, command: Command) -> Command {
        let Some(program) = &self.0 else {
            return command;
        };
        let mut other = Command::new(program);
        other.args(command.get_args()).env("RUST_BACKTRACE", "1");
        other.uid(Self::NOBODY).gid(Self::NOBODY).current_dir("/");
        other
    }
}

/// Takes everyone's right to write in a folder and what is below, or gives the owner's back.
fn writable(folder: &Path, yes: bool) {
    let (files, folders) = if yes { (0o644, 0o755) } else { (0o444, 0o555) };
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            writable(&path, yes);
        } else {
            fs::set_permissions(&path, fs::Permissions::from_mode(files)).unwrap();
        }
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(folders)).unwrap();
}

#[test]
fn a_folder_that_may_not_be_written_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let anybody = Anybody::new(folder.path());
    let run = folder.path().join("run");
    let mut child = start(smoke(&run, false));
    assert!(wait_until(&mut child, Duration::from_millis(2), || lines(
        &run
    ) >= 7));
    child.kill().unwrap();
    child.wait().unwrap();
    writable(&run, false);
    let before = files(&run);
    let sentence = fails(anybody.asks(smoke(&run, true)));
    assert!(
        sentence.contains("could not open") && sentence.contains("who may write there"),
        "{sentence}"
    );
    for command in [smoke(&run.join("new"), false), {
        let mut command = explang(["pretrain", "smoke", "--out"]);
        command.arg(run.join("new"));
        command
    }] {
        let sentence = fails(anybody.asks(command));
        assert!(
            sentence.contains("could not create") && sentence.contains("who may write there"),
            "{sentence}"
        );
    }
    assert!(files(&run) == before);
    // To look at it takes no right to write.
    let mut inspect = explang(["inspect"]);
    inspect.arg(&run);
    succeeds(anybody.asks(inspect), "");
    writable(&run, true);
    let mut again = smoke(&run, true);
    again.args(["--until", "pretrain"]);
    succeeds(again, "");
    assert_eq!(lines(&run), 30);
}

/// Set where no way to mount is to be had: the test of a full file system is left out then, and only then.
const NO_MOUNT: &str = "EXPLANG_NO_MOUNT";
/// Set for a test that was started again in a user namespace of its own.
const INSIDE: &str = "EXPLANG_TEST_IN_NAMESPACE";

/// A file system of its own; gone with this value.
struct Mounted(PathBuf);

impl Mounted {
    /// None where this process may not mount.
    fn new(path: PathBuf, kibibytes: usize) -> Option<Self> {
        fs::create_dir(&path).unwrap();
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", &format!("size={kibibytes}k"), "tmpfs"])
            .arg(&path);
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        mounted.then_some(Mounted(path))
    }

    fn remount(&self, option: &str) {
        let mut mount = Command::new("mount");
        let mount = mount
            .args(["-o", &format!("remount,{option}")])
            .arg(&self.0);
        assert!(mount.status().unwrap().success());
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(&self.0).status().ok();
    }
}

/// Runs the test `name` of this program in a user namespace, where whoever has started it may mount.
fn in_namespace(name: &str) {
    let may = || {
        let mut unshare = Command::new("unshare");
        unshare.args(["-Urm", "mount", "-t", "tmpfs", "tmpfs"]);
        unshare.arg(std::env::temp_dir());
        unshare.output().is_ok_and(|output| output.status.success())
    };
    assert!(
        std::env::var_os(INSIDE).is_none() && may(),
        "a file system can be mounted neither as this user nor in a user namespace (`unshare -Urm`); \
         set {NO_MOUNT}=1 to leave this test out"
    );
    let mut again = Command::new("unshare");
    again
        .arg("-Urm")
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(INSIDE, "1");
    let output = again.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_file_system_stops_a_run_in_every_stage_and_loses_nothing() {
    if std::env::var_os(NO_MOUNT).is_some_and(|value| value == "1") {
        // The limit on files above stands in.
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (mut size, step) = (1024, 700);
    let Some(disk) = Mounted::new(folder.path().join("disk"), size) else {
        return in_namespace(
            "disk::a_full_file_system_stops_a_run_in_every_stage_and_loses_nothing",
        );
    };
    let [whole, run] = [folder.path().join("whole"), disk.0.join("run")];
    succeeds(smoke(&whole, false), "");
    let mut full = 0;
    loop {
        let command = smoke(&run, run.join("run.json").exists());
        let done = output(command, "");
        if done.status.success() {
            break;
        }
        full += 1;
        assert!(full < 50, "it never fits");
        let errors = String::from_utf8(done.stderr).unwrap();
        let sentence = errors.lines().last().unwrap();
        assert_eq!(done.status.code(), Some(1), "{errors}");
        assert!(
            sentence.starts_with("error: could not") && sentence.contains("No space left"),
            "{sentence}"
        );
        assert!(!errors.contains("panicked"), "{errors}");
        if run.join("run.json").exists() {
            disk.remount("ro");
            let sentence = fails(smoke(&run, true));
            assert!(sentence.contains("Read-only file system"), "{sentence}");
            disk.remount("rw");
        }
        size += step;
        disk.remount(&format!("size={size}k"));
    }
    assert!(full >= 7, "the disk was full {full} times only");
    assert_same(&run, &whole);
}
