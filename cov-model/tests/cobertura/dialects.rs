//! What is read of each dialect: a document of each, with a line in it that says where its shape comes from.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use cov_model::cobertura::{self, Paths};
use cov_model::{HitKind, Report};

/// Reads a document of `tests/data/cobertura` in the project `/ci/proj`, where `files` exist.
fn read(name: &str, files: &[&str]) -> Report {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cobertura").join(name);
    let exists = |path: &str| files.iter().any(|file| path == format!("/ci/proj/{file}"));
    cobertura::read(BufReader::new(File::open(path).unwrap()), &Paths::new("/ci/proj", exists)).unwrap()
}

/// A report in a few lines: of each file its lines as `line:hits`, its branches as `line:taken/arms` with what is known of
/// the arms, and its functions as `name@line:hits`.
fn shown(report: &Report) -> String {
    let mut text = String::new();
    for (path, file) in &report.files {
        let kind = if file.hits == HitKind::YesNo { "yes-no" } else { "counts" };
        write!(text, "{path} {kind}\n ").unwrap();
        file.lines.iter().for_each(|(line, hits)| write!(text, " {line}:{hits}").unwrap());
        text.push('\n');
        let named: BTreeSet<u32> = file.branches.named.keys().map(|site| site.line).collect();
        let views = file.branches.views();
        if !views.is_empty() {
            text.push_str("  branches");
        }
        for view in views {
            write!(text, " {}:{}/{}", view.line, view.at_least, view.arms).unwrap();
            match named.contains(&view.line) {
                false => text.push_str(" unnamed"),
                true if view.untaken.is_empty() => {}
                true => write!(text, " without {}", view.untaken.join("+")).unwrap(),
            }
        }
        if !text.ends_with('\n') {
            text.push('\n');
        }
        if !file.functions.is_empty() {
            text.push_str("  functions");
            for ((line, name), function) in &file.functions {
                write!(text, " {name}@{line}:{}", function.hits.unwrap()).unwrap();
            }
            text.push('\n');
        }
    }
    text
}

#[track_caller]
fn check(name: &str, expected: &str) {
    assert_eq!(shown(&read(name, &[])), expected, "{name}");
}

#[test]
fn coverage_py() {
    check(
        "coveragepy.xml",
        "analysis/__init__.py yes-no\n \n\
         analysis/parse.py yes-no\n  1:1 2:1 3:0 4:1 5:1 6:1 7:0 10:1 11:0\n\
         \x20 branches 2:1/2 without 3 4:1/2 without 7 5:1/2 without 4\n\
         api/__init__.py yes-no\n \n\
         api/server.py yes-no\n  1:1 4:1 5:1 6:1 7:1 8:1 11:1\n\
         \x20 branches 6:2/2\n",
    );
}

#[test]
fn coverage_py_with_several_sources() {
    let names = |files: &[&str]| {
        let report = read("coveragepy-sources.xml", files);
        report.files.into_keys().collect::<Vec<_>>()
    };
    assert_eq!(names(&["analysis/parse.py", "api/server.py"]), ["analysis/parse.py", "api/server.py"]);
    // Nothing tells where they are, and nothing confuses them.
    assert_eq!(names(&[]), ["parse.py", "server.py"]);
}

#[test]
fn gcovr() {
    check(
        "gcovr.xml",
        "src/main.c counts\n  3:1 4:1 5:7 6:6 7:1\n  branches 5:2/2 unnamed\n  functions main@3:1\n\
         src/sign.c counts\n  1:6 2:6 3:3 4:3 7:0 8:0\n  branches 2:3/4 unnamed 4:2/2 unnamed\n\
         \x20 functions sign@1:6 unused@7:0\n",
    );
}

#[test]
fn lcov_cobertura() {
    assert_eq!(read("lcov_cobertura.xml", &[]), read("gcovr.xml", &[]));
}

#[test]
fn cargo_llvm_cov() {
    check(
        "cargo-llvm-cov.xml",
        "src/lib.rs counts\n  3:6 4:6 5:1 8:0 10:6\n  branches 4:3/4 unnamed\n\
         \x20 functions tiny::largest::<u8>@3:6\n",
    );
}

#[test]
fn tarpaulin() {
    check("tarpaulin.xml", "src/lib.rs counts\n  2:0 3:1\n");
}

#[test]
fn coverlet() {
    check(
        "coverlet.xml",
        "src/Cart.Items.cs counts\n  5:2147483647\n\
         src/Cart.cs counts\n  10:4 11:4 12:0 14:4 20:2\n  branches 11:2/4 unnamed 20:2/3 unnamed\n\
         \x20 functions Add(System.Int32)@10:4 MoveNext@14:2\n",
    );
}

#[test]
fn coverlet_of_a_deterministic_build() {
    let lines = "counts\n  6:1 8:1\n  functions Answer@6:1\n";
    check("coverlet-deterministic.xml", &format!("/_/src/DeepThought.cs {lines}"));
    let found = read("coverlet-deterministic.xml", &["src/DeepThought.cs"]);
    assert_eq!(shown(&found), format!("src/DeepThought.cs {lines}"));
}

#[test]
fn istanbul() {
    check(
        "istanbul.xml",
        "src/cart.js counts\n  1:1 2:3 3:3 4:2 9:0 10:0\n  branches 3:3/4 unnamed\n\
         \x20 functions add@2:3 (anonymous_1)&lt;T&gt;@9:0\n",
    );
}

#[test]
fn phpunit() {
    check(
        "phpunit.xml",
        "src/Cart.php counts\n  9:2 10:2 15:0 16:0 22:1\n\
         \x20 functions add(int $n)@9:2 clear@15:0 total(array $items)@22:1\n",
    );
}

#[test]
fn cover2cover() {
    check(
        "cover2cover.xml",
        "src/main/java/org/shop/Cart.java counts\n  3:1 6:1 7:0 12:1\n  branches 6:1/2 unnamed\n\
         \x20 functions <init>@3:1 add(I)Z@6:1 <init>(Lorg/shop/Cart;)V@12:1\n",
    );
}

#[test]
fn gocover_cobertura() {
    check("gocover-cobertura.xml", "cart.go counts\n  7:3 9:3 12:5 13:0\n  functions New@7:3 Add@12:5\n");
}

#[test]
fn dotnet_coverage() {
    // Branches that nobody counted are not known, rather than complete.
    check(
        "dotnet-coverage.xml",
        "C:/ci/proj/src/Cart.cs counts\n  7:1 8:0 9:1\n  branches 7:1/2 unnamed\n  functions Add(int)@7:1\n",
    );
}

#[test]
fn grcov() {
    check(
        "grcov.xml",
        "src/main.rs counts\n  1:1 3:2 4:2 6:0\n  branches 3:1/2 without 1 4:2/3 without 0\n\
         \x20 functions cov_test::main@1:1\n",
    );
}

#[test]
fn cobertura_itself() {
    check(
        "cobertura-java.xml",
        "search/BinarySearch.java counts\n  16:3 18:12 23:9 24:0\n  branches 18:3/4 unnamed 23:1/3 unnamed\n\
         \x20 functions find([II)I@16:3\n",
    );
}

#[test]
fn every_document_says_where_its_shape_comes_from() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cobertura");
    for entry in fs::read_dir(directory).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(
            ["<!-- Written by", "<!-- Shaped after", "<!-- Shortened by hand"]
                .iter()
                .any(|it| text.contains(it)),
            "{text}"
        );
    }
}
