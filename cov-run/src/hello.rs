//! A worker's introduction: versions, what it measures, and the options that cov-run takes over.

use serde::Deserialize;

/// A worker's introduction.
#[derive(Debug, Clone, Deserialize)]
pub struct Hello {
    /// Python's version.
    pub python: String,
    /// The interpreter.
    pub executable: String,
    /// pytest's version.
    pub pytest: String,
    /// Where pytest was started.
    pub directory: String,
    /// The directory that node ids start at: pytest's rootdir.
    #[serde(default)]
    pub root: String,
    /// Where pytest remembers what failed, if it does.
    pub cache: Option<String>,
    /// What is measured; absent only if pytest never came to it.
    pub measured: Option<Measured>,
    /// Plug-ins that want to hear of tests that others ran.
    #[serde(default)]
    pub reporters: Vec<String>,
    /// The options that cov-run takes over.
    pub options: Options,
}

/// What a worker measures.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Measured {
    /// Whether anything is measured.
    pub active: bool,
    /// Why coverage.py cannot be imported.
    pub missing: Option<String>,
    /// Why coverage.py refused to start.
    pub failed: Option<String>,
    /// coverage.py's version.
    pub version: Option<String>,
    /// Whether branches are measured.
    pub branch: bool,
    /// How to make a report of it.
    pub rules: Rules,
}

/// What the project's configuration, and coverage.py's plug-ins that change it, say about reports.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Rules {
    /// Regular expressions of lines that are excluded.
    pub exclude: Vec<String>,
    /// Regular expressions of lines that need not take all their branches.
    pub partial: Vec<String>,
    /// Patterns of the files to report.
    pub report_include: Vec<String>,
    /// Patterns of the files not to report.
    pub report_omit: Vec<String>,
    /// Directories that are the same, the first of which is the result.
    pub paths: Vec<Vec<String>>,
    /// Whether files are recorded by relative names.
    pub relative_files: bool,
    /// Directories whose files count even if they never run.
    pub source_directories: Vec<String>,
    /// Packages whose files count even if they never run, once the package is imported.
    pub source_packages: Vec<String>,
    /// Whether directories without `__init__.py` are packages too.
    pub namespace_packages: bool,
    /// Patterns of the files not to measure.
    pub omit: Vec<String>,
}

/// The options of the project's own configuration and command line.
#[derive(Debug, Clone, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of pytest's")]
pub struct Options {
    /// `-n`: absent, a number, or `"auto"`.
    pub processes: Option<Processes>,
    /// `--maxprocesses`.
    pub maxprocesses: Option<u32>,
    /// `--dist`, as pytest-xdist names it.
    pub distribution: String,
    /// `--max-worker-restart`, as text.
    pub max_worker_restart: Option<String>,
    /// `--maxfail`, 0 for none.
    pub maxfail: u32,
    /// `-v` less `-q`.
    pub verbosity: i32,
    /// `-r`.
    pub reportchars: String,
    /// `--disable-warnings`.
    pub disable_warnings: bool,
    /// `--max-warnings`, as number or text.
    pub max_warnings: Option<serde_json::Value>,
    /// Not `--no-fold-skipped`.
    pub fold_skipped: bool,
    /// `--force-short-summary`.
    pub force_short_summary: bool,
    /// `--no-header`.
    pub no_header: bool,
    /// `--no-summary`.
    pub no_summary: bool,
    /// `--tb`.
    pub traceback: String,
    /// `--xfail-tb`.
    pub xfail_traceback: bool,
    /// `--durations`.
    pub durations: Option<usize>,
    /// `--durations-min`, in seconds.
    pub durations_min: Option<f64>,
    /// Whether to colour.
    pub colour: bool,
    /// `--junitxml`.
    pub junit_path: Option<String>,
    /// `--junitprefix`.
    pub junit_prefix: Option<String>,
    /// `junit_suite_name`.
    pub junit_suite_name: String,
    /// `junit_logging`.
    pub junit_logging: String,
    /// `junit_log_passing_tests`.
    pub junit_log_passing_tests: bool,
    /// `junit_duration_report`.
    pub junit_duration_report: String,
    /// `junit_family`.
    pub junit_family: String,
}

/// A number of processes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Processes {
    /// This many.
    Number(u32),
    /// `auto`.
    Auto(String),
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A worker that introduces itself.
    pub(crate) fn hello() -> Hello {
        Hello {
            python: "3.11.7".to_owned(),
            executable: "/usr/bin/python3".to_owned(),
            pytest: "9.0.0".to_owned(),
            directory: "/project".to_owned(),
            root: "/project".to_owned(),
            cache: None,
            measured: None,
            reporters: Vec::new(),
            options: options(),
        }
    }

    /// Options as pytest has them when nobody asks for anything.
    pub(crate) fn options() -> Options {
        Options {
            processes: None,
            maxprocesses: None,
            distribution: "no".to_owned(),
            max_worker_restart: None,
            maxfail: 0,
            verbosity: 0,
            reportchars: "fE".to_owned(),
            disable_warnings: false,
            max_warnings: None,
            fold_skipped: true,
            force_short_summary: false,
            no_header: false,
            no_summary: false,
            traceback: "auto".to_owned(),
            xfail_traceback: false,
            durations: None,
            durations_min: None,
            colour: false,
            junit_path: None,
            junit_prefix: None,
            junit_suite_name: "pytest".to_owned(),
            junit_logging: "no".to_owned(),
            junit_log_passing_tests: true,
            junit_duration_report: "total".to_owned(),
            junit_family: "xunit2".to_owned(),
        }
    }
}
