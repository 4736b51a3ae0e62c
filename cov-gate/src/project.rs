//! The project whose report is judged: its configuration, and which files it reports.

use std::fs;

use anyhow::Context as _;
use cov_model::config::{Configuration, ToolConfig, process_environment};
use cov_model::glob::FileFilter;

use crate::cli::Args;

/// What the project says.
#[derive(Debug)]
pub(crate) struct Project {
    /// Coverage.py's configuration, and where it stood.
    pub configuration: Configuration,
    /// Our own.
    pub tools: ToolConfig,
    /// Which files the configuration reports.
    pub filter: FileFilter,
    /// The directory, absolute, where the report's relative paths start.
    pub root: String,
}

impl Project {
    /// Reads the configuration that the command line asks for.
    pub(crate) fn open(args: &Args) -> anyhow::Result<Self> {
        let root = fs::canonicalize(&args.project).with_context(|| args.project.display().to_string())?;
        let root = root.to_string_lossy().into_owned();
        let configuration = Configuration::read(&args.project, args.config.as_deref(), &process_environment)?;
        let tools = match &args.config {
            Some(path) => ToolConfig::read_file(path)?,
            None => ToolConfig::read(&args.project)?,
        };
        let report = &configuration.coverage.report;
        let filter = FileFilter::new(&report.include, &report.omit, &root).with_context(|| {
            match &configuration.path {
                Some(path) => path.display().to_string(),
                None => "configuration".to_owned(),
            }
        })?;
        Ok(Self { configuration, tools, filter, root })
    }

    /// Where the configuration stood, for messages.
    pub(crate) fn name(&self) -> String {
        self.configuration
            .path
            .as_ref()
            .map_or_else(|| "the configuration".to_owned(), |path| path.display().to_string())
    }
}
