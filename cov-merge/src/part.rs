//! One input: a report, or the manifest of a run.

use std::path::Path;

use cov_model::cobertura::Paths;
use cov_model::manifest::{Manifest, ManifestError};
use cov_model::path::{absolute, normal, within};
use cov_model::read::{self, Content, Found, ReadError};
use cov_model::status::{Failure, Status};
use cov_model::stream::Input;
use cov_model::{Conflict, Report};
use cov_python::coveragepy_json::{self, CoveragepyJsonError};

use crate::path_map::PathMap;

/// What an input holds.
#[derive(Debug)]
pub(crate) enum Part {
    /// A report, its files named as in the merged one.
    Report(Report),
    /// The manifest of a run.
    Manifest(Box<Manifest>),
}

/// Reads `input`. Names of files become relative to `project`, and as `path_map` has them.
pub(crate) fn read(input: &Input, project: &Path, path_map: &PathMap) -> anyhow::Result<Part> {
    let found = read::open(input)?;
    let report = match found.content {
        Content::Manifest => return Ok(Part::Manifest(Box::new(manifest(found, input)?))),
        Content::CoveragePyJson => {
            let bytes = all_of(found, input)?;
            let report = coveragepy_json::read(&bytes).map_err(|error| match error {
                CoveragepyJsonError::Shape { line, message } => ReadError::at(input, Some(line), message),
                error => ReadError::at(input, None, error),
            })?;
            relative_to(project, report)
        }
        // The places where a document's files may be are mapped one by one.
        Content::Cobertura => {
            let paths = Paths::on_disk(project).renamed_by(|path| path_map.renamed(path));
            return Ok(Part::Report(found.into_report(&paths)?));
        }
        Content::Report => found.into_report(&Paths::on_disk(project))?,
    };
    let renamed = path_map.apply(report);
    renamed.map(Part::Report).map_err(|conflict| disagreement(input, &conflict).into())
}

/// The failure that `conflict` with `input` is.
pub(crate) fn disagreement(input: &Input, conflict: &Conflict) -> Failure {
    Failure::new(Status::Broken, format!("{input}: {conflict}"))
}

fn manifest(found: Found, input: &Input) -> Result<Manifest, ReadError> {
    Manifest::from_slice(&all_of(found, input)?).map_err(|error| match error {
        ManifestError::Shape { line, message } => ReadError::at(input, Some(line), message),
        ManifestError::Contradiction(message) => ReadError::at(input, None, message),
    })
}

fn all_of(mut found: Found, input: &Input) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    found.reader.read_to_end(&mut bytes).map_err(|error| ReadError::at(input, None, error))?;
    Ok(bytes)
}

/// The report with names relative to `project`: coverage.py names what it ran outside of its directory in full.
fn relative_to(project: &Path, mut report: Report) -> Report {
    let root = normal(&absolute(project));
    let files = std::mem::take(&mut report.files).into_iter();
    Report {
        files: files
            .map(|(path, file)| {
                let inside = within(&root, &path).filter(|inside| !inside.is_empty()).map(str::to_owned);
                (inside.unwrap_or(path), file)
            })
            .collect(),
        ..report
    }
}
