//! Any bytes as Python source.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cov_fuzz::source(bytes));
