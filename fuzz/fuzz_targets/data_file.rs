//! Any bytes as a data file of coverage.py.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cov_fuzz::data_file(bytes));
