//! The man page and the completions of a tool: made from its command line, kept in the tree, never stale.

use std::env;
use std::fs;
use std::path::Path;

use clap::Command;
use clap_complete::{Shell, generate};
use clap_mangen::Man;

/// Compares `NAME.1` and `completions/NAME.{bash,fish,zsh}` below `package` (the tool's `CARGO_MANIFEST_DIR`) with what
/// `command` says now. `SNAPSHOTS=overwrite` rewrites them.
///
/// # Panics
///
/// When one of them is missing or stale.
pub fn assert_documents_are_current(command: &Command, package: &str) {
    let package = Path::new(package);
    let name = command.get_name();
    let mut page = Vec::new();
    // A date would make the page differ from day to day.
    Man::new(command.clone()).date("").render(&mut page).expect("a vector takes everything");
    assert_current(&package.join(format!("{name}.1")), &page);
    for (shell, ending) in [(Shell::Bash, "bash"), (Shell::Fish, "fish"), (Shell::Zsh, "zsh")] {
        let mut script = Vec::new();
        generate(shell, &mut command.clone(), name, &mut script);
        assert_current(&package.join(format!("completions/{name}.{ending}")), &script);
    }
}

fn assert_current(path: &Path, expected: &[u8]) {
    if env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        let directory = path.parent().expect("a file has a directory");
        fs::create_dir_all(directory)
            .and_then(|()| fs::write(path, expected))
            .expect("the package is writable");
    }
    let actual = fs::read(path).unwrap_or_default();
    assert!(actual == expected, "{} is stale: `make bless` rewrites it; then read its diff", path.display());
}
