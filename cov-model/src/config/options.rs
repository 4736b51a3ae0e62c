//! Which option sets which field: `CONFIG_FILE_OPTIONS` and `post_process` of coverage.py's config.py.

use std::collections::BTreeSet;

use super::Environment;
use super::error::Problem;
use super::python::strip;
use super::setting::{Setting, expand_user};
use super::settings::{
    CoverageConfig, HtmlConfig, JsonConfig, LcovConfig, ReportConfig, RunConfig, XmlConfig,
};

/// The kinds of threads that `concurrency` knows; at most one of the last three can be measured.
const CONCURRENCY: [&str; 5] = ["multiprocessing", "thread", "eventlet", "gevent", "greenlet"];

impl CoverageConfig {
    /// The sections that options are read from.
    pub(super) const SECTIONS: [&str; 7] = ["run", "report", "html", "xml", "json", "lcov", "paths"];

    /// Takes over one option of a section; whether coverage.py knows it.
    pub(super) fn set(&mut self, section: &str, setting: &Setting<'_>) -> Result<bool, Problem> {
        match section {
            "run" => self.run.set(setting),
            "report" => self.report.set(setting),
            "html" => self.html.set(setting),
            "xml" => self.xml.set(setting),
            "json" => self.json.set(setting),
            "lcov" => self.lcov.set(setting),
            _ => {
                let directories = setting.list()?;
                let expanded =
                    directories.into_iter().map(|path| expand_user(path, setting.environment)).collect();
                self.paths.push((setting.name.clone(), expanded));
                Ok(true)
            }
        }
    }

    /// Takes over the variables that win over every file.
    pub(super) fn set_from_environment(&mut self, environment: Environment<'_>) {
        let variable = |name| environment(name).filter(|value| !value.is_empty());
        if let Some(data_file) = variable("COVERAGE_FILE") {
            self.run.data_file = data_file;
        }
        if let Some(debug) = variable("COVERAGE_DEBUG") {
            self.run.debug.extend(debug.split(',').map(|topic| strip(topic).to_owned()));
        }
        if let Some(core) = variable("COVERAGE_CORE") {
            self.run.core = Some(core);
        }
    }

    /// Draws the conclusions that need all settings.
    pub(super) fn finish(&mut self) -> Result<(), Problem> {
        let run = &mut self.run;
        run.parallel |= run.patch.iter().any(|patch| patch == "subprocess");
        let chosen: BTreeSet<&str> = run.concurrency.iter().map(String::as_str).collect();
        let joined = |choices: Vec<&str>| choices.join(", ");
        let unknown: Vec<_> = chosen.iter().copied().filter(|choice| !CONCURRENCY.contains(choice)).collect();
        if !unknown.is_empty() {
            return Err(Problem::UnknownConcurrency(joined(unknown)));
        }
        let light: Vec<_> = chosen.into_iter().filter(|choice| CONCURRENCY[2..].contains(choice)).collect();
        if light.len() > 1 {
            return Err(Problem::ConflictingConcurrency(joined(light)));
        }
        Ok(())
    }
}

impl RunConfig {
    fn set(&mut self, setting: &Setting<'_>) -> Result<bool, Problem> {
        match &*setting.name {
            "branch" => self.branch = setting.boolean()?,
            "command_line" => self.command_line = Some(setting.text()?),
            "concurrency" => self.concurrency = setting.list()?,
            "context" => self.context = Some(setting.text()?),
            "core" => self.core = Some(setting.text()?),
            "cover_pylib" => self.cover_pylib = setting.boolean()?,
            // For coverage.py's own tests: it fails on purpose where this says.
            "_crash" => drop(setting.text()?),
            "data_file" => self.data_file = setting.path()?,
            "debug" => self.debug = setting.list()?,
            "debug_file" => self.debug_file = Some(setting.path()?),
            "disable_warnings" => self.disable_warnings = setting.list()?,
            "dynamic_context" => self.dynamic_context = Some(setting.text()?),
            "include" => self.include = setting.list()?,
            "omit" => self.omit = setting.list()?,
            "parallel" => self.parallel = setting.boolean()?,
            "patch" => self.patch = setting.list()?,
            "plugins" => self.plugins = setting.list()?,
            "relative_files" => self.relative_files = setting.boolean()?,
            "sigterm" => self.sigterm = setting.boolean()?,
            "source" => self.source = setting.list()?,
            "source_dirs" => self.source_dirs = setting.list()?,
            "source_pkgs" => self.source_pkgs = setting.list()?,
            "timid" => self.timid = setting.boolean()?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl ReportConfig {
    fn set(&mut self, setting: &Setting<'_>) -> Result<bool, Problem> {
        match &*setting.name {
            "contexts" => self.contexts = setting.list()?,
            "exclude_lines" => self.exclude_lines = setting.regexes()?,
            "exclude_also" => self.exclude_also = setting.regexes()?,
            "fail_under" => self.fail_under = Some(setting.percent()?),
            "format" => self.format = Some(setting.text()?),
            "ignore_errors" => self.ignore_errors = setting.boolean()?,
            "include" => self.include = setting.list()?,
            "include_namespace_packages" => self.include_namespace_packages = setting.boolean()?,
            "omit" => self.omit = setting.list()?,
            "partial_branches" => self.partial_branches = setting.regexes()?,
            "partial_also" => self.partial_also = setting.regexes()?,
            "partial_branches_always" => self.partial_branches_always = setting.regexes()?,
            "precision" => self.precision = setting.integer("an integer from 0 to 255")?,
            "show_missing" => self.show_missing = setting.boolean()?,
            "skip_covered" => self.skip_covered = setting.boolean()?,
            "skip_empty" => self.skip_empty = setting.boolean()?,
            "sort" => self.sort = Some(setting.text()?),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl HtmlConfig {
    fn set(&mut self, setting: &Setting<'_>) -> Result<bool, Problem> {
        match &*setting.name {
            "directory" => self.directory = setting.path()?,
            "extra_css" => self.extra_css = Some(setting.text()?),
            "show_contexts" => self.show_contexts = setting.boolean()?,
            "skip_covered" => self.skip_covered = Some(setting.boolean()?),
            "skip_empty" => self.skip_empty = Some(setting.boolean()?),
            "title" => self.title = setting.text()?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl XmlConfig {
    fn set(&mut self, setting: &Setting<'_>) -> Result<bool, Problem> {
        match &*setting.name {
            "output" => self.output = setting.path()?,
            "package_depth" => self.package_depth = setting.integer("an integer")?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl JsonConfig {
    fn set(&mut self, setting: &Setting<'_>) -> Result<bool, Problem> {
        match &*setting.name {
            "output" => self.output = setting.path()?,
            "pretty_print" => self.pretty_print = setting.boolean()?,
            "show_contexts" => self.show_contexts = setting.boolean()?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl LcovConfig {
    fn set(&mut self, setting: &Setting<'_>) -> Result<bool, Problem> {
        match &*setting.name {
            "output" => self.output = setting.path()?,
            "line_checksums" => self.line_checksums = setting.boolean()?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}
