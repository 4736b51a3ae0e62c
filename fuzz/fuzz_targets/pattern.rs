//! Any text as a regular expression of a project's configuration.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cov_fuzz::pattern(bytes));
