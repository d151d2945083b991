//! Any bytes that begin like Parquet are rows, or are refused.

#![no_main]

use explang_fuzz::read;
use explang_trainer::rows::Columns;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // The reference of verl's files lies deeper; any column will do.
    let columns: Columns = "response=prompt,ground_truth=data_source".parse().expect("columns");
    let magic = b"PAR1";
    let bytes = [magic, bytes.strip_prefix(magic).unwrap_or(bytes)].concat();
    read(&bytes, &columns);
    read(&bytes, &Columns::default());
});
