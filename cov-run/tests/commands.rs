//! Any command as shards: `--cmd`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use cov_model::manifest::{Manifest, Outcome};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::project::{Run, finish};

/// A directory in which commands run.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn exists(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn manifest(&self, shard: &str) -> Manifest {
        Manifest::from_slice(self.read(&format!(".cov/run-{shard}.json")).as_bytes()).unwrap()
    }

    /// `cov-run --cmd`, ready to be started.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cov-run"));
        command.arg("--cmd").args(args).current_dir(self.0.path()).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        for name in ["COLUMNS", "FORCE_COLOR", "GITHUB_ACTIONS", "NO_COLOR", "PY_COLORS"] {
            command.env_remove(name);
        }
        command
    }

    fn run(&self, args: &[&str]) -> Run {
        finish(self.command(args).spawn().unwrap())
    }

    /// Runs a script of the shell in each of two shards.
    fn script(&self, options: &[&str], script: &str) -> Run {
        self.run(&[&["--shards=2"], options, &["--", "sh", "-c", script]].concat())
    }
}

/// Waits until a file is there.
fn wait_for(path: &Path) {
    let started = Instant::now();
    while !path.exists() {
        assert!(started.elapsed() < Duration::from_secs(30), "{} never appeared", path.display());
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn shards_know_what_they_are() {
    let place = Place::new();
    let say = "echo {shard} {shard0} {total} $COV_RUN_SHARD $COV_RUN_TOTAL; [ -d {tmp} ] && [ $COV_RUN_OUT = {out} ] && cat";
    let run = place.script(&["-n1"], say).expect(0);
    assert!(run.stdout.contains("\n1 0 2 1 2\n") && run.stdout.contains("\n2 1 2 2 2\n"), "{run:?}");
    assert_eq!(run.stderr, "");
    assert_eq!(place.read(".cov/output-2of2.txt"), "2 1 2 2 2\n");
    place.run(&["--shard=2/5", "--", "echo", "{shard} of {total}"]).expect(0).says("2 of 5");
    assert!(place.exists(".cov/run-2of5.json") && !place.exists(".cov/run-1of5.json"));
}

#[test]
fn the_protocol_is_for_commands_that_are_not_split_already() {
    let place = Place::new();
    let protocol = "echo $TEST_SHARD_INDEX/$GTEST_TOTAL_SHARDS; touch $TEST_SHARD_STATUS_FILE";
    let run = place.script(&[], protocol).expect(0).says("0/2").says("1/2");
    assert_eq!(run.stderr, "");
    let run = place.script(&[], "echo it is {shard}/{total}, ${GTEST_TOTAL_SHARDS-unsplit}").expect(0);
    run.says("it is 1/2, unsplit");
    place.script(&[], "echo all").expect(0).complains("each of the 2 shards ran everything, it seems");
}

#[test]
fn lists_are_split() {
    let place = Place::new();
    fs::write(place.path("list"), "b\na c\n\nd\nb\n").unwrap();
    let run = place.run(&["--shards=2", "--tests=list", "--", "printf", "<%s>", "{tests}"]).expect(0);
    run.says("<a c><d>").says("<b>").complains("b is in the list of tests twice");
    let manifest = place.manifest("1of2");
    assert_eq!(
        (manifest.files, manifest.assigned),
        (["a c", "b", "d"].map(str::to_owned).to_vec(), vec!["a c".to_owned(), "d".to_owned()])
    );
    let five = ["--shards=5", "--list-cmd=cat list", "--", "cat", "{tests-file}"];
    place.run(&five).expect(0).says("a c").complains("shard 5/5 has no tests");
    assert!(place.manifest("5of5").complete);
    assert!(!place.exists(".cov/run-1of2.json"), "two runs of commands contradict each other");
    place.run(&["--shards=2", "--tests=list", "--", "echo", "{tests:+}"]).expect(0).says("a c+d");
    fs::write(place.path("list"), "").unwrap();
    place.run(&["--tests=list", "--", "echo", "{tests}"]).expect(5);
}

#[test]
fn a_failing_shard_keeps_what_it_measured() {
    let place = Place::new();
    let script =
        "echo '<coverage><sources/></coverage>' > {out}/any-name; echo said; exit $(({shard} * 3 - 3))";
    let run = place.script(&[], script).expect(1).says("shard 2/2 failed with status 3").says("said");
    run.says("1 of 2 shards did not pass: 2/2 failed with status 3");
    for (shard, complete, status) in [(1, true, 0), (2, false, 1)] {
        let manifest = place.manifest(&format!("{shard}of2"));
        assert_eq!(manifest.fragments, [format!("fragments-{shard}of2/any-name")]);
        assert_eq!((manifest.complete, manifest.status), (complete, status));
        assert_eq!(manifest.command[..2], ["sh".to_owned(), "-c".to_owned()]);
    }
}

#[test]
fn a_signal_is_named() {
    let place = Place::new();
    place.script(&[], "[ {shard} = 1 ] || kill -SEGV $$").expect(1).says("2/2 failed: killed by SIGSEGV");
    assert!(!place.manifest("2of2").coverage_complete);
}

#[test]
fn files_are_told_by_content() {
    let place = Place::new();
    let script = "cd {out}; mkdir deep; printf '{{\"format\":\"cov-report\",\"version\":1,\"files\":[\n]}' > deep/x; \
                  printf 'SQLite format 3\\000 CREATE TABLE users' > db; printf 'mode: set\\n' > c.out; echo text > run-1of1.json";
    place.script(&[], script).expect(0);
    assert_eq!(place.manifest("1of2").fragments, ["fragments-1of2/deep/x"]);
    place.script(&[], "printf 'mode: set\\n' > {out}/{shard}").expect(0).complains(
        "2 files are coverage profiles of Go, which cov-merge does not read: convert them (gocover-cobertura",
    );
    let run = place.script(&["--preset=gcc"], "echo {shard}").expect(0);
    run.complains("nothing was measured in spite of --preset");
}

#[test]
fn retries_begin_with_an_empty_directory() {
    let place = Place::new();
    let script = "[ ! -e {out}/x ] || exit 9; echo '<coverage/>' > {out}/x; [ -e tried-{shard} ] || { touch tried-{shard}; exit 1; }";
    let run = place.script(&["--retries=1"], script).expect(0);
    run.complains("shard 1/2 failed with status 1: it runs once more").complains("shard 2/2 is flaky");
    assert!(place.exists(".cov/fragments-1of2-attempt-1/x"));
    assert_eq!(place.manifest("1of2").fragments, ["fragments-1of2/x"]);
    place.script(&[], "echo {shard}").expect(0);
    assert!(!place.exists(".cov/fragments-1of2-attempt-1"));
}

#[test]
fn a_shard_that_takes_too_long_is_ended() {
    let place = Place::new();
    let started = Instant::now();
    let script =
        "trap 'echo \"<coverage/>\" > {out}/x; exit 1' TERM; [ {shard} = 1 ] || { sleep 60 & wait; }";
    place.script(&["--timeout=0.3"], script).expect(1).says("shard 2/2 timed out after 0.3s");
    assert!(started.elapsed() < Duration::from_secs(20));
    assert_eq!(place.manifest("2of2").fragments, ["fragments-2of2/x"]);
}

#[test]
#[cfg(target_os = "linux")]
fn what_a_command_left_running_is_ended() {
    let place = Place::new();
    let script = "sh -c 'trap \"\" TERM; echo $$ > pid-{shard}; while :; do sleep 0.1; done' & wait_until() { while [ ! -s pid-{shard} ]; do sleep 0.01; done; }; wait_until";
    let run = place.script(&[], script).expect(0);
    run.complains("shard 1/2 left processes behind, which were ended:").complains("while :; do sleep");
    for shard in 1..=2 {
        // One that nobody has waited for yet has no command line any more.
        let id = place.read(&format!("pid-{shard}")).trim().to_owned();
        let line = fs::read_to_string(format!("/proc/{id}/cmdline")).unwrap_or_default();
        assert_eq!(line, "", "{id} still runs");
    }
}

#[test]
fn ctrl_c_ends_shards_and_keeps_what_they_measured() {
    for (stubborn, signals) in [(false, vec![Signal::SIGINT]), (true, vec![Signal::SIGINT, Signal::SIGINT])] {
        let place = Place::new();
        let end = if stubborn { "touch stubborn-{shard}" } else { "exit 130" };
        let script = format!(
            "trap 'echo \"<coverage/>\" > {{out}}/x; {end}' INT; touch runs-{{shard}}; while :; do sleep 0.05; done"
        );
        let child = place.command(&["--shards=3", "-n2", "--", "sh", "-c", &script]).spawn().unwrap();
        (1..=2).for_each(|shard| wait_for(&place.path(&format!("runs-{shard}"))));
        let started = Instant::now();
        for signal in signals {
            kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
            if stubborn {
                (1..=2).for_each(|shard| wait_for(&place.path(&format!("stubborn-{shard}"))));
            }
        }
        let run = finish(child).expect(2).says("shard 1/3 was interrupted");
        assert!(started.elapsed() < Duration::from_secs(8), "{run:?}");
        let manifest = place.manifest("1of3");
        assert_eq!((manifest.status, manifest.complete), (2, false));
        assert_eq!(manifest.fragments, ["fragments-1of3/x"]);
        assert!(!place.exists("runs-3") && !place.exists(".cov/run-3of3.json"));
    }
}

#[test]
fn tests_of_junit_files_prove_the_split() {
    let place = Place::new();
    let junit =
        "echo '<testsuite><testcase classname=\"a\" name=\"t'$N'\" time=\"0.5\"/></testsuite>' > {junit}";
    let apart = place.script(&[], &format!("N=${{COV_RUN_SHARD}}; {junit}")).expect(0);
    assert_eq!(apart.stderr, "");
    let manifest = place.manifest("2of2");
    let test = &manifest.tests[0];
    assert_eq!((test.id.as_str(), test.outcome, test.duration_us), ("a::t2", Outcome::Passed, 500_000));
    assert!(place.read(".cov/junit-2of2.xml").contains("t2"));
    let same = place.script(&[], &format!("N={{total}}; {junit}")).expect(0);
    same.complains("a::t2 ran in shards 1/2 and 2/2: the shards overlap");
}

#[test]
fn lists_are_split_by_what_tests_took() {
    let place = Place::new();
    fs::write(place.path("list"), "a\nb\nc\nd\n").unwrap();
    let junit = "for t in {tests}; do n=$([ $t = a ] && echo 9 || echo 2); \
                 echo \"<testsuite name='$t'><testcase name='x' time='$n'/></testsuite>\"; done | \
                 { echo '<testsuites>'; cat; echo '</testsuites>'; } > {junit}";
    let split = ["--shards=2", "--tests=list", "--shell", "--", junit];
    place.run(&split).expect(0);
    assert_eq!(place.manifest("1of2").assigned, ["a", "c"]);
    place.run(&split).expect(0);
    assert_eq!(place.manifest("1of2").assigned, ["a"]);
    assert_eq!(place.manifest("2of2").assigned, ["b", "c", "d"]);
}

#[test]
fn output_is_grouped_or_streamed() {
    let place = Place::new();
    let script = "echo one; sleep 0.3; printf two; [ {shard} = 1 ]";
    let run = place.script(&["--stream"], script).expect(1);
    assert!(run.stdout.contains("[1/2] one\n") && run.stdout.contains("[2/2] two\n"), "{run:?}");
    let mut github = place.command(&["--shards=2", "-n2", "--", "sh", "-c", script]);
    let run = finish(github.env("GITHUB_ACTIONS", "true").spawn().unwrap()).expect(1);
    assert!(run.stdout.contains("::group::shard 1/2 passed"), "{run:?}");
    assert!(run.stdout.contains("one\ntwo\n::endgroup::\n"), "{run:?}");
    run.says("::error title=cov-run::shard 2/2 failed with status 1");
    let quiet = place.script(&["-q", "-n2"], script).expect(1);
    assert!(
        !quiet.stdout.contains("shard 1/2 passed") && quiet.stdout.contains("shard 2/2 failed"),
        "{quiet:?}"
    );
}
