//! One input: a report, the manifest of a run, or data that is still to be analysed.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

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
    /// A data file of coverage.py, to be read where it is.
    DataFile(PathBuf),
    /// The bytes of one that is packed, or no file.
    PackedData(Vec<u8>),
}

/// Reads `input`. Names of files become relative to `project`, and as `path_map` has them.
pub(crate) fn read(input: &Input, project: &Path, path_map: &PathMap) -> anyhow::Result<Part> {
    let found = read::open(input)?;
    let report = match found.content {
        Content::Manifest => return Ok(Part::Manifest(Box::new(manifest(found, input)?))),
        Content::CoveragePyData => {
            return Ok(match plain_file(input) {
                Some(path) => Part::DataFile(path.to_owned()),
                None => Part::PackedData(all_of(found, input)?),
            });
        }
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

/// The path of a regular file that is not packed.
fn plain_file(input: &Input) -> Option<&Path> {
    let Input::File(path) = input else { return None };
    let mut start = [0; 2];
    let is_plain =
        path.is_file() && File::open(path).is_ok_and(|mut file| file.read_exact(&mut start).is_ok());
    // The other two kinds of packing do not begin as any data file does.
    (is_plain && !matches!(start, [0x1f, 0x8b] | [0x28, 0xb5])).then_some(path)
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
