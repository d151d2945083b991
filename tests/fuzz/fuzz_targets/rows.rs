//! Any bytes are rows under other names of columns, or are refused.

#![no_main]

use explang_fuzz::read;
use explang_trainer::rows::Columns;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // The first line names the columns, as `--columns` does.
    let end = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len());
    let (names, rest) = bytes.split_at(end);
    let Ok(names) = str::from_utf8(names) else { return };
    let columns = match names.parse::<Columns>() {
        Ok(columns) => columns,
        Err(error) if names.is_empty() => {
            assert!(!error.to_string().contains('\n'));
            Columns::default()
        }
        Err(error) => return assert!(!error.to_string().contains('\n'), "{error}"),
    };
    read(rest.strip_prefix(b"\n").unwrap_or(rest), &columns);
});
