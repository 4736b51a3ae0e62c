//! The man page and the completions of a tool: made from its command line, kept in the tree, never stale.

use std::env;
use std::fs;
use std::io::{self, Write as _};
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
    let page = man_page(command).expect("a vector takes everything");
    assert_current(&package.join(format!("{name}.1")), &page);
    for (shell, ending) in [(Shell::Bash, "bash"), (Shell::Fish, "fish"), (Shell::Zsh, "zsh")] {
        let mut script = Vec::new();
        generate(shell, &mut command.clone(), name, &mut script);
        assert_current(&package.join(format!("completions/{name}.{ending}")), &script);
    }
}

/// The man page. What stands behind the options in the help has headings of its own, and line ends that matter.
fn man_page(command: &Command) -> io::Result<Vec<u8>> {
    let behind = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    // A date would make the page differ from day to day.
    let man = Man::new(command.clone()).date("");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    write_behind(&behind, ".SH", &mut page)?;
    let mut built = command.clone();
    built.build();
    for subcommand in built.get_subcommands() {
        page.extend(subsections(subcommand)?);
    }
    Ok(page)
}

/// What a subcommand does, as a section of the page of the whole.
fn subsections(command: &Command) -> io::Result<Vec<u8>> {
    let name = command.get_bin_name().unwrap_or_default().to_uppercase();
    let man = Man::new(command.clone());
    let mut sections = Vec::new();
    man.render_synopsis_section(&mut sections)?;
    man.render_description_section(&mut sections)?;
    man.render_options_section(&mut sections)?;
    let mut page = format!(".SH \"{name}\"\n").into_bytes();
    for line in String::from_utf8(sections).expect("the texts are").lines() {
        match line.strip_prefix(".SH ") {
            Some(heading) => writeln!(page, ".SS {heading}")?,
            // How to write an apostrophe was said at the start of the page.
            None if line.starts_with(".ie ") || line.starts_with(".el ") => {}
            None => writeln!(page, "{line}")?,
        }
    }
    let behind = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    write_behind(&behind, ".SS", &mut page)?;
    Ok(page)
}

/// Writes what stands behind the options: sections, each begun by `section`, whose line ends matter.
fn write_behind(behind: &str, section: &str, page: &mut Vec<u8>) -> io::Result<()> {
    for line in behind.lines() {
        match line.strip_suffix(':').filter(|heading| !heading.starts_with(' ')) {
            Some(heading) => writeln!(page, "{section} {heading}\n.nf")?,
            None if line.is_empty() => writeln!(page, ".fi")?,
            None => {
                let line = line.trim_start().replace('\\', "\\\\").replace('-', "\\-");
                // A dot or an apostrophe in front would make it a command to the formatter.
                let guard = if line.starts_with(['.', '\'']) { "\\&" } else { "" };
                writeln!(page, "{guard}{line}")?;
            }
        }
    }
    Ok(())
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
