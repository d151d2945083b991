//! Any text is a model's shape or is refused with one line; a shape survives being written and read, and its size can be told.

#![no_main]

use explang::model::ModelConfig;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match ModelConfig::from_json(text) {
        Ok(config) => {
            assert!(config.num_parameters() > 0);
            assert_eq!(ModelConfig::from_json(&config.to_json(0, 1)), Ok(config));
        }
        Err(error) => {
            let said = error.to_string();
            assert!(
                !said.contains(char::is_control) && said.len() < 1000,
                "{said:?}"
            );
        }
    }
});
