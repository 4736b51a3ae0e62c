//! Plug-ins that report: they see what the workers did, as they would in pytest-xdist's controller.

use std::fs;

use cov_testing::Venv;
use serde_json::Value;

use crate::project::Project;

const SUITE: &str = "\
import pytest
import warnings

@pytest.fixture
def broken():
    raise ValueError('x')

def test_good(record_property):
    record_property('key', 1)
    print('some output')

def test_bad():
    print('more output')
    assert 1 == 2

@pytest.mark.skip(reason='not now')
def test_skipped():
    pass

def test_error(broken):
    pass

@pytest.mark.xfail
def test_expected():
    assert 0

@pytest.mark.parametrize('x', ['a::b', 'ü'])
def test_warns(x):
    warnings.warn('careful')
";

const SUMMARY: &str = "\
def pytest_terminal_summary(terminalreporter, exitstatus):
    passed = len(terminalreporter.stats.get('passed', ()))
    terminalreporter.write_line('passed: %d, status: %d' % (passed, exitstatus))
    with open('calls', 'a') as calls:
        calls.write('called\\n')
";

fn plugins() -> Venv {
    Venv::with(&[
        "pytest>=9",
        "coverage>=7.10",
        "pytest-html>=4.2",
        "pytest-json-report>=1.5",
        "allure-pytest>=2.16",
    ])
}

/// A document without what differs from run to run.
fn without_times(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(key, _)| !["duration", "created"].contains(&key.as_str()));
            Value::Object(kept.map(|(key, value)| (key.clone(), without_times(value))).collect())
        }
        Value::Array(values) => Value::Array(values.iter().map(without_times).collect()),
        other => other.clone(),
    }
}

/// The tests, warnings and sums of a report of pytest-json-report, whoever was faster.
fn json_tests(project: &Project, name: &str) -> Vec<Value> {
    let report: Value = serde_json::from_str(&project.read(name)).unwrap();
    let mut tests: Vec<Value> = report["tests"].as_array().unwrap().iter().map(without_times).collect();
    tests.push(report["summary"].clone());
    tests.extend(report["warnings"].as_array().unwrap().iter().cloned());
    tests.sort_by_key(|test| format!("{}{}", test["nodeid"], test["filename"]));
    tests
}

/// Outcome and log of each test in a page of pytest-html.
fn html_tests(project: &Project, name: &str) -> Vec<(String, Value, Value)> {
    let page = project.read(name);
    let (_, rest) = page.split_once("data-jsonblob=\"").unwrap();
    let blob = rest.split('"').next().unwrap().replace("&#34;", "\"").replace("&#39;", "'");
    let blob = blob.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let data: Value = serde_json::from_str(&blob).unwrap();
    let mut tests = Vec::new();
    for (id, results) in data["tests"].as_object().unwrap() {
        for result in results.as_array().unwrap() {
            tests.push((id.clone(), result["result"].clone(), result["log"].clone()));
        }
    }
    tests.sort_by_key(|test| test.0.clone());
    tests
}

#[test]
fn reports_of_plugins_are_those_of_one_pytest() {
    let project = Project::in_venv(plugins(), &[("test_a.py", SUITE), ("test_b.py", SUITE)]);
    let options = |name: &str| {
        [
            format!("--html={name}.html"),
            "--json-report".to_owned(),
            format!("--json-report-file={name}.json"),
            format!("--alluredir={name}"),
            "--clean-alluredir".to_owned(),
        ]
    };
    let (ours, theirs) = (options("ours"), options("theirs"));
    let args: Vec<&str> =
        ["-n2", "--no-cov", "--"].into_iter().chain(ours.iter().map(String::as_str)).collect();
    let run = project.run(&args).expect(1).says("report saved to: ours.json").says("Generated html report:");
    assert_eq!(run.stdout.matches("Generated html report:").count(), 1, "{}", run.stdout);
    assert!(run.tally().starts_with("2 failed, 6 passed"), "the last line is the last: {}", run.stdout);
    project.pytest(&theirs.each_ref().map(String::as_str)).expect(1);
    assert_eq!(json_tests(&project, "ours.json"), json_tests(&project, "theirs.json"));
    assert_eq!(html_tests(&project, "ours.html"), html_tests(&project, "theirs.html"));
    let results = |name: &str| {
        let entries = fs::read_dir(project.path(name)).unwrap();
        entries
            .filter(|entry| entry.as_ref().unwrap().path().to_string_lossy().ends_with("-result.json"))
            .count()
    };
    assert_eq!((results("ours"), results("theirs")), (14, 14));
}

#[test]
fn a_summary_of_a_conftest_is_printed_once_before_the_last_line() {
    let project = Project::new(&[("test_a.py", SUITE), ("test_b.py", SUITE), ("conftest.py", SUMMARY)]);
    let run = project.run(&["-n2", "--no-cov"]).expect(1);
    let lines: Vec<&str> = run.stdout.lines().rev().take(2).collect();
    assert!(lines[0].contains("2 failed, 6 passed"), "{}", run.stdout);
    assert_eq!(lines[1], "passed: 6, status: 1");
    assert_eq!(project.read("calls"), "called\n");
}

#[test]
fn nobody_is_served_whom_nobody_needs() {
    const IMPORTED: &str = "\nwith open('imports', 'a') as imports:\n    imports.write('imported\\n')\n";
    let project = Project::new(&[("test_a.py", "def test_a():\n    pass\n"), ("conftest.py", IMPORTED)]);
    project.run(&["-n1", "--no-cov"]).expect(0);
    assert_eq!(project.read("imports"), "imported\n");
    project.write("conftest.py", &format!("{SUMMARY}{IMPORTED}"));
    project.run(&["-n1", "--no-cov", "--reporter=cov-run"]).expect(0);
    assert_eq!(project.read("imports"), "imported\n".repeat(2));
    assert!(!project.path("calls").exists());
    project.run(&["-n1", "--no-cov"]).expect(0).says("passed: 1, status: 0");
    assert_eq!(project.read("imports"), "imported\n".repeat(4));
}

#[test]
fn pytest_may_have_the_terminal_for_itself() {
    let dies = "import os\n\ndef test_dies():\n    os.abort()\n";
    let project = Project::new(&[("test_a.py", SUITE), ("test_b.py", dies), ("conftest.py", SUMMARY)]);
    let run = project.run(&["-n2", "--no-cov", "--reporter=pytest"]).expect(1);
    let run = run
        .says("[100%]")
        .says("passed: 3, status: 1")
        .says("died while running this test: killed by SIGABRT");
    assert_eq!(run.stdout.matches("test session starts").count(), 1, "{}", run.stdout);
    assert_eq!(run.tally(), "2 failed, 3 passed, 1 skipped, 1 xfailed, 2 warnings, 1 error");
}

#[test]
fn a_plugin_that_breaks_costs_its_report_and_nothing_else() {
    const TEST: &str = "def test_a():\n    pass\n";
    let breaks = |what: &str| format!("import os\n\ndef pytest_terminal_summary():\n    {what}\n");
    let project = Project::new(&[("test_a.py", TEST), ("conftest.py", &breaks("raise ValueError('oops')"))]);
    let run = project.run(&["-n1"]).expect(3).says("1 passed").complains("ValueError: oops");
    run.complains("the pytest of plug-ins that report ended before its time");
    assert_eq!(project.manifest().tests.len(), 1);
    assert!(project.path(".cov/profile-1of1.json").exists());
    project.write("conftest.py", &breaks("os.abort()"));
    project.run(&["-n1", "--reporter=pytest"]).expect(3).says("1 passed").complains("killed by SIGABRT");
}

#[test]
fn a_plugin_in_the_controller_may_choose_the_status() {
    let chooses = "\
def pytest_sessionfinish(session):
    if not hasattr(session.config, 'workerinput'):
        session.exitstatus = 7
";
    let project = Project::new(&[("test_a.py", "def test_a():\n    pass\n"), ("conftest.py", chooses)]);
    project.run(&["-n1", "--no-cov"]).expect(7);
}

#[test]
fn workers_get_what_plugins_give_them_and_give_something_back() {
    let conftest = "\
def pytest_configure_node(node):
    node.workerinput['token'] = ('for', node.gateway.id)

def pytest_sessionfinish(session):
    if hasattr(session.config, 'workerinput'):
        session.config.workeroutput['back'] = b'from ' + session.config.workerinput['workerid'].encode()

def pytest_testnodedown(node, error):
    with open('down', 'a') as down:
        down.write('%s %s %s\\n' % (node.gateway.id, error, node.workeroutput['back']))
";
    let test = "\
def test_a(request):
    given = request.config.workerinput
    assert given['token'] == ('for', given['workerid'])
";
    for fork in ["--fork=always", "--fork=never"] {
        let project = Project::new(&[("test_a.py", test), ("test_b.py", test), ("conftest.py", conftest)]);
        project.run(&["-n2", "--no-cov", fork]).expect(0);
        let down = project.read("down");
        let mut lines: Vec<&str> = down.lines().collect();
        lines.sort_unstable();
        assert_eq!(lines, ["gw0 None b'from gw0'", "gw1 None b'from gw1'"]);
    }
}

/// A plug-in as large projects have it: what gives workers something, and takes it back, is registered while pytest is
/// configured.
const DATABASES: &str = "\
import itertools

import pytest

class Databases:
    numbers = itertools.count()

    def note(self, text):
        with open('databases', 'a') as databases:
            databases.write(text + '\\n')

    def pytest_configure_node(self, node):
        node.workerinput['database'] = 'db%d' % next(self.numbers)
        self.note('created ' + node.workerinput['database'])

    def pytest_testnodedown(self, node, error):
        self.note('dropped ' + node.workerinput['database'])
";

fn databases(configure: &str) -> Project {
    let test = "\
import os

def test_it(database, worker_id):
    with open('databases') as databases:
        assert 'dropped ' + database not in databases.read()
    with open('used', 'a') as used:
        used.write('%s by %s\\n' % (database, worker_id))
";
    let conftest = format!("{DATABASES}\n{configure}");
    Project::new(&[("conftest.py", &conftest), ("test_a.py", test), ("test_b.py", test)])
}

/// Every worker reads what it is given as soon as it can.
const READ_AT_ONCE: &str = "\
def pytest_configure(config):
    config.pluginmanager.register(Databases())
    if hasattr(config, 'workerinput'):
        config.database = config.workerinput['database']

@pytest.fixture
def database(request):
    return request.config.database
";

fn databases_are_made_and_dropped(project: &Project) {
    let databases = project.read("databases");
    let mut lines: Vec<&str> = databases.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["created db0", "created db1", "dropped db0", "dropped db1"]);
    for line in project.read("used").lines() {
        assert!(["db0 by gw0", "db1 by gw1"].contains(&line), "{line}");
    }
}

#[test]
fn workers_get_what_is_given_by_plugins_that_are_registered_late() {
    for choice in ["--reporter=auto", "--reporter=pytest", "--fork=never"] {
        let project = databases(READ_AT_ONCE);
        let run = project.run(&["-n2", "--no-cov", choice]).expect(0);
        assert_eq!(run.tally(), "2 passed", "{choice}");
        databases_are_made_and_dropped(&project);
    }
}

#[test]
fn workers_get_what_is_given_by_plugins_that_are_not_theirs() {
    let only_there = "\
def pytest_configure(config):
    if not hasattr(config, 'workerinput'):
        config.pluginmanager.register(Databases())

@pytest.fixture
def database(request):
    return request.config.workerinput['database']
";
    let project = databases(only_there);
    project.run(&["-n2", "--no-cov", "--fork=always"]).expect(0);
    databases_are_made_and_dropped(&project);
    // Nobody can see of this one that it works elsewhere only.
    let project =
        databases(&only_there.replace("if not hasattr(config, 'workerinput')", "if not is_worker(config)"));
    project.write(
        "conftest.py",
        &format!(
            "{}\n\ndef is_worker(config):\n    return hasattr(config, 'workerinput')\n",
            project.read("conftest.py")
        ),
    );
    project.run(&["-n2", "--no-cov"]).expect(0);
    databases_are_made_and_dropped(&project);
}

#[test]
fn a_worker_that_replaces_another_is_given_something_new() {
    let dies = "\
import os

def test_dies(database):
    if database == 'db0':
        os.abort()
";
    let given = READ_AT_ONCE.replace("config.database = config.workerinput['database']", "pass");
    let given = given.replace("request.config.database", "request.config.workerinput['database']");
    for configure in [READ_AT_ONCE, &given] {
        let project = databases(configure);
        project.write("test_0.py", dies);
        project.run(&["-n1", "--no-cov"]).expect(1).says("1 failed, 2 passed");
        let lines = project.read("databases");
        assert_eq!(lines, "created db0\ndropped db0\ncreated db1\ndropped db1\n");
        assert_eq!(project.read("used"), "db1 by gw0\n".repeat(2));
    }
}
