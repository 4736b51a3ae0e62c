//! Merges coverage profiles of any known format into one report.
