//! The outputs: each format turns an assessment into text, and one place writes it where the user wants it.

mod json;
mod markdown;
mod snippet;
mod text;
mod wording;

use std::ffi::OsString;
use std::io;
use std::str::FromStr;

use cov_model::stream::Output;

pub(crate) use text::shown_list;
pub(crate) use wording::sentence;

use crate::assessment::Assessment;

/// A format of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people, on a terminal or in a log.
    Text,
    /// For a comment on a pull request.
    Markdown,
    /// For other programs.
    Json,
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
        let format = match format {
            "text" => Format::Text,
            "markdown" => Format::Markdown,
            "json" => Format::Json,
            _ => return Err(format!("{format:?} is no format: it is one of text, markdown, json")),
        };
        Ok(Self { format, output: OsString::from(path).into() })
    }
}

impl Target {
    /// Whether this is text for the user's eyes.
    pub(crate) fn is_shown(&self) -> bool {
        self.format == Format::Text && self.output == Output::Stdout
    }

    /// Writes `assessment`. Standard output that nobody reads any more is no error.
    pub(crate) fn write(&self, assessment: &Assessment, is_quiet: bool) -> anyhow::Result<()> {
        let text = match self.format {
            Format::Text if is_quiet => text::verdict(assessment),
            Format::Text => text::render(assessment),
            Format::Markdown => markdown::render(assessment),
            Format::Json => json::render(assessment),
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
        assert!(target("html").unwrap_err().contains("text, markdown, json"));
        assert!(target("text=").is_err());
    }
}
