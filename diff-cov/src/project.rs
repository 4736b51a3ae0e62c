//! What the project's own configuration says: what is asked of a change, and which files are measured at all.

use std::path::PathBuf;

use anyhow::Context as _;
use cov_model::config::{Configuration, CoverageConfig, DiffConfig, ToolConfig, process_environment};
use cov_model::glob::FileFilter;
use cov_model::rule::Metric;
use cov_model::status::{Failure, Status};

use crate::cli::{Args, Excuse};
use crate::rule::{Demand, NotARule, Rule};

/// What the project asks for, by its configuration and the command line, which wins.
#[derive(Debug)]
pub(crate) struct Project {
    /// The project's directory, as it was named.
    pub(crate) directory: PathBuf,
    /// The project's directory as an absolute path.
    pub(crate) root: String,
    /// What must hold of a change: the rules for all of it first.
    pub(crate) rules: Vec<Rule>,
    /// Changes of fewer lines are too small to be judged by a percentage.
    pub(crate) min_lines: u64,
    /// The revision to compare with.
    pub(crate) base: Option<String>,
    /// Which changed lines do not count.
    pub(crate) excuses: Vec<Excuse>,
    /// Whether lines are followed where a file is not the one that was measured.
    pub(crate) allows_stale: bool,
    /// Whether every changed file of code must be in the report.
    pub(crate) wants_all_files: bool,
    /// Which files are not judged.
    excluded: FileFilter,
    /// Which files are measured.
    measurement: Measurement,
}

impl Project {
    /// Reads the configuration of the project that the command line names.
    pub(crate) fn open(args: &Args) -> anyhow::Result<Self> {
        let project = &args.project;
        if !project.is_dir() {
            anyhow::bail!("{} is no directory", project.display());
        }
        let root = std::path::absolute(project)?.to_string_lossy().into_owned();
        let tools = ToolConfig::read(project)?;
        let place = tools.path.unwrap_or_default();
        let tools = tools.diff;
        let configuration = Configuration::read(project, None, &process_environment)?;
        let exclude = if args.exclude.is_empty() { &tools.exclude } else { &args.exclude };
        let path = configuration.path.unwrap_or_default();
        Ok(Self {
            directory: project.clone(),
            rules: rules(args, &tools).with_context(|| place.display().to_string())?,
            min_lines: args.min_lines.or(tools.min_lines).unwrap_or(0),
            base: args.base.clone().or(tools.base),
            excuses: args.excuse.clone(),
            allows_stale: args.allow_stale,
            wants_all_files: args.all_files,
            excluded: FileFilter::new(&[], exclude, &root)
                .map_err(|error| Failure::new(Status::Usage, error.to_string()))?,
            measurement: Measurement::new(&configuration.coverage, &root)
                .with_context(|| path.display().to_string())?,
            root,
        })
    }

    /// Whether the file of this name, seen from the project, is not judged, since the user says so.
    pub(crate) fn excludes(&self, name: &str) -> bool {
        !self.excluded.keeps(name)
    }

    /// Whether coverage.py's configuration leaves the file of this name out of its reports.
    pub(crate) fn omits(&self, name: &str) -> bool {
        !self.measurement.reports(name)
    }

    /// Whether a file of this name, which is not in the report, was never meant to be.
    pub(crate) fn does_not_measure(&self, name: &str) -> bool {
        self.measurement.leaves_out(name)
    }
}

/// The rules of the command line, each of which replaces those of its kind in the configuration.
fn rules(args: &Args, tools: &DiffConfig) -> Result<Vec<Rule>, NotARule> {
    let percents = [
        (Metric::Lines, args.fail_under.or(tools.fail_under)),
        (Metric::Branches, args.branches.or(tools.branches)),
        (Metric::Functions, args.functions.or(tools.functions)),
    ];
    let overall = percents.into_iter().filter_map(|(metric, percent)| {
        percent.map(|percent| Rule::overall(Demand::AtLeast(metric, percent)))
    });
    let lost = args.max_lost.or(tools.max_lost).filter(|_| args.baseline.is_some());
    let lost = lost.map(|most| Rule::overall(Demand::LostAtMost(most)));
    let configured = || tools.rules.iter().map(|rule| rule.parse()).collect::<Result<Vec<Rule>, _>>();
    let others = if args.rules.is_empty() { configured()? } else { args.rules.clone() };
    Ok(overall.chain(lost).chain(others).collect())
}

/// What coverage.py's configuration says is measured and reported.
#[derive(Debug)]
struct Measurement {
    run: FileFilter,
    report: FileFilter,
    /// Directories and packages as they stand in paths, with a `/` on both ends; none is everything.
    sources: Vec<String>,
}

impl Measurement {
    /// What `configuration` says of the project in the directory `root`, an absolute path.
    fn new(configuration: &CoverageConfig, root: &str) -> anyhow::Result<Self> {
        let (run, report) = (&configuration.run, &configuration.report);
        let sources = [&run.source, &run.source_dirs, &run.source_pkgs];
        Ok(Self {
            run: FileFilter::new(&run.include, &run.omit, root)?,
            report: FileFilter::new(&report.include, &report.omit, root)?,
            sources: sources.into_iter().flatten().map(|source| in_path(source, root)).collect(),
        })
    }

    fn reports(&self, name: &str) -> bool {
        self.report.keeps(name)
    }

    /// Whether the file of this name is not measured. In doubt it is.
    fn leaves_out(&self, name: &str) -> bool {
        // A module that is one file is a package too: `pkg` is in `pkg/` and `pkg.py`.
        let path = format!("/{}/", name.rsplit_once('.').map_or(name, |(stem, _)| stem));
        let is_elsewhere =
            !self.sources.is_empty() && !self.sources.iter().any(|source| path.contains(source));
        is_elsewhere || !self.run.keeps(name) || !self.report.keeps(name)
    }
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
        let configuration = Configuration::read(project.path(), None, &|_| None).unwrap();
        Measurement::new(&configuration.coverage, &project.path().display().to_string()).unwrap()
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
