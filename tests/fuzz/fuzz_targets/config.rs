//! Any text is a configuration or is refused with one line; a configuration survives being written and read.

#![no_main]

use explang::run::Config;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Config::parse("run.toml", text) {
        Ok(config) => {
            let written = config
                .to_toml()
                .expect("what was read as TOML can be written");
            let again = Config::parse("run.toml", &written).expect("what was written can be read");
            assert_eq!(again.to_toml().expect("so can this"), written);
        }
        Err(error) => {
            let said = error.to_string();
            assert!(said.starts_with("run.toml"), "{said}");
            assert!(
                !said.contains(char::is_control) && said.len() < 3000,
                "{said:?}"
            );
        }
    }
});
