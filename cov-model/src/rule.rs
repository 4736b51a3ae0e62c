//! What the rules of all tools have in common: `[each] GLOB: DEMAND`, and the metrics that can be demanded.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::glob::{GlobError, Globs};
use crate::percent::Ratio;
use crate::totals::Totals;

/// What a rule counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Lines and branches together: what coverage.py judges.
    Total,
    /// Lines.
    Lines,
    /// Branches: the arms, as coverage.py counts them.
    Branches,
    /// Functions.
    Functions,
}

/// A text that is no metric.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0:?} is not a metric: write total, lines, branches or functions")]
pub struct NotAMetric(String);

impl Metric {
    /// Its part of the totals.
    pub fn of(self, totals: &Totals) -> Ratio {
        match self {
            Self::Total => totals.combined(),
            Self::Lines => totals.lines,
            Self::Branches => totals.branches,
            Self::Functions => totals.functions,
        }
    }
}

impl FromStr for Metric {
    type Err = NotAMetric;

    fn from_str(text: &str) -> Result<Self, NotAMetric> {
        match text {
            "total" => Ok(Self::Total),
            "lines" => Ok(Self::Lines),
            "branches" => Ok(Self::Branches),
            "functions" => Ok(Self::Functions),
            other => Err(NotAMetric(other.to_owned())),
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Total => "total",
            Self::Lines => "lines",
            Self::Branches => "branches",
            Self::Functions => "functions",
        })
    }
}

/// A rule that is read as far as all rules are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleText<'t> {
    /// Whether each file is judged alone, rather than all together.
    pub each: bool,
    /// Which files: a pattern of coverage.py.
    pub glob: &'t str,
    /// What is demanded of them.
    pub demand: &'t str,
}

impl<'t> RuleText<'t> {
    /// Takes a rule apart. `None` where it has another shape, an error where the pattern is none.
    pub fn read(text: &'t str) -> Result<Option<Self>, GlobError> {
        // From the right: a pattern may have a colon.
        let Some((files, demand)) = text.rsplit_once(':') else { return Ok(None) };
        let files = files.trim();
        let (each, glob) = match files.split_once(char::is_whitespace) {
            Some(("each", glob)) => (true, glob.trim()),
            _ => (false, files),
        };
        if glob.is_empty() || glob == "each" {
            return Ok(None);
        }
        Globs::new(&[glob])?;
        Ok(Some(Self { each, glob, demand }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_may_have_colons_and_blanks() {
        let read = |text| RuleText::read(text).unwrap();
        let rule = RuleText { each: false, glob: "c:/a b/*", demand: " total >= 1" };
        assert_eq!(read(" c:/a b/* : total >= 1"), Some(rule));
        assert_eq!(read("each c:/a b/*: total >= 1"), Some(RuleText { each: true, ..rule }));
        for other in ["", "src/*", ": lines >= 90", "each : lines >= 90", "each: lines >= 90"] {
            assert_eq!(read(other), None, "{other}");
        }
        assert!(RuleText::read("a***: lines >= 90").is_err());
    }

    #[test]
    fn a_metric_reads_back_as_it_is_written() {
        for metric in [Metric::Total, Metric::Lines, Metric::Branches, Metric::Functions] {
            assert_eq!(metric.to_string().parse(), Ok(metric));
        }
        assert!("statements".parse::<Metric>().is_err());
    }
}
