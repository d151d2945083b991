//! `--device` and `explang devices`: what is refused, what `auto` takes, and what is told of each device.

use std::fs;

use explang_trainer::config;
use explang_trainer::device::{DeviceName, DeviceReport};

use crate::command_line::{checkpoint_in, generate};
use crate::program::{explang, fails, output, refused, succeeds};

#[test]
fn a_device_that_this_build_lacks_is_refused_before_the_run_begins() {
    for name in DeviceName::CARDS.iter().filter(|name| !name.is_built()) {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("run");
        let mut command = explang(["run", "smoke", "--device", name.name(), "--out"]);
        command.arg(&out);
        let said = refused(command, "");
        let how = format!(
            "this build has no device {name}; build it with `cargo build --release --features {name}`"
        );
        assert!(said.contains(&how), "{said}");
        assert!(!out.exists());
    }
}

#[test]
fn a_device_that_does_not_exist_is_refused_with_those_that_do() {
    for command in [
        vec!["run", "smoke"],
        vec!["rl", "x"],
        vec!["generate", "x", "--checkpoint=x"],
        vec!["eval", "x"],
    ] {
        let said = refused(explang(command.iter().chain(&["--device", "gpu"])), "");
        assert!(said.contains("'gpu'"), "{said}");
        for name in DeviceName::ALL {
            assert!(said.contains(name.name()), "{said}");
        }
    }
}

#[test]
fn a_format_that_a_device_has_not_is_refused_with_those_that_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let checkpoint = checkpoint_in(folder.path(), "checkpoint");
    for precision in ["f16", "bf16"] {
        let said = refused(generate(&checkpoint, &["--precision", precision]), "");
        let how = format!("cpu does not compute in {precision}; use --precision f32");
        assert!(said.contains(&how), "{said}");
    }
    let said = refused(generate(&checkpoint, &["--precision", "f8"]), "");
    assert!(said.contains("f32, f16, bf16"), "{said}");
    // Without a card `auto` takes the processor, which computes in f32 whatever was asked for.
    let more = ["--precision=f16", "--device=auto", "--temperature=0"];
    succeeds(generate(&checkpoint, &more), "");
}

#[test]
fn every_device_has_a_row_and_the_processor_is_right() {
    let text = succeeds(explang(["devices"]), "");
    let json = succeeds(explang(["devices", "--json"]), "");
    let reports: Vec<DeviceReport> = serde_json::from_str(&json).unwrap();
    let names: Vec<DeviceName> = reports.iter().map(|report| report.device).collect();
    let mut expected = vec![DeviceName::Cpu];
    expected.extend(DeviceName::CARDS);
    assert_eq!(names, expected);
    for report in &reports {
        assert!(text.contains(report.device.name()), "{text}");
        assert_eq!(report.built, report.device.is_built());
        assert_eq!(report.right, report.why.is_none(), "{report:?}");
        if !report.built {
            let why = format!("not in this build: --features {}", report.device);
            assert_eq!(report.why.as_deref(), Some(why.as_str()));
        }
    }
    let cpu = &reports[0];
    assert!(cpu.right && cpu.cores.unwrap() > 0 && cpu.formats.unwrap().f32);
}

#[test]
fn auto_tells_what_it_took_and_answers_as_that_device_does() {
    let folder = tempfile::tempdir().unwrap();
    let checkpoint = checkpoint_in(folder.path(), "checkpoint");
    let asked = |device: &str| {
        let more = ["--temperature=0", "--device", device];
        let output = output(generate(&checkpoint, &more), "");
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        // The last line tells the speed.
        let text = text.trim_end().rsplit_once('\n').unwrap().0.to_owned();
        (text, String::from_utf8(output.stderr).unwrap())
    };
    let (text, said) = asked("auto");
    let line = said.lines().next().unwrap();
    let taken = line.strip_prefix("device ").unwrap();
    let taken = taken.split([',', ';']).next().unwrap();
    assert_eq!(asked(taken), (text, String::new()));
    let unbuilt = DeviceName::CARDS.iter().filter(|name| !name.is_built());
    for name in unbuilt.take_while(|name| name.name() != taken) {
        assert!(
            line.contains(&format!("{name}: not in this build")),
            "{said}"
        );
    }
}

/// The devices that graphics APIs give here, right ones alone; the largest buffer of each.
fn cards() -> Vec<(DeviceName, u64)> {
    let json = succeeds(explang(["devices", "--json"]), "");
    let reports: Vec<DeviceReport> = serde_json::from_str(&json).unwrap();
    let right = reports.iter().filter(|report| report.right);
    right
        .filter_map(|report| Some((report.device, report.largest_buffer?)))
        .collect()
}

#[test]
fn every_device_answers_as_the_processor_does() {
    let folder = tempfile::tempdir().unwrap();
    let checkpoint = checkpoint_in(folder.path(), "checkpoint");
    let asked = |device: &str| {
        let command = generate(&checkpoint, &["--temperature=0", "--device", device]);
        let text = succeeds(command, "");
        text.trim_end().rsplit_once('\n').unwrap().0.to_owned()
    };
    for (card, _) in cards() {
        assert_eq!(asked(card.name()), asked("cpu"), "{card}");
    }
}

#[test]
fn memory_that_runs_out_ends_a_run_with_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config::load("smoke").unwrap();
    config.shards = 1;
    let pretrain = config.pretrain.as_mut().unwrap();
    (pretrain.steps, pretrain.batch) = (1, 4096);
    let file = folder.path().join("config.toml");
    fs::write(&file, config.to_toml().unwrap()).unwrap();
    for (card, largest) in cards() {
        // What the feed-forward layers of documents of forty tokens keep, in one buffer.
        if largest > 4096 * 40 * 192 * 4 {
            continue;
        }
        let mut command = explang(["pretrain", "--device", card.name()]);
        command.arg("--out").arg(folder.path().join(card.name()));
        command.arg(&file);
        let sentence = fails(command);
        let begins = format!("error: {card} is out of memory");
        assert!(sentence.starts_with(&begins), "{sentence}");
        assert!(sentence.contains("memory.micro_batch_tokens"), "{sentence}");
    }
}
