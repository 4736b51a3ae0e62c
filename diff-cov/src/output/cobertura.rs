//! Cobertura of the changed files alone, small enough for GitLab, which refuses documents of more than 10 MiB.

use std::path::Path;

use cov_model::cobertura::{self, Options};
use cov_model::{Branches, FileCoverage, Report};

use super::wording::sentence;
use crate::assessment::{Assessment, FileAssessment};

/// What GitLab takes, less a little.
const LIMIT: usize = 10 * 1024 * 1024 - 64 * 1024;

/// The document: all lines of the changed files, or if that is too much for GitLab the changed lines alone.
pub(super) fn render(assessment: &Assessment, project: &Path) -> String {
    let whole = document(assessment, project, |file| file.coverage.clone());
    if whole.len() <= LIMIT { whole } else { document(assessment, project, changed_lines) }
}

fn document(
    assessment: &Assessment,
    project: &Path,
    coverage: impl Fn(&FileAssessment) -> FileCoverage,
) -> String {
    let files = assessment.files.iter().map(|file| (file.name.clone(), coverage(file))).collect();
    let mut bytes = Vec::new();
    cobertura::write(&Report { files, ..Report::default() }, &Options::new(project), &mut bytes)
        .expect("a vector takes everything");
    // A comment cannot hold two hyphens in a row.
    let verdict = sentence(assessment).replace("--", "- -");
    let text = String::from_utf8_lossy(&bytes);
    let place = text.find("\t<sources>").unwrap_or(text.len());
    format!("{}\t<!-- diff-cov: {verdict} -->\n{}", &text[..place], &text[place..])
}

/// What was measured of the changed lines.
fn changed_lines(file: &FileAssessment) -> FileCoverage {
    let is_changed =
        |line: u32| file.covered.binary_search(&line).is_ok() || file.missing.binary_search(&line).is_ok();
    let coverage = &file.coverage;
    let named = coverage.branches.named.iter().filter(|(site, _)| is_changed(site.line));
    let tallied = coverage.branches.tallied.iter().filter(|((line, _), _)| is_changed(*line));
    FileCoverage {
        hits: coverage.hits,
        lines: coverage.lines.iter().filter(|&(line, _)| is_changed(line)).collect(),
        branches: Branches {
            measured: coverage.branches.measured,
            named: named.map(|(site, branch)| (site.clone(), branch.clone())).collect(),
            tallied: tallied.map(|(key, tally)| (*key, *tally)).collect(),
        },
        ..FileCoverage::default()
    }
}
