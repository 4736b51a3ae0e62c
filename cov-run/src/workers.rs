//! How many workers to start.

use std::env;
use std::str::FromStr;
use std::thread;

use crate::hello::{Options, Processes};

/// What `-n` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workers {
    /// One for each processor.
    Auto,
    /// This many.
    Number(u32),
}

impl FromStr for Workers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "auto" | "logical" => Ok(Self::Auto),
            _ => text.parse().map(Self::Number).map_err(|_| "give a number or \"auto\"".to_owned()),
        }
    }
}

/// Processors that this process may use (affinity and control groups count), or what
/// `PYTEST_XDIST_AUTO_NUM_WORKERS` says.
pub fn processors() -> u32 {
    let said = env::var("PYTEST_XDIST_AUTO_NUM_WORKERS").ok().and_then(|text| text.parse().ok());
    said.unwrap_or_else(|| {
        thread::available_parallelism().map_or(1, |count| u32::try_from(count.get()).unwrap_or(1))
    })
    .max(1)
}

/// How many workers to start before anything is known of the project.
pub fn at_first(asked: Option<Workers>, processors: u32) -> u32 {
    match asked {
        Some(Workers::Number(count)) => count.max(1),
        Some(Workers::Auto) | None => processors,
    }
}

/// How many workers the run has: cov-run's `-n`, else the project's own, else one for each processor.
pub fn wanted(asked: Option<Workers>, project: &Options, processors: u32) -> u32 {
    let most = project.maxprocesses.filter(|&most| most > 0).unwrap_or(u32::MAX);
    match (asked, &project.processes) {
        (Some(Workers::Number(count)), _) => count.max(1),
        (None, Some(Processes::Number(count))) => (*count).min(most).max(1),
        (Some(Workers::Auto), Some(Processes::Number(_))) => processors,
        (Some(Workers::Auto) | None, _) => processors.min(most),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hello::tests::options;

    fn check(asked: Option<Workers>, processes: Option<Processes>, expected: u32) {
        let project = Options { processes, ..options() };
        assert_eq!(wanted(asked, &project, 8), expected);
    }

    #[test]
    fn the_command_line_wins_over_the_project() {
        check(Some(Workers::Number(3)), Some(Processes::Number(5)), 3);
        check(Some(Workers::Auto), Some(Processes::Number(5)), 8);
        check(None, Some(Processes::Number(5)), 5);
        check(None, Some(Processes::Auto("auto".to_owned())), 8);
        check(None, None, 8);
    }

    #[test]
    fn no_distribution_is_one_worker() {
        check(None, Some(Processes::Number(0)), 1);
        check(Some(Workers::Number(0)), None, 1);
    }

    #[test]
    fn the_project_may_limit_auto() {
        let project = Options { processes: None, maxprocesses: Some(2), ..options() };
        assert_eq!(wanted(None, &project, 8), 2);
        assert_eq!(wanted(Some(Workers::Number(4)), &project, 8), 4);
    }

    #[test]
    fn words_are_refused() {
        assert!("many".parse::<Workers>().is_err());
        assert_eq!("auto".parse(), Ok(Workers::Auto));
    }
}
