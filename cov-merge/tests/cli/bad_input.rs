//! Bad input of every kind: the documented status, a message that names the file and the place, and never a panic.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;

use crate::command::{Ran, command, merge, merge_stdin};

const HEAD: &str = r#"{"format":"cov-report","version":1,"files":["#;

/// A report of one file, with `rest` as its last fields.
fn report(rest: &str) -> String {
    format!("{HEAD}\n{{\"path\":\"a.py\",\"hits\":\"counts\",{rest}}}\n]}}\n")
}

fn cobertura(lines: &str) -> String {
    format!(
        "<coverage><packages><package><classes>\n<class filename=\"a.py\"><lines>\n{lines}</lines></class></classes></package></packages></coverage>"
    )
}

fn manifest(change: (&str, &str)) -> String {
    let whole =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/run/run-1of2.json"));
    let whole = whole.unwrap();
    assert!(whole.contains(change.0));
    whole.replacen(change.0, change.1, 1)
}

/// Merges a file of these bytes: status 1, nothing on standard output, one message that begins with `expected` behind the
/// file's name. The same comes out of standard input.
#[track_caller]
fn refused(bytes: impl AsRef<[u8]>, expected: &str) {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("in"), bytes.as_ref()).unwrap();
    for (name, ran) in [
        ("in", merge(directory.path(), ["in"])),
        ("<stdin>", merge_stdin(directory.path(), ["-"; 0], bytes.as_ref())),
    ] {
        let Ran { status, stdout, stderr } = ran;
        assert_eq!((status, stdout.as_slice()), (1, b"".as_slice()), "{stderr}");
        assert!(stderr.starts_with(&format!("cov-merge: {name}:{expected}")), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
}

#[test]
fn what_is_no_report() {
    refused("", " not a coverage report: it is empty");
    refused("\n\n \t", " not a coverage report: it is empty");
    refused([0; 100], " not a coverage report: it begins with ");
    refused(b"\x89PNG\r\n", " not a coverage report: it begins with ");
    refused("hello", " not a coverage report: it begins with \"hello\"");
    refused("SQLite format 3\0", " the data file is damaged (it ends after 16 of 100 bytes): measure again");
    refused(
        "TN:\nSF:a.c\n",
        " LCOV tracefiles are not read: convert them first (lcov_cobertura); reports of the cov tools",
    );
    refused("mode: set\na.go:1.1,2.2 1 1\n", " coverage profiles of Go are not read: convert them first");
    refused(b"\xff\xfe{\0", " not a coverage report: it is UTF-16");
    refused(b"\x1f\x8b\x08\x00broken", " ");
    refused(b"\x28\xb5\x2f\xfdbroken", " ");
    refused("[]", " not a coverage report: it begins with \"[]\"");
    refused("{}", " not a report of the cov tools: \"format\" is missing");
    refused(r#"{"format":"lcov"}"#, " not a report of the cov tools: \"format\" is \"lcov\"");
}

#[test]
fn json_that_cannot_be() {
    refused("{", "1: the report ends before its closing line: it is truncated");
    refused("{\"format\":", "1: the report ends before");
    refused(r#"{"format":"cov-report","version":2,"files":[]}"#, " unsupported format version 2");
    refused(r#"{"format":"cov-report","files":[]}"#, "1: \"version\" is missing");
    refused(HEAD, "1: the report ends before");
    refused(format!("{HEAD}\n"), "2: the report ends before");
    refused(
        format!("{HEAD}\n{{\"path\":\"a.py\",\"hits\":\"counts\",\"lines\":[]}}\n"),
        "3: the report ends before",
    );
    refused(report("\"lines\":[[1,1]],\"colour\":1"), "2: unknown field `colour`");
    refused(report("\"lines\":[[0,1]]"), "2: a.py: line 0 cannot be");
    refused(report("\"lines\":[[4294967296,1]]"), "2: invalid value: integer `4294967296`");
    refused(report("\"lines\":[[1,-1]]"), "2: invalid value: integer `-1`");
    refused(report("\"lines\":[[1,18446744073709551616]]"), "2: ");
    refused(report("\"lines\":[[1,1],[1,2]]"), "2: a.py: a line is given twice");
    refused(report("\"lines\":\"all\""), "2: invalid type: string \"all\"");
    refused(report("\"lines\":[],\"digest\":\"md5:1\""), "2: a.py: \"md5:1\" is not a digest");
    refused(
        report("\"lines\":[],\"branches\":[{\"line\":1,\"arms\":2,\"at_least\":2,\"at_most\":1}]"),
        "2: a.py: ",
    );
    refused(report("\"lines\":[]").replace("a.py", "\u{1}\\ud800"), "2: ");
    refused([report("").as_bytes(), b"\xff\xfe"].concat(), "2: ");
    let file = r#"{"path":"a.py","hits":"counts","lines":[]}"#;
    refused(format!("{HEAD}\n{file},\n{file}\n]}}\n"), "3: a.py: the file is given twice");
    refused(format!("{HEAD}\n{file}\n{file}\n]}}\n"), "3: a comma is missing before this file");
    refused(report("\"lines\":[]") + "{}", "3: text behind the end of the report");
}

#[test]
fn coverage_py_json_that_cannot_be() {
    let of = |format: u32, file: &str| {
        format!("{{\"meta\":{{\"format\":{format},\"branch_coverage\":true}},\"files\":{{\"a.py\":{file}}}}}")
    };
    refused(of(9, "{}"), "1: missing field");
    refused(
        of(9, r#"{"executed_lines":[],"missing_lines":[],"summary":{}}"#),
        " unsupported format 9 of coverage.py's JSON",
    );
    refused(of(3, "3"), "1: invalid type: integer `3`");
    refused(of(3, r#"{"executed_lines":["x"],"missing_lines":[],"summary":{}}"#), "1: invalid type");
    refused(of(3, r#"{"executed_lines":[0],"missing_lines":[],"summary":{}}"#), " a.py: line 0 cannot be");
}

#[test]
fn cobertura_that_cannot_be() {
    let class = " coverage/packages/package[1]/classes/class[1]";
    let line = "3: coverage/packages/package[1]/classes/class[1]/lines/line[1]:";
    refused("<?xml version=\"1.0\"?>", "1: there is no document: nothing, or only a header");
    refused("<report/>", "1: the document is <report>, not <coverage>: JaCoCo reports are not read yet");
    refused("<coverage>", "1: coverage: the document ends before its closing tags: it is truncated");
    refused(
        "<coverage><packages/></coverag",
        "1: coverage: the document ends inside of markup: it is truncated",
    );
    refused(cobertura("<line number=\"0\" hits=\"1\"/>"), &format!("{line} line 0 cannot be"));
    refused(
        cobertura("<line number=\"4294967296\" hits=\"1\"/>"),
        &format!("{line} line number 4294967296 is too large"),
    );
    refused(cobertura("<line number=\"1\" hits=\"x\"/>"), &format!("{line} hits \"x\" is not a number"));
    refused(cobertura("<line hits=\"1\"/>"), &format!("{line} line has no number"));
    refused(cobertura("\u{0}</wrong>"), &format!("3:{class}/lines: "));
    refused("<!DOCTYPE coverage [<!ENTITY a \"b\">]><coverage/>", "1: entities are declared");
    refused(
        "<!DOCTYPE coverage [<!ENTITY a SYSTEM \"file:///etc/hostname\">]><coverage/>",
        "1: entities are declared",
    );
    let mut laughs = String::from("<!ENTITY l0 \"ha\">");
    for level in 1..10 {
        let ten = format!("&l{};", level - 1).repeat(10);
        write!(laughs, "<!ENTITY l{level} \"{ten}\">").unwrap();
    }
    refused(format!("<!DOCTYPE coverage [{laughs}]><coverage>&l9;</coverage>"), "1: entities are declared");
    refused(
        "<coverage><sources><source>&unknown;</source></sources></coverage>",
        "1: coverage/sources/source[1]: the entity &unknown; is not known",
    );
    refused(
        "<coverage>".to_owned() + &"<a>".repeat(100_000),
        "1: coverage: elements are nested more than 100 deep",
    );
    refused("<?xml version=\"1.0\" encoding=\"latin1\"?><coverage/>", "1: the encoding is latin1, not UTF-8");
    refused(
        b"<coverage><packages><package name=\"\xe9\"/></packages></coverage>",
        "1: coverage/packages: not UTF-8",
    );
}

#[test]
fn manifests_that_cannot_be() {
    refused(manifest(("\"version\":1", "\"version\":2")), " unsupported manifest version 2");
    refused(manifest(("\"shard\":1", "\"shard\":3")), " shard 3 of 2 cannot be");
    refused(
        manifest(("tests/test_a.py\",\"", "tests/test_0.py\",\"")),
        " the list of files does not match its digest",
    );
    refused(manifest(("\"complete\":true", "\"complete\":1")), "1: ");
    refused(manifest(("\"outcome\":\"passed\"", "\"outcome\":\"fine\"")), "2: ");
    refused(manifest(("\"fragments\"", "\"fragment\"")), "1: ");
}

#[test]
fn a_broken_input_among_good_ones_leaves_the_old_output() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("good"), report("\"lines\":[]")).unwrap();
    fs::write(directory.path().join("bad"), "<coverage>").unwrap();
    fs::write(directory.path().join("out.json"), "old").unwrap();
    let Ran { status, stderr, .. } = merge(directory.path(), ["good", "bad", "-o", "out.json"]);
    assert_eq!(status, 1);
    assert!(stderr.starts_with("cov-merge: bad:1: coverage: "), "{stderr}");
    assert_eq!(fs::read(directory.path().join("out.json")).unwrap(), b"old");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 3, "nothing is left beside it");
}

#[test]
fn inputs_that_cannot_be_opened() {
    let directory = tempfile::tempdir().unwrap();
    let refused = |name: &str, expected: &str| {
        let Ran { status, stdout, stderr } = merge(directory.path(), [name]);
        assert_eq!((status, stdout.len()), (1, 0));
        assert!(stderr.starts_with(&format!("cov-merge: {name}: {expected}")), "{stderr}");
    };
    refused("missing.json", "No such file");
    fs::create_dir(directory.path().join("empty")).unwrap();
    refused("empty", "there is no profile-KofN.json, no run-KofN.json and no .coverage in this directory");
    refused("empty/below/it.json", "No such file");
    std::os::unix::fs::symlink("circle", directory.path().join("circle")).unwrap();
    refused("circle", "Too many levels of symbolic links");
    refused(&"x".repeat(300), "File name too long");
}

#[test]
fn outputs_that_cannot_be_written() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("in"), report("\"lines\":[]")).unwrap();
    fs::write(directory.path().join("file"), "").unwrap();
    for (output, expected) in [
        ("/dev/full", "/dev/full: No space left on device"),
        ("file/below.json", "file/below.json: "),
        (".", ".: is a directory"),
        ("/proc/no/such.json", "/proc/no/such.json: "),
    ] {
        for format in ["json", "cobertura"] {
            let Ran { status, stderr, .. } =
                merge(directory.path(), ["in", "-o", output, "--format", format]);
            assert_eq!(status, 1, "{output}: {stderr}");
            assert!(stderr.starts_with(&format!("cov-merge: {expected}")), "{stderr}");
        }
    }
}

#[test]
fn a_full_disk_behind_standard_output_fails() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("in"), report("\"lines\":[]")).unwrap();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = command(directory.path()).arg("in").stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.starts_with("cov-merge: <stdout>: No space left on device"), "{message}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let directory = tempfile::tempdir().unwrap();
    let lines: Vec<String> = (1..200_000).map(|line| format!("[{line},1]")).collect();
    fs::write(directory.path().join("in"), report(&format!("\"lines\":[{}]", lines.join(",")))).unwrap();
    let mut child =
        command(directory.path()).arg("in").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), b"".as_slice()));
}

#[test]
fn paths_need_not_be_unicode() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let directory = tempfile::tempdir().unwrap();
    let name = OsStr::from_bytes(b"caf\xe9.json");
    fs::write(directory.path().join(name), report("\"lines\":[[1,1]]")).unwrap();
    let Ran { status, stdout, stderr } = merge(directory.path(), [name]);
    assert_eq!((status, stderr.as_str()), (0, ""));
    assert!(String::from_utf8(stdout).unwrap().contains("\"a.py\""));
}
