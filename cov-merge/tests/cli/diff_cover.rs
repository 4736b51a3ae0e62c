//! Real diff-cover takes our Cobertura for coverage.py's, from wherever it is run.

use std::fs;
use std::path::Path;
use std::process::Command;

use cov_testing::Venv;

use crate::command::merged;

fn git(directory: &Path, arguments: &[&str]) {
    let identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"];
    let output = Command::new("git").args(identity).args(arguments).current_dir(directory).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// What diff-cover says of the changes since main, run in `directory`.
fn diff_cover(directory: &Path, report: &Path) -> serde_json::Value {
    let program = Venv::with(&["diff-cover==11.0.1"]).program("diff-cover");
    let output = Command::new(program)
        .arg(report)
        .args(["--compare-branch=main", "--branch-coverage", "--format=json:said.json"])
        .current_dir(directory)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut said: serde_json::Value =
        serde_json::from_slice(&fs::read(directory.join("said.json")).unwrap()).unwrap();
    said.as_object_mut().unwrap().remove("report_name");
    said
}

const OLD: &str = "def f(x):\n    return x\n";
const NEW: &str =
    "def f(x):\n    if x:\n        return 1\n    return x\n\n\ndef g(x):\n    return 2 * x\n\n\nf(1)\n";

#[test]
fn the_verdict_is_that_of_coverage_pys_document() {
    let directory = tempfile::tempdir().unwrap();
    let repository = directory.path().canonicalize().unwrap();
    let project = repository.join("backend");
    fs::create_dir_all(project.join("pkg")).unwrap();
    git(&repository, &["init", "-q"]);
    fs::write(project.join("pkg/a.py"), OLD).unwrap();
    fs::write(project.join(".gitignore"), "*.xml\n*.json\n.coverage\n").unwrap();
    git(&repository, &["add", "."]);
    git(&repository, &["commit", "-qm", "old"]);
    git(&repository, &["checkout", "-qb", "topic"]);
    fs::write(project.join("pkg/a.py"), NEW).unwrap();
    git(&repository, &["commit", "-qam", "new"]);

    let python = Venv::with(&["coverage==7.17.3"]).python();
    for arguments in [&["run", "--branch", "--source=.", "pkg/a.py"][..], &["xml", "-o", "theirs.xml"]] {
        let mut command = Command::new(&python);
        let output = command.args(["-m", "coverage"]).args(arguments).current_dir(&project).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
    merged(&project, ["theirs.xml", "--format", "cobertura", "-o", "ours.xml"]);
    // The same from the repository's root.
    merged(
        &repository,
        ["backend/theirs.xml", "--project", "backend", "--format", "cobertura", "-o", "backend/root.xml"],
    );
    assert_eq!(fs::read(project.join("root.xml")).unwrap(), fs::read(project.join("ours.xml")).unwrap());

    for from in [&project, &repository] {
        let theirs = diff_cover(from, &project.join("theirs.xml"));
        assert_eq!(theirs["total_num_lines"], 5, "{theirs}");
        assert_eq!(theirs["total_num_violations"], 2, "{theirs}");
        assert_eq!(diff_cover(from, &project.join("ours.xml")), theirs, "from {}", from.display());
    }
}
