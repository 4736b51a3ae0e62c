//! Bad input and bad places for output, of every kind: the documented status, a message that names them, no panic.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const FORMATS: [&str; 9] =
    ["text", "markdown", "html", "cobertura", "coveragepy-xml", "json", "coveragepy-json", "lcov", "total"];

fn cov_report(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cov-report"));
    command.args(arguments).current_dir(directory).stdin(Stdio::null());
    command
}

fn message(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A report with a file of these fields behind the path.
fn report(fields: &str) -> Vec<u8> {
    let open = r#"{"format":"cov-report","version":1,"files":["#;
    format!("{open}\n{{\"path\":\"a.py\",{fields}}}\n]}}\n").into_bytes()
}

/// A report with one line, as good as it can be.
fn sound() -> Vec<u8> {
    report(r#""hits":"counts","lines":[[1,1]]"#)
}

/// Gives `bytes` as a file and as standard input.
#[track_caller]
fn refuses(bytes: &[u8], expected: &str) {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("report"), bytes).unwrap();
    fs::write(directory.path().join("old.xml"), "old").unwrap();
    let arguments = ["--to=text", "--to=cobertura=old.xml", "--to=html=html"];
    let from_file = cov_report(directory.path(), &[&["report"], &arguments[..]].concat()).output().unwrap();
    let mut child = cov_report(directory.path(), &arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may refuse its input before it has read all of it.
    let _ = child.stdin.take().unwrap().write_all(bytes);
    for (output, name) in [(from_file, "report"), (child.wait_with_output().unwrap(), "<stdin>")] {
        let message = message(&output);
        assert_eq!(output.status.code(), Some(1), "{message}");
        let named = format!("cov-report: {name}:");
        assert!(message.starts_with(&named) && message.contains(expected), "{message:?} {expected:?}");
        assert_eq!(message.lines().count(), 1, "{message}");
        assert_eq!(output.stdout, b"", "a report of what could not be read");
    }
    assert_eq!(fs::read(directory.path().join("old.xml")).unwrap(), b"old");
    assert!(!directory.path().join("html").exists());
}

#[test]
fn what_is_no_report_is_refused() {
    let nested = [br#"{"format":"cov-report","version":1,"files":"#.to_vec(), vec![b'['; 200_000]].concat();
    for (bytes, expected) in [
        (&b""[..], "it is empty"),
        (b" \n\t ", "it is empty"),
        (b"null", "not a coverage report"),
        (b"[]", "\"[]\""),
        (b"\0\0\0\0", "not a coverage report"),
        (b"\x89PNG\r\n\x1a\n", "not a coverage report"),
        (b"\xff\xfe{\0}\0", "UTF-16"),
        (b"{}", "\"format\" is missing"),
        (br#"{"format":"else","version":1,"files":[]}"#, "\"else\""),
        (br#"{"format":"cov-report","files":[]}"#, "version"),
        (br#"{"format":"cov-report","version":2,"files":[]}"#, "unsupported format version 2"),
        (br#"{"format":"cov-report","version":1,"files":{}}"#, "expected a sequence"),
        (br#"{"format":"cov-report","version":1,"files":[],"more":1}"#, "more"),
        (br#"{"format":"cov-run","version":1}"#, "manifest"),
        (br#"{"meta":{"format":3,"branch_coverage":true},"files":{},"totals":{}}"#, "coverage.py"),
        (b"SQLite format 3\0....", "data file of coverage.py"),
        (b"TN:\nSF:a.c\nDA:1,1\nend_of_record\n", "LCOV"),
        (b"\x1f\x8b\x08\0 garbage", ""),
        (b"\x28\xb5\x2f\xfd garbage", ""),
        (b"<html></html>", ""),
        (b"<?xml version=\"1.0\"?><coverage", ""),
        (b"<coverage>\xff\xfe</coverage>", "not UTF-8"),
        (b"<coverage><packages><package><classes><class filename=\"a\"><lines><line number=\"x\" hits=\"1\"/>", "\"x\""),
        (b"<!DOCTYPE x [<!ENTITY a \"b\"><!ENTITY c \"&a;&a;\">]><coverage>&c;</coverage>", ""),
        (&nested, ""),
    ] {
        refuses(bytes, expected);
    }
}

#[test]
fn truncated_reports_are_refused() {
    let whole = sound();
    for length in [1, 30, 60, whole.len() - 4, whole.len() - 2] {
        refuses(&whole[..length], "it is truncated");
    }
}

#[test]
fn impossible_numbers_are_refused() {
    for (lines, expected) in [
        ("[[0,1]]", "line 0"),
        ("[[-1,1]]", "-1"),
        ("[[4294967296,1]]", "4294967296"),
        ("[[1,18446744073709551616]]", "u64"),
        ("[[1,1.5]]", "1.5"),
        ("[[1,1],[1,1]]", "twice"),
        ("[[1]]", "length 1"),
    ] {
        refuses(&report(&format!(r#""hits":"counts","lines":{lines}"#)), expected);
    }
    refuses(&report(r#""hits":"yes-no","lines":[[1,5]]"#), "5 hits");
    refuses(
        &report(r#""hits":"counts","lines":[],"branches":[{"line":1,"arms":2,"at_least":3,"at_most":3}]"#),
        "ascend",
    );
}

/// The greatest numbers that can be, a line in no source, names that want to be markup or paths, nested functions.
#[test]
fn extreme_reports_are_rendered_in_every_format() {
    let extreme = r#"{"format":"cov-report","version":1,"files":[
{"path":"../<script>&\u0007.py","hits":"counts","lines":[[1,18446744073709551615],[4294967295,0]],"excluded":[4294967294],"branches":[{"line":1,"block":"\"<b>","arms":4294967295,"naming":"label","untaken":["<i>"]},{"line":1,"block":"b","arms":4294967295,"naming":"label"},{"line":2,"arms":4294967295,"at_least":0,"at_most":4294967295},{"line":3,"arms":2,"naming":"destination","untaken":["-4294967295"]}],"functions":[{"name":"<a>","start":4294967295,"hits":0},{"name":"b","start":0,"end":4294967295,"hits":18446744073709551615},{"name":"c","start":1,"end":0,"hits":1}]},
{"path":"/","hits":"yes-no","lines":[]}
]}
"#;
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("report"), extreme).unwrap();
    for format in FORMATS {
        let to = format!("{format}=out-{format}");
        let output =
            cov_report(directory.path(), &["report", "--show-missing", "--precision=255", "--to", &to])
                .output()
                .unwrap();
        assert_eq!(output.status.code(), Some(0), "{format} {}", message(&output));
    }
    let pages: String = fs::read_dir(directory.path().join("out-html"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "html"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    for markup in ["<script>&", "<i>", "<a>", "\u{7}"] {
        assert!(!pages.contains(markup), "{markup}");
    }
}

/// Asks for `arguments` beside a sound report, and finds a failed write that names `expected`.
#[track_caller]
fn fails(prepare: impl Fn(&Path), arguments: &[&str], expected: &str) {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("report"), sound()).unwrap();
    prepare(directory.path());
    let output = cov_report(directory.path(), &[&["report"], arguments].concat()).output().unwrap();
    let message = message(&output);
    assert_eq!(output.status.code(), Some(1), "{arguments:?} {message}");
    assert!(message.starts_with("cov-report: ") && message.contains(expected), "{message:?} {expected:?}");
    assert_eq!(message.lines().count(), 1, "{message}");
}

#[test]
fn unwritable_outputs_fail() {
    let nothing = |_: &Path| {};
    for format in FORMATS.into_iter().filter(|&format| format != "html") {
        fails(nothing, &["--to", &format!("{format}=/dev/full")], "/dev/full");
        fails(nothing, &["--to", &format!("{format}=/proc/nowhere/file")], "/proc/nowhere/file");
        fails(nothing, &["--to", &format!("{format}=report/file")], "report/file");
        fails(nothing, &["--to", &format!("{format}=.")], "is a directory");
    }
    fails(nothing, &["--to=html=/proc/nowhere"], "/proc/nowhere");
    fails(nothing, &["--to=html=report"], "report");
    fails(nothing, &["--to=html=/dev/null"], "/dev/null");
    for name in ["index.html", "a_py.html", "style.css", ".cov-report"] {
        let occupied = |directory: &Path| fs::create_dir_all(directory.join("html").join(name)).unwrap();
        fails(occupied, &["--to=html=html"], name);
    }
}

#[test]
fn bad_places_and_settings_fail() {
    let nothing = |_: &Path| {};
    let configured =
        |text: &'static str| move |directory: &Path| fs::write(directory.join(".coveragerc"), text).unwrap();
    fails(nothing, &["--project=nowhere"], "nowhere");
    fails(nothing, &["--project=report"], "report");
    fails(nothing, &["--config=nowhere"], "nowhere");
    fails(nothing, &["--include=a***"], "a***");
    fails(nothing, &["--sort=branch"], "branches");
    fails(nothing, &["--include=other.py"], "No data to report.");
    fails(nothing, &["--omit=*.py", "--to=html"], "No data to report.");
    fails(
        configured("[report]\nformat = pdf\n"),
        &[],
        ".coveragerc: [report] format: there is no format \"pdf\"",
    );
    fails(configured("[report]\nsort = lines\n"), &[], ".coveragerc: ");
    fails(configured("[report]\nprecision = -1\n"), &[], ".coveragerc:2: ");
    fails(configured("[report\n"), &[], ".coveragerc:1: ");
    fails(configured("[html]\nextra_css = nowhere.css\n"), &["--to=html"], "nowhere.css");
    fails(|directory| fs::write(directory.join("report"), &sound()[..47]).unwrap(), &[], "report");
    fails(
        |directory| {
            let empty = br#"{"format":"cov-report","version":1,"files":[]}"#;
            fs::write(directory.join("report"), empty).unwrap();
        },
        &["--to=json"],
        "No data to report.",
    );
}

#[test]
fn inputs_that_cannot_be_read_fail() {
    let directory = tempfile::tempdir().unwrap();
    for (name, expected) in
        [("nowhere", "nowhere: "), (".", ".: is a directory"), ("/proc/self/mem", "/proc/self/mem: ")]
    {
        let output = cov_report(directory.path(), &[name]).output().unwrap();
        let message = message(&output);
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(message.starts_with("cov-report: ") && message.contains(expected), "{message}");
    }
}

#[test]
fn a_full_standard_output_fails() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("report"), sound()).unwrap();
    for format in FORMATS.into_iter().filter(|&format| format != "html") {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = cov_report(directory.path(), &["report", "--to", format]).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", message(&output));
        assert!(message(&output).starts_with("cov-report: <stdout>: "), "{}", message(&output));
    }
}

#[test]
fn a_closed_pipe_is_no_error_and_files_are_written_all_the_same() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("report"), sound()).unwrap();
    for format in FORMATS.into_iter().filter(|&format| format != "html") {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let arguments = ["report", "--to", format, "--to=html=html", "--to=cobertura=c.xml", "-q"];
        let output = cov_report(directory.path(), &arguments).stdout(writer).output().unwrap();
        assert_eq!((output.status.code(), message(&output).as_str()), (Some(0), ""), "{format}");
        assert!(directory.path().join("html/index.html").exists() && directory.path().join("c.xml").exists());
    }
}
