//! The outputs: each format turns an assessment into text, and one place writes it where the user wants it.

mod cobertura;
mod finding;
mod github;
mod gitlab;
mod group;
mod html;
mod json;
mod markdown;
mod sarif;
pub(crate) mod selection;
mod snippet;
mod text;
mod wording;

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::str::FromStr;

use clap::ValueEnum;
use cov_model::stream::Output;

pub(crate) use text::shown_list;
pub(crate) use wording::sentence;

use crate::assessment::Assessment;

/// A format of output. To add one: a variant here, a file beside this one, and an arm in `Target::write`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people, on a terminal or in a log.
    Text,
    /// For a comment on a pull request.
    Markdown,
    /// One page.
    Html,
    /// For other programs.
    Json,
    /// Annotations, as GitHub takes them from the log of a job.
    Github,
    /// For code scanning.
    Sarif,
    /// For GitLab's code quality.
    Gitlab,
    /// The changed files alone, for GitLab's view of a merge request.
    Cobertura,
}

/// A format and where it is written: `FORMAT` or `FORMAT=PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The format.
    pub format: Format,
    /// Where it is written.
    pub output: Output,
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, path) = match text.split_once('=') {
            Some((_, "")) => return Err("a path must follow the =".to_owned()),
            Some((format, path)) => (format, path),
            None => (text, "-"),
        };
        let format = Format::from_str(format, false).map_err(|_| {
            let names = Format::value_variants().iter().filter_map(ValueEnum::to_possible_value);
            let names: Vec<String> = names.map(|value| value.get_name().to_owned()).collect();
            format!("{format:?} is no format: it is one of {}", names.join(", "))
        })?;
        Ok(Self { format, output: OsString::from(path).into() })
    }
}

impl Target {
    /// Whether this is text for the user's eyes.
    pub(crate) fn is_shown(&self) -> bool {
        self.format == Format::Text && self.output == Output::Stdout
    }

    /// Writes `assessment` of the project in the directory `project`. Standard output that nobody reads any more is no error.
    pub(crate) fn write(
        &self,
        assessment: &Assessment,
        project: &Path,
        is_quiet: bool,
    ) -> anyhow::Result<()> {
        let text = match self.format {
            Format::Text if is_quiet => text::verdict(assessment),
            Format::Text => text::render(assessment),
            Format::Markdown => markdown::render(assessment),
            Format::Html => html::render(assessment),
            Format::Json => json::render(assessment),
            Format::Github => github::render(assessment),
            Format::Sarif => sarif::render(assessment),
            Format::Gitlab => gitlab::render(assessment),
            Format::Cobertura => cobertura::render(assessment, project),
        };
        match self.output.write(|sink| sink.write_all(text.as_bytes())) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(error) => Err(anyhow::anyhow!("{}: {error}", self.output)),
            Ok(()) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_format_and_perhaps_a_path() {
        let target = |text: &str| text.parse::<Target>();
        assert_eq!(target("text"), Ok(Target { format: Format::Text, output: Output::Stdout }));
        let output = Output::File("a=b.md".into());
        assert_eq!(target("markdown=a=b.md"), Ok(Target { format: Format::Markdown, output }));
        assert_eq!(target("json=-"), Ok(Target { format: Format::Json, output: Output::Stdout }));
        assert!(target("pdf").unwrap_err().contains("text, markdown, html, json, github"));
        assert!(target("text=").is_err());
    }
}
