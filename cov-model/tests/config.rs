//! Our reading of configurations and patterns against coverage.py's own, which the tests install into a throw-away
//! environment.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

#[path = "config/peer.rs"]
mod peer;

#[path = "config/files.rs"]
mod files;

#[path = "config/globs.rs"]
mod globs;
