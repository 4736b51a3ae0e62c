//! Which changed files nobody asked to measure: by `--exclude`, or by the project's own coverage.py configuration.

use std::path::Path;

use cov_model::config::{Configuration, process_environment};
use cov_model::glob::FileFilter;

/// The files that `--exclude` leaves out of the judgement.
#[derive(Debug)]
pub(crate) struct Excluded(FileFilter);

impl Excluded {
    /// Files that match one of `patterns`, which are relative to the directory `project`.
    pub(crate) fn new(patterns: &[String], project: &Path) -> anyhow::Result<Self> {
        Ok(Self(FileFilter::new(&[], patterns, &root(project)?)?))
    }

    /// Whether the file of this name is left out.
    pub(crate) fn has(&self, name: &str) -> bool {
        !self.0.keeps(name)
    }
}

/// What the project's configuration says is measured, to tell a file that was never meant to be in the report from one
/// that should be. In doubt a file was meant to be measured.
#[derive(Debug, Default)]
pub(crate) struct Measurement {
    filters: Vec<FileFilter>,
    /// Directories and packages as they stand in paths, with a `/` on both ends; none is everything.
    sources: Vec<String>,
}

impl Measurement {
    /// Reads the configuration of the project in the directory `project`.
    pub(crate) fn of_project(project: &Path) -> anyhow::Result<Self> {
        let root = root(project)?;
        let configuration = Configuration::read(project, None, &process_environment)?.coverage;
        let (run, report) = (&configuration.run, &configuration.report);
        let sources = [&run.source, &run.source_dirs, &run.source_pkgs];
        Ok(Self {
            filters: vec![
                FileFilter::new(&run.include, &run.omit, &root)?,
                FileFilter::new(&report.include, &report.omit, &root)?,
            ],
            sources: sources.into_iter().flatten().map(|source| in_path(source, &root)).collect(),
        })
    }

    /// Whether the configuration says that the file of this name, as seen from the project, is not measured.
    pub(crate) fn leaves_out(&self, name: &str) -> bool {
        // A module that is one file is a package too: `pkg` is in `pkg/` and `pkg.py`.
        let path = format!("/{}/", name.rsplit_once('.').map_or(name, |(stem, _)| stem));
        let is_in = |source: &String| path.contains(source.as_str());
        let is_elsewhere = !self.sources.is_empty() && !self.sources.iter().any(is_in);
        is_elsewhere || self.filters.iter().any(|filter| !filter.keeps(name))
    }
}

/// The absolute path of `project`, as patterns are taken from it.
fn root(project: &Path) -> anyhow::Result<String> {
    Ok(std::path::absolute(project)?.to_string_lossy().into_owned())
}

/// A directory, or a package with its dots, as it stands in the paths of its files. The project itself is in all.
fn in_path(source: &str, root: &str) -> String {
    let below = source.strip_prefix(root).unwrap_or(source);
    let is_directory = below.contains('/') || below.starts_with('.');
    let path = if is_directory { below.to_owned() } else { below.replace('.', "/") };
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.is_empty() { "/".to_owned() } else { format!("/{}/", parts.join("/")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measurement(settings: &str) -> Measurement {
        let project = tempfile::tempdir().unwrap();
        let settings = settings.replace("ROOT", &project.path().display().to_string());
        std::fs::write(project.path().join(".coveragerc"), settings).unwrap();
        Measurement::of_project(project.path()).unwrap()
    }

    #[test]
    fn omitted_files_and_those_outside_of_the_source_are_not_measured() {
        let project = measurement(
            "[run]\nsource =\n  pkg\n  lib.deep\n  ./tools\nomit = */tests/*\n[report]\nomit = pkg/x.py\n",
        );
        for name in
            ["tests/test_a.py", "pkg/tests/test_a.py", "setup.py", "docs/conf.py", "lib/a.py", "pkg/x.py"]
        {
            assert!(project.leaves_out(name), "{name}");
        }
        for name in ["pkg/a.py", "src/pkg/a.py", "lib/deep/a.py", "tools/a.py", "pkg.py"] {
            assert!(!project.leaves_out(name), "{name}");
        }
    }

    #[test]
    fn without_a_configuration_everything_is_measured() {
        for settings in ["", "[run]\nsource = .\n", "[run]\nsource = ROOT\n"] {
            assert!(!measurement(settings).leaves_out("tests/test_a.py"), "{settings}");
        }
    }
}
