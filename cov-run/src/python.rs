//! Which Python is the project's.

use std::env;
use std::path::{Path, PathBuf};

/// The interpreter to run: the one that was named, else that of the active virtual environment, else the project's
/// `.venv`, else `python3` from the search path.
pub fn interpreter(named: Option<&Path>, project: &Path) -> PathBuf {
    let in_environment = |root: PathBuf| {
        let python = root.join("bin").join("python");
        python.exists().then_some(python)
    };
    if let Some(named) = named {
        return named.to_owned();
    }
    env::var_os("VIRTUAL_ENV")
        .filter(|root| !root.is_empty())
        .and_then(|root| in_environment(root.into()))
        .or_else(|| in_environment(project.join(".venv")))
        .unwrap_or_else(|| "python3".into())
}
