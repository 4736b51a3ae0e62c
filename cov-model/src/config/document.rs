//! A configuration file in either syntax, and the sections in it that are coverage.py's.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Environment;
use super::error::Problem;
use super::ini::{Ini, IniOption};
use super::setting::{Setting, Value};

/// A parsed file.
pub(super) enum Document<'t> {
    /// `.coveragerc`, `setup.cfg`, `tox.ini` and every file whose name does not end with `.toml`.
    Ini(Ini),
    /// A TOML file, and its text for the lines.
    Toml(DeTable<'t>, &'t str),
}

/// A section that is there, with its name as the file has it.
pub(super) struct Section<'d> {
    pub(super) name: String,
    content: Content<'d>,
}

enum Content<'d> {
    Ini(Vec<&'d IniOption>),
    Toml(&'d DeTable<'d>, &'d str),
}

impl<'t> Document<'t> {
    /// Parses a file. An error is its line, if it has one, and the problem.
    pub(super) fn parse(text: &'t str, is_toml: bool) -> Result<Self, (Option<usize>, Problem)> {
        if text.starts_with('\u{feff}') {
            let problem = "starts with a byte order mark, which coverage.py does not read: remove it";
            return Err((Some(1), Problem::Syntax(problem.to_owned())));
        }
        if is_toml {
            Ok(Self::Toml(parse_toml(text)?, text))
        } else {
            Ini::parse(text).map(Self::Ini).map_err(|(line, message)| (Some(line), Problem::Syntax(message)))
        }
    }

    /// Finds a section by the name that it has in a file of coverage.py's `own`.
    ///
    /// In an INI file it is `[coverage:run]`, or `[run]` in an own file; in a TOML file it is `[tool.coverage.run]`, or
    /// `[run]` in an own file. Where both are there, the first is used and the other is not.
    pub(super) fn section(
        &self,
        name: &str,
        own: bool,
    ) -> Result<Option<Section<'_>>, (Option<usize>, Problem)> {
        match self {
            Self::Ini(ini) => {
                let names = std::iter::once(format!("coverage:{name}")).chain(own.then(|| name.to_owned()));
                Ok(names.into_iter().find_map(|name| {
                    let content = Content::Ini(ini.section(&name)?);
                    Some(Section { name, content })
                }))
            }
            Self::Toml(table, text) => {
                let section = |path: &[&str]| {
                    let content = sub_table(table, path, text)?;
                    Ok(content
                        .map(|table| Section { name: path.join("."), content: Content::Toml(table, text) }))
                };
                match section(&["tool", "coverage", name])? {
                    None if own => section(&[name]),
                    found => Ok(found),
                }
            }
        }
    }
}

impl<'d> Section<'d> {
    /// Its options in the order of the file.
    pub(super) fn settings<'e>(&'d self, environment: Environment<'e>) -> Vec<Setting<'d>>
    where
        'e: 'd,
    {
        match &self.content {
            Content::Ini(options) => options
                .iter()
                .map(|option| Setting {
                    name: option.name.clone(),
                    line: option.line,
                    value: Value::Ini(&option.value),
                    environment,
                })
                .collect(),
            Content::Toml(table, text) => {
                let mut options: Vec<_> = table.iter().collect();
                options.sort_by_key(|(name, _)| name.span().start);
                options
                    .into_iter()
                    .map(|(name, value)| Setting {
                        name: name.get_ref().to_string(),
                        line: line_of(text, value.span().start),
                        value: Value::Toml(value.get_ref()),
                        environment,
                    })
                    .collect()
            }
        }
    }
}

/// Parses TOML. An error is its line, if it has one, and the problem.
pub(super) fn parse_toml(text: &str) -> Result<DeTable<'_>, (Option<usize>, Problem)> {
    DeTable::parse(text).map(Spanned::into_inner).map_err(|error| toml_problem(text, &error))
}

/// What the TOML reader complains of, and the line.
pub(super) fn toml_problem(text: &str, error: &toml::de::Error) -> (Option<usize>, Problem) {
    let line = error.span().map(|span| line_of(text, span.start));
    (line, Problem::Syntax(error.message().to_owned()))
}

/// The table at `path`; none if it is not there.
fn sub_table<'d>(
    table: &'d DeTable<'d>,
    path: &[&str],
    text: &str,
) -> Result<Option<&'d DeTable<'d>>, (Option<usize>, Problem)> {
    let mut table = table;
    for (depth, &key) in path.iter().enumerate() {
        let Some(value) = table.get(key) else { return Ok(None) };
        let DeValue::Table(inner) = value.get_ref() else {
            return Err((
                Some(line_of(text, value.span().start)),
                Problem::NotATable(path[..=depth].join(".")),
            ));
        };
        table = inner;
    }
    Ok(Some(table))
}

/// The line, from 1, of a byte.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    1 + text.as_bytes()[..offset.min(text.len())].iter().filter(|&&byte| byte == b'\n').count()
}
