//! Files that are no data files, or have in them what cannot be, or that somebody is still writing.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use cov_python::data_file::{DataFile, ReadOptions};

use super::{database, snapshot, venv};

/// What is said of the database that `program` writes.
#[track_caller]
fn refused(program: &str, expected: &str) {
    let directory = tempfile::tempdir().unwrap();
    let path = database(directory.path(), program);
    let before = snapshot(directory.path());
    let error = DataFile::read(&path, ReadOptions { contexts: true }).unwrap_err().to_string();
    assert!(error.contains(expected), "{error}");
    assert_eq!(snapshot(directory.path()), before);
}

#[track_caller]
fn refused_bytes(bytes: &[u8], expected: &str) {
    let error = DataFile::from_bytes(bytes, ReadOptions::default()).unwrap_err().to_string();
    assert!(error.contains(expected), "{error}");
}

#[test]
fn other_formats_are_named() {
    refused_bytes(b"", "empty");
    refused_bytes(b"SQLite", "it ends after 6 bytes");
    refused_bytes(b"SQLite format 3\0", "it ends after 16 of 100 bytes");
    refused_bytes(b"SQLite format 3\0 and then nonsense", "damaged");
    refused_bytes(b"<coverage/>", "not a data file of coverage.py: it is no SQLite database");
    let old = br#"!coverage.py: This is a private format, don't read it directly!{"lines":{"/a.py":[1]}}"#;
    refused_bytes(old, "of coverage.py 4, which is not read: measure with coverage.py 5.0 or later");
    let older = b"\x80\x02}q\x01(U\tcollectorq\x02U\x10coverage v3.7.1q\x03u.";
    refused_bytes(older, "of coverage.py 3");
}

#[test]
fn other_schemas_and_other_databases_are_named() {
    refused(
        "schema(); db.execute('update coverage_schema set version = 6')",
        "schema 6, where schema 7 is read",
    );
    refused(
        "db.execute('create table coverage_schema (version integer)'); db.execute('insert into coverage_schema values (2)')",
        "schema 2, where schema 7 is read",
    );
    refused("schema(); db.execute('delete from coverage_schema')", "table coverage_schema: it has no row");
    refused("db.execute('create table a (b)')", "it is an SQLite database of another program");
    refused("db.execute('create table a (b)'); db.execute('drop table a')", "the data file is empty");
    refused("schema(); db.execute('drop table arc')", "a table is missing");
}

#[test]
fn values_that_cannot_be_are_named() {
    for (statements, expected) in [
        ("insert into file values (1, x'00')", "table file: Blob where text should be"),
        ("insert into file values (1, null)", "table file: Null where text should be"),
        ("insert into file values (1, cast(x'ff' as text))", "table file: text that is not UTF-8"),
        ("insert into line_bits values (1, 1, 'text')", "table line_bits: Text where the lines should be"),
        ("insert into line_bits values ('one', 1, x'00')", "table line_bits: Text where a number should be"),
        ("insert into arc values (1, 1, 1, 'two')", "table arc: Text where a number should be"),
        ("insert into arc values (1, 1, 1, 2.5)", "table arc: Real where a number should be"),
        ("insert into arc values (1, 1, 1, 5000000000)", "table arc: line 5000000000 cannot be"),
        ("insert into arc values (1, 1, -5000000000, 1)", "table arc: line -5000000000 cannot be"),
        ("insert into meta values ('has_arcs', 'perhaps')", "table meta: has_arcs is \"perhaps\""),
        (
            "insert into meta values ('has_arcs', '1'); insert into line_bits values (1, 1, x'02')",
            "table meta: it has both lines and arcs, or not what it says to have",
        ),
        (
            "insert into line_bits values (1, 1, x'02'); insert into arc values (1, 1, 1, 2)",
            "table meta: it has both lines and arcs",
        ),
        ("insert into tracer values (1, x'00')", "table tracer: Blob where text should be"),
    ] {
        let files =
            if statements.contains("into file") { "" } else { "insert into file values (1, '/a.py');" };
        refused(&format!("schema(); db.executescript(\"\"\"{files}{statements}\"\"\")"), expected);
    }
    refused(
        "schema(); db.execute('insert into line_bits values (1, 1, ?)', [bytes(300_000_000) + b'x'])",
        "cannot be",
    );
}

#[test]
fn a_view_in_the_place_of_a_table_is_not_asked() {
    refused(
        "schema(); db.execute('drop table arc'); db.execute('create view arc as with recursive r(n) as (select 1 union all select n + 1 from r) select 1 as file_id, 1 as context_id, n as fromno, n as tono from r')",
        "a table is missing",
    );
}

#[test]
fn what_hangs_on_no_file_does_not_count() {
    let directory = tempfile::tempdir().unwrap();
    let program = "schema(); db.executescript(\"insert into meta values ('has_arcs', '0'); insert into file values (2, '/a.py'); insert into line_bits values (1, 1, x'02'), (2, 9, x'04')\")";
    let data = DataFile::read(&database(directory.path(), program), ReadOptions { contexts: true }).unwrap();
    assert_eq!(data.files.len(), 1);
    assert_eq!(data.files["/a.py"].lines, [2]);
    assert!(data.files["/a.py"].contexts.is_empty());
}

#[test]
#[cfg(unix)]
fn names_of_every_kind_are_opened() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let directory = tempfile::tempdir().unwrap();
    let path = database(directory.path(), "schema()");
    for name in [&b"a?mode=memory"[..], b"#", b"100%41", b"a b", b"\xff", "ü".as_bytes(), b"file:x", b"\\"] {
        let odd = directory.path().join(OsStr::from_bytes(name));
        fs::rename(&path, &odd).unwrap();
        assert_eq!(DataFile::read(&odd, ReadOptions::default()).unwrap().files.len(), 0);
        fs::rename(&odd, &path).unwrap();
    }
}

#[test]
#[cfg(unix)]
fn a_file_that_is_being_written_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = database(directory.path(), "schema()");
    let program = "
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute('begin immediate')
db.execute('insert into file values (1, 1)')
print('writing', flush=True)
sys.stdin.read()
";
    let mut writer = Command::new(venv().python())
        .arg("-c")
        .arg(program)
        .arg(&path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Read::read_exact(writer.stdout.as_mut().unwrap(), &mut [0; 7]).unwrap();
    let error = DataFile::read(&path, ReadOptions::default()).unwrap_err().to_string();
    writer.kill().unwrap();
    writer.wait().unwrap();
    assert!(error.contains("is being written by process"), "{error}");
    // What was killed left a journal, whose head is not written while nothing is to be put back.
    assert!(DataFile::read(&path, ReadOptions::default()).is_ok());
}

#[test]
fn a_journal_beside_it_is_named_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = database(directory.path(), "schema()");
    let beside = |suffix: &str| directory.path().join(format!(".coverage{suffix}"));
    let mut journal = fs::File::create(beside("-journal")).unwrap();
    assert!(DataFile::read(&path, ReadOptions::default()).is_ok(), "an empty journal says nothing");
    journal.write_all(&[0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7, 0, 0]).unwrap();
    let before = snapshot(directory.path());
    let error = DataFile::read(&path, ReadOptions::default()).unwrap_err().to_string();
    assert!(error.contains("has .coverage-journal beside it"), "{error}");
    assert_eq!(snapshot(directory.path()), before);
    fs::rename(beside("-journal"), beside("-wal")).unwrap();
    let error = DataFile::read(&path, ReadOptions::default()).unwrap_err().to_string();
    assert!(error.contains("has .coverage-wal beside it"), "{error}");
}
