//! `--shard auto`: which shard this machine is, as the CI system or the batch scheduler that started it says.

use std::env;
use std::fmt;
use std::fs::OpenOptions;
use std::path::PathBuf;
use std::str::FromStr;

use crate::refusal::Refusal;
use crate::shard::Shard;
use crate::terminal::say;

/// What `--shard` was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// This shard.
    Given(Shard),
    /// The one that the environment tells.
    Auto,
    /// The one that the environment tells of this many, where it cannot tell how many there are.
    AutoOf(u32),
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "auto" {
            return Ok(Self::Auto);
        }
        match text.strip_prefix("auto/") {
            // The last shard of as many is one if and only if there can be that many.
            Some(total) => Ok(Self::AutoOf(format!("{total}/{total}").parse::<Shard>()?.total())),
            None => Ok(Self::Given(text.parse()?)),
        }
    }
}

impl Choice {
    /// The shard. If the environment tells it, this is said, and whoever waits to hear that tests are sharded is told.
    pub fn resolve(self) -> anyhow::Result<Shard> {
        let total = match self {
            Self::Given(shard) => return Ok(shard),
            Self::Auto => None,
            Self::AutoOf(total) => Some(total),
        };
        let variable = |name: &str| env::var(name).ok();
        let found = detect(&variable, total).map_err(Refusal::usage)?;
        say(format_args!("cov-run: {found}"));
        for path in status_files(&variable) {
            // The way in which Bazel and those who call GoogleTest learn that the protocol is understood.
            let touched = OpenOptions::new().create(true).append(true).open(&path);
            touched.map_err(|error| Refusal::usage(format!("{}: {error}", path.display())))?;
        }
        Ok(found.shard)
    }
}

/// A system that tells a job its number and how many there are.
struct System {
    name: &'static str,
    index: &'static str,
    total: &'static str,
    /// The number of the first job.
    base: u32,
    /// Another variable that must be set, or not be, for these two to be this system's.
    only: Only,
    /// Why there may be no numbers.
    remedy: &'static str,
}

enum Only {
    Always,
    With(&'static str),
    Without(&'static str),
}

/// Knapsack is asked first: its variables are there to override those of the CI system.
const KNAPSACK: System = System {
    name: "Knapsack Pro",
    index: "KNAPSACK_PRO_CI_NODE_INDEX",
    total: "KNAPSACK_PRO_CI_NODE_TOTAL",
    base: 0,
    only: Only::Always,
    remedy: "set both",
};

const SYSTEMS: [System; 9] = [
    System {
        name: "GitLab",
        index: "CI_NODE_INDEX",
        total: "CI_NODE_TOTAL",
        base: 1,
        only: Only::With("GITLAB_CI"),
        remedy: "give the job `parallel: N`",
    },
    System {
        name: "Heroku CI or Cirrus",
        index: "CI_NODE_INDEX",
        total: "CI_NODE_TOTAL",
        base: 0,
        only: Only::Without("GITLAB_CI"),
        remedy: "set both",
    },
    System {
        name: "CircleCI",
        index: "CIRCLE_NODE_INDEX",
        total: "CIRCLE_NODE_TOTAL",
        base: 0,
        only: Only::Always,
        remedy: "give the job `parallelism: N`",
    },
    System {
        name: "Buildkite",
        index: "BUILDKITE_PARALLEL_JOB",
        total: "BUILDKITE_PARALLEL_JOB_COUNT",
        base: 0,
        only: Only::Always,
        remedy: "give the step `parallelism: N`",
    },
    System {
        name: "Azure Pipelines",
        index: "SYSTEM_JOBPOSITIONINPHASE",
        total: "SYSTEM_TOTALJOBSINPHASE",
        base: 1,
        only: Only::Always,
        remedy: "give the job `strategy: parallel: N`",
    },
    System {
        name: "Bitbucket",
        index: "BITBUCKET_PARALLEL_STEP",
        total: "BITBUCKET_PARALLEL_STEP_COUNT",
        base: 0,
        only: Only::Always,
        remedy: "put the steps into `parallel`",
    },
    System {
        name: "Semaphore",
        index: "SEMAPHORE_JOB_INDEX",
        total: "SEMAPHORE_JOB_COUNT",
        base: 1,
        only: Only::Always,
        remedy: "give the job `parallelism: N`",
    },
    System {
        name: "Bazel",
        index: "TEST_SHARD_INDEX",
        total: "TEST_TOTAL_SHARDS",
        base: 0,
        only: Only::Always,
        remedy: "give the target `shard_count = N`",
    },
    System {
        name: "GoogleTest",
        index: "GTEST_SHARD_INDEX",
        total: "GTEST_TOTAL_SHARDS",
        base: 0,
        only: Only::Always,
        remedy: "set both",
    },
];

/// A shard, and who told it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    shard: Shard,
    system: &'static str,
    /// The variables that say so, with their values.
    because: String,
}

impl fmt::Display for Found {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { shard, system, because } = self;
        write!(formatter, "shard {shard}, as {system} says: {because}")
    }
}

/// Looks a variable up. One without a value is as none.
type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The shard that the environment tells; `total` is how many there are where it does not tell that.
fn detect(variable: Variables<'_>, total: Option<u32>) -> Result<Found, String> {
    let variable: Variables<'_> = &|name| variable(name).filter(|value| !value.is_empty());
    let mut found = if let Some(found) = KNAPSACK.ask(variable)? {
        vec![found]
    } else {
        let told = SYSTEMS.iter().map(|system| system.ask(variable)).chain([slurm(variable)]);
        told.filter_map(Result::transpose).collect::<Result<Vec<_>, _>>()?
    };
    found.extend(kubernetes(variable, total)?);
    // A system that runs one job only says that it does not shard; another may do so within that job.
    if found.iter().any(|found| !found.shard.is_all()) {
        found.retain(|found| !found.shard.is_all());
    }
    let Some(first) = found.first() else {
        return Err(nothing(variable));
    };
    if let Some(other) = found.iter().find(|other| other.shard != first.shard) {
        return Err(format!("{first}; but {other}: give --shard K/N"));
    }
    match total.filter(|&total| total != first.shard.total()) {
        Some(total) => Err(format!("{first}; but --shard says that there are {total}")),
        None => Ok(first.clone()),
    }
}

/// A variable's value as a number.
fn number(variable: Variables<'_>, name: &str) -> Result<Option<i64>, String> {
    let Some(text) = variable(name) else { return Ok(None) };
    text.trim()
        .parse()
        .map(Some)
        .map_err(|_| format!("{name} is {text:?}, which is no number: give --shard K/N"))
}

/// The shard of this number, from 0, of so many.
fn shard(index: i64, total: i64, because: &str) -> Result<Shard, String> {
    let shard = index.checked_add(1).map(|number| format!("{number}/{total}").parse());
    shard.and_then(Result::ok).ok_or_else(|| format!("no shard is meant by {because}: give --shard K/N"))
}

impl System {
    fn ask(&self, variable: Variables<'_>) -> Result<Option<Found>, String> {
        let Self { name, index, total, base, only, remedy } = self;
        let is_here = match only {
            Only::Always => true,
            Only::With(other) => variable(other).is_some(),
            Only::Without(other) => variable(other).is_none(),
        };
        if !is_here {
            return Ok(None);
        }
        let because = |at: i64, of: i64| format!("{index}={at}, {total}={of}, counted from {base}");
        let (at, of) = match (number(variable, index)?, number(variable, total)?) {
            (Some(at), Some(of)) => (at, of),
            // As GitLab does where a job is not parallel.
            (None, Some(1)) => (i64::from(*base), 1),
            (None, None) => return Ok(None),
            (None, Some(_)) => {
                return Err(format!("{total} is set, but not {index}: {remedy}, or give --shard K/N"));
            }
            (Some(_), None) => {
                return Err(format!("{index} is set, but not {total}: {remedy}, or give --shard K/N"));
            }
        };
        let because = because(at, of);
        let shard = shard(at.saturating_sub(i64::from(*base)), of, &because)?;
        Ok(Some(Found { shard, system: name, because }))
    }
}

/// Slurm's job arrays, whose numbers begin where the user wants and may have gaps.
fn slurm(variable: Variables<'_>) -> Result<Option<Found>, String> {
    let Some(id) = number(variable, "SLURM_ARRAY_TASK_ID")? else { return Ok(None) };
    let known = |name: &str| {
        number(variable, name)?
            .ok_or_else(|| format!("SLURM_ARRAY_TASK_ID is set, but not {name}: give --shard K/N"))
    };
    let (least, most) = (known("SLURM_ARRAY_TASK_MIN")?, known("SLURM_ARRAY_TASK_MAX")?);
    let total = known("SLURM_ARRAY_TASK_COUNT")?;
    let step = number(variable, "SLURM_ARRAY_TASK_STEP")?.unwrap_or(1).max(1);
    let because = format!("task {id} of an array from {least} to {most} by {step}");
    let regular = most.checked_sub(least).is_some_and(|span| span / step + 1 == total)
        && id.checked_sub(least).is_some_and(|beyond| beyond % step == 0);
    if !regular {
        return Err(format!(
            "Slurm's {because} has {total} tasks, so its numbers have gaps: give --shard K/N"
        ));
    }
    Ok(Some(Found { shard: shard((id - least) / step, total, &because)?, system: "Slurm", because }))
}

/// Indexed jobs of Kubernetes, which do not tell how many there are.
fn kubernetes(variable: Variables<'_>, total: Option<u32>) -> Result<Option<Found>, String> {
    let name = "JOB_COMPLETION_INDEX";
    let (Some(index), Some(total)) = (number(variable, name)?, total) else { return Ok(None) };
    let because = format!("{name}={index}, counted from 0, of {total}");
    Ok(Some(Found { shard: shard(index, i64::from(total), &because)?, system: "Kubernetes", because }))
}

/// Why nothing was found, and what to do.
fn nothing(variable: Variables<'_>) -> String {
    let is_set = |name: &str| variable(name).is_some();
    let why = if is_set("JOB_COMPLETION_INDEX") {
        "Kubernetes does not tell how many pods an indexed job has: give --shard auto/N, N being its completions"
    } else if is_set("GITHUB_ACTIONS") {
        "GitHub Actions does not tell a job its place in the matrix: with `matrix: {shard: [1, 2, 3]}` give --shard ${{ matrix.shard }}/3"
    } else if is_set("BUILDKITE") {
        "this step of Buildkite is not parallel: give it `parallelism: N`, or give --shard 1/1"
    } else if is_set("SEMAPHORE") {
        "this job of Semaphore is not parallel: give it `parallelism: N`, or give --shard 1/1"
    } else if is_set("BITBUCKET_BUILD_NUMBER") {
        "this step of Bitbucket is not parallel: put it into `parallel`, or give --shard 1/1"
    } else if is_set("TEST_SRCDIR") {
        "Bazel does not shard this target: give it `shard_count = N`, or give --shard 1/1"
    } else {
        "no CI system says which shard this is: give --shard K/N, or 1/1 for all tests"
    };
    why.to_owned()
}

/// The files to touch, so that whoever shards knows that the tests are.
fn status_files(variable: Variables<'_>) -> Vec<PathBuf> {
    let names = ["TEST_SHARD_STATUS_FILE", "GTEST_SHARD_STATUS_FILE"];
    names
        .iter()
        .filter_map(|name| variable(name))
        .filter(|path| !path.is_empty())
        .map(PathBuf::from)
        .collect()
}

#[cfg(test)]
mod tests;
