//! What is fuzzed: each input of the cov tools takes any bytes, and gives an error or an answer that holds together.

use std::sync::LazyLock;

use cov_model::cobertura::{self, Options, Paths};
use cov_model::{Report, json, regions};
use cov_python::analysis::Analysis;
use cov_python::coveragepy_json::{is_coveragepy_json, read as read_coveragepy_json};
use cov_python::data_file::{DataFile, Kind, ReadOptions};
use cov_python::pattern::{Pattern, Patterns};
use cov_python::python_version::PythonVersion;
use cov_python::{results, source as source_file};

const VERSIONS: [PythonVersion; 3] =
    [PythonVersion::Python311, PythonVersion::Python312, PythonVersion::Python314];

static PATTERNS: LazyLock<Patterns> = LazyLock::new(Patterns::defaults);

/// A source with something of everything, against which data files are read.
const EVERYTHING: &str = include_str!("../seeds/source/everything.py");

static ANALYSIS: LazyLock<Analysis> =
    LazyLock::new(|| Analysis::of(EVERYTHING, &PATTERNS, PythonVersion::default()).expect("it is Python"));

/// Python source.
pub fn source(bytes: &[u8]) {
    let version = VERSIONS[bytes.len() % VERSIONS.len()];
    let Ok(text) = source_file::decode(bytes) else { return };
    let Ok(analysis) = Analysis::of(&text, &PATTERNS, version) else { return };

    let is_ascending = |lines: &[u32]| lines.is_sorted_by(|a, b| a < b);
    assert!(is_ascending(&analysis.statements) && is_ascending(&analysis.excluded));
    assert!(analysis.arcs.is_sorted_by(|a, b| a < b));
    for &line in &analysis.statements {
        assert_eq!(analysis.line_map.first_line(line), line);
        assert!(analysis.excluded.binary_search(&line).is_err());
    }
    for &(from, to) in &analysis.arcs {
        assert!(from > 0 && to != 0 && from != to, "{from} to {to}");
        assert!(!analysis.arc_descriptions.action((from, to)).is_empty());
        assert!(!analysis.arc_descriptions.missing((from, to)).is_empty());
    }
    let exits: u32 = analysis.exit_counts().iter().map(|&(_, count)| count).sum();
    assert!(exits as usize <= analysis.arcs.len());
    for pair in analysis.regions.windows(2) {
        assert!(pair[0].start < pair[1].start);
    }
    // Every arc taken, and then none.
    let mut measured = cov_python::data_file::FileData { arcs: analysis.arcs.clone(), ..Default::default() };
    read_back(Report {
        files: [("a.py".to_owned(), results::coverage(&analysis, &measured, Kind::Arcs))].into(),
        ..Report::default()
    });
    measured.arcs.clear();
    results::coverage(&analysis, &measured, Kind::Arcs);
}

/// A data file of coverage.py.
pub fn data_file(bytes: &[u8]) {
    let Ok(data) = DataFile::from_bytes(bytes, ReadOptions { contexts: true }) else { return };
    let kind = data.kind.unwrap_or(Kind::Lines);
    for file in data.files.values() {
        results::coverage(&ANALYSIS, file, kind);
    }
    let mut merged = data.clone();
    if merged.merge(data.clone()).is_ok() {
        assert_eq!(merged.files, data.files);
    }
}

/// Our JSON.
pub fn json(bytes: &[u8]) {
    if let Ok(report) = json::read(bytes) {
        read_back(report);
    }
}

/// Cobertura XML.
pub fn cobertura(bytes: &[u8]) {
    if let Ok(report) = cobertura::read(bytes, &Paths::new("/project", |_| true)) {
        read_back(report);
    }
}

/// coverage.py's JSON.
pub fn coveragepy_json(bytes: &[u8]) {
    if is_coveragepy_json(bytes)
        && let Ok(report) = read_coveragepy_json(bytes)
    {
        read_back(report);
    }
}

/// A regular expression of a project's configuration.
pub fn pattern(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(pattern) = Pattern::new(&[text]) else { return };
    let mapped = pattern.lines_matching(EVERYTHING, Some(&ANALYSIS.line_map));
    let plain = pattern.lines_matching(EVERYTHING, None);
    assert_eq!(mapped.is_ok(), plain.is_ok());
}

/// Whatever was read can be written and read again, and merged with itself, and counted.
fn read_back(report: Report) {
    for file in report.files.values() {
        file.branches.views();
        regions::function_lines(file);
        regions::class_lines(file);
    }
    let mut bytes = Vec::new();
    json::write(&report, &mut bytes).expect("memory takes everything");
    let again = json::read(&*bytes).expect("what we write we can read");
    assert_eq!(again, report);
    cobertura::write(&report, &Options::new("/project".as_ref()), &mut bytes)
        .expect("memory takes everything");
}
