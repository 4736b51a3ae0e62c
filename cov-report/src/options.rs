//! How a report is to be shown: the project's configuration, and the command line that wins over it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use cov_model::Percent;
use cov_model::config::{Configuration, process_environment};
use cov_model::glob::FileFilter;

use crate::cli::Args;
use crate::contexts::ContextFilter;
use crate::order::Order;
use crate::target::Format;

/// How a report is to be shown.
#[derive(Debug)]
pub struct Options {
    /// The project's root, that paths are relative to, as a canonical path.
    pub root: PathBuf,
    /// Which files are reported.
    pub filter: FileFilter,
    /// Which contexts are reported; none is all of them.
    pub contexts: Option<ContextFilter>,
    /// The configuration file that was used, if any.
    pub configured_in: Option<PathBuf>,
    /// The format for standard output when none is asked for.
    pub default_format: Format,
    /// Whether the project measures branches, so that none in the report means that there are none.
    pub measures_branches: bool,
    /// Digits behind the point of percentages.
    pub precision: u8,
    /// The order of the table.
    pub order: Order,
    /// Whether the table has a column with what is missing.
    pub show_missing: bool,
    /// Which files are left out of the table.
    pub skip: Skip,
    /// After how many directories the name of a package ends in XML; below 0, counted from the end.
    pub package_depth: i64,
    /// What is measured, as the project configures it: packages and directories.
    pub sources: Vec<String>,
    /// Whether coverage.py is to work with relative names of files.
    pub relative_files: bool,
    /// What LCOV alone needs.
    pub lcov: LcovOptions,
    /// What coverage.py's JSON alone needs.
    pub json: JsonOptions,
    /// What HTML alone needs.
    pub html: HtmlOptions,
}

/// Which files are left out. They count in the totals all the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skip {
    /// Those that miss nothing.
    pub covered: bool,
    /// Those without code.
    pub empty: bool,
}

/// How coverage.py's JSON is to look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JsonOptions {
    /// Whether it is indented.
    pub pretty_print: bool,
    /// Whether it has the contexts of lines.
    pub show_contexts: bool,
}

/// How LCOV is to look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LcovOptions {
    /// Whether lines have checksums.
    pub line_checksums: bool,
    /// Whether a source that cannot be read leaves its lines without them, rather than being an error.
    pub ignore_errors: bool,
}

/// How HTML is to look.
#[derive(Clone, Debug)]
pub struct HtmlOptions {
    /// The title of the index.
    pub title: String,
    /// Where it goes unless the command line says so.
    pub directory: PathBuf,
    /// A style sheet of the project's own.
    pub extra_css: Option<PathBuf>,
    /// Which files are left out.
    pub skip: Skip,
    /// Whether lines show the contexts that ran them.
    pub show_contexts: bool,
    /// The coverage that counts as high: what the project asks of itself.
    pub fail_under: Option<Percent>,
}

impl Options {
    /// The options of `args` over those of the configuration, and the warnings that this gave.
    pub fn read(args: &Args) -> anyhow::Result<(Self, Vec<String>)> {
        let project = || args.project.display();
        let root = args.project.canonicalize().with_context(|| format!("{}: no such project", project()))?;
        if !root.is_dir() {
            bail!("{}: a project is a directory", project());
        }
        let configuration = Configuration::read(&args.project, args.config.as_deref(), &process_environment)?;
        let plugins = configuration.plugins().filter(|plugin| plugin.effect.concerns_reports());
        let plugins: Vec<String> = plugins.map(|plugin| plugin.to_string()).collect();
        let Configuration { coverage, path, warnings } = configuration;
        let named = || path.as_deref().unwrap_or(Path::new("")).display();
        let report = coverage.report;
        let patterns = |given: &Vec<String>, configured| {
            if given.is_empty() { configured } else { given.clone() }
        };
        let contexts = ContextFilter::new(&patterns(&args.contexts, report.contexts))?;
        let include = patterns(&args.include, report.include);
        let omit = patterns(&args.omit, report.omit);
        let switch = |on: bool, off: bool, configured: bool| on || (configured && !off);
        let skip = |covered, empty| Skip {
            covered: switch(args.skip_covered, args.no_skip_covered, covered),
            empty: switch(args.skip_empty, args.no_skip_empty, empty),
        };
        let order = match (args.sort, report.sort.as_deref()) {
            (Some(order), _) => order,
            (None, None | Some("")) => Order::default(),
            (None, Some(text)) => text.parse().map_err(|error| anyhow!("{}: {error}", named()))?,
        };
        let default_format = match args.targets.as_slice() {
            [] => default_format(report.format.as_deref())
                .with_context(|| format!("{}: [report] format", named()))?,
            _ => Format::Text,
        };
        let warnings: Vec<String> = warnings.iter().map(ToString::to_string).chain(plugins).collect();
        let options = Self {
            configured_in: path,
            default_format,
            contexts,
            filter: FileFilter::new(&include, &omit, &root.to_string_lossy())?,
            measures_branches: coverage.run.branch,
            precision: args.precision.unwrap_or(report.precision),
            order,
            show_missing: switch(args.show_missing, args.no_show_missing, report.show_missing),
            skip: skip(report.skip_covered, report.skip_empty),
            package_depth: coverage.xml.package_depth,
            sources: coverage.run.source,
            relative_files: coverage.run.relative_files,
            lcov: LcovOptions {
                line_checksums: coverage.lcov.line_checksums,
                ignore_errors: args.ignore_errors || report.ignore_errors,
            },
            json: JsonOptions {
                pretty_print: args.pretty_print || coverage.json.pretty_print,
                show_contexts: args.show_contexts || coverage.json.show_contexts,
            },
            html: HtmlOptions {
                title: args.title.clone().unwrap_or(coverage.html.title),
                directory: args.project.join(coverage.html.directory),
                extra_css: coverage.html.extra_css.map(|path| args.project.join(path)),
                skip: skip(
                    coverage.html.skip_covered.unwrap_or(report.skip_covered),
                    coverage.html.skip_empty.unwrap_or(report.skip_empty),
                ),
                show_contexts: args.show_contexts || coverage.html.show_contexts,
                fail_under: report.fail_under,
            },
            root,
        };
        Ok((options, warnings))
    }
}

/// The format that the configuration asks for.
fn default_format(name: Option<&str>) -> anyhow::Result<Format> {
    match name {
        None | Some("" | "text") => Ok(Format::Text),
        Some("markdown") => Ok(Format::Markdown),
        Some("total") => Ok(Format::Total),
        Some(other) => Err(anyhow!("there is no format {other:?}: choose one of text, markdown, total")),
    }
}
