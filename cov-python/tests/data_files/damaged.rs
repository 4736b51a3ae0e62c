//! Data files that are cut off or have wrong bytes: an error or an answer, and never more than the file can hold.

use std::fs;
use std::process::Command;

use cov_python::data_file::{DataFile, DataFileError, ReadOptions};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{run, venv};

const PAGE: usize = 4096;

/// A data file of branches and one of lines, both of several pages.
fn samples() -> Vec<Vec<u8>> {
    let directory = tempfile::tempdir().unwrap();
    let program = "
import sys
from coverage import CoverageData
for kind in ['arcs', 'lines']:
    data = CoverageData(kind)
    for context in ['', 'test_a', 'test_b']:
        data.set_context(context)
        arcs = {f'/src/{name}.py': [(n, n + 1) for n in range(1, 60)] for name in range(10)}
        if kind == 'arcs':
            data.add_arcs(arcs)
        else:
            data.add_lines({name: [n for n, _ in arcs] + [50000] for name, arcs in arcs.items()})
    data.touch_file('/src/page.html', 'templates')
    data.write()
";
    run(Command::new(venv().python()).current_dir(directory.path()).arg("-c").arg(program));
    ["arcs", "lines"].map(|name| fs::read(directory.path().join(name)).unwrap()).into()
}

/// Reads `bytes`: what comes out must be no more than they can hold.
fn read(bytes: &[u8]) -> Result<DataFile, DataFileError> {
    let data = DataFile::from_bytes(bytes, ReadOptions { contexts: true })?;
    let held: usize = data
        .files
        .iter()
        .map(|(path, file)| path.len() + file.arcs.len() + file.lines.len().div_ceil(8))
        .sum();
    assert!(held <= bytes.len());
    Ok(data)
}

#[test]
fn a_file_that_is_cut_off_is_refused() {
    for sample in samples() {
        assert!(read(&sample).is_ok());
        assert!(sample.len() > 5 * PAGE);
        for pages in 0..sample.len() / PAGE {
            for length in [pages * PAGE, pages * PAGE + 1, pages * PAGE + 100] {
                assert!(read(&sample[..length]).is_err(), "{length} of {}", sample.len());
            }
        }
    }
}

/// Checks that whatever `change` makes of the samples is read or refused.
fn check<S: Strategy>(cases: u32, strategy: impl Fn(usize) -> S, change: impl Fn(&mut Vec<u8>, S::Value)) {
    for sample in samples() {
        let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
        let answer = runner.run(&strategy(sample.len()), |value| {
            let mut bytes = sample.clone();
            change(&mut bytes, value);
            let _ = read(&bytes);
            Ok(())
        });
        answer.unwrap();
    }
}

#[test]
fn wrong_bytes_are_an_error_or_an_answer() {
    check(
        100,
        |length| prop::collection::vec((0..length, any::<u8>()), 1..20),
        |bytes, changes| {
            for (index, byte) in changes {
                bytes[index] = byte;
            }
        },
    );
}

#[test]
fn pages_in_the_wrong_places_are_an_error_or_an_answer() {
    check(
        100,
        |length| (1..length / PAGE, 1..length / PAGE),
        |bytes, (from, to)| bytes.copy_within(from * PAGE..(from + 1) * PAGE, to * PAGE),
    );
}
