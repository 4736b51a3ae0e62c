//! A rule: which files, what is counted of their change, and how much of it must be.

use std::fmt;
use std::str::FromStr;

use cov_model::glob::{GlobError, Globs};
use cov_model::{NotAPercentage, Percent};
use thiserror::Error;

/// Something that must hold of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Whether each file is judged alone, rather than all together.
    pub each: bool,
    /// Which files: a pattern of coverage.py, or all.
    pub glob: Option<String>,
    /// What is demanded.
    pub demand: Demand,
}

/// What a rule demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// So much of what changed must be covered.
    AtLeast(Metric, Percent),
    /// Of the lines that did not change, so many may have lost their coverage.
    LostAtMost(u64),
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Changed lines.
    Lines,
    /// The arms of branches on changed lines.
    Branches,
    /// Functions with changed lines.
    Functions,
    /// Changed lines, and the arms of their branches.
    Total,
}

/// A text that is no rule.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NotARule {
    /// It has another shape.
    #[error(
        "{0:?} is not a rule: write GLOB: METRIC >= PCT, such as 'src/*: lines >= 90', or GLOB: lost <= N"
    )]
    Shape(String),
    /// The metric has another name.
    #[error("{0:?} is not a metric: write lines, branches, functions or total")]
    Metric(String),
    /// The number is none.
    #[error("{0:?} is not a number of lines")]
    Number(String),
    /// The threshold is none.
    #[error(transparent)]
    Percent(#[from] NotAPercentage),
    /// The pattern is none.
    #[error(transparent)]
    Glob(#[from] GlobError),
}

impl Rule {
    /// A rule for the whole change.
    pub fn overall(demand: Demand) -> Self {
        Self { each: false, glob: None, demand }
    }
}

impl FromStr for Rule {
    type Err = NotARule;

    fn from_str(text: &str) -> Result<Self, NotARule> {
        let shape = || NotARule::Shape(text.to_owned());
        // From the right: a pattern may have a colon.
        let (files, demand) = text.rsplit_once(':').ok_or_else(shape)?;
        let files = files.trim();
        let (each, glob) = match files.split_once(char::is_whitespace) {
            Some(("each", glob)) => (true, glob.trim()),
            _ => (false, files),
        };
        if glob.is_empty() || glob == "each" {
            return Err(shape());
        }
        Globs::new(&[glob])?;
        let demand = if let Some((metric, least)) = demand.split_once(">=") {
            Demand::AtLeast(metric.trim().parse()?, least.trim().parse()?)
        } else {
            let (metric, most) = demand.split_once("<=").ok_or_else(shape)?;
            if metric.trim() != "lost" {
                return Err(shape());
            }
            let most = most.trim();
            Demand::LostAtMost(most.parse().map_err(|_| NotARule::Number(most.to_owned()))?)
        };
        Ok(Self { each, glob: Some(glob.to_owned()), demand })
    }
}

impl FromStr for Metric {
    type Err = NotARule;

    fn from_str(text: &str) -> Result<Self, NotARule> {
        match text {
            "lines" => Ok(Self::Lines),
            "branches" => Ok(Self::Branches),
            "functions" => Ok(Self::Functions),
            "total" => Ok(Self::Total),
            other => Err(NotARule::Metric(other.to_owned())),
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Lines => "lines",
            Self::Branches => "branches",
            Self::Functions => "functions",
            Self::Total => "total",
        })
    }
}

/// As the user would write it; a rule for the whole change without a pattern.
impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(glob) = &self.glob {
            write!(formatter, "{}{glob}: ", if self.each { "each " } else { "" })?;
        }
        match self.demand {
            Demand::AtLeast(metric, percent) => write!(formatter, "{metric} >= {percent}"),
            Demand::LostAtMost(most) => write!(formatter, "lost <= {most}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_reads_back_as_it_is_written() {
        for text in ["src/*: lines >= 90.5", "each c:/a b/*: total >= 1", "*: lost <= 0"] {
            assert_eq!(text.parse::<Rule>().unwrap().to_string(), text);
        }
        let rule: Rule = " each src/** :branches>=80".parse().unwrap();
        assert_eq!(rule.to_string(), "each src/**: branches >= 80");
    }

    #[test]
    fn other_texts_are_refused_with_the_reason() {
        for (text, reason) in [
            ("", "is not a rule"),
            ("src/*: lines", "is not a rule"),
            (": lines >= 90", "is not a rule"),
            ("each : lines >= 90", "is not a rule"),
            ("src/*: lines <= 90", "is not a rule"),
            ("src/*: statements >= 90", "is not a metric"),
            ("src/*: lines >= 101", "is not a percentage"),
            ("src/*: lost <= -1", "is not a number"),
            ("a***: lines >= 90", "cannot include"),
        ] {
            let error = text.parse::<Rule>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
