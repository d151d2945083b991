use explang::model::device::Difference;

use super::*;

fn adapter(software: bool) -> Adapter {
    Adapter {
        device: Device::flex(),
        name: "a card".into(),
        software,
        largest_buffer: None,
    }
}

fn wrong() -> WrongNumbers {
    WrongNumbers::Wrong(Difference {
        what: "the loss",
        with: "the processor's",
        found: 0.5,
        limit: 1e-4,
    })
}

/// What can come of trying a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Good,
    Software,
    NotBuilt,
    Absent,
    AbsentWithAPanic,
    Wrong,
    Panics,
}

impl Outcome {
    const ALL: [Outcome; 7] = [
        Outcome::Good,
        Outcome::Software,
        Outcome::NotBuilt,
        Outcome::Absent,
        Outcome::AbsentWithAPanic,
        Outcome::Wrong,
        Outcome::Panics,
    ];

    fn of(self, name: DeviceName) -> Result<Opened, DeviceError> {
        if self == Outcome::NotBuilt {
            return Err(DeviceError::NotBuilt(name));
        }
        name.tried(
            Precision::F32,
            || match self {
                Outcome::Absent => Err("nothing there".to_owned()),
                Outcome::AbsentWithAPanic => panic!("nothing there"),
                _ => Ok(adapter(self == Outcome::Software)),
            },
            |_| match self {
                Outcome::Wrong => Err(wrong()),
                Outcome::Panics => panic!("a kernel is lost"),
                _ => Ok(()),
            },
        )
    }
}

#[test]
fn auto_takes_the_first_card_that_is_one_and_right_whatever_the_others_are() {
    for a in Outcome::ALL {
        for b in Outcome::ALL {
            for c in Outcome::ALL {
                let outcomes = [a, b, c];
                let mut tried = Vec::new();
                let picked = auto::pick(|name| {
                    let at = DeviceName::CARDS.iter().position(|card| *card == name);
                    tried.push(name);
                    outcomes[at.unwrap()].of(name)
                });
                let first = outcomes.iter().position(|one| *one == Outcome::Good);
                let expected = first.map_or(DeviceName::Cpu, |at| DeviceName::CARDS[at]);
                assert_eq!(picked.name, expected, "{outcomes:?}");
                // Those before it were tried, each once, and are told; those after it were left alone.
                let before = &DeviceName::CARDS[..first.unwrap_or(3)];
                let over: Vec<DeviceName> =
                    picked.passed_over.iter().map(|(name, _)| *name).collect();
                assert_eq!(over, before, "{outcomes:?}");
                assert_eq!(tried.len(), first.map_or(3, |at| at + 1), "{outcomes:?}");
                let line = picked.line();
                assert!(line.starts_with(&format!("device {expected}")), "{line}");
                assert!(
                    over.iter().all(|name| line.contains(&format!("{name}: "))),
                    "{line}"
                );
                assert!(!line.contains('\n'), "{line}");
            }
        }
    }
}

#[test]
fn a_device_that_cannot_be_used_says_so_in_one_sentence() {
    let said = |outcome: Outcome| outcome.of(DeviceName::Vulkan).unwrap_err().to_string();
    assert_eq!(
        said(Outcome::NotBuilt),
        "this build has no device vulkan; build it with `cargo build --release --features vulkan`, or use --device cpu"
    );
    for outcome in [Outcome::Absent, Outcome::AbsentWithAPanic] {
        assert_eq!(
            said(outcome),
            "no graphics card could be opened by vulkan (nothing there); install its driver, or use --device cpu"
        );
    }
    assert_eq!(
        said(Outcome::Wrong),
        "vulkan cannot be trusted in f32: it gives wrong numbers: the loss should be the processor's but is off by 5.0e-1 of it, where \
         1e-4 is rounding; update the card's driver, or use --device cpu"
    );
    assert!(said(Outcome::Panics).contains("(a kernel is lost)"));
}

#[test]
fn what_is_not_built_is_refused_and_the_rest_is_not() {
    for name in DeviceName::ALL {
        let refused =
            matches!(name.opened(Precision::F32), Err(DeviceError::NotBuilt(of)) if of == name);
        assert_eq!(refused, !name.is_built(), "{name}");
    }
}

#[test]
fn the_processor_is_there_and_right() {
    let report = DeviceReport::of(DeviceName::Cpu);
    assert!(report.right && report.built && report.why.is_none());
    assert!(report.formats.unwrap().f32 && report.cores.unwrap() > 0);
    let text = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<DeviceReport>(&text).unwrap(), report);
}

#[test]
fn only_the_processor_has_threads() {
    assert_eq!(threads(&Device::flex(), Some(3)), 3);
    assert_eq!(threads(&Device::flex(), Some(0)), 1);
    assert!(threads(&Device::flex(), None) >= 1);
}
