//! Throw-away Python environments with the peers (coverage.py, pytest, diff-cover) installed from the package index.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};

/// A virtual environment under the build's target directory. It is made by the first test that asks for it and found
/// again by the others, of this run and of later ones.
#[derive(Clone, Debug)]
pub struct Venv {
    root: PathBuf,
}

impl Venv {
    /// The environment of `python3` with `packages` (pip's requirement specifiers) installed.
    ///
    /// # Panics
    ///
    /// When there is no Python 3, or pip cannot install the packages.
    pub fn with(packages: &[&str]) -> Self {
        Self::of_python("python3", packages)
    }

    /// The environment of the interpreter `python` with `packages` installed.
    ///
    /// # Panics
    ///
    /// When there is no such interpreter, or pip cannot install the packages.
    pub fn of_python(python: impl AsRef<OsStr>, packages: &[&str]) -> Self {
        let python = python.as_ref();
        let version =
            said(Command::new(python).args(["-c", "import sys; print(sys.version, sys.executable)"]));
        let mut name = "venv-".to_owned();
        for byte in &Sha256::digest(format!("{version}\n{}", packages.join("\n")))[..8] {
            write!(name, "{byte:02x}").expect("a string takes everything");
        }
        let parent = target_directory();
        fs::create_dir_all(&parent).expect("the target directory can be made");
        let root = parent.join(&name);
        // Tests of several processes ask at once: one makes it, the others wait.
        let lock =
            File::create(parent.join(format!("{name}.lock"))).expect("the target directory is writable");
        lock.lock().expect("the lock can be waited for");
        let venv = Self { root };
        if !venv.root.join("ready").exists() {
            venv.make(python, packages);
        }
        venv
    }

    fn make(&self, python: &OsStr, packages: &[&str]) {
        if self.root.exists() {
            fs::remove_dir_all(&self.root).expect("a half made environment can be removed");
        }
        said(Command::new(python).args(["-m", "venv"]).arg(&self.root));
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        said(Command::new(self.python()).args(pip).args(packages));
        fs::write(self.root.join("ready"), packages.join("\n")).expect("the environment is writable");
    }

    /// The environment's interpreter.
    pub fn python(&self) -> PathBuf {
        self.program("python")
    }

    /// A program that one of the packages installed.
    pub fn program(&self, name: &str) -> PathBuf {
        self.root.join(if cfg!(windows) { "Scripts" } else { "bin" }).join(name)
    }

    /// The environment's root, as `VIRTUAL_ENV` names it.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

/// What `command` printed.
///
/// # Panics
///
/// When it fails.
fn said(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?} cannot be started ({error}): these tests need Python 3 with venv, and the package index")
    });
    assert!(
        output.status.success(),
        "{command:?} failed; these tests need Python 3 with venv, and the package index:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Where the running test's executable stands: `target/debug/deps`, whatever the target directory is called.
fn target_directory() -> PathBuf {
    let executable = std::env::current_exe().expect("a test knows its executable");
    let profile = executable.ancestors().nth(2).expect("a test stands in PROFILE/deps");
    profile.join("venvs")
}
