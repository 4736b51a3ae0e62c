//! The environments of CI systems, and the shard that each tells.

use std::collections::HashMap;

use super::*;

/// `NAME=VALUE NAME=VALUE` as an environment.
fn told(variables: &str, total: Option<u32>) -> Result<Found, String> {
    let variables: HashMap<&str, &str> =
        variables.split_whitespace().map(|pair| pair.split_once('=').unwrap()).collect();
    detect(&|name| variables.get(name).map(|value| (*value).to_owned()), total)
}

#[test]
fn every_system_tells_its_shard() {
    for (variables, system, shard) in [
        ("GITLAB_CI=true CI_NODE_INDEX=2 CI_NODE_TOTAL=4", "GitLab", "2/4"),
        ("GITLAB_CI=true CI_NODE_TOTAL=1", "GitLab", "1/1"),
        ("CI_NODE_INDEX=2 CI_NODE_TOTAL=4", "Heroku CI or Cirrus", "3/4"),
        ("CIRCLECI=true CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=4", "CircleCI", "1/4"),
        ("CIRCLECI=true CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=1", "CircleCI", "1/1"),
        ("BUILDKITE_PARALLEL_JOB=3 BUILDKITE_PARALLEL_JOB_COUNT=4", "Buildkite", "4/4"),
        ("SYSTEM_JOBPOSITIONINPHASE=1 SYSTEM_TOTALJOBSINPHASE=3", "Azure Pipelines", "1/3"),
        ("BITBUCKET_PARALLEL_STEP=0 BITBUCKET_PARALLEL_STEP_COUNT=2", "Bitbucket", "1/2"),
        ("SEMAPHORE_JOB_INDEX=2 SEMAPHORE_JOB_COUNT=2", "Semaphore", "2/2"),
        ("KNAPSACK_PRO_CI_NODE_INDEX=1 KNAPSACK_PRO_CI_NODE_TOTAL=3", "Knapsack Pro", "2/3"),
        ("TEST_SHARD_INDEX=4 TEST_TOTAL_SHARDS=5", "Bazel", "5/5"),
        ("GTEST_SHARD_INDEX=0 GTEST_TOTAL_SHARDS=5", "GoogleTest", "1/5"),
        (
            "SLURM_ARRAY_TASK_ID=13 SLURM_ARRAY_TASK_MIN=10 SLURM_ARRAY_TASK_MAX=19 SLURM_ARRAY_TASK_STEP=3 SLURM_ARRAY_TASK_COUNT=4",
            "Slurm",
            "2/4",
        ),
        (
            "SLURM_ARRAY_TASK_ID=0 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_MAX=6 SLURM_ARRAY_TASK_COUNT=7",
            "Slurm",
            "1/7",
        ),
    ] {
        let found = told(variables, None).unwrap();
        assert_eq!((found.system, found.shard.to_string().as_str()), (system, shard), "{variables}");
    }
}

#[test]
fn what_was_detected_is_said() {
    let found = told("CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=4", None).unwrap();
    let expected = "shard 1/4, as CircleCI says: CIRCLE_NODE_INDEX=0, CIRCLE_NODE_TOTAL=4, counted from 0";
    assert_eq!(found.to_string(), expected);
}

#[test]
fn knapsack_overrides_the_others() {
    let variables =
        "KNAPSACK_PRO_CI_NODE_INDEX=1 KNAPSACK_PRO_CI_NODE_TOTAL=3 CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=4";
    assert_eq!(told(variables, None).unwrap().shard.to_string(), "2/3");
}

#[test]
fn indexed_jobs_of_kubernetes_need_the_total() {
    let found = told("JOB_COMPLETION_INDEX=2", Some(5)).unwrap();
    assert_eq!((found.system, found.shard.to_string().as_str()), ("Kubernetes", "3/5"));
    let error = told("JOB_COMPLETION_INDEX=2", None).unwrap_err();
    assert!(error.contains("--shard auto/N"), "{error}");
    assert!(told("JOB_COMPLETION_INDEX=5", Some(5)).is_err());
}

#[test]
fn a_system_that_does_not_shard_is_not_heard_against_one_that_does() {
    let variables = "GITLAB_CI=true CI_NODE_TOTAL=1 TEST_SHARD_INDEX=1 TEST_TOTAL_SHARDS=2";
    assert_eq!(told(variables, None).unwrap().shard.to_string(), "2/2");
}

#[test]
fn two_that_agree_are_one() {
    let variables = "CIRCLE_NODE_INDEX=1 CIRCLE_NODE_TOTAL=2 TEST_SHARD_INDEX=1 TEST_TOTAL_SHARDS=2";
    assert_eq!(told(variables, None).unwrap().shard.to_string(), "2/2");
}

#[test]
fn doubt_is_refused() {
    for (variables, total, because) in [
        (
            "CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=2 TEST_SHARD_INDEX=1 TEST_TOTAL_SHARDS=2",
            None,
            "; but shard 2/2, as Bazel says",
        ),
        ("CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=2", Some(3), "--shard says that there are 3"),
        ("CI_NODE_INDEX=4 CI_NODE_TOTAL=4", None, "CI_NODE_INDEX=4, CI_NODE_TOTAL=4, counted from 0"),
        ("GITLAB_CI=true CI_NODE_INDEX=0 CI_NODE_TOTAL=4", None, "counted from 1"),
        (
            "GITLAB_CI=true CI_NODE_TOTAL=4",
            None,
            "CI_NODE_TOTAL is set, but not CI_NODE_INDEX: give the job `parallel: N`",
        ),
        ("CIRCLE_NODE_INDEX=1", None, "CIRCLE_NODE_INDEX is set, but not CIRCLE_NODE_TOTAL"),
        ("CIRCLE_NODE_INDEX=x CIRCLE_NODE_TOTAL=2", None, "CIRCLE_NODE_INDEX is \"x\", which is no number"),
        ("CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=99999999999", None, "no shard is meant by"),
        ("CIRCLE_NODE_INDEX=9223372036854775807 CIRCLE_NODE_TOTAL=2", None, "no shard is meant by"),
        (
            "SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=7 SLURM_ARRAY_TASK_COUNT=3",
            None,
            "its numbers have gaps",
        ),
        ("SLURM_ARRAY_TASK_ID=7", None, "SLURM_ARRAY_TASK_ID is set, but not SLURM_ARRAY_TASK_MIN"),
        ("GITHUB_ACTIONS=true CI=true", None, "give --shard ${{ matrix.shard }}/3"),
        ("BUILDKITE=true", None, "`parallelism: N`"),
        ("CI=true CIRCLE_NODE_INDEX=", None, "no CI system says which shard this is"),
    ] {
        let error = told(variables, total).unwrap_err();
        assert!(error.contains(because), "{variables}: {error}");
    }
}

#[test]
fn choices_are_read_and_refused() {
    assert_eq!("auto".parse(), Ok(Choice::Auto));
    assert_eq!("auto/7".parse(), Ok(Choice::AutoOf(7)));
    assert_eq!("2/7".parse(), Ok(Choice::Given("2/7".parse().unwrap())));
    for text in ["auto/", "auto/0", "auto/x", "Auto", "auto/1/2", ""] {
        assert!(text.parse::<Choice>().is_err(), "{text}");
    }
}
