//! What coverage.py can be told, with its defaults.

use crate::percent::Percent;

/// Lines that coverage.py excludes unless `exclude_lines` replaces this.
pub const DEFAULT_EXCLUDE: [&str; 3] = [
    r"#\s*(pragma|PRAGMA)[:\s]?\s*(no|NO)\s*(cover|COVER)",
    r"^\s*(((async )?def .*?)?[\])]+(\s*->.*?)?:\s*)?\.\.\.\s*(#|$)",
    r"^\s*if (typing\.)?TYPE_CHECKING:",
];

/// Lines whose branches coverage.py does not ask for unless `partial_branches` replaces this.
pub const DEFAULT_PARTIAL: [&str; 1] = [r"#\s*(pragma|PRAGMA)[:\s]?\s*(no|NO)\s*(branch|BRANCH)"];

/// Lines whose branches cannot all be taken, unless `partial_branches_always` replaces this.
pub const DEFAULT_PARTIAL_ALWAYS: [&str; 2] = [r"^\s*while (True|1|False|0):", r"^\s*if (True|1|False|0):"];

/// The configuration of coverage.py, by section.
///
/// Fields have the names of the options, and mean what <https://coverage.readthedocs.io/en/latest/config.html> says.
/// A list is empty where nothing is set, but for the three that have defaults.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CoverageConfig {
    /// `[run]`: what is measured, and how.
    pub run: RunConfig,
    /// `[paths]`: names with directories that are the same, the first of which is the result. In the file's order.
    pub paths: Vec<(String, Vec<String>)>,
    /// `[report]`: what every report has in common.
    pub report: ReportConfig,
    /// `[html]`.
    pub html: HtmlConfig,
    /// `[xml]`.
    pub xml: XmlConfig,
    /// `[json]`.
    pub json: JsonConfig,
    /// `[lcov]`.
    pub lcov: LcovConfig,
}

/// Section `[run]`.
#[expect(missing_docs, reason = "coverage.py documents its options")]
#[expect(clippy::struct_excessive_bools, reason = "they are coverage.py's")]
#[derive(Clone, Debug, PartialEq)]
pub struct RunConfig {
    pub branch: bool,
    pub command_line: Option<String>,
    pub concurrency: Vec<String>,
    pub context: Option<String>,
    pub core: Option<String>,
    pub cover_pylib: bool,
    pub data_file: String,
    pub debug: Vec<String>,
    pub debug_file: Option<String>,
    pub disable_warnings: Vec<String>,
    pub dynamic_context: Option<String>,
    pub include: Vec<String>,
    pub omit: Vec<String>,
    /// Also set by `patch = subprocess`.
    pub parallel: bool,
    pub patch: Vec<String>,
    pub plugins: Vec<String>,
    pub relative_files: bool,
    pub sigterm: bool,
    pub source: Vec<String>,
    pub source_dirs: Vec<String>,
    pub source_pkgs: Vec<String>,
    pub timid: bool,
}

/// Section `[report]`.
#[expect(missing_docs, reason = "coverage.py documents its options")]
#[expect(clippy::struct_excessive_bools, reason = "they are coverage.py's")]
#[derive(Clone, Debug, PartialEq)]
pub struct ReportConfig {
    pub contexts: Vec<String>,
    /// Regular expressions in Python's dialect; [`ReportConfig::exclusions`] has those of `exclude_also` too.
    pub exclude_lines: Vec<String>,
    pub exclude_also: Vec<String>,
    /// Exactly as it was written, and none where it was not: coverage.py's default of 0 asks for nothing.
    pub fail_under: Option<Percent>,
    pub format: Option<String>,
    pub ignore_errors: bool,
    pub include: Vec<String>,
    pub include_namespace_packages: bool,
    pub omit: Vec<String>,
    /// Regular expressions; [`ReportConfig::partial`] has those of `partial_also` too.
    pub partial_branches: Vec<String>,
    pub partial_also: Vec<String>,
    pub partial_branches_always: Vec<String>,
    /// Digits behind the point of a percentage.
    pub precision: u8,
    pub show_missing: bool,
    pub skip_covered: bool,
    pub skip_empty: bool,
    pub sort: Option<String>,
}

/// Section `[html]`.
#[expect(missing_docs, reason = "coverage.py documents its options")]
#[derive(Clone, Debug, PartialEq)]
pub struct HtmlConfig {
    pub directory: String,
    pub extra_css: Option<String>,
    pub show_contexts: bool,
    /// None is as `[report]` has it.
    pub skip_covered: Option<bool>,
    /// None is as `[report]` has it.
    pub skip_empty: Option<bool>,
    pub title: String,
}

/// Section `[xml]`.
#[expect(missing_docs, reason = "coverage.py documents its options")]
#[derive(Clone, Debug, PartialEq)]
pub struct XmlConfig {
    pub output: String,
    /// How many components of a path make a package. Below 0 it counts from the end, as a Python slice does.
    pub package_depth: i64,
}

/// Section `[json]`.
#[expect(missing_docs, reason = "coverage.py documents its options")]
#[derive(Clone, Debug, PartialEq)]
pub struct JsonConfig {
    pub output: String,
    pub pretty_print: bool,
    pub show_contexts: bool,
}

/// Section `[lcov]`.
#[expect(missing_docs, reason = "coverage.py documents its options")]
#[derive(Clone, Debug, PartialEq)]
pub struct LcovConfig {
    pub output: String,
    pub line_checksums: bool,
}

impl ReportConfig {
    /// All regular expressions of lines to exclude.
    pub fn exclusions(&self) -> impl Iterator<Item = &str> {
        self.exclude_lines.iter().chain(&self.exclude_also).map(String::as_str)
    }

    /// All regular expressions of lines whose branches are not asked for, but for those of `partial_branches_always`.
    pub fn partial(&self) -> impl Iterator<Item = &str> {
        self.partial_branches.iter().chain(&self.partial_also).map(String::as_str)
    }
}

impl Default for RunConfig {
    fn default() -> Self {
        Self {
            branch: false,
            command_line: None,
            concurrency: Vec::new(),
            context: None,
            core: None,
            cover_pylib: false,
            data_file: ".coverage".to_owned(),
            debug: Vec::new(),
            debug_file: None,
            disable_warnings: Vec::new(),
            dynamic_context: None,
            include: Vec::new(),
            omit: Vec::new(),
            parallel: false,
            patch: Vec::new(),
            plugins: Vec::new(),
            relative_files: false,
            sigterm: false,
            source: Vec::new(),
            source_dirs: Vec::new(),
            source_pkgs: Vec::new(),
            timid: false,
        }
    }
}

impl Default for ReportConfig {
    fn default() -> Self {
        Self {
            contexts: Vec::new(),
            exclude_lines: DEFAULT_EXCLUDE.map(str::to_owned).into(),
            exclude_also: Vec::new(),
            fail_under: None,
            format: None,
            ignore_errors: false,
            include: Vec::new(),
            include_namespace_packages: false,
            omit: Vec::new(),
            partial_branches: DEFAULT_PARTIAL.map(str::to_owned).into(),
            partial_also: Vec::new(),
            partial_branches_always: DEFAULT_PARTIAL_ALWAYS.map(str::to_owned).into(),
            precision: 0,
            show_missing: false,
            skip_covered: false,
            skip_empty: false,
            sort: None,
        }
    }
}

impl Default for HtmlConfig {
    fn default() -> Self {
        Self {
            directory: "htmlcov".to_owned(),
            extra_css: None,
            show_contexts: false,
            skip_covered: None,
            skip_empty: None,
            title: "Coverage report".to_owned(),
        }
    }
}

impl Default for XmlConfig {
    fn default() -> Self {
        Self { output: "coverage.xml".to_owned(), package_depth: 99 }
    }
}

impl Default for JsonConfig {
    fn default() -> Self {
        Self { output: "coverage.json".to_owned(), pretty_print: false, show_contexts: false }
    }
}

impl Default for LcovConfig {
    fn default() -> Self {
        Self { output: "coverage.lcov".to_owned(), line_checksums: false }
    }
}
