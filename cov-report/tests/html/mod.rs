//! The directory of HTML pages: what is in it, what is left alone, what is cleared away.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

const PROJECT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/project");

/// Renders the project into `directory`; what it prints.
fn render(directory: &Path, options: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_cov-report"))
        .args(["coverage.json", &format!("--to=html={}", directory.display())])
        .args(options)
        .current_dir(PROJECT)
        .output()
        .unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{message}");
    message
}

fn contents(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect()
}

#[test]
fn equal_inputs_give_equal_bytes() {
    let root = tempfile::tempdir().unwrap();
    let (first, second) = (root.path().join("first"), root.path().join("second"));
    assert_eq!(render(&first, &[]), "");
    render(&second, &[]);
    render(&second, &[]);
    assert_eq!(contents(&first), contents(&second));
    let names: Vec<_> = contents(&first).into_keys().collect();
    assert_eq!(
        names,
        [
            ".cov-report",
            ".gitignore",
            "analysis___init___py.html",
            "analysis_parse_py.html",
            "api_server_py.html",
            "index.html",
            "main_py.html",
            "script.js",
            "style.css"
        ]
    );
}

#[test]
fn pages_of_an_earlier_run_go_and_files_of_others_stay() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("notes.html"), "theirs").unwrap();
    render(root.path(), &[]);
    assert!(!root.path().join(".gitignore").exists());
    render(root.path(), &["--include=api/*"]);
    let names: Vec<_> = contents(root.path()).into_keys().collect();
    assert_eq!(
        names,
        [".cov-report", "api_server_py.html", "index.html", "notes.html", "script.js", "style.css"]
    );
}

#[test]
fn what_is_left_out_has_no_page_but_counts() {
    let root = tempfile::tempdir().unwrap();
    render(root.path(), &["--skip-covered"]);
    assert!(!root.path().join("main_py.html").exists());
    let index = fs::read_to_string(root.path().join("index.html")).unwrap();
    assert!(index.contains("Left out: 2 files with nothing missing."));
    assert!(index.contains("<dt>Lines<dd>83% <small>15/18</small>"), "{index}");
}

#[test]
fn settings_of_html_take_effect() {
    let root = tempfile::tempdir().unwrap();
    let configuration = "[report]\nskip_covered = true\nfail_under = 72.5\nprecision = 1\n[html]\ndirectory = pages\n\
        title = R & D\nskip_covered = false\nskip_empty = true\nextra_css = more.css\n";
    fs::write(root.path().join(".coveragerc"), configuration).unwrap();
    fs::write(root.path().join("more.css"), "/* more */").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_cov-report"))
        .args(["--project", ".", "--to=html", "-q", &format!("{PROJECT}/coverage.json")])
        .current_dir(root.path())
        .output()
        .unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let written = contents(&root.path().join("pages"));
    assert_eq!(written["extra.css"], b"/* more */");
    assert!(written.contains_key("main_py.html") && !written.contains_key("analysis___init___py.html"));
    let index = String::from_utf8(written["index.html"].clone()).unwrap();
    for expected in [
        "<title>76.9% R &amp; D</title>",
        "from 72.5 %",
        "Left out: 1 file without code.",
        "<link rel=stylesheet href=extra.css>",
    ] {
        assert!(index.contains(expected), "{expected} {index}");
    }
}

#[test]
fn settings_that_are_not_heeded_are_said_to_be() {
    let root = tempfile::tempdir().unwrap();
    fs::write(
        root.path().join(".coveragerc"),
        "[run]\nplugins = covdefaults, django_coverage_plugin\n[html]\ncolour = 1\n",
    )
    .unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_cov-report"))
        .args(["--to=total", &format!("{PROJECT}/coverage.json")])
        .current_dir(root.path())
        .output()
        .unwrap();
    let warnings = String::from_utf8(output.stderr).unwrap();
    for expected in ["[html] colour", "[run] plugins: covdefaults"] {
        assert!(warnings.contains(expected), "{warnings}");
    }
    // It concerns what is measured, and cov-merge has said so.
    assert!(!warnings.contains("django"), "{warnings}");
    assert_eq!(output.stdout, b"77\n");
}

#[test]
fn a_source_that_is_not_the_measured_one_is_named() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("api")).unwrap();
    fs::write(root.path().join("api/server.py"), "changed\n").unwrap();
    let project = root.path().display().to_string();
    let message = render(&root.path().join("html"), &["--project", &project]);
    assert_eq!(
        message,
        "cov-report: warning: api/server.py: the source has changed since it was measured: measure again\n\
         cov-report: warning: analysis/__init__.py and 2 more: the source was not found: give --project the directory that paths start from\n"
    );
    assert_eq!(render(&root.path().join("html"), &["--project", &project, "-q"]), "");
}

#[test]
fn pages_are_less_than_three_times_their_source() {
    let root = tempfile::tempdir().unwrap();
    // A long file of real code; every other line counts as measured.
    let found = Command::new("python3").args(["-c", "import argparse; print(argparse.__file__)"]).output();
    let path = String::from_utf8(found.expect("this test needs python3 on the PATH").stdout).unwrap();
    let source = fs::read_to_string(path.trim()).unwrap();
    fs::write(root.path().join("a.py"), &source).unwrap();
    let lines: Vec<_> = (1..=source.lines().count()).step_by(2).map(|line| (line, line % 4 / 2)).collect();
    let lines = format!("{lines:?}").replace('(', "[").replace(')', "]");
    let report = format!(
        "{{\"format\":\"cov-report\",\"version\":1,\"files\":[\n{{\"path\":\"a.py\",\"hits\":\"yes-no\",\"lines\":{lines}}}\n]}}\n"
    );
    fs::write(root.path().join("report.json"), report).unwrap();
    let project = root.path().display().to_string();
    let directory = root.path().join("html");
    let rendered = Command::new(env!("CARGO_BIN_EXE_cov-report"))
        .args([
            &format!("{project}/report.json"),
            "--project",
            &project,
            &format!("--to=html={}", directory.display()),
        ])
        .status();
    assert!(rendered.unwrap().success());
    let page = contents(&directory)["a_py.html"].len();
    assert!(page < 3 * source.len(), "{page} of {}", source.len());
}

#[test]
fn lines_show_the_contexts_that_ran_them() {
    let root = tempfile::tempdir().unwrap();
    let contexts = r#"{"":[1],"t::<a>":[1,2]}"#;
    let file =
        format!(r#"{{"path":"a.py","hits":"yes-no","lines":[[1,1],[2,1],[3,0]],"contexts":{contexts}}}"#);
    let report = format!(r#"{{"format":"cov-report","version":1,"files":[{file}]}}"#);
    fs::write(root.path().join("coverage.json"), report).unwrap();
    fs::write(root.path().join("a.py"), "a = 1\nb = 1\nc = 1\n").unwrap();
    let page = |option: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cov-report"));
        let status =
            command.args(["coverage.json", "--to=html"]).args(option).current_dir(root.path()).status();
        assert!(status.unwrap().success());
        fs::read_to_string(root.path().join("htmlcov/a_py.html")).unwrap()
    };
    assert!(!page(&[]).contains("<em"));
    let shown = page(&["--show-contexts"]);
    assert!(
        shown.contains("a = 1<em class=c title=\"no context, t::&lt;a&gt;\">2 contexts</em>\n"),
        "{shown}"
    );
    assert!(shown.contains("b = 1<em class=c>t::&lt;a&gt;</em>\n"), "{shown}");
    // What they did not run is missing, where they alone are asked for.
    assert!(page(&["--contexts=^$"]).contains("<p id=L2 class=m>"));
}
