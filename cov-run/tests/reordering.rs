//! Plug-ins and conftests that want the list of all tests.

use std::collections::{BTreeMap, BTreeSet};

use cov_model::manifest::Outcome;
use cov_testing::Venv;

use crate::project::{Project, Run};

const FIRST: &str = "import pytest\n\n\n@pytest.mark.order(2)\ndef test_two():\n    pass\n\n\n@pytest.mark.order(4)\ndef test_four():\n    pass\n";
const SECOND: &str = "import pytest\n\n\n@pytest.mark.order(1)\ndef test_one():\n    pass\n\n\n@pytest.mark.order(3)\ndef test_three():\n    pass\n";
const LOG: &str = "import pathlib\n\n\ndef pytest_runtest_setup(item):\n    with (pathlib.Path(__file__).parent / 'log').open('a') as log:\n        \
                   log.write(item.name + '\\n')\n";

fn with_order(run: impl Fn(&Project) -> Run) -> String {
    let venv = Venv::with(&["pytest>=9", "coverage>=7.10", "pytest-order"]);
    let project =
        Project::in_venv(venv, &[("conftest.py", LOG), ("test_a.py", FIRST), ("test_b.py", SECOND)]);
    run(&project).expect(0);
    project.read("log")
}

#[test]
fn an_order_over_files_is_kept() {
    let order = "test_one\ntest_two\ntest_three\ntest_four\n";
    assert_eq!(with_order(|project| project.pytest(&["-q"])), order);
    for fork in ["--fork=never", "--fork=always"] {
        let run = |project: &Project| {
            project
                .run(&["-n", "1", fork, "--source", "."])
                .says("all tests are collected first: pytest-order is there")
        };
        assert_eq!(with_order(run), order);
    }
    let mut both: Vec<String> =
        with_order(|project| project.run(&["-n", "2"])).lines().map(str::to_owned).collect();
    both.sort();
    assert_eq!(both, ["test_four", "test_one", "test_three", "test_two"]);
    let lazy = with_order(|project| project.run(&["-n", "1", "--collect=lazy"]));
    assert_eq!(lazy, "test_two\ntest_four\ntest_one\ntest_three\n");
}

fn outcomes(conftest: &str, args: &[&str]) -> (Run, BTreeMap<String, Outcome>) {
    let project = Project::new(&[
        ("tests/conftest.py", conftest),
        ("tests/test_a.py", "def test_a():\n    pass\n"),
        (
            "tests/test_b.py",
            "import pytest\n\n\ndef test_b():\n    assert False\n\n\ndef test_c():\n    pytest.skip()\n",
        ),
        ("tests/test_broken.py", "import nothing_of_this_name\n"),
    ]);
    let run = project.run(args).expect(1);
    (run, project.outcomes())
}

#[test]
fn a_conftest_that_moves_tests_is_noticed() {
    let sorts = "def pytest_collection_modifyitems(items):\n    items.sort(key=lambda item: item.name, reverse=True)\n";
    let marks = "import pytest\n\n\ndef pytest_collection_modifyitems(items):\n    for item in items:\n        item.add_marker(pytest.mark.slow)\n";
    let said = "tests/conftest.py may change the order of tests";
    let (lazy, expected) = outcomes(marks, &["-n", "2", "--source", "."]);
    assert!(!lazy.stdout.contains("collected first"), "{}", lazy.stdout);
    let (all, found) = outcomes(sorts, &["-n", "2", "--source", "."]);
    assert_eq!(found, expected);
    assert_eq!(all.says(said).tally(), "1 failed, 1 passed, 1 skipped, 1 error");
    let (all, found) = outcomes(marks, &["-n", "2", "--source", ".", "--collect=all"]);
    assert_eq!(found, expected);
    all.says("all tests are collected first: --collect=all");
}

#[test]
fn tests_are_deselected_once() {
    let (run, _) = outcomes("", &["-n", "2", "--collect=all", "--", "-k", "test_b"]);
    assert_eq!(run.tally(), "1 failed, 1 skipped, 1 deselected, 1 error");
}

#[test]
fn an_order_that_goes_to_and_fro_between_files_loses_no_test() {
    let three = "def test_a():\n    pass\n\n\ndef test_b():\n    pass\n\n\ndef test_c():\n    assert False\n";
    let sorts = "def pytest_collection_modifyitems(items):\n    items.sort(key=lambda item: item.name)\n";
    let project = Project::new(&[("conftest.py", sorts), ("test_a.py", three), ("test_b.py", three)]);
    let run = project.run(&["-n", "2", "--source", "."]).expect(1);
    assert_eq!(
        run.says("FAILED test_a.py::test_c").says("FAILED test_b.py::test_c").tally(),
        "2 failed, 4 passed"
    );
    assert_eq!(project.outcomes().len(), 6);
}

#[test]
fn a_file_is_shared_out_unless_its_tests_may_rely_on_their_order() {
    let slow = "import time\n\nimport pytest\n\n\n@pytest.mark.parametrize('n', range(8))\ndef test_slow(n):\n    time.sleep(0.3)\n";
    let sorts = "def pytest_collection_modifyitems(items):\n    items.sort(key=lambda item: item.name)\n";
    let workers = |requirements: &[&str], conftest| {
        let files =
            [("conftest.py", conftest), ("test_a.py", "def test_a():\n    pass\n"), ("test_slow.py", slow)];
        let project = Project::in_venv(Venv::with(requirements), &files);
        project.run(&["-n2", "--no-cov"]).expect(0).says("all tests are collected first");
        let tests = project.manifest().tests;
        let slow = tests.iter().filter(|test| test.id.starts_with("test_slow.py"));
        slow.map(|test| test.worker.clone()).collect::<BTreeSet<_>>().len()
    };
    assert_eq!(workers(&["pytest>=9", "coverage>=7.10"], sorts), 2);
    assert_eq!(workers(&["pytest>=9", "coverage>=7.10", "pytest-order"], ""), 1);
}

#[test]
fn the_tables_of_models_in_test_files_are_made() {
    let model = "import pytest\nfrom django.db import models\n\n\nclass {name}(models.Model):\n    class Meta:\n        app_label = 'auth'\n\n\n\
                 @pytest.mark.django_db\ndef test_has_a_table():\n    assert {name}.objects.count() == 0\n";
    let files = [
        (
            "pytest.ini",
            "[pytest]\npythonpath = .\nDJANGO_SETTINGS_MODULE = settings\naddopts = --no-migrations\n",
        ),
        (
            "settings.py",
            "SECRET_KEY = 'none'\nDATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}}\n\
             INSTALLED_APPS = ['django.contrib.contenttypes', 'django.contrib.auth']\n",
        ),
        ("test_a.py", &model.replace("{name}", "First")),
        ("test_b.py", &model.replace("{name}", "Second")),
    ];
    let project =
        Project::in_venv(Venv::with(&["pytest>=9", "coverage>=7.10", "pytest-django", "django"]), &files);
    for fork in ["--fork=auto", "--fork=never"] {
        assert_eq!(project.run(&["-n1", fork, "--source", "."]).expect(0).tally(), "2 passed");
    }
}

#[test]
fn the_seed_of_pytest_randomly_is_the_one_that_is_asked_for() {
    let venv = Venv::with(&["pytest>=9", "coverage>=7.10", "pytest-randomly"]);
    let project = Project::in_venv(
        venv,
        &[("test_a.py", "import random\n\n\ndef test_a():\n    assert random.random() < 0.5\n")],
    );
    project.run(&["-n1", "--no-cov", "--", "--randomly-seed=7"]).says("Using --randomly-seed=7\n");
    project.run(&["-n1", "--no-cov", "--", "--randomly-seed=last"]).says("Using --randomly-seed=7\n");
}
