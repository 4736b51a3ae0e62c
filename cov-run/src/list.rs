//! `cov-run list`: the tests that pytest would run, for a pipe.

use std::env;
use std::fs;
use std::io;
use std::process::{Command, Stdio};

use anyhow::Context as _;

use crate::cli::verb;
use crate::lines::{End, file_of};
use crate::plugin::Plugin;
use crate::refusal::Refusal;
use crate::terminal::say;
use crate::verdict::INTERNAL;
use crate::{project, python};

/// Prints the list, all of it or nothing, and gives pytest's exit status.
pub fn run(args: &verb::List) -> anyhow::Result<u8> {
    project::enter(args.project.as_deref())?;
    let directory = tempfile::Builder::new().prefix("cov-run-").tempdir().context("temporary directory")?;
    let destination = directory.path().join("ids");
    let python = python::interpreter(args.python.as_deref(), &env::current_dir()?);
    let pytest = Command::new(&python)
        .arg(Plugin::write(directory.path())?.worker())
        .arg("--list")
        .arg(&destination)
        .args(&args.pytest_args)
        .args(&args.paths)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Refusal::usage(format!("{}: {error}", python.display())))?;
    let status = pytest.status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(INTERNAL);
    let ids = match fs::read_to_string(&destination) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            // What pytest prints is of use only now.
            say(String::from_utf8_lossy(&pytest.stdout).trim_end());
            anyhow::ensure!(
                status != 0,
                Refusal::usage("pytest collected nothing: list is for arguments that run tests")
            );
            return Ok(status);
        }
        ids => ids.context("list of tests")?,
    };
    let ids: Vec<&str> = End::Nul.split(&ids).collect();
    if ids.is_empty() {
        say("cov-run: no tests were collected");
    }
    let mut names = ids.clone();
    if args.files {
        names = ids.iter().map(|id| file_of(id)).collect();
        names.dedup();
    }
    let end = End::new(args.null);
    if let Some(name) = names.iter().find(|name| end == End::Line && name.contains('\n')) {
        return Err(Refusal::usage(format!(
            "{name:?} has a line end in it: use --null, on both sides of the pipe"
        )));
    }
    end.print(names).context("<stdout>")?;
    Ok(status)
}
