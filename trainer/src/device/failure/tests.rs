use super::*;

#[test]
fn memory_that_ran_out_is_told_with_what_was_asked_for() {
    // As cubecl 0.11, wgpu 30 and CUDA say it.
    for (said, asked) in [
        (
            "out of device memory allocating 3221225472 bytes",
            Some(3 << 30),
        ),
        (
            "x: can't allocate buffer of size: 12582912\n   0: main",
            Some(12 << 20),
        ),
        (
            "wgpu error: Validation Error\n\nCaused by:\n  In Device::create_buffer\n    Buffer size 4294967296 is greater than the \
             maximum buffer size (268435456)",
            Some(4 << 30),
        ),
        ("No room for 512 bytes in the memory held", Some(512)),
        ("wgpu error: Out of Memory", None),
        ("Not enough memory left.", None),
        (
            "DriverError(CUDA_ERROR_OUT_OF_MEMORY, \"out of memory\")",
            None,
        ),
    ] {
        let failure = DeviceFailure::of(DeviceName::Wgpu, said);
        let device = DeviceName::Wgpu;
        assert_eq!(
            failure,
            DeviceFailure::OutOfMemory { device, asked },
            "{said}"
        );
        let sentence = failure.to_string();
        assert!(!sentence.contains('\n') && sentence.contains("memory.micro_batch_tokens"));
    }
    let sentence = DeviceFailure::of(
        DeviceName::Cuda,
        "out of device memory allocating 3221225472 bytes",
    );
    assert!(
        sentence
            .to_string()
            .starts_with("cuda is out of memory: 3.00 GiB were asked for at once; lower "),
        "{sentence}"
    );
}

#[test]
fn the_settings_that_are_named_exist() {
    let sentence = DeviceFailure::of(DeviceName::Wgpu, "Out of Memory").to_string();
    let words = sentence.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'));
    let named: Vec<&str> = words
        .filter_map(|word| word.strip_prefix("memory."))
        .filter(|key| *key != "md")
        .collect();
    assert_eq!(named.len(), 4, "{sentence}");
    for key in named {
        let value = if key == "recompute_layers" {
            "true"
        } else {
            "7"
        };
        let text = format!("extends = \"smoke\"\nname = \"x\"\n[memory]\n{key} = {value}\n");
        explang::run::Config::parse("x.toml", &text).unwrap();
    }
}

#[test]
fn other_failures_are_told_in_the_drivers_words() {
    let failure = DeviceFailure::of(DeviceName::Vulkan, "the device was lost");
    assert_eq!(
        failure.to_string(),
        "vulkan failed: the device was lost; try again, or use --device cpu"
    );
    let long = DeviceFailure::of(DeviceName::Vulkan, &"x\n".repeat(9_000)).to_string();
    assert!(long.len() < 1000 && !long.contains('\n'));
}

#[test]
fn a_panic_is_kept_with_what_it_said() {
    assert_eq!(quietly(|| 7), Ok(7));
    // Other tests may panic at the same time.
    let said = quietly(|| -> u8 { panic!("no {}", "adapter") }).unwrap_err();
    assert!(said.contains("no adapter"), "{said}");
}

#[test]
fn without_a_device_an_error_stays_what_it_is() {
    let error = caught(|| -> anyhow::Result<()> { anyhow::bail!("Out of Memory") });
    assert_eq!(error.unwrap_err().to_string(), "Out of Memory");
    assert_eq!(caught(|| Ok(3)).unwrap(), 3);
}
