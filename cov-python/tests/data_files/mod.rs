//! Data files, the union of them, and path aliases: coverage.py's own tests replayed, random data, and damaged files.

mod damaged;
mod expected;
mod harvested;
mod hostile;
mod random_data;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cov_testing::Venv;

/// The Python that these tests need, with what coverage.py's own tests need.
fn venv() -> Venv {
    Venv::with(&["coverage==7.17.3", "flaky", "hypothesis", "pytest"])
}

/// Where the Python programs of these tests are.
fn programs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data_files")
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{command:?}\n{}{}", said(&output.stdout), said(&output.stderr));
}

/// Runs a program that writes a database, with Python's `sqlite3` as `db`.
fn database(directory: &Path, program: &str) -> PathBuf {
    let path = directory.join(".coverage");
    let start = "import sqlite3, sys\ndb = sqlite3.connect(sys.argv[1])\n";
    let schema = "def schema():\n    from coverage.sqldata import SCHEMA\n    db.executescript(SCHEMA)\n    db.execute('insert into coverage_schema values (7)')\n";
    let text = format!("{start}{schema}{program}\ndb.commit()\n");
    run(Command::new(venv().python()).arg("-c").arg(text).arg(&path));
    path
}

/// The names of everything in `directory`, with the bytes of the files.
fn snapshot(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), fs::read(path).unwrap_or_default()))
        .collect();
    found.sort();
    found
}
