//! diff-cover's own fixtures, from its source distribution: its Cobertura, its diffs, and the numbers that it expects.
//!
//! Every number is equal. What differs is refused for a reason: two of its diffs have hunks that are longer than their
//! headers say, which diff-cover does not look at; and where a fixture's source is not the version that the diff leads to,
//! we say that it is stale, so the sources are left away here.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use cov_testing::Venv;

use crate::scene::Scene;

/// The directory of the fixtures, unpacked beside the environment of the program.
fn fixtures() -> PathBuf {
    let venv = Venv::with(&["diff-cover==11.0.1"]);
    let home = venv.root().join("source");
    let fixtures = home.join("diff_cover-11.0.1/tests/fixtures");
    if !fixtures.is_dir() {
        let script = "import subprocess, sys, tarfile\n\
            pip = [sys.executable, '-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps']\n\
            subprocess.run([*pip, '--no-binary=:all:', '-d', sys.argv[1], 'diff-cover==11.0.1'], check=True)\n\
            tarfile.open(sys.argv[1] + '/diff_cover-11.0.1.tar.gz').extractall(sys.argv[1], filter='data')\n";
        let fetched = Command::new(venv.python()).args(["-c", script]).arg(&home).output().unwrap();
        assert!(fetched.status.success(), "{}", String::from_utf8_lossy(&fetched.stderr));
    }
    fixtures
}

/// The files of a console report of diff-cover with their percentage and missing lines, and the numbers of all.
fn console(text: &str) -> (BTreeMap<String, Vec<u64>>, u64, u64) {
    let number = |head: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(head)).unwrap_or("0");
        line.trim().split(' ').next().unwrap().parse().unwrap()
    };
    let range = |range: &str| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        first.parse::<u64>().unwrap()..=last.parse().unwrap()
    };
    let file = |line: &str| {
        let (name, found) = line.split_once(" (")?;
        let missing = found.split_once("Missing lines ").map_or("", |(_, lines)| lines);
        let missing = missing.split(',').filter(|range| !range.is_empty()).flat_map(range).collect();
        found.contains("%)").then(|| (name.to_owned(), missing))
    };
    (text.lines().filter_map(file).collect(), number("Total:"), number("Missing:"))
}

#[test]
fn every_number_is_that_of_diff_cover() {
    let fixtures = fixtures();
    for (diff, reports, expected) in [
        ("add", &["coverage.xml"][..], "add"),
        ("changed", &["coverage.xml"], "changed"),
        ("delete", &["coverage.xml"], "delete"),
        ("moved", &["moved_coverage.xml"], "moved"),
        ("mult", &["coverage1.xml", "coverage2.xml"], "mult_inputs"),
        ("subdir", &["coverage.xml"], "subdir_coverage"),
        ("unicode", &["unicode_coverage.xml"], "unicode"),
        ("lua", &["luacoverage.xml"], "lua"),
    ] {
        let scene = Scene::without_git();
        let diff = format!("git_diff_{diff}.txt");
        for name in reports.iter().chain(&[diff.as_str()]) {
            fs::copy(fixtures.join(name), scene.path(name)).unwrap();
        }
        let answer = scene.diff_cov(&[reports, &["--to=json", "--diff", &diff]].concat());
        assert_eq!(answer.status, 0, "{diff}: {answer:#?}");
        let document = answer.json();
        let text = fs::read_to_string(fixtures.join(format!("{expected}_console_report.txt"))).unwrap();
        let (files, total, missing) = console(&text);
        let found: BTreeMap<String, Vec<u64>> = document["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|file| {
                let missing = file["missing"].as_array().unwrap().iter();
                (
                    file["path"].as_str().unwrap().to_owned(),
                    missing.map(|line| line.as_u64().unwrap()).collect(),
                )
            })
            .collect();
        assert_eq!(found, files, "{diff}");
        let numbers = (document["total"].as_u64().unwrap(), document["covered"].as_u64().unwrap());
        assert_eq!(numbers, (total, total - missing), "{diff}");
    }
}

#[test]
fn hunks_that_are_longer_than_they_say_are_refused() {
    let fixtures = fixtures();
    for diff in ["git_diff_dotnet.txt", "git_diff_violations.txt"] {
        let scene = Scene::without_git();
        for name in [diff, "dotnet_coverage.xml"] {
            fs::copy(fixtures.join(name), scene.path(name)).unwrap();
        }
        scene
            .diff_cov(&["dotnet_coverage.xml", "--diff", diff])
            .check(1, "more lines than the hunk's header announces");
    }
}
