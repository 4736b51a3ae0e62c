//! Real documents of coverage.py, number by number: what it says of a project is what we read, and what it says of all
//! shards combined is what we merge of each.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use cov_model::{Totals, json};
use cov_testing::Venv;
use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use crate::command::{merge, merge_stdin, merged};

const SHARDS: [&str; 3] = ["first", "second", "third"];

/// Statements, missed, branches and partial branches.
type Numbers = (u64, u64, u64, u64);

/// A copy of `tests/data/project`, measured in three shards: `SHARD.xml` and `SHARD.json` of each, and `whole.xml` and
/// `whole.json` of all of them combined; the data of each is in `data`.
struct Measured {
    directory: TempDir,
}

/// The project, measured once for all tests.
static MEASURED: LazyLock<Measured> = LazyLock::new(Measured::new);

impl Measured {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let project = directory.path();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/project"), project);
        let python = Venv::with(&["coverage==7.17.3"]).python();
        let coverage = |arguments: &[&str]| {
            let output = Command::new(&python)
                .args(["-m", "coverage"])
                .args(arguments)
                .current_dir(project)
                .env_remove("COVERAGE_RCFILE")
                .output()
                .unwrap();
            assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
        };
        let report = |name: &str| {
            coverage(&["xml", "-q", "-o", &format!("{name}.xml")]);
            coverage(&["json", "-q", "-o", &format!("{name}.json")]);
        };
        let data = project.join("data");
        fs::create_dir(&data).unwrap();
        for shard in SHARDS {
            coverage(&["run", "run.py", shard]);
            coverage(&["combine"]);
            report(shard);
            fs::rename(project.join(".coverage"), data.join(format!(".coverage.{shard}"))).unwrap();
        }
        coverage(&["combine", "--keep", "data"]);
        report("whole");
        Self { directory }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (entry, target) = (entry.as_ref().unwrap(), to.join(entry.as_ref().unwrap().file_name()));
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// What coverage.py says of each file.
fn theirs(json: &PathBuf) -> BTreeMap<String, Numbers> {
    let document: serde_json::Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
    let files = document["files"].as_object().unwrap().iter();
    files
        .map(|(path, file)| {
            let number = |name: &str| file["summary"][name].as_u64().unwrap();
            let numbers = (
                number("num_statements"),
                number("missing_lines"),
                number("num_branches"),
                number("num_partial_branches"),
            );
            (path.clone(), numbers)
        })
        .collect()
}

/// What we say of each file.
fn ours(report: &[u8]) -> BTreeMap<String, Numbers> {
    let files = json::read(report).unwrap().files.into_iter();
    files
        .map(|(path, file)| {
            let totals = Totals::of_file(&file);
            (
                path,
                (totals.lines.total, totals.lines.missing(), totals.branches.total, totals.partial_branches),
            )
        })
        .collect()
}

/// The lines of a document that tell of lines, by file; and what it says of classes and of the whole, without its date.
fn told(xml: &str) -> (BTreeMap<String, Vec<String>>, String) {
    let mut classes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (mut class, mut whole) = ("", String::new());
    for line in xml.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("<class name=") {
            class = name;
            classes.insert(class.to_owned(), Vec::new());
        } else if line.starts_with("<line ") {
            classes.get_mut(class).unwrap().push(line.to_owned());
        } else if line.starts_with("<coverage ") {
            let mut attributes: Vec<&str> =
                line.split(' ').filter(|it| it.contains("rate=") || it.contains("es-")).collect();
            attributes.sort_unstable();
            whole = attributes.join(" ");
        }
    }
    (classes, whole)
}

#[test]
fn numbers_are_those_of_coverage_py() {
    let path = MEASURED.path();
    for name in SHARDS.iter().chain(&["whole"]) {
        let expected = theirs(&path.join(format!("{name}.json")));
        for format in ["xml", "json"] {
            assert_eq!(ours(&merged(path, [format!("{name}.{format}")])), expected, "{name}.{format}");
        }
    }
    assert_eq!(theirs(&path.join("whole.json")).len(), 4);
    // Each shard misses what another has, or the merge would prove nothing.
    let all = |name: &str| theirs(&path.join(format!("{name}.json")))["shop/flow.py"];
    assert!(SHARDS.iter().all(|shard| all(shard).1 > all("whole").1 && all(shard).3 > 0));
}

#[test]
fn data_files_are_combined_and_analysed_as_coverage_py_does() {
    let path = MEASURED.path();
    let before = contents(&path.join("data"));
    for shard in SHARDS {
        let expected = theirs(&path.join(format!("{shard}.json")));
        assert_eq!(ours(&merged(path, [format!("data/.coverage.{shard}")])), expected, "{shard}");
    }
    let whole = merged(path, ["data"]);
    assert_eq!(ours(&whole), theirs(&path.join("whole.json")));
    assert_eq!(whole, merged(path, SHARDS.iter().rev().map(|shard| format!("data/.coverage.{shard}"))));
    // On standard input beside a file, and packed.
    let data = |shard: &str| fs::read(path.join(format!("data/.coverage.{shard}"))).unwrap();
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&data("second")).unwrap();
    fs::write(path.join("packed"), packed.finish().unwrap()).unwrap();
    let ran = merge_stdin(path, ["data/.coverage.first", "-", "packed"], &data("third"));
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert_eq!(ran.stdout, whole);
    assert_eq!(contents(&path.join("data")), before, "nothing is written or deleted");
}

/// The files of a directory.
fn contents(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let paths = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    paths.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn data_of_other_machines_is_mapped_by_the_configuration() {
    let path = MEASURED.path();
    let here = path.canonicalize().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let other = elsewhere.path().join("checkout");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/project"), &other);
    fs::copy(path.join("data/.coverage.first"), other.join(".coverage.first")).unwrap();
    // The same data as if another machine had measured it.
    let program = "
import sqlite3, sys
path, here = sys.argv[1:]
db = sqlite3.connect(path)
for number, name in db.execute('select id, path from file').fetchall():
    db.execute('update file set path = ? where id = ?', [r'C:\\agent\\work' + name.removeprefix(here).replace('/', '\\\\'), number])
db.commit()
";
    let python = Venv::with(&["coverage==7.17.3"]).python();
    let status = Command::new(python)
        .args(["-c", program])
        .args([other.join(".coverage.first"), here])
        .status()
        .unwrap();
    assert!(status.success());
    let configuration = fs::read_to_string(other.join(".coveragerc")).unwrap();
    fs::write(
        other.join(".coveragerc"),
        format!("{configuration}[paths]\nsource =\n  .\n  c:\\AGENT\\work\n"),
    )
    .unwrap();
    assert_eq!(ours(&merged(&other, [".coverage.first"])), theirs(&path.join("first.json")));
}

#[test]
fn lines_and_branches_are_not_mixed() {
    let path = MEASURED.path();
    let lines = path.join("lines");
    let measured = Command::new(Venv::with(&["coverage==7.17.3"]).python())
        .args(["-m", "coverage", "run", "--rcfile=/dev/null", "--include=shop/*", "--data-file"])
        .arg(&lines)
        .args(["run.py", "first"])
        .current_dir(path)
        .status()
        .unwrap();
    assert!(measured.success());
    let ran = merge(path, ["lines", "data/.coverage.first"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.stderr
            .starts_with("cov-merge: lines: branch coverage cannot be combined with statement coverage"),
        "{}",
        ran.stderr
    );
}

#[test]
fn merging_shards_is_combining_data() {
    let path = MEASURED.path();
    for format in ["xml", "json"] {
        let names = SHARDS.map(|shard| format!("{shard}.{format}"));
        let whole = merged(path, [format!("whole.{format}")]);
        assert_eq!(merged(path, &names), whole, "{format}");
        assert_eq!(merged(path, names.iter().rev()), whole, "{format}");
    }
}

#[test]
fn our_cobertura_of_its_json_is_its_own() {
    let path = MEASURED.path();
    let theirs = fs::read_to_string(path.join("whole.xml")).unwrap();
    for input in ["whole.json", "whole.xml"] {
        let ours = String::from_utf8(merged(path, [input, "--format", "cobertura"])).unwrap();
        let (ours, theirs) = (told(&without_methods(&ours)), told(&theirs));
        assert_eq!(ours.0, theirs.0, "{input}");
        assert_eq!(ours.1, theirs.1, "{input}");
    }
}

/// A document without its methods, which coverage.py does not tell of.
fn without_methods(xml: &str) -> String {
    let mut rest = xml;
    let mut kept = String::new();
    while let Some((before, behind)) = rest.split_once("<methods>") {
        kept.push_str(before);
        rest = behind.split_once("</methods>").unwrap().1;
    }
    kept + rest
}
