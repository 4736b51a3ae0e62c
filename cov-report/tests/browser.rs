//! The pages in headless Chromium, used as a reader uses them: see `browser/pages.py`.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::fs;
use std::path::Path;
use std::process::Command;

const TESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests");
const COV_REPORT: &str = env!("CARGO_BIN_EXE_cov-report");

/// Renders the report of one of the projects, with the sources of `project`.
fn render(report: &str, project: &Path, directory: &Path, options: &[&str]) {
    let rendered = Command::new(COV_REPORT)
        .arg(format!("{TESTS}/{report}/coverage.json"))
        .arg(format!("--to=html={}", directory.display()))
        .arg("--project")
        .arg(project)
        .args(options)
        .status()
        .unwrap();
    assert!(rendered.success());
}

#[test]
fn pages_do_what_their_reader_asks() {
    let root = tempfile::tempdir().unwrap();
    let tests = Path::new(TESTS);
    render("project", &tests.join("project"), &root.path().join("project"), &[]);
    for precision in ["0", "1", "2"] {
        let directory = root.path().join(format!("project-{precision}"));
        render("project", &tests.join("project"), &directory, &["--precision", precision]);
    }
    render("counted", &tests.join("counted"), &root.path().join("counted"), &[]);

    let changed = root.path().join("changed");
    fs::create_dir_all(changed.join("analysis")).unwrap();
    for name in ["analysis/__init__.py", "analysis/parse.py"] {
        fs::copy(tests.join("project").join(name), changed.join(name)).unwrap();
    }
    fs::write(changed.join("main.py"), "print('another')\n").unwrap();
    render("project", &changed, &root.path().join("stale"), &["--quiet"]);

    let used = Command::new("python3")
        .args(["-B", &format!("{TESTS}/browser/pages.py")])
        .args([root.path().as_os_str(), COV_REPORT.as_ref()])
        .output()
        .expect("this test needs python3 on the PATH");
    assert!(used.status.success(), "{}", String::from_utf8_lossy(&used.stderr));
}
