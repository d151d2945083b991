use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use explang::run::Stage;
use explang::run::config::PRESETS;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;
use zip::ZipArchive;

use super::*;
use crate::kept::Earlier;
use crate::kept::OPTIMIZER;
use crate::kept::record::tests::settings;

fn quick() -> Config {
    let (_, text) = PRESETS.iter().find(|(name, _)| *name == "quick").unwrap();
    Config::parse("quick", text).unwrap()
}

/// A training of any settings, whose files hold their own names.
fn training(settings: Settings, earlier: Vec<Earlier>, step: u32) -> Kept {
    let names = [&MODEL[..], &[OPTIMIZER]].concat();
    let named = |name: &str| (name.to_owned(), name.as_bytes().to_vec());
    Kept {
        settings,
        earlier,
        stage: Stage::Explore,
        step,
        points: Vec::new(),
        metrics: "{}\n".into(),
        config: String::new(),
        files: names.into_iter().map(named).collect(),
    }
}

/// The files of an archive below its one folder.
fn unpacked(archive: &Archive) -> BTreeMap<String, Vec<u8>> {
    let mut zip = ZipArchive::new(Cursor::new(&archive.bytes)).unwrap();
    let count = zip.len();
    let folder = archive.name.strip_suffix(".zip").unwrap().to_owned() + "/";
    let file = |at| {
        let mut file = zip.by_index(at).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        let name = file.name().strip_prefix(&folder).unwrap();
        (name.to_owned(), bytes)
    };
    (0..count).map(file).collect()
}

proptest! {
    #[test]
    fn every_step_has_the_settings_that_it_was_taken_with(
        chosen in vec((settings(), 0..50u32), 1..5),
    ) {
        // Each holds for a number of steps.
        let mut step = 0;
        let mut until = Vec::new();
        for (settings, steps) in &chosen {
            step += steps;
            until.push(Earlier { until: step, settings: settings.clone() });
        }
        let last = until.pop().unwrap();
        let kept = training(last.settings, until, step);
        let files = unpacked(&pack(&kept, &quick(), "2026-01-02T03:04:05Z").unwrap());
        let learning: Value = serde_json::from_slice(&files[LEARNING]).unwrap();
        let spans = learning["settings"].as_array().unwrap();
        let of_step = |step: u64| {
            let holds = |span: &&Value| (span["from"].as_u64()..span["until"].as_u64()).contains(&Some(step));
            spans.iter().filter(holds).collect::<Vec<_>>()
        };
        let mut at = 0;
        for (settings, steps) in chosen {
            for step in at..at + steps {
                let found = of_step(u64::from(step));
                prop_assert_eq!(found.len(), 1);
                prop_assert_eq!(&serde_json::from_value::<Settings>(found[0].clone()).unwrap(), &settings);
            }
            at += steps;
        }
        prop_assert!(of_step(u64::from(at)).is_empty());
    }
}

#[test]
fn an_archive_holds_a_run_whose_configuration_is_the_one_that_it_names() {
    let kept = training(Settings::default(), Vec::new(), 120);
    let archive = pack(&kept, &quick(), "2026-01-02T03:04:05Z").unwrap();
    assert_eq!(archive.name, "explang-yours-120.zip");
    let files = unpacked(&archive);
    let info: RunInfo = serde_json::from_slice(&files["run.json"]).unwrap();
    assert_eq!(info.config_hash, sha256(&files[RUN]));
    let config = String::from_utf8(files[RUN].clone()).unwrap();
    assert_eq!(
        Config::parse(RUN, &config).unwrap().to_toml().unwrap(),
        config
    );
    for name in MODEL {
        let path = format!("stages/explore/checkpoint/{name}");
        assert_eq!(files[&path], name.as_bytes());
    }
    let others = [
        "README.txt",
        "run.json",
        RUN,
        METRICS,
        LEARNING,
        "stages/explore/checkpoint/stage.json",
    ];
    let names: BTreeSet<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(names.len(), others.len() + MODEL.len());
    assert!(others.iter().all(|name| names.contains(name)), "{names:?}");
}

#[test]
fn a_model_that_lacks_a_file_is_not_packed() {
    for name in MODEL {
        let mut kept = training(Settings::default(), Vec::new(), 1);
        kept.files.remove(name);
        let packed = pack(&kept, &quick(), "");
        let optional = [TOKENIZER_CONFIG, GENERATION_CONFIG].contains(&name);
        assert_eq!(packed.is_ok(), optional, "{name}");
    }
}
