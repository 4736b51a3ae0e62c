//! What the tests of the cov tools share. Nothing here is part of a tool.
//!
//! A test that cannot have what it needs panics with what to do about it; it never skips itself.

mod documents;
mod python;
mod venv;

pub use documents::assert_documents_are_current;
pub use python::pythons;
pub use venv::Venv;
