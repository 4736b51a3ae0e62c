//! Why a Cobertura document could not be read, and where in it.

use std::io;

use thiserror::Error;

/// Why a Cobertura document could not be read.
#[derive(Debug, Error)]
pub enum CoberturaError {
    /// The bytes could not be had.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The document is not one, or says what cannot be.
    #[error("{line}: {}{message}", in_element(.element))]
    At {
        /// The 1-based line of the input.
        line: usize,
        /// The element, as `coverage/packages/package[1]/classes/class[3]`; empty at the top of the document.
        element: String,
        /// What is wrong there.
        message: String,
    },
}

fn in_element(element: &str) -> String {
    if element.is_empty() { String::new() } else { format!("{element}: ") }
}
