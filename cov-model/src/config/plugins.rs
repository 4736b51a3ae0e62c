//! Plug-ins of coverage.py, which are Python and do not run here.

use std::fmt;
use std::path::PathBuf;

use super::Configuration;

/// A plug-in that the project configures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plugin {
    /// The configuration file.
    pub path: PathBuf,
    /// The name of its module.
    pub name: String,
    /// What it does.
    pub effect: PluginEffect,
}

/// What a plug-in does, and what is therefore missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PluginEffect {
    /// It sets options of reports, and excludes lines.
    Settings,
    /// It excludes lines.
    Exclusions,
    /// It measures files that are not Python source, such as templates.
    Files,
    /// Nobody here knows.
    Unknown,
}

impl Configuration {
    /// The plug-ins of `[run] plugins`.
    pub fn plugins(&self) -> impl Iterator<Item = Plugin> + '_ {
        self.coverage.run.plugins.iter().map(|name| Plugin {
            path: self.path.clone().unwrap_or_default(),
            name: name.clone(),
            effect: PluginEffect::of(name),
        })
    }
}

impl PluginEffect {
    /// What the plug-in of this name does, if it is a well-known one.
    fn of(name: &str) -> Self {
        match name {
            "covdefaults" => Self::Settings,
            "coverage_conditional_plugin" | "coverage_pyver_pragma" => Self::Exclusions,
            "django_coverage_plugin" | "jinja_coverage" | "Cython.Coverage" => Self::Files,
            _ => Self::Unknown,
        }
    }

    /// Whether a report may look otherwise, once everything is measured and excluded.
    pub fn concerns_reports(self) -> bool {
        matches!(self, Self::Settings | Self::Unknown)
    }
}

/// A warning that names it, and says what to do.
impl fmt::Display for Plugin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missing = match self.effect {
            PluginEffect::Settings => {
                "what it excludes and its settings of reports (show_missing, skip_covered, fail_under) do not hold: write them into the configuration"
            }
            PluginEffect::Exclusions => {
                "what it excludes is not excluded: write it into exclude_also in the configuration"
            }
            PluginEffect::Files => "the files that it measures are not reported",
            PluginEffect::Unknown => {
                "what it adds to the configuration is missing, and the files that it measures are not reported"
            }
        };
        let Self { path, name, .. } = self;
        write!(
            formatter,
            "{}: [run] plugins: {name} is Python and does not run here: {missing}",
            path.display()
        )
    }
}
