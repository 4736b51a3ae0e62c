//! Cobertura: what is read of each dialect, what is refused, and what is written.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod dialects;
mod document_type;
mod refusals;
mod roundtrip;
