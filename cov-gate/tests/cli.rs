//! The command line of cov-gate: console sessions, the man page, bad input, and what coverage.py says of the same counts.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod bad_input;
mod coverage_py;

use std::io::Write as _;

use clap::CommandFactory as _;
use clap_mangen::Man;

#[test]
fn sessions() {
    trycmd::TestCases::new().case("tests/cmd/*.trycmd").case("README.md");
}

#[test]
fn man_page_is_that_of_the_command_line() {
    snapbox::assert_data_eq!(man_page(), snapbox::file!["../cov-gate.1"].raw());
}

/// The man page. What stands behind the options in the help has headings of its own, and line ends that matter.
fn man_page() -> Vec<u8> {
    let command = cov_gate::cli::Args::command();
    let behind = command.get_after_help().unwrap().to_string();
    let man = Man::new(command);
    let mut page = Vec::new();
    man.render_title(&mut page).unwrap();
    man.render_name_section(&mut page).unwrap();
    man.render_synopsis_section(&mut page).unwrap();
    man.render_description_section(&mut page).unwrap();
    man.render_options_section(&mut page).unwrap();
    for line in behind.lines() {
        match line.strip_suffix(':').filter(|heading| !heading.starts_with(' ')) {
            Some(heading) => writeln!(page, ".SH {heading}\n.nf").unwrap(),
            None if line.is_empty() => writeln!(page, ".fi").unwrap(),
            None => {
                let line = line.trim_start().replace('\\', "\\\\").replace('-', "\\-");
                // A dot or an apostrophe in front would make it a command to the formatter.
                let guard = if line.starts_with(['.', '\'']) { "\\&" } else { "" };
                writeln!(page, "{guard}{line}").unwrap();
            }
        }
    }
    page
}
