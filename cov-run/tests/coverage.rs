//! What is measured is what pytest-cov measures in one process, file by file.

use crate::project::{Project, full, plain};

fn compare(files: &[(&str, &str)], workers: &str) -> Project {
    let project = Project::in_venv(full(), files);
    let theirs = project.covered_by_pytest_cov(&["-n0", "--cov", "--cov-branch"]);
    assert!(!theirs.is_empty());
    project.run(&["-n", workers, "--branch"]).expect(0);
    assert_eq!(project.covered(), theirs);
    project
}

const BASE: &[(&str, &str)] = &[
    ("pytest.ini", "[pytest]\npythonpath = .\n"),
    (".coveragerc", "[run]\nsource = .\n"),
    (
        "mod.py",
        r#"
import threading


def branches(x, y):
    if x and y:
        return 1
    elif x:
        return 2
    while y:
        y -= 1
        if y == 2:
            break
    else:
        return 3
    try:
        return 1 / x
    except ZeroDivisionError:
        return 4
    finally:
        y = 0


def never(x):  # pragma: no cover
    return x


def partial(x):
    if x:  # pragma: no branch
        return 1
    return 2


def in_thread(results):
    def run():
        results.append([n for n in range(3) if n])

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


async def later(x):
    async with x:
        return [n async for n in x]


def matched(x):
    match x:
        case 1:
            return "one"
        case [a, b]:
            return a
        case _:
            return None


class Thing:
    attribute = 1 if True else 2

    @property
    def value(self):
        return self.attribute
"#,
    ),
    ("untouched/__init__.py", ""),
    ("untouched/one.py", "def f():\n    return 1\n\n\nif f():\n    x = 1\nelse:\n    x = 2\n"),
    (
        "test_one.py",
        "import mod\n\n\ndef test_a():\n    assert mod.branches(1, 1) == 1\n\n\ndef test_b():\n    assert mod.branches(0, 4) == 4\n",
    ),
    (
        "test_two.py",
        "import mod\n\n\ndef test_a():\n    assert mod.branches(2, 0) == 2\n    assert mod.partial(1)\n    assert mod.matched([1, 2]) == 1\n",
    ),
    (
        "test_three.py",
        "import mod\n\n\ndef test_a():\n    results = []\n    mod.in_thread(results)\n    assert results == [[1, 2]]\n    assert mod.Thing().value\n",
    ),
];

#[test]
fn branches_threads_and_pragmas() {
    for workers in ["1", "3"] {
        compare(BASE, workers);
    }
}

#[test]
fn lines_only() {
    let project = Project::in_venv(full(), BASE);
    let theirs = project.covered_by_pytest_cov(&["-n0", "--cov"]);
    project.run(&["-n2"]).expect(0);
    assert_eq!(project.covered(), theirs);
}

#[test]
fn processes_that_coverage_py_measures_for_the_project() {
    let files = [
        BASE,
        &[
            (".coveragerc", "[run]\nsource = .\nparallel = true\npatch = subprocess\n"),
            ("child.py", "import mod\n\nif __name__ == '__main__':\n    mod.branches(0, 1)\n    print('done')\n"),
            (
                "test_child.py",
                "import subprocess\nimport sys\n\n\ndef test_child():\n    out = subprocess.run([sys.executable, 'child.py'], stdout=subprocess.PIPE, text=True).stdout\n    assert out == 'done\\n'\n",
            ),
        ],
    ]
    .concat();
    let project = compare(&files, "2");
    assert_eq!(project.covered()["child.py"][1], 0);
}

#[test]
fn processes_of_multiprocessing() {
    let files = [
        BASE,
        &[
            (".coveragerc", "[run]\nsource = .\nbranch = true\nparallel = true\nconcurrency = multiprocessing\n"),
            ("job.py", "def job(x):\n    if x:\n        return x * 2\n    return 0\n"),
            (
                "test_pool.py",
                "import multiprocessing\n\nimport job\n\n\ndef test_pool():\n    context = multiprocessing.get_context('fork')\n    process = context.Process(target=job.job, args=(2,))\n    process.start()\n    process.join()\n    assert process.exitcode == 0\n",
            ),
        ],
    ]
    .concat();
    let project = compare(&files, "2");
    assert_eq!(project.covered()["job.py"][1], 1);
}

#[test]
fn nothing_of_an_earlier_run_is_left() {
    let project = Project::in_venv(full(), BASE);
    project.write(".coverage", "not ours");
    project.run(&["-n2"]).expect(0);
    project.write("test_one.py", "def test_a():\n    pass\n");
    let theirs = project.covered_by_pytest_cov(&["-n0", "--cov", "-p", "no:cacheprovider"]);
    project.run(&["-n1"]).expect(0);
    assert_eq!(project.covered(), theirs);
}

#[test]
fn the_data_of_other_programs_is_not_touched() {
    let project = Project::in_venv(full(), BASE);
    project.write(".coverage", "not ours");
    project.write(".coverage.host.1.x", "not ours either");
    project.run(&["-n2"]).expect(0);
    assert_eq!(project.read(".coverage"), "not ours");
    assert_eq!(project.read(".coverage.host.1.x"), "not ours either");
}

#[test]
fn equal_runs_give_equal_profiles() {
    let project = Project::in_venv(full(), BASE);
    project.run(&["-n1"]).expect(0);
    let first = project.read(".cov/profile-1of1.json");
    project.run(&["-n3"]).expect(0);
    assert_eq!(project.read(".cov/profile-1of1.json"), first);
}

#[test]
fn warnings_of_coverage_py_are_passed_on_and_fail_nothing() {
    let project = Project::in_venv(full(), BASE);
    project.write("pytest.ini", "[pytest]\npythonpath = .\nfilterwarnings = error\n");
    project.write(".coveragerc", "[run]\nsource = .\ninclude = mod.py\n");
    let run = project
        .run(&["-n2"])
        .expect(0)
        .complains("coverage.py: --include is ignored because --source is set");
    assert_eq!(run.stderr.matches("--include is ignored").count(), 1);
}

#[test]
fn a_project_of_which_nothing_is_measured_has_an_empty_profile() {
    let project = Project::in_venv(full(), BASE);
    project.write(".coveragerc", "[run]\nsource = .\nomit = *\n");
    project.run(&["-n2"]).expect(0).complains("nothing was measured");
    assert!(project.profile().files.is_empty());
}

#[test]
fn sources_that_cannot_be_parsed_are_said_to_be_left_out() {
    let project = Project::in_venv(full(), BASE);
    project.write("broken.py", "def f(:\n");
    let theirs = project.covered_by_pytest_cov(&["-n0", "--cov", "--cov-branch"]);
    project
        .run(&["-n2", "--branch"])
        .expect(0)
        .complains("broken.py is not in the profile: not Python: line 1: ");
    assert_eq!(project.covered(), theirs);
}

#[test]
fn a_measurement_around_us_is_left_to_others() {
    // Whoever measures all processes does not mean the workers, whose measurement is ours, but those that tests start.
    let files = [
        BASE,
        &[
            ("all.rc", "[run]\nsource = .\nbranch = true\nparallel = true\n"),
            ("child.py", "print('done')\n"),
            (
                "test_child.py",
                "import subprocess\nimport sys\n\n\ndef test_child():\n    subprocess.run([sys.executable, 'child.py'], check=True)\n",
            ),
        ],
    ]
    .concat();
    let project = Project::in_venv(full(), &files);
    let mut command = project.command(&["-n2", "--branch"]);
    command.env("COVERAGE_PROCESS_START", project.path("all.rc"));
    crate::project::finish(command.spawn().unwrap()).expect(0);
    assert_eq!(project.covered()["child.py"][1], 0);
    let stray = std::fs::read_dir(project.root()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(stray.filter(|name| name.to_string_lossy().starts_with(".coverage.")).count(), 0);
}

#[test]
fn the_end_of_the_session_is_measured_as_coverage_py_does() {
    let files = &[
        (".coveragerc", "[run]\nsource = .\nomit = test_*\n"),
        ("pytest.ini", "[pytest]\npythonpath = .\n"),
        (
            "conftest.py",
            "def pytest_sessionfinish(session):\n    if session.testsfailed:\n        print('some')\n",
        ),
        ("test_a.py", "def test_a():\n    pass\n"),
    ];
    let project = Project::in_venv(full(), files);
    project.run(&["-n1", "--branch"]).expect(0);
    assert_eq!(project.covered()["conftest.py"], [3, 1, 2, 1, 1]);
}

#[test]
fn what_the_configuration_imports_is_measured() {
    let files = &[
        ("pytest.ini", "[pytest]\npythonpath = .\naddopts = --cov=mod\nfilterwarnings = error::mod.Warned\n"),
        ("mod.py", "class Warned(Warning):\n    pass\n\n\ndef never():\n    pass\n"),
        ("test_a.py", "def test_a():\n    pass\n"),
    ];
    for venv in [full(), plain()] {
        let project = Project::in_venv(venv, files);
        project.run(&["-n1", "--branch"]).expect(0);
        assert_eq!(project.covered()["mod.py"], [4, 1, 0, 0, 0]);
    }
}
