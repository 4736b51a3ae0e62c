//! A rule: which files, what is counted of their change, and how much of it must be.

use std::fmt;
use std::str::FromStr;

use cov_model::glob::GlobError;
use cov_model::rule::{Metric, NotAMetric, RuleText};
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
    /// So much of what changed must be covered: of changed lines, of the arms of branches on them, of functions with changed
    /// lines, or of lines and arms together.
    AtLeast(Metric, Percent),
    /// Of the lines that did not change, so many may have lost their coverage.
    LostAtMost(u64),
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
    #[error(transparent)]
    Metric(#[from] NotAMetric),
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
        let RuleText { each, glob, demand } = RuleText::read(text)?.ok_or_else(shape)?;
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
