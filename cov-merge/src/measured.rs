//! The data files of coverage.py among the inputs: all of them are one measurement, which is analysed once.

use std::io::Write;
use std::path::PathBuf;

use cov_model::config::{Configuration, process_environment};
use cov_model::glob::FileFilter;
use cov_model::read::ReadError;
use cov_model::status::{Failure, Status};
use cov_model::stream::Input;
use cov_model::{Report, path};
use cov_python::data_file::{DataFile, DataFileError, ReadOptions, fragments};
use cov_python::path_aliases::PathAliases;
use cov_python::pattern::Patterns;
use cov_python::profile::{Analyser, Project, Reason, Unanalysed};
use rayon::prelude::*;

use crate::cli::Args;
use crate::path_map::PathMap;

/// What coverage.py measured, in the order of the inputs.
#[derive(Default)]
pub(crate) struct Measured {
    /// Data files that are read where they are.
    files: Vec<PathBuf>,
    /// Data that came packed, or on standard input.
    read: Vec<(Input, DataFile)>,
}

impl Measured {
    /// Whether there is no data file.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty() && self.read.is_empty()
    }

    /// Takes over a data file that lies as it is in a regular file.
    pub(crate) fn add_file(&mut self, file: PathBuf) {
        self.files.push(file);
    }

    /// Takes over the bytes of a data file.
    pub(crate) fn add_bytes(&mut self, input: &Input, bytes: &[u8]) -> Result<(), ReadError> {
        let data = DataFile::from_bytes(bytes, ReadOptions { contexts: true });
        self.read.push((input.clone(), data.map_err(|error| ReadError::at(input, None, error))?));
        Ok(())
    }

    /// The report of all of it, in the terms of this project. Nothing is deleted, as `coverage combine` would.
    pub(crate) fn into_report(
        self,
        args: &Args,
        path_map: &PathMap,
        messages: &mut impl Write,
    ) -> anyhow::Result<Report> {
        let configuration = Configuration::read(&args.project, args.config.as_deref(), &process_environment)?;
        let mut warn = |warning: String| {
            // Where nobody can be warned, the report is still worth having.
            let _ = writeln!(messages, "cov-merge: warning: {warning}");
        };
        warnings(&configuration).into_iter().for_each(&mut warn);
        let project = std::path::absolute(&args.project)?;
        let coverage = &configuration.coverage;
        let mut aliases = PathAliases::configured(&coverage.paths, &project, coverage.run.relative_files)?;
        let data = self.union()?.with_paths(|path| path_map.renamed(path).unwrap_or_else(|| path.to_owned()));
        let mapped =
            data.and_then(|data| aliases.apply_to(data, &|path| PathAliases::source_exists(&project, path)));
        let data = mapped.map_err(|conflict| Failure::new(Status::Broken, conflict.to_string()))?;

        let report = &coverage.report;
        let partial = report.partial().chain(report.partial_branches_always.iter().map(String::as_str));
        let analyser = Analyser::new(Project {
            root: project.clone(),
            patterns: Patterns::new(report.exclusions(), partial)?,
            // What is shown of the report is for its readers to decide.
            filter: FileFilter::new::<&str>(&[], &[], "/")?,
            python: args.python_version.unwrap_or_default(),
        });
        let (measured, left_out) = analyser.report(&data);
        let is_reported = FileFilter::new(&report.include, &report.omit, &path::absolute(&project))?;
        let left_out =
            left_out.into_iter().filter(|file| is_reported.keeps(&file.path) && !file.is_expected());
        account_for(left_out, report.ignore_errors, &mut warn)?;
        Ok(measured)
    }

    /// All data as one, with contexts where any has a name.
    fn union(self) -> anyhow::Result<DataFile> {
        let files = fragments::distinct(self.files);
        let contexts = files.par_iter().any(|file| DataFile::has_contexts(file).unwrap_or(true))
            || self.read.iter().any(|(_, data)| data.has_named_contexts());
        let options = ReadOptions { contexts };
        // As many at a time as there are threads: what is in memory does not grow with the number of files.
        let share = files.len().div_ceil(rayon::current_num_threads()).max(1);
        let union = files.par_chunks(share).map(|files| union_of(files, options)).try_reduce(
            DataFile::default,
            |mut ours, theirs| {
                ours.merge(theirs)?;
                Ok(ours)
            },
        );
        // Threads do not know what the others have read: the first that cannot be added is looked for in order.
        let mut union = union.or_else(|_| union_of(&files, options))?;
        for (input, mut data) in self.read {
            if !contexts {
                data.forget_contexts();
            }
            add(&mut union, data, &input)?;
        }
        Ok(union)
    }
}

fn union_of(files: &[PathBuf], options: ReadOptions) -> anyhow::Result<DataFile> {
    let mut union = DataFile::default();
    for file in files {
        let input = Input::File(file.clone());
        let data = DataFile::read(file, options);
        let data = data.map_err(|error: DataFileError| ReadError::at(&input, None, error))?;
        add(&mut union, data, &input)?;
    }
    Ok(union)
}

fn add(union: &mut DataFile, data: DataFile, input: &Input) -> Result<(), Failure> {
    union.merge(data).map_err(|conflict| Failure::new(Status::Broken, format!("{input}: {conflict}")))
}

/// What the configuration says that is not heeded.
fn warnings(configuration: &Configuration) -> Vec<String> {
    let plugins = configuration.plugins().map(|plugin| plugin.to_string());
    configuration.warnings.iter().map(ToString::to_string).chain(plugins).collect()
}

/// Says which files are not in the report, and fails unless the project wants to be told only.
fn account_for(
    left_out: impl Iterator<Item = Unanalysed>,
    ignore_errors: bool,
    warn: &mut impl FnMut(String),
) -> anyhow::Result<()> {
    let mut missing = Vec::new();
    for file in left_out {
        let message = format!("{}: {}", file.path, file.reason);
        if ignore_errors || matches!(file.reason, Reason::Plugin(_)) {
            warn(format!("not reported: {message}"));
        } else {
            missing.push(message);
        }
    }
    match &*missing {
        [] => Ok(()),
        [first, others @ ..] => {
            let more = if others.is_empty() {
                String::new()
            } else {
                format!(" (and {} more such files)", others.len())
            };
            anyhow::bail!(
                "{first}{more}: map its path with [paths] or --path-map, leave it out with [report] omit, or set [report] ignore_errors"
            )
        }
    }
}
