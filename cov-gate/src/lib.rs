//! Checks a coverage report against thresholds.
