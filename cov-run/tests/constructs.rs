//! Whatever measures, each construct of the language is measured as coverage.py's tracer measures it.
//!
//! On Python 3.12 and 3.13 it is our own monitor that is compared here, elsewhere what coverage.py chooses.

use cov_testing::pythons;

use crate::project::{Project, full_of};

const FILES: &[(&str, &str)] = &[
    ("pytest.ini", "[pytest]\npythonpath = .\n"),
    (".coveragerc", "[run]\nsource = .\n"),
    ("constructs.py", include_str!("constructs/constructs.py")),
    ("test_constructs.py", include_str!("constructs/test_constructs.py")),
    ("test_again.py", "from test_constructs import test_loops, test_rest\n"),
    // What ran before the workers were forked goes on in them.
    (
        "conftest.py",
        "import constructs\n\nconstructs.chained(500)\nconstructs.finally_returns(0)\nconstructs.matches(2)\n",
    ),
];

#[test]
fn all_of_them_in_one_process_and_in_two() {
    for python in pythons() {
        let project = Project::in_venv(full_of(&python), FILES);
        let theirs = project.covered_by_pytest_cov(&["-n0", "--cov", "--cov-branch"]);
        assert!(theirs["constructs.py"][3] > 20, "ways are to be missed: {theirs:?}");
        for arguments in [["-n1", "--core=auto"], ["-n2", "--core=auto"], ["-n2", "--core=ctrace"]] {
            project.run(&[&arguments[..], &["--branch"]].concat()).expect(0);
            assert_eq!(project.covered(), theirs, "{}: {arguments:?}", python.display());
        }
    }
}

#[test]
fn the_monitor_goes_on_after_a_pause_and_tells_the_journal() {
    let files = &[
        ("pytest.ini", "[pytest]\npythonpath = .\n"),
        (".coveragerc", "[run]\nsource = .\nomit = test_*\n"),
        (
            "mod.py",
            "def f(x):\n    if x:\n        return 1\n    return 2\n\n\ndef g(x):\n    if x:\n        return 1\n    return 2\n",
        ),
        (
            "test_a.py",
            "import os\n\nimport mod\n\n\ndef test_one_way():\n    mod.f(1)\n\n\ndef test_unmeasured(no_cover):\n    mod.f(0)\n    mod.g(0)\n\n\n\
             def test_other():\n    mod.g(1)\n\n\ndef test_dies():\n    os._exit(1)\n",
        ),
    ];
    for python in pythons() {
        let project = Project::in_venv(full_of(python), files);
        project.run(&["-n1", "--branch"]).expect(1);
        assert_eq!(project.covered()["mod.py"], [8, 2, 4, 2, 2]);
    }
}

#[test]
fn tests_may_take_away_what_the_monitor_needs() {
    let files = &[
        (".coveragerc", "[run]\nsource = .\nomit = test_*\n"),
        ("mod.py", "def f(x):\n    if x:\n        return 1\n    return 2\n"),
        (
            "test_a.py",
            "import sys\n\n\ndef test_without_frames(monkeypatch):\n    monkeypatch.delattr(sys, '_getframe')\n    import mod\n\n    mod.f(1)\n",
        ),
        ("pytest.ini", "[pytest]\npythonpath = .\n"),
    ];
    for python in pythons() {
        let project = Project::in_venv(full_of(python), files);
        for core in ["--core=auto", "--core=ctrace"] {
            project.run(&["-n1", "--branch", core]).expect(0);
            assert_eq!(project.covered()["mod.py"], [4, 1, 2, 1, 1], "{core}");
        }
    }
}
