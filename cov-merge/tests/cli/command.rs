//! Runs cov-merge.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// What a run of cov-merge left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

/// cov-merge in `directory`, with no source date in its environment.
pub(crate) fn command(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cov-merge"));
    command.current_dir(directory).env_remove("SOURCE_DATE_EPOCH");
    command
}

/// Runs cov-merge in `directory`.
pub(crate) fn merge(directory: &Path, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Ran {
    merge_stdin(directory, arguments, b"")
}

/// Runs cov-merge in `directory`, with `input` on its standard input.
pub(crate) fn merge_stdin(
    directory: &Path,
    arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    input: &[u8],
) -> Ran {
    let mut child = command(directory)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // Whoever does not read its input closes it.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Ran {
        status: output.status.code().expect("no signal ends it"),
        stdout: output.stdout,
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs cov-merge, which must succeed in silence, and gives what it printed.
#[track_caller]
pub(crate) fn merged(directory: &Path, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Vec<u8> {
    let Ran { status, stdout, stderr } = merge(directory, arguments);
    assert_eq!((status, stderr.as_str()), (0, ""));
    stdout
}
