//! Workers that are forked are workers like others; where forking would tell, each starts by itself.

use std::time::{Duration, Instant};

use crate::project::{Project, finish, full, runs};

/// A file of tests that leave a line each in the file `log`, and wait for each other, so that both workers get one.
fn tests(line: &str) -> String {
    format!(
        r#"
import atexit
import os
import random
import time


def wait(kind):
    open(kind + os.environ["PYTEST_XDIST_WORKER"], "w").close()
    end = time.monotonic() + 20
    while len([name for name in os.listdir(".") if name.startswith(kind)]) < 2 and time.monotonic() < end:
        time.sleep(0.01)


def test_it(tmp_path, worker_id, request):
    wait("here-")
    with open("log", "a") as log:
        log.write({line} + "\n")
"#
    )
}

fn project(conftest: &str, line: &str) -> Project {
    let test = tests(line);
    Project::new(&[("conftest.py", conftest), ("test_a.py", &test), ("test_b.py", &test)])
}

const FORKED: &str = "cov-run: workers are forked";

/// The lines that the tests of two workers left, sorted.
fn lines(project: &Project) -> Vec<String> {
    let mut lines: Vec<String> = project.read("log").lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(lines.len(), 2, "{lines:?}");
    lines
}

const IMPORTED: &str = "import os\n\nwith open('imported', 'a') as log:\n    log.write('x')\n";

#[test]
fn conftests_are_imported_once_for_all() {
    let project = project(IMPORTED, "str(os.getppid())");
    project.run(&["-n2", "--fork=auto", "-v"]).expect(0).says(FORKED);
    assert_eq!(project.read("imported"), "x");
    let parents = lines(&project);
    assert_eq!(parents[0], parents[1]);
}

#[test]
fn nothing_is_forked_unless_asked() {
    let project = project(IMPORTED, "''");
    project.run(&["-n2", "-v", "--fork=never"]).expect(0).says("each worker starts by itself: --fork=never");
    assert_eq!(project.read("imported"), "xx");
}

#[test]
fn every_worker_is_itself() {
    let line = "' '.join([worker_id, os.environ['PYTEST_XDIST_WORKER'], request.config.workerinput['workerid'], \
                tmp_path.parent.name, str(os.getpgid(0) == os.getpid())])";
    let project = project("", line);
    project.run(&["-n2", "--fork=auto", "-v"]).expect(0).says(FORKED);
    assert_eq!(lines(&project), ["gw0 gw0 gw0 popen-gw0 True", "gw1 gw1 gw1 popen-gw1 True"]);
}

#[test]
fn random_numbers_differ_unless_the_project_set_a_seed() {
    let line = "str(random.random())";
    let differ = project("import random\n\nfor _ in range(10_000):\n    random.random()\n", line);
    differ.run(&["-n2", "--fork=auto", "-v"]).expect(0).says(FORKED);
    let numbers = lines(&differ);
    assert_ne!(numbers[0], numbers[1]);
    let equal = project("import random\n\nrandom.seed(4711)\n", line);
    equal.run(&["-n2", "--fork=auto", "-v"]).expect(0).says(FORKED);
    let numbers = lines(&equal);
    assert_eq!(numbers[0], numbers[1]);
}

#[test]
fn output_stays_with_its_test() {
    let loud = |name: &str| {
        let test = format!(
            "import os\nimport sys\n\n\ndef test_it():\n    for _ in range(2000):\n        print('{name}')\n        \
             os.write(2, b'{name}\\n')\n    assert 0\n"
        );
        (format!("test_{name}.py"), test)
    };
    let files = [loud("aaa"), loud("bbb")];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let project = Project::new(&files);
    let run = project.run(&["-n2", "--fork=auto", "-v"]).expect(1).says(FORKED);
    let a = run.stdout.matches("\naaa").count();
    let b = run.stdout.matches("\nbbb").count();
    assert_eq!((a, b), (4000, 4000));
    let sections: Vec<&str> = run.stdout.split("Captured std").collect();
    assert!(!sections.iter().any(|section| section.contains("\naaa") && section.contains("\nbbb")));
}

#[test]
fn what_conftests_cover_counts_once_and_for_all() {
    let files = &[
        ("pytest.ini", "[pytest]\npythonpath = .\n"),
        (".coveragerc", "[run]\nsource = .\n"),
        ("mod.py", "def f(x):\n    if x:\n        return 1\n    return 2\n\n\nvalue = f(1)\n"),
        ("conftest.py", "import mod\n\nassert mod.value == 1\n"),
        ("test_a.py", "import mod\n\n\ndef test_a():\n    assert mod.f(1) == 1\n"),
        ("test_b.py", "import mod\n\n\ndef test_b():\n    assert mod.f(0) == 2\n"),
    ];
    let project = Project::in_venv(full(), files);
    let theirs = project.covered_by_pytest_cov(&["-n0", "--cov", "--cov-branch"]);
    project.run(&["-n2", "--fork=auto", "-v", "--branch"]).expect(0).says(FORKED);
    assert_eq!(project.covered(), theirs);
}

#[test]
fn a_replacement_is_forked_too() {
    let project = project(IMPORTED, "''");
    project.write(
        "test_c.py",
        "def test_dies():\n    __import__('os')._exit(1)\n\n\ndef test_after():\n    pass\n",
    );
    let run = project.run(&["-n2", "--fork=auto", "-v"]).expect(1).says(FORKED);
    assert_eq!(run.tally(), "1 failed, 3 passed");
    assert_eq!(project.read("imported"), "x");
}

#[test]
fn without_the_first_process_workers_start_by_themselves() {
    let project = project(IMPORTED, "''");
    let killer = "import os\nimport signal\n\n\ndef test_kills():\n    os.kill(os.getppid(), signal.SIGKILL)\n\n\n\
                  def test_dies():\n    os._exit(1)\n\n\ndef test_after():\n    pass\n";
    project.write("test_c.py", killer);
    let run = project.run(&["-n2", "--fork=auto", "-v"]).expect(1).complains("is lost: killed by SIGKILL");
    let run = run.says("died while running this test: exited with status 1");
    assert_eq!(run.tally(), "1 failed, 4 passed");
    assert_eq!(project.read("imported"), "xx");
    assert!(project.manifest().complete);
}

#[test]
fn what_conftests_register_for_the_end_happens_once_and_last() {
    let conftest = "import atexit\n\n\ndef note(text):\n    with open('ends', 'a') as ends:\n        ends.write(text + '\\n')\n\n\n\
                    atexit.register(note, 'conftest')\n";
    let project = project(conftest, "''");
    project.write(
        "test_c.py",
        "import atexit\n\nfrom conftest import note\n\n\ndef test_c():\n    atexit.register(note, 'test')\n",
    );
    project.run(&["-n2", "--fork=auto", "-v"]).expect(0).says(FORKED);
    assert_eq!(project.read("ends"), "test\nconftest\n");
}

/// Runs a project whose workers must start by themselves for this reason.
fn refused(conftest: &str, reason: &str) {
    let project = project(&format!("{conftest}\n{IMPORTED}"), "''");
    project
        .run(&["-n2", "--fork=auto", "-v"])
        .expect(0)
        .says(&format!("each worker starts by itself: {reason}"));
    assert_eq!(project.read("imported"), "xx", "{conftest}");
}

#[test]
fn a_thread_forbids_to_fork() {
    refused(
        "import threading\n\nthreading.Thread(target=threading.Event().wait, daemon=True, name='clock').start()\n",
        "2 threads run (clock)",
    );
}

#[test]
fn a_question_for_the_worker_forbids_to_fork() {
    let reason = "the project asks for PYTEST_XDIST_WORKER before the first test (conftest.py:3)";
    refused("import os\n\nNAME = 'db-' + os.environ.get('PYTEST_XDIST_WORKER', '')\n", reason);
    let reason = "the project asks for workerinput[\"workerid\"] before the first test (conftest.py:2)";
    refused("def pytest_configure(config):\n    config.name = config.workerinput['workerid']\n", reason);
}

/// Each worker waits for the other, and the first one for so long that the other lists the files before it.
#[test]
fn after_a_question_nobody_waits_for_the_first_worker() {
    let meets = "\
import os
import pathlib
import time

HERE = pathlib.Path(__file__).parent
NAME = os.environ['PYTEST_XDIST_WORKER']
(HERE / NAME).touch()
limit = time.monotonic() + 30
while not ((HERE / 'gw0').exists() and (HERE / 'gw1').exists()):
    assert time.monotonic() < limit
    time.sleep(0.02)
if NAME == 'gw0':
    time.sleep(1)
";
    let project = project(meets, "worker_id");
    project.run(&["-n2", "--fork=auto", "-v"]).expect(0).says(
        "each worker starts by itself: the project asks for PYTEST_XDIST_WORKER before the first test (conftest.py:6)",
    );
    assert_eq!(project.outcomes().len(), 2);
}

#[test]
fn a_copy_of_the_environment_is_no_question() {
    let conftest = "from wsgiref.handlers import BaseHandler\n";
    let project = project(
        conftest,
        "__import__('conftest').BaseHandler.os_environ['PYTEST_XDIST_WORKER'] + ' for ' + worker_id",
    );
    project.run(&["-n2", "--fork=auto", "-v"]).expect(0).says("workers are forked");
    assert_eq!(lines(&project), ["gw0 for gw0", "gw1 for gw1"]);
}

#[test]
fn what_a_worker_was_given_forbids_to_fork() {
    let given = "\
def pytest_configure_node(node):
    node.workerinput['database'] = node.gateway.id

def pytest_configure(config):
    if hasattr(config, 'workerinput'):
        config.database = config.workerinput['database']
";
    let project = project(given, "request.config.database + ' for ' + worker_id");
    project.run(&["-n2", "--fork=auto", "-v"]).expect(0).says(
        "each worker starts by itself: the project asks for workerinput[\"database\"] before the first test",
    );
    assert_eq!(lines(&project), ["gw0 for gw0", "gw1 for gw1"]);
}

#[test]
fn what_is_open_or_undone_at_the_end_forbids_to_fork() {
    refused(
        "import socket\n\nSERVER = socket.create_server(('127.0.0.1', 0))\n",
        "a connection is open before the first test",
    );
    refused(
        "import subprocess\n\nCHILD = subprocess.Popen(['sleep', '20'])\n",
        "a process was started before the first test",
    );
    refused(
        "def pytest_configure():\n    pass\n\n\ndef pytest_unconfigure():\n    pass\n",
        "conftest.py has pytest_configure and pytest_unconfigure",
    );
}

#[test]
fn who_insists_on_forking_is_told_why_not() {
    let conftest =
        "import threading\n\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n";
    let project = project(conftest, "''");
    project.run(&["-n2", "--fork=always"]).expect(4).complains("workers cannot be forked: 2 threads run");
}

#[test]
fn no_forked_worker_outlives_a_killed_run() {
    let project = Project::new(&[]);
    for name in ["a", "b"] {
        let test = format!(
            "import os\nimport time\n\n\ndef test_{name}():\n    with open('{name}.new', 'w') as pid:\n        \
             pid.write('%d %d' % (os.getpid(), os.getppid()))\n    os.rename('{name}.new', '{name}')\n    time.sleep(60)\n"
        );
        project.write(&format!("test_{name}.py"), &test);
    }
    let mut child = project.command(&["-n2"]).spawn().unwrap();
    let started = Instant::now();
    while !(project.path("a").exists() && project.path("b").exists()) {
        assert!(started.elapsed() < Duration::from_mins(1), "the tests never ran");
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    finish(child);
    let killed = Instant::now();
    for pid in [project.read("a"), project.read("b")].join(" ").split(' ') {
        while runs(pid) {
            assert!(killed.elapsed() < Duration::from_secs(5), "{pid} still runs");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
