//! A worker that dies fails the test it ran, by name, and nothing else is lost.

use cov_model::manifest::Outcome;

use crate::project::Project;

const MODULE: &str = "def a():\n    return 1\n\n\ndef b():\n    return 2\n\n\ndef c():\n    return 3\n";

fn crash(how: &str) -> Project {
    let test = format!(
        "import ctypes\nimport os\nimport signal\n\nimport mod\n\n\ndef test_before():\n    assert mod.a() == 1\n\n\n\
         def test_dies():\n    {how}\n\n\ndef test_after():\n    assert mod.c() == 3\n"
    );
    Project::new(&[
        ("pytest.ini", "[pytest]\npythonpath = .\n"),
        ("mod.py", MODULE),
        ("test_crash.py", &test),
        ("test_other.py", "import mod\n\n\ndef test_other():\n    assert mod.b() == 2\n"),
    ])
}

fn check(how: &str, cause: &str) {
    for workers in ["1", "2"] {
        let project = crash(how);
        let run = project.run(&["-n", workers, "--source", "."]).expect(1);
        let run = run
            .says(&format!("died while running this test: {cause}"))
            .says("FAILED test_crash.py::test_dies");
        assert_eq!(run.tally(), "1 failed, 3 passed");
        let outcomes = project.outcomes();
        assert_eq!(outcomes["test_crash.py::test_dies"], Outcome::Crashed);
        assert_eq!(outcomes.values().filter(|&&outcome| outcome == Outcome::Passed).count(), 3);
        // What the tests that finished had covered is there, that of test_before from the journal.
        let missing: Vec<u32> = project.profile().files["mod.py"]
            .lines
            .iter()
            .filter(|(_, hits)| *hits == 0)
            .map(|(line, _)| line)
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
        let manifest = project.manifest();
        assert!(manifest.complete && !manifest.coverage_complete);
    }
}

#[test]
fn a_segmentation_fault() {
    check("ctypes.string_at(0)", "killed by SIGSEGV");
}

#[test]
fn an_exit_that_looks_like_success() {
    check("os._exit(0)", "exited with status 0");
}

#[test]
fn an_exit_with_a_status() {
    check("os._exit(3)", "exited with status 3");
}

#[test]
fn a_kill() {
    check("os.kill(os.getpid(), signal.SIGKILL)", "killed by SIGKILL");
}

#[test]
fn a_death_that_a_forked_child_outlives() {
    // The child holds the worker's end of the socket open, and its pipes.
    check("os.fork() or __import__('time').sleep(3)\n    os._exit(9)", "exited with status 9");
}

#[test]
fn branches_survive_in_the_journal_too() {
    let project = crash("os._exit(1)");
    project.write(
        "mod.py",
        "def a(x=1):\n    if x:\n        return 1\n    return 2\n\n\nb = lambda: 2\nc = lambda: 3\n",
    );
    project.run(&["-n1", "--branch", "--source", "."]).expect(1);
    assert_eq!(project.covered()["mod.py"], [6, 1, 2, 1, 1]);
}

#[test]
fn a_file_that_kills_its_importer_is_an_error() {
    let project = crash("pass");
    project.write("test_dead.py", "import os\n\nos._exit(7)\n");
    let run = project
        .run(&["-n2"])
        .expect(1)
        .says("ERROR collecting test_dead.py")
        .says("while importing this file");
    assert_eq!(run.tally(), "4 passed, 1 error");
}

#[test]
fn every_death_counts_and_none_is_the_last() {
    let tests = (0..12)
        .map(|each| format!("def test_{each}():\n    assert {each} % 2 or __import__('os')._exit(1)\n\n\n"));
    let tests = tests.collect::<Vec<_>>().concat();
    let project = Project::new(&[("test_many.py", &tests)]);
    let run = project.run(&["-n1", "--no-cov"]).expect(1);
    assert_eq!(run.tally(), "6 failed, 6 passed");
}

#[test]
fn the_project_may_forbid_replacements() {
    let project = crash("os._exit(1)");
    let run = project.run(&["-n1", "--", "--max-worker-restart=0"]).expect(1).says("workers died");
    assert_eq!(run.tally(), "1 failed, 1 passed");
    assert!(!project.manifest().complete);
}

#[test]
fn a_death_counts_for_maxfail() {
    let run = crash("os._exit(1)").run(&["-n1", "--", "-x"]).expect(1).says("stopping after 1 failures");
    assert_eq!(run.tally(), "1 failed, 1 passed");
}

#[test]
fn a_death_after_the_last_test_is_an_error() {
    let project = Project::new(&[
        ("conftest.py", "import os\n\n\ndef pytest_sessionfinish():\n    os._exit(5)\n"),
        ("test_a.py", "def test_a():\n    pass\n"),
    ]);
    let run = project.run(&["-n1"]).expect(1).says("died after tests of test_a.py: exited with status 5");
    assert_eq!(run.tally(), "1 passed, 1 error");
}

#[test]
fn workers_that_cannot_start_end_the_run() {
    let project =
        Project::new(&[("conftest.py", "import os\n\nos._exit(6)\n"), ("test_a.py", "def test_a(): pass\n")]);
    project.run(&["-n2"]).expect(3).complains("workers die before they have listed the test files");
}

#[test]
fn files_that_nothing_touched_count_also_when_every_worker_died() {
    let project = Project::new(&[
        ("test_a.py", "import os\n\n\ndef test_a():\n    os._exit(1)\n"),
        ("pkg/untouched.py", "x = 1\nif x:\n    y = 2\n"),
        ("pkg/__init__.py", ""),
    ]);
    project.run(&["-n1", "--branch", "--source", "pkg"]).expect(1);
    assert_eq!(project.covered()["pkg/untouched.py"], [3, 3, 2, 2, 0]);
}

#[test]
fn a_child_that_comes_back_into_pytest_ends() {
    let test = "import os\nimport sys\n\n\ndef test_forks():\n    child = os.fork()\n    if child == 0:\n        sys.exit(0)\n    \
                os.waitpid(child, 0)\n\n\ndef test_after():\n    open('ran', 'a').write('x')\n";
    let project = Project::new(&[("test_a.py", test)]);
    assert_eq!(project.run(&["-n1"]).expect(0).tally(), "2 passed");
    assert_eq!(project.read("ran"), "x");
}

/// A project whose test `test_guilty` uses a session fixture, with these bodies.
fn guilty(setup: &str, teardown: &str, body: &str, import: &str) -> Project {
    let imports = "import ctypes\nimport os\nimport sys\nimport threading\nimport time\n\nimport pytest\n";
    Project::new(&[
        ("pytest.ini", "[pytest]\npythonpath = .\n"),
        ("mod.py", MODULE),
        (
            "conftest.py",
            &format!(
                "{imports}\n\n@pytest.fixture(scope='session')\ndef shared():\n    {setup}\n    yield\n    {teardown}\n"
            ),
        ),
        (
            "test_one.py",
            &format!(
                "{imports}\nimport mod\n\n\ndef test_a():\n    assert mod.a() == 1\n\n\ndef test_guilty(shared):\n    {body}\n\n\n\
                 def test_b():\n    assert mod.b() == 2\n"
            ),
        ),
        (
            "test_two.py",
            &format!("{imports}\nimport mod\n{import}\n\n\ndef test_c():\n    assert mod.c() == 3\n"),
        ),
    ])
}

/// Whatever the guilty one does, the others pass and what they covered is there.
#[track_caller]
fn others_are_whole(project: &Project, tally: &str, texts: &[&str]) {
    for args in [["-n1", "--fork=auto"], ["-n2", "--fork=auto"], ["-n2", "--fork=never"]] {
        let mut run = project.run(&[&args[..], &["--source", "mod", "--timeout", "3"]].concat()).expect(1);
        for text in texts {
            run = run.says(text);
        }
        assert_eq!(run.tally(), tally, "{}", run.stdout);
        assert_eq!(project.covered()["mod.py"], [6, 0, 0, 0, 0], "{args:?}");
        assert!(project.manifest().complete);
    }
}

#[test]
fn a_session_fixture_that_kills_in_its_setup_fails_its_test() {
    let project = guilty("os._exit(4)", "pass", "pass", "");
    others_are_whole(
        &project,
        "1 failed, 3 passed",
        &["FAILED test_one.py::test_guilty", "exited with status 4"],
    );
}

#[test]
fn a_session_fixture_that_kills_in_its_teardown_is_to_blame_and_no_test() {
    let project = guilty("pass", "os._exit(5)", "pass", "");
    others_are_whole(
        &project,
        "4 passed, 1 error",
        &["died in the teardown of the fixture conftest.py:shared, after test_", ": exited with status 5"],
    );
    assert!(project.outcomes().values().all(|&outcome| outcome == Outcome::Passed));
}

#[test]
fn a_test_that_kills_in_its_own_teardown_is_to_blame() {
    let project = guilty("pass", "pass", "pass", "");
    let conftest = project
        .read("conftest.py")
        .replace("(scope='session')", "")
        .replace("yield\n    pass", "yield\n    os._exit(5)");
    project.write("conftest.py", &conftest);
    let text = "died in the teardown after this test: exited with status 5";
    others_are_whole(&project, "4 passed, 1 error", &["ERROR test_one.py::test_guilty", text]);
    assert_eq!(project.outcomes()["test_one.py::test_guilty"], Outcome::Crashed);
}

#[test]
fn an_exit_in_a_thread_fails_the_test_that_runs() {
    let body = "threading.Thread(target=os._exit, args=(6,)).start()\n    time.sleep(9)";
    let project = guilty("pass", "pass", body, "");
    others_are_whole(
        &project,
        "1 failed, 3 passed",
        &["FAILED test_one.py::test_guilty", "exited with status 6"],
    );
}

#[test]
fn a_test_may_close_what_is_ours_and_stop_itself() {
    let project = guilty("pass", "pass", "os.closerange(0, 99)", "");
    others_are_whole(&project, "1 failed, 3 passed", &["FAILED test_one.py::test_guilty"]);
    let project = guilty("pass", "pass", "os.kill(os.getpid(), 19)", "");
    let run = project.run(&["-n2", "--source", "mod", "--timeout", "1"]).expect(1);
    assert_eq!(run.tally(), "1 failed, 3 passed");
    assert_eq!(project.covered()["mod.py"], [6, 0, 0, 0, 0]);
}

#[test]
fn an_exit_of_python_is_a_failure_like_others() {
    let project = guilty("pass", "pass", "sys.exit(0)", "");
    others_are_whole(&project, "1 failed, 3 passed", &["test_one.py::test_guilty - SystemExit: 0"]);
    let project = guilty("sys.exit(3)", "pass", "pass", "");
    others_are_whole(&project, "3 passed, 1 error", &["test_one.py::test_guilty - SystemExit: 3"]);
    let project = guilty("pass", "pass", "mod.c()", "sys.exit(0)");
    others_are_whole(&project, "3 passed, 1 error", &["ERROR collecting test_two.py", "SystemExit: 0"]);
}
