//! From the workers' fragments to a profile.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use anyhow::Context as _;
use cov_model::glob::FileFilter;
use cov_model::stream::Output;
use cov_model::{Report, json, path};
use cov_python::data_file::DataFile;
use cov_python::path_aliases::PathAliases;
use cov_python::pattern::Patterns;
use cov_python::profile::{Analyser, Project};
use cov_python::python_version::PythonVersion;
use cov_python::unexecuted::Sources;

use crate::fragments::Fragments;
use crate::hello::{Hello, Rules};

/// Makes the profile. It begins while the last tests still run.
pub struct Profiler {
    analyser: Arc<Analyser>,
    rules: Rules,
    directory: PathBuf,
    fragments: PathBuf,
    measured_with: String,
    head_start: JoinHandle<()>,
}

/// A profile, and what is to be said of it.
pub struct Profile {
    /// What was covered.
    pub report: Report,
    /// What could not be analysed, or not be read.
    pub notes: Vec<String>,
    /// Whether everything that was saved is in it.
    pub is_whole: bool,
}

impl Profiler {
    /// Starts to analyse what was measured up to now. `fragments` is the directory of the data files and journals.
    pub fn start(hello: &Hello, rules: &Rules, fragments: PathBuf) -> anyhow::Result<Self> {
        let directory = PathBuf::from(&hello.directory);
        let root = path::absolute(&directory);
        // Coverage.py measured it, so there is an answer; what is older than 3.11 is closest to that.
        let python = hello.python.parse().unwrap_or(PythonVersion::Python311);
        let project = Project {
            root: directory.clone(),
            patterns: Patterns::new(
                rules.exclude.iter().map(String::as_str),
                rules.partial.iter().map(String::as_str),
            )?,
            filter: FileFilter::new(&rules.report_include, &rules.report_omit, &root)?,
            python,
        };
        let analyser = Arc::new(Analyser::new(project));
        let ahead = (Arc::clone(&analyser), fragments.clone());
        let head_start = thread::spawn(move || {
            let (analyser, fragments) = ahead;
            // Whatever is wrong is said at the end.
            if let Ok(data) = Fragments::read_so_far(&fragments) {
                analyser.report(&data);
            }
        });
        Ok(Self {
            analyser,
            rules: rules.clone(),
            directory,
            fragments,
            measured_with: format!("CPython {}", hello.python),
            head_start,
        })
    }

    /// Makes the profile of all that was measured, once every worker has ended.
    pub fn profile(self) -> anyhow::Result<Profile> {
        // Should the head start have failed, all is done now.
        let _ = self.head_start.join();
        let Fragments { data, has_journal, unusable } = Fragments::read(&self.fragments)?;
        let mut data = with_local_names(data, &self.rules, &self.directory)?;
        if has_journal {
            // The files that did not run: workers that save add them.
            sources(&self.rules, &self.directory).touch(&mut data)?;
        }
        let is_whole = unusable.is_empty();
        let mut notes = unusable;
        let (mut report, left_out) = self.analyser.report(&data);
        for file in left_out.iter().filter(|file| !file.is_expected()) {
            notes.push(format!("{} is not in the profile: {}", file.path, file.reason));
        }
        report.measured_with.insert(self.measured_with);
        Ok(Profile { report, notes, is_whole })
    }
}

/// The data with the names that `[paths]` gives.
fn with_local_names(data: DataFile, rules: &Rules, directory: &Path) -> anyhow::Result<DataFile> {
    let named: Vec<_> = rules.paths.iter().map(|paths| (String::new(), paths.clone())).collect();
    let mut aliases = PathAliases::configured(&named, directory, rules.relative_files)?;
    Ok(aliases.apply_to(data, &|path| PathAliases::source_exists(directory, path))?)
}

fn sources<'a>(rules: &'a Rules, directory: &'a Path) -> Sources<'a> {
    Sources {
        root: directory,
        directories: &rules.source_directories,
        packages: &rules.source_packages,
        namespace_packages: rules.namespace_packages,
        omit: &rules.omit,
        relative_files: rules.relative_files,
    }
}

/// Writes a profile.
pub fn write(report: &Report, path: &Path) -> anyhow::Result<()> {
    Output::File(path.to_owned())
        .write(|sink| json::write(report, sink))
        .with_context(|| path.display().to_string())
}
