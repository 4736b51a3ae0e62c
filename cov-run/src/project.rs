//! The project that the command line names.

use std::env;
use std::path::Path;

use crate::refusal::Refusal;

/// Makes the project's directory the current one, if another one was named.
pub fn enter(project: Option<&Path>) -> anyhow::Result<()> {
    let Some(project) = project else { return Ok(()) };
    env::set_current_dir(project).map_err(|error| Refusal::usage(format!("{}: {error}", project.display())))
}
