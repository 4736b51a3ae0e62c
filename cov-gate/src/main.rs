//! Checks a coverage report against thresholds.

fn main() {}
