//! Any bytes as coverage.py's JSON.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cov_fuzz::coveragepy_json(bytes));
