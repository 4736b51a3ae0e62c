//! The Pythons that tests run under: `python3`, and 3.13, whose `sys.monitoring` measures by another way.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Once;
use std::{env, fs};

/// `python3`, and Python 3.13 if there is one: that of `PYTHON313`, else `python3.13` on the PATH, else pyenv's newest.
/// Without one, a line on the terminal says that the tests ran under `python3` alone.
///
/// # Panics
///
/// When `PYTHON313` names something that is not Python 3.13.
pub fn pythons() -> Vec<OsString> {
    static SAID: Once = Once::new();
    let newer = python313();
    if newer.is_none() {
        // Straight to stderr: what a test prints is shown only if it fails.
        SAID.call_once(|| {
            let _ = writeln!(
                io::stderr(),
                "note: what must hold on Python 3.13 is tested under python3 alone: there is no python3.13; \
                 PYTHON313 can name one"
            );
        });
    }
    [Some("python3".into()), newer].into_iter().flatten().collect()
}

fn python313() -> Option<OsString> {
    if let Some(chosen) = env::var_os("PYTHON313").filter(|chosen| !chosen.is_empty()) {
        assert!(is_python313(&chosen), "PYTHON313 is {}, which is not Python 3.13", chosen.display());
        return Some(chosen);
    }
    let of_pyenv = env::home_dir().into_iter().flat_map(|home| of_pyenv(home.join(".pyenv/versions")));
    [OsString::from("python3.13")].into_iter().chain(of_pyenv).find(is_python313)
}

/// What pyenv has of 3.13, the newest first.
fn of_pyenv(versions: PathBuf) -> Vec<OsString> {
    let mut found: Vec<(u32, OsString)> = fs::read_dir(versions)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|version| {
            let patch = version.file_name().to_str()?.strip_prefix("3.13.")?.parse().ok()?;
            Some((patch, version.path().join("bin/python").into_os_string()))
        })
        .collect();
    found.sort_unstable_by(|one, other| other.cmp(one));
    found.into_iter().map(|(_, python)| python).collect()
}

/// Whether it runs, too: pyenv's shims stand on the PATH for versions that are not active.
fn is_python313(python: &OsString) -> bool {
    let version = Command::new(python).arg("--version").output();
    version.is_ok_and(|version| version.status.success() && version.stdout.starts_with(b"Python 3.13."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_that_pyenv_has_the_newest_comes_first() {
        let versions = tempfile::tempdir().unwrap();
        for version in ["3.13.9", "3.13.10", "3.12.11", "3.13.0-debug"] {
            fs::create_dir(versions.path().join(version)).unwrap();
        }
        let expected = ["3.13.10/bin/python", "3.13.9/bin/python"].map(|path| versions.path().join(path));
        assert_eq!(of_pyenv(versions.path().to_owned()), expected);
    }
}
