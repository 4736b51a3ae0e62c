//! From measured data to a report: every measured file analysed, all cores at once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::{fs, io};

use cov_model::glob::FileFilter;
use cov_model::{Digest, FileCoverage, Report, path};
use rayon::prelude::*;
use thiserror::Error;

use crate::analysis::Analysis;
use crate::data_file::{DataFile, FileData, Kind};
use crate::pattern::Patterns;
use crate::python_version::PythonVersion;
use crate::syntax::SyntaxError;
use crate::{results, source};

/// What a report depends on besides the data.
pub struct Project {
    /// The project's directory: files below it get names relative to it, relative names are in it.
    pub root: PathBuf,
    /// Which lines are excluded, and which need not branch.
    pub patterns: Patterns,
    /// Which files are reported: `include` and `omit` of `[report]`.
    pub filter: FileFilter,
    /// The Python that measured.
    pub python: PythonVersion,
}

/// Makes reports of a project, and remembers the analyses that it made.
pub struct Analyser {
    project: Project,
    /// By the source that was analysed.
    known: Mutex<HashMap<Digest, Arc<Analysis>>>,
}

/// A measured file that could not be analysed.
#[derive(Debug)]
pub struct Unanalysed {
    /// The file as the report would have named it.
    pub path: String,
    /// Why.
    pub reason: Reason,
}

/// Why a measured file could not be analysed.
#[derive(Debug, Error)]
pub enum Reason {
    /// Its source cannot be read.
    #[error("no source: {0}")]
    NoSource(#[from] io::Error),
    /// Its source is not Python.
    #[error("not Python: line {}: {}", .0.line, .0.message)]
    NotPython(#[from] SyntaxError),
    /// A plug-in of coverage.py owns it, which only Python can run.
    #[error("measured by the plug-in {0}, and its lines have no meaning without that")]
    Plugin(String),
}

impl Unanalysed {
    /// Whether coverage.py passes over this file without a word: it does not look like Python by its name, and is none.
    pub fn is_expected(&self) -> bool {
        let ending = Path::new(&self.path).extension().map(|ending| ending.to_string_lossy());
        let looks_like_python = ending.is_none_or(|ending| ending.starts_with("py"));
        matches!(self.reason, Reason::NotPython(_)) && !looks_like_python
    }
}

impl Analyser {
    /// Knows no file yet.
    pub fn new(project: Project) -> Self {
        Self { project, known: Mutex::default() }
    }

    /// Analyses every file of `data` that the project reports. Files that cannot be analysed come back beside the report,
    /// by name; what becomes of them is the caller's to decide.
    pub fn report(&self, data: &DataFile) -> (Report, Vec<Unanalysed>) {
        let root = path::absolute(&self.project.root);
        let kind = data.kind.unwrap_or(Kind::Lines);
        let wanted: Vec<_> = data
            .files
            .iter()
            .map(|(recorded, measured)| (reported_name(&root, recorded), measured))
            .filter(|(name, _)| self.project.filter.keeps(name))
            .collect();
        let analysed: Vec<_> = wanted
            .into_par_iter()
            .map(|(name, measured)| {
                let coverage = self.coverage(&name, measured, kind);
                (name, coverage)
            })
            .collect();
        let mut report = Report {
            measured_with: data.written_by.iter().map(|version| format!("coverage.py {version}")).collect(),
            ..Report::default()
        };
        let mut left_out = Vec::new();
        for (path, coverage) in analysed {
            match coverage {
                Ok(file) => drop(report.files.insert(path, file)),
                Err(reason) => left_out.push(Unanalysed { path, reason }),
            }
        }
        (report, left_out)
    }

    fn coverage(&self, name: &str, measured: &FileData, kind: Kind) -> Result<FileCoverage, Reason> {
        if let Some(plugin) = &measured.tracer {
            return Err(Reason::Plugin(plugin.clone()));
        }
        let bytes = fs::read(self.project.root.join(name))?;
        let digest = Digest::of(&bytes);
        let analysis = self.analysis(digest, &bytes)?;
        Ok(FileCoverage { digest: Some(digest), ..results::coverage(&analysis, measured, kind) })
    }

    fn analysis(&self, digest: Digest, bytes: &[u8]) -> Result<Arc<Analysis>, SyntaxError> {
        // No one can leave the map half changed.
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(analysis) = known().get(&digest) {
            return Ok(Arc::clone(analysis));
        }
        let text = source::decode(bytes)?;
        let analysis = Arc::new(Analysis::of(&text, &self.project.patterns, self.project.python)?);
        known().insert(digest, Arc::clone(&analysis));
        Ok(analysis)
    }
}

/// The source that `recorded` stands for, relative to `root` where it is below it. Compiled files stand for what they
/// were compiled from (`source_for_file` of coverage.py's `python.py`).
fn reported_name(root: &str, recorded: &str) -> String {
    let inside = path::within(root, recorded).filter(|inside| !inside.is_empty());
    let name = inside.unwrap_or(recorded);
    match name.rsplit_once('.') {
        Some((stem, "pyc" | "pyo")) => format!("{stem}.py"),
        _ => name.to_owned(),
    }
}
