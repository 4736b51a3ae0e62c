//! A rule: which files, which metric, and how much of it.

use std::str::FromStr;

use cov_model::glob::GlobError;
use cov_model::rule::{Metric, NotAMetric, RuleText};
use cov_model::{NotAPercentage, Percent};
use thiserror::Error;

/// Something that must hold of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Whether each file is judged alone, rather than all together.
    pub each: bool,
    /// Which files: a pattern of coverage.py, or all.
    pub glob: Option<String>,
    /// What is counted.
    pub metric: Metric,
    /// The least percentage that holds.
    pub at_least: Percent,
}

/// A text that is no rule.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NotARule {
    /// It has another shape.
    #[error("{0:?} is not a rule: write GLOB: METRIC >= PCT, such as 'src/*: lines >= 90'")]
    Shape(String),
    /// The metric has another name.
    #[error(transparent)]
    Metric(#[from] NotAMetric),
    /// The threshold is none.
    #[error(transparent)]
    Percent(#[from] NotAPercentage),
    /// The pattern is none.
    #[error(transparent)]
    Glob(#[from] GlobError),
}

impl Rule {
    /// A rule for the whole report.
    pub fn overall(metric: Metric, at_least: Percent) -> Self {
        Self { each: false, glob: None, metric, at_least }
    }

    /// A rule for each file alone.
    pub fn per_file(at_least: Percent) -> Self {
        Self { each: true, glob: None, metric: Metric::Total, at_least }
    }
}

impl FromStr for Rule {
    type Err = NotARule;

    fn from_str(text: &str) -> Result<Self, NotARule> {
        let shape = || NotARule::Shape(text.to_owned());
        let RuleText { each, glob, demand } = RuleText::read(text)?.ok_or_else(shape)?;
        let (metric, at_least) = demand.split_once(">=").ok_or_else(shape)?;
        Ok(Self {
            each,
            glob: Some(glob.to_owned()),
            metric: metric.trim().parse()?,
            at_least: at_least.trim().parse()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_read_with_any_spacing() {
        let rule = Rule {
            each: false,
            glob: Some("src/**".to_owned()),
            metric: Metric::Lines,
            at_least: "90.5".parse().unwrap(),
        };
        assert_eq!("src/**: lines >= 90.5".parse(), Ok(rule.clone()));
        assert_eq!(" src/** :lines>=90.5 ".parse(), Ok(rule.clone()));
        assert_eq!("each src/**: lines >= 90.5".parse(), Ok(Rule { each: true, ..rule }));
        let colon = "c:/a b/*: total >= 1".parse::<Rule>().unwrap();
        assert_eq!(colon.glob.as_deref(), Some("c:/a b/*"));
    }

    #[test]
    fn other_texts_are_refused_with_the_reason() {
        for (text, reason) in [
            ("", "is not a rule"),
            ("src/*", "is not a rule"),
            ("src/*: lines", "is not a rule"),
            ("src/*: lines > 90", "is not a rule"),
            (": lines >= 90", "is not a rule"),
            ("each : lines >= 90", "is not a rule"),
            ("src/*: statements >= 90", "is not a metric"),
            ("src/*: >= 90", "is not a metric"),
            ("src/*: lines >= 101", "is not a percentage"),
            ("src/*: lines >= 90%", "is not a percentage"),
            ("src/*: lines >= 90 95", "is not a percentage"),
            ("a***: lines >= 90", "cannot include"),
            ("[z-a]: lines >= 90", "goes backwards"),
        ] {
            let error = text.parse::<Rule>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
