//! What `--to` asks for: a format, and where it goes.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::ValueEnum;
use cov_model::status::{Failure, Status};
use cov_model::stream::Output;

/// The formats that are written. To add one: a variant here, a file beside this one, and an arm in `write` of lib.rs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Coverage.py's table.
    Text,
    /// Coverage.py's table in Markdown.
    Markdown,
    /// A directory of pages.
    Html,
    /// Cobertura XML.
    Cobertura,
    /// The XML of coverage.py.
    CoveragepyXml,
    /// The report itself.
    Json,
    /// The JSON of coverage.py.
    CoveragepyJson,
    /// LCOV's tracefile.
    Lcov,
    /// The percentage alone.
    Total,
}

impl Format {
    /// Whether only what the chosen contexts ran is reported. Coverage.py's XML and LCOV have everything, and so have the
    /// formats that other tools of ours read.
    pub fn heeds_contexts(self) -> bool {
        match self {
            Self::Text | Self::Markdown | Self::Html | Self::CoveragepyJson | Self::Total => true,
            Self::Cobertura | Self::CoveragepyXml | Self::Json | Self::Lcov => false,
        }
    }

    /// The name that the command line knows the format by.
    pub fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// A format as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The format.
    pub format: Format,
    /// Where it goes, where that was said.
    pub path: Option<PathBuf>,
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, path) = match text.split_once('=') {
            Some((_, "")) => return Err("no path behind the \"=\"".to_owned()),
            Some((name, path)) => (name, Some(PathBuf::from(path))),
            None => (text, None),
        };
        let format = Format::from_str(name, false).map_err(|_| {
            let names: Vec<_> = Format::value_variants().iter().map(|format| format.name()).collect();
            format!("there is no format {name:?}: choose one of {}", names.join(", "))
        })?;
        Ok(Self { format, path })
    }
}

/// A format and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The format.
    pub format: Format,
    /// The file, or the directory of a format that makes one.
    pub output: Output,
}

/// Where everything goes: files and directories first, since a reader of standard output may leave early.
///
/// `default` is written when nothing is asked for; `html_directory` is where HTML goes unless it is told.
pub fn destinations(
    targets: &[Target],
    default: Format,
    html_directory: &Path,
) -> Result<Vec<Destination>, Failure> {
    let usage = |message: &str| Failure::new(Status::Usage, message);
    let default = [Target { format: default, path: None }];
    let mut destinations: Vec<Destination> = Vec::new();
    for Target { format, path } in if targets.is_empty() { &default } else { targets } {
        let output = match path {
            None if *format == Format::Html => Output::File(html_directory.to_owned()),
            None => Output::Stdout,
            Some(path) => path.as_os_str().to_owned().into(),
        };
        if output == Output::Stdout && *format == Format::Html {
            return Err(usage("html is a directory and cannot go to standard output: give --to html=DIR"));
        }
        if destinations.iter().any(|other| other.output == output) {
            return Err(usage(&match output {
                Output::Stdout => {
                    "only one format can go to standard output: give the others a path, as in --to markdown=FILE"
                        .to_owned()
                }
                Output::File(_) => format!("two formats cannot both go to {output}"),
            }));
        }
        destinations.push(Destination { format: *format, output });
    }
    destinations.sort_by_key(|destination| destination.output == Output::Stdout);
    Ok(destinations)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outputs(targets: &[&str]) -> Result<Vec<String>, String> {
        let targets: Vec<Target> = targets.iter().map(|text| text.parse().unwrap()).collect();
        let destinations = destinations(&targets, Format::Text, Path::new("htmlcov"));
        let shown =
            |destination: Destination| format!("{} {}", destination.format.name(), destination.output);
        destinations.map(|all| all.into_iter().map(shown).collect()).map_err(|failure| failure.to_string())
    }

    #[test]
    fn text_goes_to_standard_output_unless_something_else_is_asked_for() {
        assert_eq!(outputs(&[]).unwrap(), ["text <stdout>"]);
        assert_eq!(outputs(&["total"]).unwrap(), ["total <stdout>"]);
        assert_eq!(outputs(&["html"]).unwrap(), ["html htmlcov"]);
    }

    #[test]
    fn standard_output_comes_last_and_once() {
        assert_eq!(
            outputs(&["text=-", "json=a=b.json", "html=out"]).unwrap(),
            ["json a=b.json", "html out", "text <stdout>"]
        );
        assert!(outputs(&["text", "markdown"]).is_err());
        assert!(outputs(&["text=a", "markdown=a"]).is_err());
        assert!(outputs(&["html=-"]).is_err());
    }

    #[test]
    fn other_formats_are_refused() {
        for text in ["", "pdf", "text=", "TEXT", "=a"] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
    }
}
