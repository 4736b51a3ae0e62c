//! Runs a test suite as parallel shards under coverage measurement.
