//! The JSON, XML and LCOV of coverage.py, and what contexts leave of its table, byte for byte.

use std::fs;
use std::process::Command;

use super::{Project, with_project};

/// What coverage.py knows of its data, as a report of ours: the renderers alone are tested here.
const PROFILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/coveragepy/profile.py");

const FORMATS: [(&str, &str); 3] = [("json", "coveragepy-json"), ("xml", "coveragepy-xml"), ("lcov", "lcov")];

/// Configurations with what makes the formats differ. No file is below two sources, of which coverage.py takes one by chance.
const CONFIGURATIONS: [&str; 4] = [
    "[run]\nbranch = true\n",
    "[run]\nsource = package\n    elsewhere\n[report]\nskip_empty = true\nomit = main.py\nprecision = 2\n[xml]\npackage_depth = 1\n[json]\npretty_print = true\n[lcov]\nline_checksums = true\n",
    "[run]\nbranch = true\nrelative_files = true\nsource = package/\n[report]\nomit = */large.py,main.py\n[xml]\npackage_depth = -1\n",
    "[run]\nsource = package/sub_package/\ndynamic_context = test_function\n[report]\ninclude = package/*.py\n[json]\nshow_contexts = true\n[xml]\npackage_depth = 0\n",
];

impl Project<'_> {
    /// Measures the project, and writes what coverage.py knows of it as a report of ours.
    fn profile(&self) {
        let run = self.coverage(&["run", "--source=.", "main.py"]);
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        let mut python = Command::new(self.venv.python());
        let written = python.arg(PROFILE).arg("coverage.json").current_dir(self.directory).status().unwrap();
        assert!(written.success());
    }

    fn cov_report(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cov-report"));
        let output =
            command.arg("coverage.json").args(arguments).current_dir(self.directory).output().unwrap();
        assert!(output.status.success(), "{arguments:?} {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

/// A report without the time, and without the order of contexts, which is that of a set.
fn levelled(format: &str, text: &str) -> String {
    let (before, behind) = match format {
        "xml" => ("timestamp=\"", '"'),
        "json" => ("\"timestamp\": \"", '"'),
        _ => return text.to_owned(),
    };
    let start = text.find(before).unwrap() + before.len();
    let end = start + text[start..].find(behind).unwrap();
    let text = format!("{}{}", &text[..start], &text[end..]);
    if !text.contains("\"show_contexts\": true") {
        return text;
    }
    let mut document: serde_json::Value = serde_json::from_str(&text).unwrap();
    sort_contexts(&mut document);
    document.to_string()
}

fn sort_contexts(value: &mut serde_json::Value) {
    for (key, inner) in value.as_object_mut().into_iter().flatten() {
        if key == "contexts" {
            for names in inner.as_object_mut().unwrap().values_mut() {
                names.as_array_mut().unwrap().sort_by_key(ToString::to_string);
            }
        } else {
            sort_contexts(inner);
        }
    }
}

#[test]
fn formats_are_those_of_coverage_py() {
    with_project(|project| {
        for configuration in CONFIGURATIONS {
            fs::write(project.directory.join(".coveragerc"), configuration).unwrap();
            project.profile();
            let files = FORMATS.map(|(theirs, _)| format!("their.{theirs}"));
            let asked: Vec<Vec<String>> = FORMATS
                .iter()
                .zip(&files)
                .map(|((theirs, _), file)| {
                    vec![(*theirs).to_owned(), "-q".to_owned(), "-o".to_owned(), file.clone()]
                })
                .collect();
            for (said, status) in project.reports(&asked) {
                assert_eq!(status, 0, "{said}");
            }
            for ((theirs, ours), file) in FORMATS.iter().zip(&files) {
                let expected = fs::read_to_string(project.directory.join(file)).unwrap();
                let actual = project.cov_report(&["--to", ours]);
                assert!(expected.contains("branches.py"));
                let (actual, expected) = (levelled(theirs, &actual), levelled(theirs, &expected));
                let differing = actual.lines().zip(expected.lines()).find(|(ours, theirs)| ours != theirs);
                assert!(actual == expected, "{theirs} {configuration}{differing:?}");
            }
        }
    });
}

#[test]
fn contexts_leave_of_the_table_what_they_leave_in_coverage_py() {
    with_project(|project| {
        fs::write(project.directory.join(".coveragerc"), "[run]\ndynamic_context = test_function\n").unwrap();
        project.profile();
        let asked = ["--contexts=^test_one$", "--contexts=wo,^$", "--contexts=nothing"];
        let arguments = asked.map(|contexts| vec!["report".to_owned(), "-m".to_owned(), contexts.to_owned()]);
        for ((expected, status), contexts) in project.reports(&arguments).iter().zip(asked) {
            assert_eq!(*status, 0, "{expected}");
            assert_eq!(project.cov_report(&["--show-missing", contexts]), *expected, "{contexts}");
        }
    });
}
