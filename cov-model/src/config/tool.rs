//! The cov tools' own configuration: `[tool.cov]` of `pyproject.toml`, or `cov.toml`.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::de::{DeserializeOwned, Error, IgnoredAny, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::document::{line_of, toml_problem};
use super::error::{ConfigError, Problem};
use super::{in_directory, is_absent, read_text};
use crate::percent::Percent;

/// What coverage.py has no option for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolConfig {
    /// The file that was used, if one is there.
    pub path: Option<PathBuf>,
    /// `[run]` in `cov.toml`, `[tool.cov.run]` in `pyproject.toml`.
    pub run: RunnerConfig,
    /// `[gate]` in `cov.toml`, `[tool.cov.gate]` in `pyproject.toml`.
    pub gate: GateConfig,
    /// `[diff]` in `cov.toml`, `[tool.cov.diff]` in `pyproject.toml`.
    pub diff: DiffConfig,
}

/// How tests are run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunnerConfig {
    /// `groups`: how many tests of a group, by its name, may run at a time.
    pub groups: BTreeMap<String, NonZeroU32>,
}

/// What must hold of changed lines, and what they are compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiffConfig {
    /// `fail-under`: changed lines.
    pub fail_under: Option<Percent>,
    /// `base`: the revision to compare with.
    pub base: Option<String>,
    /// `exclude`: patterns of files that are not judged.
    pub exclude: Vec<String>,
    /// `branches`: the arms of branches on changed lines.
    pub branches: Option<Percent>,
    /// `functions`: changed functions.
    pub functions: Option<Percent>,
    /// `max-lost`: how many lines that did not change may have lost their coverage.
    pub max_lost: Option<u64>,
    /// `min-lines`: changes of fewer lines are not judged by percentages.
    pub min_lines: Option<u64>,
    /// `rules`: as diff-cov's `--rule`, not yet parsed.
    pub rules: Vec<String>,
}

/// What must hold of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GateConfig {
    /// `fail-under`: lines and branches together, as coverage.py's `fail_under`.
    pub fail_under: Option<Percent>,
    /// `lines`: lines alone.
    pub lines: Option<Percent>,
    /// `branches`: branches alone.
    pub branches: Option<Percent>,
    /// `per-file`: lines and branches together, of each file.
    pub per_file: Option<Percent>,
    /// `rules`: as cov-gate's `--rule`, not yet parsed.
    pub rules: Vec<String>,
}

impl ToolConfig {
    /// Reads `cov.toml` in `directory`, or else `[tool.cov]` of `pyproject.toml` there.
    pub fn read(directory: &Path) -> Result<Self, ConfigError> {
        for name in ["cov.toml", "pyproject.toml"] {
            match Self::read_file(&in_directory(directory, Path::new(name))) {
                Err(ConfigError { problem: Problem::Unreadable(error), .. }) if is_absent(&error) => {}
                read => return read,
            }
        }
        Ok(Self::default())
    }

    /// Reads one file: a `cov.toml`, or another TOML file's `[tool.cov]`. Files of other names have nothing to say.
    pub fn read_file(path: &Path) -> Result<Self, ConfigError> {
        if path.extension().is_none_or(|extension| extension != "toml") {
            return Ok(Self::default());
        }
        let text = read_text(path)?;
        let in_file = |(line, problem)| ConfigError { path: path.to_owned(), line, option: None, problem };
        let (tables, is_there) = if path.file_name().is_some_and(|name| name == "cov.toml") {
            (parse::<Tables>(&text).map_err(in_file)?, true)
        } else {
            let tables = parse::<Pyproject>(&text).map_err(in_file)?.tool.cov;
            let is_there = tables.is_some();
            (tables.unwrap_or_default(), is_there)
        };
        let gate = tables.gate.into_config(&text).map_err(in_file)?;
        let diff = tables.diff.into_config(&text).map_err(in_file)?;
        Ok(Self { path: is_there.then(|| path.to_owned()), run: tables.run.into_config(), gate, diff })
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Pyproject {
    tool: PyprojectTools,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PyprojectTools {
    cov: Option<Tables>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Tables {
    run: RunTable,
    gate: GateTable,
    diff: DiffTable,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct RunTable {
    groups: BTreeMap<String, GroupSize>,
}

/// How many tests of a group may run at a time. A type of its own so that its errors say what it is.
struct GroupSize(NonZeroU32);

/// The percentages as places in the text, since a parsed number is no longer exactly what was written.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct GateTable {
    fail_under: Option<Spanned<IgnoredAny>>,
    lines: Option<Spanned<IgnoredAny>>,
    branches: Option<Spanned<IgnoredAny>>,
    per_file: Option<Spanned<IgnoredAny>>,
    rules: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct DiffTable {
    fail_under: Option<Spanned<IgnoredAny>>,
    base: Option<String>,
    exclude: Vec<String>,
    branches: Option<Spanned<IgnoredAny>>,
    functions: Option<Spanned<IgnoredAny>>,
    max_lost: Option<u64>,
    min_lines: Option<u64>,
    rules: Vec<String>,
}

impl RunTable {
    fn into_config(self) -> RunnerConfig {
        RunnerConfig { groups: self.groups.into_iter().map(|(name, GroupSize(size))| (name, size)).collect() }
    }
}

impl<'de> Deserialize<'de> for GroupSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Size;

        impl Visitor<'_> for Size {
            type Value = GroupSize;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("how many of the group's tests may run at a time, from 1")
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<GroupSize, E> {
                let size = u32::try_from(number).ok().and_then(NonZeroU32::new);
                size.map(GroupSize).ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
            }
        }

        deserializer.deserialize_u32(Size)
    }
}

impl DiffTable {
    fn into_config(self, text: &str) -> Result<DiffConfig, (Option<usize>, Problem)> {
        let percent = |place| percent_at(text, place);
        let Self { fail_under, base, exclude, branches, functions, max_lost, min_lines, rules } = self;
        Ok(DiffConfig {
            fail_under: percent(fail_under)?,
            base,
            exclude,
            branches: percent(branches)?,
            functions: percent(functions)?,
            max_lost,
            min_lines,
            rules,
        })
    }
}

impl GateTable {
    fn into_config(self, text: &str) -> Result<GateConfig, (Option<usize>, Problem)> {
        let percent = |place| percent_at(text, place);
        let Self { fail_under, lines, branches, per_file, rules } = self;
        Ok(GateConfig {
            fail_under: percent(fail_under)?,
            lines: percent(lines)?,
            branches: percent(branches)?,
            per_file: percent(per_file)?,
            rules,
        })
    }
}

fn percent_at(
    text: &str,
    place: Option<Spanned<IgnoredAny>>,
) -> Result<Option<Percent>, (Option<usize>, Problem)> {
    place.map(|place| written_percent(text, place.span())).transpose()
}

fn written_percent(text: &str, place: Range<usize>) -> Result<Percent, (Option<usize>, Problem)> {
    let line = line_of(text, place.start);
    text[place].parse().map_err(|error| (Some(line), Problem::NotAPercentage(error)))
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, (Option<usize>, Problem)> {
    toml::from_str(text).map_err(|error| toml_problem(text, &error))
}
