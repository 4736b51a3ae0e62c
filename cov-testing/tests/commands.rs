//! Test commands that are not pytest, from their shards to the report, against the peers that measured them.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use cov_testing::Venv;
use tempfile::TempDir;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// One of the tools, as `make tools` builds them.
fn tool(name: &str) -> PathBuf {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from);
    let program = target.join("release").join(name);
    assert!(program.exists(), "{} is missing: run `make tools`, or `make test`", program.display());
    program
}

/// A project in which programs of an environment come first.
struct Project {
    root: TempDir,
    venv: Venv,
}

impl Project {
    fn new(packages: &[&str], files: &[(&str, &str)]) -> Self {
        let project = Self { root: tempfile::tempdir().unwrap(), venv: Venv::with(packages) };
        for (name, text) in files {
            let path = project.root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        project
    }

    fn run(&self, program: impl AsRef<Path>, arguments: &[&str]) -> Output {
        let programs = self.venv.python().parent().unwrap().to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths([programs].into_iter().chain(std::env::split_paths(&path))).unwrap();
        let mut command = Command::new(program.as_ref());
        command.args(arguments).current_dir(self.root.path()).env("PATH", path);
        command.env_remove("GITHUB_ACTIONS").output().unwrap()
    }

    /// What a program printed that ended well.
    #[track_caller]
    fn said(&self, program: impl AsRef<Path>, arguments: &[&str]) -> String {
        let output = self.run(program, arguments);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{arguments:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
        text
    }
}

const PYTHON: [(&str, &str); 4] = [
    (
        "shop.py",
        "def price(n):\n    if n > 10:\n        return n * 9\n    return n * 10\n\n\ndef never():\n    return 1\n",
    ),
    ("tests/__init__.py", ""),
    (
        "tests/test_small.py",
        "import unittest\n\nimport shop\n\n\nclass Small(unittest.TestCase):\n    def test(self):\n        self.assertEqual(shop.price(1), 10)\n",
    ),
    (
        "tests/test_big.py",
        "import subprocess\nimport sys\nimport unittest\n\n\nclass Big(unittest.TestCase):\n    def test(self):\n        code = 'import shop; print(shop.price(11))'\n        self.assertEqual(subprocess.check_output([sys.executable, '-c', code], cwd='.'), b'99\\n')\n",
    ),
];

/// What coverage.py's JSON says of each file.
fn files(json: &str) -> BTreeMap<String, Vec<serde_json::Value>> {
    let document: serde_json::Value = serde_json::from_str(json).unwrap();
    let files = document["files"].as_object().unwrap().iter();
    let keys = ["executed_lines", "missing_lines", "executed_branches", "missing_branches"];
    files
        .map(|(path, file)| (path.clone(), keys.iter().map(|key| file[key].clone()).collect::<Vec<_>>()))
        .collect()
}

#[test]
fn shards_of_unittest_are_measured_as_coverage_py_does() {
    let project = Project::new(&["coverage>=7.10"], &PYTHON);
    fs::write(
        project.root.path().join(".coveragerc"),
        "[run]\nbranch = true\nsource = .\npatch = subprocess\n",
    )
    .unwrap();
    project.said("coverage", &["run", "-m", "unittest"]);
    project.said("coverage", &["combine"]);
    project.said("coverage", &["json", "-o", "theirs.json"]);
    let theirs = fs::read_to_string(project.root.path().join("theirs.json")).unwrap();
    fs::remove_file(project.root.path().join(".coverage")).unwrap();

    let list = ["--cmd", "--preset", "python", "--shards=2", "--list-cmd=ls tests/test_*.py", "--"];
    for command in
        [&["python", "-m", "unittest", "{tests}"][..], &["coverage", "run", "-m", "unittest", "{tests}"]]
    {
        let printed = project.said(tool("cov-run"), &[&list[..], command].concat());
        assert!(printed.contains("3 measurements for `cov-merge .cov`"), "{printed}");
        project.said(tool("cov-merge"), &[".cov", "-o", "coverage.json"]);
        let ours = project.said(tool("cov-report"), &["coverage.json", "--to", "coveragepy-json"]);
        assert_eq!(files(&ours), files(&theirs));
    }
    assert!(!project.root.path().join(".coverage").exists(), "nothing is written into the project");
}

#[test]
fn shards_of_a_c_program_are_measured_by_gcc() {
    let price = "int price(int n) {\n    if (n > 10)\n        return n * 9;\n    return n * 10;\n}\n";
    let main = "#include <stdlib.h>\nint price(int n);\nint main(int argc, char **argv) {\n    return argc == 3 && price(atoi(argv[1])) == atoi(argv[2]) ? 0 : 1;\n}\n";
    let project =
        Project::new(&["gcovr>=8"], &[("price.c", price), ("main.c", main), ("cases", "1 10\n11 99\n")]);
    project.said("gcc", &["--coverage", "-O0", "price.c", "main.c", "-o", "shop"]);
    let script = "while read -r n m; do ./shop $n $m || exit; done < {tests-file}; \
                  cp --parents $PWD/*.gcno {out} && flock . gcovr -r . --cobertura {out}/c.xml {out}";
    project.said(
        tool("cov-run"),
        &["--cmd", "--preset=gcc", "--shards=2", "--tests=cases", "--shell", "--", script],
    );
    let one = project.said(tool("cov-merge"), &[".cov/run-1of2.json", "--allow-incomplete"]);
    assert!(one.contains(r#""path":"price.c""#) && one.contains("[3,0]"), "{one}");
    let both = project.said(tool("cov-merge"), &[".cov"]);
    assert!(!both.contains("[3,0]") && !both.contains("[4,0]") && both.contains("[2,2]"), "{both}");
    assert!(!project.root.path().join("shop-price.gcda").exists(), "nothing is written into the project");
}
