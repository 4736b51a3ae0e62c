//! Any bytes as our JSON.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cov_fuzz::json(bytes));
