//! Bad input of every kind: the documented status, a message that names the input, and no panic.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;

fn cov_gate(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cov-gate"));
    command.args(arguments).stdin(Stdio::null());
    command
}

fn message(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Judges `bytes` as a file and as standard input.
#[track_caller]
fn check(bytes: &[u8], expected: &str) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("report");
    fs::write(&path, bytes).unwrap();
    let from_file =
        cov_gate(&["report", "--fail-under", "50"]).current_dir(directory.path()).output().unwrap();
    let mut child = cov_gate(&["--fail-under", "50"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .current_dir(directory.path())
        .spawn()
        .unwrap();
    // It may refuse its input before it has read all of it.
    let _ = child.stdin.take().unwrap().write_all(bytes);
    let from_stdin = child.wait_with_output().unwrap();
    for (output, name) in [(from_file, "report"), (from_stdin, "<stdin>")] {
        let message = message(&output);
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(
            message.starts_with(&format!("cov-gate: {name}:")) && message.contains(expected),
            "{message}"
        );
        assert_eq!(output.stdout, b"", "a verdict on what could not be read");
    }
}

/// A report with one file, whose fields behind the path are `fields`.
fn report(fields: &str) -> Vec<u8> {
    format!("{{\"format\":\"cov-report\",\"version\":1,\"files\":[\n{{\"path\":\"a.py\",{fields}}}\n]}}\n")
        .into_bytes()
}

/// A report with one line, as good as it can be.
fn sound() -> Vec<u8> {
    report(r#""hits":"counts","lines":[[1,1]]"#)
}

#[test]
fn truncated_reports() {
    let whole = sound();
    check(b"", "it is empty");
    for length in [1, 30, 47, 60, whole.len() - 4, whole.len() - 2] {
        check(&whole[..length], "it is truncated");
    }
    check(b" \n\t ", "it is empty");
}

#[test]
fn json_of_another_shape() {
    check(b"[]", "it begins with \"[]\"");
    check(b"null", "not a coverage report");
    check(b"95", "not a coverage report");
    check(b"{}", "\"format\" is missing");
    check(br#"{"format":"else","version":1,"files":[]}"#, "\"format\" is \"else\"");
    check(br#"{"format":7,"version":1,"files":[]}"#, "integer `7`");
    check(br#"{"format":"cov-report","files":[]}"#, "version");
    check(br#"{"format":"cov-report","version":2,"files":[]}"#, "unsupported format version 2");
    check(br#"{"format":"cov-report","version":"1","files":[]}"#, "string \"1\"");
    check(br#"{"format":"cov-report","version":1.5,"files":[]}"#, "floating point `1.5`");
    check(br#"{"format":"cov-report","version":99999999999999999999,"files":[]}"#, "expected u64");
    check(br#"{"format":"cov-report","version":1}"#, "files");
    check(br#"{"format":"cov-report","version":1,"files":{}}"#, "expected a sequence");
    check(br#"{"format":"cov-report","version":1,"files":[],"more":1}"#, "more");
    check(br#"{"format":"cov-report","version":1,"files":[{}]}"#, "path");
    check(&[sound(), sound()].concat(), "text behind the end");
    check(&[sound(), b"x".to_vec()].concat(), "text behind the end");
    check(
        &[b"{\"format\":\"cov-report\",\"version\":1,\"files\":".to_vec(), vec![b'['; 200_000]].concat(),
        "",
    );
}

#[test]
fn numbers_that_cannot_be() {
    for (lines, expected) in [
        ("[[0,1]]", "line 0"),
        ("[[-1,1]]", "integer `-1`"),
        ("[[4294967296,1]]", "integer `4294967296`"),
        ("[[1,18446744073709551616]]", "expected u64"),
        ("[[1,-1]]", "integer `-1`"),
        ("[[1,1.5]]", "floating point `1.5`"),
        ("[[1,1e400]]", "out of range"),
        ("[[1,\"1\"]]", "string \"1\""),
        ("[[1]]", "invalid length 1"),
        ("[[1,1],[1,1]]", "a line is given twice"),
        ("{}", "expected a sequence"),
    ] {
        check(&report(&format!(r#""hits":"counts","lines":{lines}"#)), expected);
    }
    check(&report(r#""hits":"yes-no","lines":[[1,5]]"#), "line 1 has 5 hits");
    check(&report(r#""hits":"perhaps","lines":[]"#), "perhaps");
    check(&report(r#""lines":[[1,1]]"#), "hits");
    for (branch, expected) in [
        (r#"{"line":0,"arms":2,"at_least":1,"at_most":1}"#, "branch of line 0"),
        (r#"{"line":1,"arms":2,"at_least":2,"at_most":1}"#, "must ascend"),
        (r#"{"line":1,"arms":2,"at_least":3,"at_most":3}"#, "must ascend"),
        (r#"{"line":1,"arms":4294967296,"at_least":0,"at_most":0}"#, "integer `4294967296`"),
        (r#"{"line":1,"arms":2,"naming":"else","untaken":["3"]}"#, "unknown variant `else`"),
        (r#"{"line":1,"arms":2}"#, "give either"),
    ] {
        check(&report(&format!(r#""hits":"counts","lines":[[1,1]],"branches":[{branch}]"#)), expected);
    }
    let file = r#"{"path":"a.py","hits":"counts","lines":[]}"#;
    check(
        format!("{{\"format\":\"cov-report\",\"version\":1,\"files\":[\n{file},\n{file}\n]}}\n").as_bytes(),
        "twice",
    );
}

#[test]
fn bytes_that_are_no_text() {
    check(b"\0\0\0\0", "not a coverage report");
    check(&report("\"hits\":\"counts\",\"lines\":[],\"language\":\"\u{0}\""), "control character");
    let mut invalid = sound();
    let place = invalid.windows(4).position(|window| window == b"a.py").unwrap();
    invalid[place] = 0xff;
    check(&invalid, "invalid unicode");
    check(b"\xff\xfe{\0}\0", "UTF-16");
    check(b"<coverage>\xff\xfe</coverage>", "not UTF-8");
    check(b"SQLite format 3\0....", "data file of coverage.py");
    check(b"TN:\nSF:a.c\nDA:1,1\nend_of_record\n", "LCOV");
    check(br#"{"format":"cov-run","version":1}"#, "manifest");
    check(br#"{"meta":{"format":3,"branch_coverage":true},"files":{},"totals":{}}"#, "coverage.py");
}

#[test]
fn packed_input_that_is_broken() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&sound()).unwrap();
    let packed = encoder.finish().unwrap();
    check(&packed[..packed.len() / 2], "deflate");
    check(b"\x1f\x8b not gzip at all", "gzip");
    check(b"\x28\xb5\x2f\xfd not zstd at all", "");
    let mut flipped = packed;
    let place = flipped.len() - 6;
    flipped[place] ^= 0xff;
    check(&flipped, "checksum");
}

#[test]
fn xml_that_is_broken_or_hostile() {
    check(b"<", "truncated");
    check(b"<coverage>", "truncated");
    check(b"<coverage><packages></coverage>", "expected `</packages>`");
    check(b"<report name=\"jacoco\"/>", "<report>");
    check(b"<html><body>404</body></html>", "<html>");
    let line = |line: &str| {
        let lines =
            format!("<classes><class name=\"a\" filename=\"a.py\"><lines>{line}</lines></class></classes>");
        format!(
            "<?xml version=\"1.0\"?>\n<coverage><packages><package name=\"p\">\n{lines}\n</package></packages></coverage>"
        )
    };
    check(line("<line number=\"x\" hits=\"1\"/>").as_bytes(), "is not a number");
    check(line("<line number=\"0\" hits=\"1\"/>").as_bytes(), "line 0");
    check(line("<line number=\"99999999999\" hits=\"1\"/>").as_bytes(), "too large");
    check(line("<line hits=\"1\"/>").as_bytes(), "no number");
    check(line("<line number=\"1\"/>").as_bytes(), "no hits");
    check(line("<line number=\"1\" hits=\"many\"/>").as_bytes(), "is not a number");
    check(
        line("<line number=\"1\" hits=\"1\" branch=\"true\" condition-coverage=\"50% (3/2)\"/>").as_bytes(),
        "more arms taken",
    );
    check(line("<line number=\"1\" hits=1/>").as_bytes(), "must be enclosed");
    check(line("<line number=\"&unknown;\" hits=\"1\"/>").as_bytes(), "is not a number");
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">\
                <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]><coverage><packages><package name=\"&c;\"/></packages></coverage>";
    check(bomb.as_bytes(), "entities are declared");
    let external = "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>\
                    <coverage><sources><source>&e;</source></sources></coverage>";
    check(external.as_bytes(), "entities are declared");
    check(format!("<coverage>{}", "<a>".repeat(300_000)).as_bytes(), "nested");
    check(b"<?xml version=\"1.0\" encoding=\"UTF-7\"?><coverage/>", "UTF-7");
}

#[test]
fn files_that_cannot_be_read() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("file"), sound()).unwrap();
    fs::create_dir(directory.path().join("directory")).unwrap();
    let long = "n".repeat(300);
    let mut names = vec!["absent.json", "directory", "file/below", &long, ""];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("loop", directory.path().join("loop")).unwrap();
        names.push("loop");
    }
    if Path::new("/proc/self/mem").exists() {
        // Readable by its permissions, and fails when it is read: permissions do not stop the superuser, who may run this.
        names.push("/proc/self/mem");
    }
    for name in names {
        let output = cov_gate(&[name, "--fail-under", "50"]).current_dir(directory.path()).output().unwrap();
        let message = message(&output);
        assert_eq!(output.status.code(), Some(1), "{name}: {message}");
        assert!(message.starts_with(&format!("cov-gate: {name}: ")), "{name}: {message}");
    }
}

#[test]
fn thresholds_that_are_none() {
    for text in [
        "",
        " ",
        "95%",
        "95,5",
        "NaN",
        "inf",
        "1e1",
        "1e9",
        "-1",
        "-0",
        "+95",
        "101",
        "100.000000000000001",
        " 95",
        "0x5f",
        "9_5",
        "95.5.5",
        ".",
        "１００",
        "95.0000000000000000",
        "99999999999999999999999",
    ] {
        for flag in ["--fail-under", "--lines", "--branches", "--per-file"] {
            let output = cov_gate(&["tests/data/coverage.json", &format!("{flag}={text}")]).output().unwrap();
            assert_eq!(output.status.code(), Some(64), "{flag}={text}");
            assert!(message(&output).starts_with("error: "), "{flag}={text}");
        }
    }
}

/// The write end of a pipe whose read end is closed.
fn closed_pipe() -> Stdio {
    let mut reader = Command::new("true").stdin(Stdio::piped()).spawn().unwrap();
    let pipe = reader.stdin.take().unwrap();
    reader.wait().unwrap();
    pipe.into()
}

#[test]
fn a_closed_pipe_never_hides_a_verdict() {
    for (threshold, status) in [("50", 0), ("95", 2)] {
        let report = "tests/data/coverage.json";
        let status_with = |stdout: Stdio| {
            cov_gate(&[report, "--fail-under", threshold]).stdout(stdout).status().unwrap().code()
        };
        assert_eq!(status_with(closed_pipe()), Some(status), "{threshold}");
    }
    let nothing =
        cov_gate(&["tests/data/empty.json", "--fail-under", "5"]).stderr(closed_pipe()).status().unwrap();
    assert_eq!(nothing.code(), Some(3));
    let usage = cov_gate(&["--fail-under", "x"]).stderr(closed_pipe()).status().unwrap();
    assert_eq!(usage.code(), Some(64));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_unless_the_verdict_is_worse() {
    for (threshold, status) in [("50", 1), ("95", 2)] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output =
            cov_gate(&["tests/data/coverage.json", "--fail-under", threshold]).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(status), "{threshold}");
    }
}
