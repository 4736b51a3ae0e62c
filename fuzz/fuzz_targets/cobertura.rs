//! Any bytes as Cobertura XML.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cov_fuzz::cobertura(bytes));
