//! The command line of pytest-xdist and pytest-cov works, whether these are installed or not.

use crate::project::{Project, full, plain};

/// The setup of a project that uses both plugins.
const SETUP: &str = r#"
[tool.pytest.ini_options]
addopts = [
    "-nauto",
    "--strict-markers",
    "--strict-config",
    "-ra",
    "--cov=analysis",
    "--cov=api",
    "--cov-report=xml",
    "--cov-report=term-missing",
    "--cov-report=html",
]
pythonpath = ["."]

[tool.coverage.run]
source = ["analysis", "api"]
branch = true
parallel = true
omit = ["*/tests/*", "*/__init__.py"]

[tool.coverage.report]
fail_under = 95.0
exclude_also = ["raise NotImplementedError"]
"#;

const FILES: &[(&str, &str)] = &[
    ("pyproject.toml", SETUP),
    ("analysis/__init__.py", ""),
    (
        "analysis/core.py",
        "def f(x):\n    if x:\n        return 1\n    raise NotImplementedError\n\n\ndef g():\n    return 2\n",
    ),
    ("analysis/untouched.py", "x = 1\nif x:\n    y = 2\n"),
    ("api/__init__.py", ""),
    ("api/app.py", "from analysis.core import f\n\n\ndef call(x):\n    for _ in range(x):\n        f(x)\n"),
    (
        "tests/test_core.py",
        "import pytest\n\nfrom analysis.core import f\n\n\n@pytest.mark.xdist_group('a')\ndef test_f():\n    assert f(1) == 1\n",
    ),
    (
        "tests/test_app.py",
        "from api.app import call\n\n\ndef test_call(worker_id):\n    assert worker_id.startswith(('gw', 'master'))\n    call(2)\n",
    ),
];

#[test]
fn the_setup_works_with_and_without_the_plugins() {
    let with = Project::in_venv(full(), FILES);
    let without = Project::in_venv(plain(), FILES);
    for project in [&with, &without] {
        project.run(&[]).expect(0).says("2 passed");
        // Reports are other tools' work.
        assert!(!project.path("coverage.xml").exists() && !project.path("htmlcov").exists());
        assert!(!project.path(".coverage").exists());
    }
    let theirs = with.covered_by_pytest_cov(&["-n0"]);
    assert_eq!(with.covered(), theirs);
    assert_eq!(without.covered(), theirs);
}

#[test]
fn the_projects_number_of_workers_is_kept() {
    let project = Project::new(&[
        ("pytest.ini", "[pytest]\naddopts = -n 3 --dist loadfile --maxschedchunk 1\n"),
        (
            "conftest.py",
            "import os\n\nimport pytest\n\n\n@pytest.fixture(autouse=True)\ndef note(request):\n    assert request.config.workerinput['workercount'] == int(os.environ['EXPECTED'])\n    assert os.environ['PYTEST_XDIST_WORKER_COUNT'] == os.environ['EXPECTED']\n",
        ),
        ("test_a.py", "def test_a():\n    pass\n"),
        ("test_b.py", "def test_b():\n    pass\n"),
    ]);
    for (args, expected) in [(&[][..], "3"), (&["-n2"], "2"), (&["--", "-n0"], "1"), (&["--", "-n5"], "5")] {
        let mut command = project.command(args);
        command.env("EXPECTED", expected);
        crate::project::finish(command.spawn().unwrap()).expect(0).says(&format!("{expected} worker"));
    }
}

#[test]
fn the_projects_own_hook_says_what_auto_means() {
    for venv in [full(), plain()] {
        let project = Project::in_venv(
            venv,
            &[
                ("conftest.py", "def pytest_xdist_auto_num_workers(config):\n    return 4\n"),
                ("pytest.ini", "[pytest]\naddopts = -nauto\n"),
                ("test_a.py", "def test_a():\n    pass\n"),
            ],
        );
        project.run(&[]).expect(0).says("4 workers");
    }
}

#[test]
fn options_of_pytest_cov_take_effect() {
    let project = Project::in_venv(full(), FILES);
    project.write("pyproject.toml", "[tool.pytest.ini_options]\npythonpath = ['.']\n");
    project.write("other.rc", "[run]\nomit = */untouched.py\n");
    for args in [
        &["--cov=analysis"][..],
        &["--cov=api", "--cov-branch"],
        &["--cov", "--cov-branch"],
        &["--cov=.", "--cov-config=other.rc"],
        &["--cov=analysis", "--cov-reset", "--cov=api.app"],
    ] {
        project.run(&[&["-n2", "--"], args].concat()).expect(0);
        assert_eq!(project.covered(), project.covered_by_pytest_cov(args), "{args:?}");
    }
    project.run(&["-n2", "--", "--cov=analysis", "--no-cov"]).expect(0).says("no coverage");
    assert!(!project.path(".cov/profile-1of1.json").exists());
}

#[test]
fn flags_of_cov_run_win_over_the_project() {
    let project = Project::in_venv(full(), FILES);
    project.run(&["--source", "api"]).expect(0);
    assert_eq!(project.covered().into_keys().collect::<Vec<_>>(), ["api/app.py"]);
    project.write("pyproject.toml", "[tool.pytest.ini_options]\npythonpath = ['.']\n");
    project.run(&["--branch", "--source", "api"]).expect(0);
    assert_eq!(project.covered(), project.covered_by_pytest_cov(&["--cov=api", "--cov-branch"]));
}

#[test]
fn tests_can_ask_not_to_be_measured() {
    for venv in [full(), plain()] {
        let project = Project::in_venv(
            venv,
            &[
                ("pytest.ini", "[pytest]\npythonpath = .\naddopts = --strict-markers\n"),
                ("mod.py", "def f():\n    return 1\n\n\ndef g():\n    return 2\n"),
                (
                    "test_a.py",
                    "import mod\nimport pytest\n\n\n@pytest.mark.no_cover\ndef test_a():\n    mod.f()\n\n\ndef test_b(no_cover):\n    mod.g()\n",
                ),
            ],
        );
        project.run(&["--source", "."]).expect(0);
        assert_eq!(project.covered()["mod.py"], [4, 2, 0, 0, 0]);
    }
}

#[test]
fn information_is_pytests_own() {
    let project = Project::new(FILES);
    for args in [&["--collect-only", "-q"][..], &["--version"], &["--markers"], &["--fixtures"], &["--help"]]
    {
        let theirs = Project::in_venv(full(), FILES).pytest(args);
        let ours = project.run(&[&["--"], args].concat()).expect(0);
        assert!(!ours.stdout.is_empty());
        if args[0] == "--collect-only" {
            let ids = |text: &str| {
                text.lines().filter(|line| line.contains("::")).map(str::to_owned).collect::<Vec<_>>()
            };
            assert_eq!(ids(&ours.stdout), ids(&theirs.stdout));
        }
    }
}

#[test]
fn what_workers_cannot_do_is_refused_with_a_remedy() {
    let project = Project::new(FILES);
    project.run(&["--", "--stepwise"]).expect(4).complains("pytest -n0 --stepwise");
}

#[test]
fn plugins_that_are_named_on_the_command_line() {
    let project = Project::in_venv(
        full(),
        &[("test_a.py", "def test_worker(worker_id, cov):\n    assert worker_id == 'gw0'\n")],
    );
    let mut command =
        project.command(&["-n1", "--", "-p", "xdist.plugin", "-p", "pytest_cov.plugin", "--cov=."]);
    command.env("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1");
    crate::project::finish(command.spawn().unwrap()).expect(0).says("1 passed");
}
