use super::*;
use crate::device::{DeviceError, DeviceName, Formats};

/// A card that works.
fn card() -> DeviceReport {
    DeviceReport {
        adapter: Some("Card 9000 (vulkan)".into()),
        built: true,
        largest_buffer: Some(2 << 30),
        formats: Some(Formats {
            f32: true,
            f16: true,
            bf16: false,
        }),
        right: true,
        seconds: Some(1.234),
        why: None,
        ..DeviceReport::failed(
            DeviceName::Vulkan,
            &DeviceError::NotBuilt(DeviceName::Vulkan),
        )
    }
}

/// The cells of each row but the header's, without the breaks of lines.
fn words(devices: &[DeviceReport]) -> String {
    let text = table(devices);
    assert!(
        text.lines().all(|line| line.chars().count() <= 100),
        "{text}"
    );
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_row_says_what_is_known_and_what_is_not_told() {
    assert_eq!(
        [
            adapter(&card()),
            memory(&card()),
            formats(&card()),
            answers(&card())
        ],
        [
            "Card 9000 (vulkan)",
            "not told; a buffer holds 2.0 GiB",
            "f32 f16",
            "right, 1.23 s"
        ]
    );
    let silent = DeviceReport {
        largest_buffer: None,
        software: true,
        ..card()
    };
    assert_eq!(memory(&silent), "not told");
    assert!(adapter(&silent).ends_with(", software"));
}

#[test]
fn the_processor_tells_its_cores_memory_and_vectors() {
    let cpu = DeviceReport {
        device: DeviceName::Cpu,
        cores: Some(7),
        vectors: vec!["avx2".into(), "fma".into()],
        memory: Some(3 << 29),
        ..card()
    };
    assert_eq!(adapter(&cpu), "Card 9000 (vulkan), 7 cores, avx2 fma");
    assert_eq!(memory(&cpu), "1.5 GiB");
}

#[test]
fn each_device_has_a_row_and_one_that_cannot_be_used_says_why() {
    let of = |name| DeviceReport::failed(name, &DeviceError::NotBuilt(name));
    let rows: Vec<DeviceReport> = DeviceName::CARDS.map(of).to_vec();
    let text = words(&rows);
    for name in DeviceName::CARDS {
        assert!(text.contains(name.name()), "{text}");
    }
    assert!(text.contains("not in this build:"), "{text}");
}
