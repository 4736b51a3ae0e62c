//! Configuration files, written by hand and generated.

use std::collections::BTreeMap;
use std::path::Path;

use cov_model::config::{
    Configuration, CoverageConfig, DEFAULT_EXCLUDE, DEFAULT_PARTIAL, DEFAULT_PARTIAL_ALWAYS,
};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::peer;

/// A directory, an environment, and perhaps a file that is asked for.
#[derive(Debug, Default)]
struct Case {
    files: BTreeMap<String, Vec<u8>>,
    environment: BTreeMap<String, String>,
    rcfile: Option<String>,
}

impl Case {
    fn file(mut self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.files.insert(name.to_owned(), content.as_ref().to_vec());
        self
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    fn rcfile(mut self, name: &str) -> Self {
        self.rcfile = Some(name.to_owned());
        self
    }

    /// What we make of it, in the shape that `read_config.py` answers in.
    fn read(&self) -> Result<Value, String> {
        let directory = tempfile::tempdir().unwrap();
        for (name, content) in &self.files {
            std::fs::write(directory.path().join(name), content).unwrap();
        }
        let rcfile = self.rcfile.as_ref().map(|name| match &**name {
            // The one name that is no path.
            ".coveragerc" => name.into(),
            _ => directory.path().join(name),
        });
        let environment = |name: &str| self.environment.get(name).cloned();
        let read = Configuration::read(directory.path(), rcfile.as_deref(), &environment);
        read.map(|configuration| settings(&configuration, directory.path()))
            .map_err(|error| error.to_string())
    }
}

fn settings(configuration: &Configuration, directory: &Path) -> Value {
    let CoverageConfig { run, paths, report, html, xml, json, lcov } = &configuration.coverage;
    let mut warnings: Vec<_> = configuration.warnings.iter().map(|warning| &warning.option).collect();
    warnings.sort();
    let fail_under = report.fail_under.map_or(0.0, |percent| percent.to_string().parse::<f64>().unwrap());
    json!({
        "path": configuration.path.as_ref().map(|path| path.strip_prefix(directory).unwrap()),
        "warnings": warnings,
        "run": {
            "branch": run.branch,
            "command_line": run.command_line,
            "concurrency": run.concurrency,
            "context": run.context,
            "core": run.core,
            "cover_pylib": run.cover_pylib,
            "data_file": run.data_file,
            "debug": run.debug,
            "debug_file": run.debug_file,
            "disable_warnings": run.disable_warnings,
            "dynamic_context": run.dynamic_context,
            "include": run.include,
            "omit": run.omit,
            "parallel": run.parallel,
            "patch": run.patch,
            "plugins": run.plugins,
            "relative_files": run.relative_files,
            "sigterm": run.sigterm,
            "source": run.source,
            "source_dirs": run.source_dirs,
            "source_pkgs": run.source_pkgs,
            "timid": run.timid,
        },
        "paths": paths,
        "report": {
            "contexts": report.contexts,
            "exclusions": report.exclusions().collect::<Vec<_>>(),
            "fail_under": fail_under,
            "format": report.format,
            "ignore_errors": report.ignore_errors,
            "include": report.include,
            "include_namespace_packages": report.include_namespace_packages,
            "omit": report.omit,
            "partial": report.partial().collect::<Vec<_>>(),
            "partial_branches_always": report.partial_branches_always,
            "precision": report.precision,
            "show_missing": report.show_missing,
            "skip_covered": report.skip_covered,
            "skip_empty": report.skip_empty,
            "sort": report.sort,
        },
        "html": {
            "directory": html.directory,
            "extra_css": html.extra_css,
            "show_contexts": html.show_contexts,
            "skip_covered": html.skip_covered,
            "skip_empty": html.skip_empty,
            "title": html.title,
        },
        "xml": { "output": xml.output, "package_depth": xml.package_depth },
        "json": { "output": json.output, "pretty_print": json.pretty_print, "show_contexts": json.show_contexts },
        "lcov": { "output": lcov.output, "line_checksums": lcov.line_checksums },
    })
}

/// Reads every case with coverage.py and with ours; how many both read, and how many both refuse.
fn compare(cases: &[Case]) -> (usize, usize) {
    let questions: Vec<_> = cases
        .iter()
        .map(|case| json!({ "files": case.files, "environment": case.environment, "rcfile": case.rcfile }))
        .collect();
    let answers = peer::ask("read_config.py", &questions.into());
    let (mut read, mut refused) = (0, 0);
    for (case, answer) in cases.iter().zip(answers.as_array().unwrap()) {
        let shown = || {
            let files = case
                .files
                .iter()
                .map(|(name, text)| format!("--- {name}\n{}\n", String::from_utf8_lossy(text)));
            format!("{}--- {:?} {:?}", files.collect::<String>(), case.environment, case.rcfile)
        };
        match case.read() {
            Ok(ours) => {
                assert_eq!(ours, answer["settings"], "coverage.py says {}\n{}", answer["error"], shown());
                read += 1;
            }
            Err(error) => {
                assert!(answer["error"].is_string(), "we say {error}\n{}", shown());
                refused += 1;
            }
        }
    }
    (read, refused)
}

const SET: &str = "[tool.coverage.run]\nbranch = true\n";

#[test]
fn the_first_file_that_says_something_is_used() {
    let case = Case::default;
    let set = SET;
    let empty = "[tool.coverage.run]\n";
    let first_users = r#"
[tool.pytest.ini_options]
addopts = ["-nauto", "--cov=analysis"]
[tool.coverage.run]
source = ["analysis", "api", "pipeline"]
branch = true
parallel = true
omit = ["*/tests/*", "*/__init__.py", "*/cli/__main__.py"]
[tool.coverage.report]
fail_under = 95.0
precision = 2
show_missing = true
skip_covered = false
exclude_also = ["def __repr__", "if self\\.debug", "if 0:", "if __name__ == .__main__.:", "@(abc\\.)?abstractmethod"]
[tool.coverage.html]
directory = "htmlcov"
"#;
    let (read, refused) = compare(&[
        case(),
        case().file("pyproject.toml", first_users),
        case().file(".coveragerc", "").file("pyproject.toml", set),
        case().file(".coveragerc.toml", "").file("pyproject.toml", set),
        case().file("setup.cfg", "[run]\nbranch=1\n").file("pyproject.toml", set),
        case().file("setup.cfg", "[coverage:run]\nbrunch=1\n").file("tox.ini", "[coverage:run]\nbranch=1\n"),
        case().file("tox.ini", "[coverage:paths]\nsource = a\n b\n").file("pyproject.toml", set),
        case().file("pyproject.toml", empty),
        case().file("pyproject.toml", ""),
        case().file("pyproject.toml", "[tool.other]\nx = 1\n"),
        case().file(".coveragerc.toml", "[run]\nbranch = true\n[tool.coverage.run]\ntimid = true\n"),
        case().file(".coveragerc", "[run]\nbranch = on\n[coverage:run]\ntimid = yes\n"),
        case().file("setup.cfg", "nonsense").file("pyproject.toml", set),
        case().file("pyproject.toml", set).rcfile("absent.cfg"),
        case().file("other.toml", "[run]\nbranch = true\n").file("pyproject.toml", set).rcfile("other.toml"),
        case().file("other.cfg", "[coverage:run]\nbranch = 1\n").rcfile("other.cfg"),
        case().file("pyproject.toml", set).rcfile("pyproject.toml"),
        case().file("pyproject.toml", set).rcfile(".coveragerc"),
        case().file("other.cfg", "[run]\nbranch=1\n").variable("COVERAGE_RCFILE", "other.cfg"),
        case().file("pyproject.toml", set).variable("COVERAGE_RCFILE", "absent.cfg"),
        case().file("pyproject.toml", set).variable("COVERAGE_RCFILE", ""),
        case()
            .variable("COVERAGE_FILE", "x")
            .variable("COVERAGE_DEBUG", "a, b")
            .variable("COVERAGE_CORE", "ctrace"),
    ]);
    assert_eq!((read, refused), (19, 3));
}

#[test]
fn the_text_of_a_file_is_read_as_python_reads_it() {
    let case = Case::default;
    let (read, refused) = compare(&[
        case().file(".coveragerc", b"[run]\r\nbranch = 1\r\nomit =\r\n  a\r\n  b\r\n"),
        case().file(".coveragerc.toml", b"[run]\r\nbranch = true\r\n"),
        case().file(".coveragerc", b"\xef\xbb\xbf[run]\nbranch = 1\n"),
        case().file(".coveragerc.toml", b"\xef\xbb\xbf[run]\nbranch = true\n"),
        case().file(".coveragerc", b"[run]\ncontext = \xff\n"),
        case().file("pyproject.toml", b"x = '\xff'\n"),
        case().file("pyproject.toml", "[tool.coverage.run"),
        case().file("pyproject.toml", "[tool.coverage.run]\nbranch = true\nbranch = true\n"),
        case().file("pyproject.toml", "[tool.coverage]\nrun = 1\n"),
        case().file("pyproject.toml", "[tool.coverage]\nrun = []\n"),
        case().file("pyproject.toml", "[tool]\ncoverage = 'x'\n"),
        case().file("pyproject.toml", "tool = 1\n"),
        case().file("pyproject.toml", "[tool.coverage]\nrun.branch = true\nreport = { precision = 1 }\n"),
    ]);
    assert_eq!((read, refused), (3, 10));
}

#[test]
fn ini_files_are_those_of_configparser() {
    let case = Case::default;
    let (read, refused) = compare(&[
        case().file(".coveragerc", "[DEFAULT]\nbranch = 1\n[run]\ntimid = 1\n[report]\n"),
        case().file(".coveragerc", "[DEFAULT]\nbranch = 1\n"),
        case().file(".coveragerc", "[run]\nbranch = 1\n[run]\ntimid = 1\n"),
        case().file(".coveragerc", "[run]\nbranch = 1\nBRANCH = 1\n"),
        case().file(".coveragerc", "branch = 1\n"),
        case().file(".coveragerc", "[run]\nbranch\n"),
        case().file(".coveragerc", "[run]\n= 1\n"),
        case().file(".coveragerc", "[run] trailing\n  branch: yes\n # comment\n  timid = 1\n"),
        case().file(
            ".coveragerc",
            "[run]\nomit =\n  a, b # not a comment\n\n  # a comment\n\tc\n[report]\nomit = ,,\n",
        ),
        case()
            .file(".coveragerc", "[paths]\nZ = ~/z\n  ~\n  ~no-such-user/x\nA = a,b\n")
            .variable("HOME", "/home/me/"),
        case().file(".coveragerc", "[report]\nexclude_lines =\n  a{1,2}\n  b\n\n  c\nexclude_also = d\n"),
        case().file(
            ".coveragerc",
            "[report]\npartial_branches = a\npartial_also =\n b\n c\npartial_branches_always =\n",
        ),
        case().file(".coveragerc", "[run]\n_crash = x\npatch = subprocess\n"),
        case().file(".coveragerc", "[run]\nconcurrency = gevent, thread\n"),
        case().file(".coveragerc", "[run]\nconcurrency = gevent, eventlet\n"),
        case().file(".coveragerc", "[run]\nconcurrency = fibres\n"),
        case().file(".coveragerc", "[run]\ncontext = ${X?}\n"),
        case().file(".coveragerc", "[run]\ncontext = ${X?}\n").variable("X", ""),
    ]);
    assert_eq!((read, refused), (10, 8));
}

#[test]
fn toml_values_have_the_types_of_coverage_py() {
    let case = Case::default;
    let (read, refused) = compare(&[
        case().file("pyproject.toml", "[tool.coverage.run]\nbranch = 'true'\ntimid = 'false'\n"),
        case().file("pyproject.toml", "[tool.coverage.run]\nbranch = 'True'\n"),
        case().file("pyproject.toml", "[tool.coverage.run]\nomit = 'a,b'\n"),
        case().file("pyproject.toml", "[tool.coverage.run]\nomit = ['$A', 1]\n"),
        case().file("pyproject.toml", "[tool.coverage.paths]\nz = ['b', 'a']\na = ['c']\n"),
        case().file("pyproject.toml", "[tool.coverage.paths]\nz = 'b'\n"),
        case().file(
            "pyproject.toml",
            "[tool.coverage.report]\nfail_under = true\nprecision = true\nsort = -1\nformat = 2.5\n",
        ),
        case().file("pyproject.toml", "[tool.coverage.report]\nfail_under = '9_5.5'\nprecision = ' 1_0 '\n"),
        case().file("pyproject.toml", "[tool.coverage.report]\nfail_under = 0x1F\nprecision = 0b11\n"),
        case().file("pyproject.toml", "[tool.coverage.report]\nfail_under = 2020-01-01\n"),
        case().file("pyproject.toml", "[tool.coverage.html]\ndirectory = ['x']\n"),
        case()
            .file("pyproject.toml", "[tool.coverage.html]\ndirectory = '~/$D'\n")
            .variable("HOME", "/h")
            .variable("D", "d"),
    ]);
    assert_eq!((read, refused), (6, 6));
}

#[test]
fn defaults_are_those_of_coverage_py() {
    let answers = peer::ask("read_config.py", &json!([{ "files": {}, "environment": {} }]));
    assert_eq!(answers[0]["settings"]["report"]["exclusions"], json!(DEFAULT_EXCLUDE));
    assert_eq!(answers[0]["settings"]["report"]["partial"], json!(DEFAULT_PARTIAL));
    assert_eq!(answers[0]["settings"]["report"]["partial_branches_always"], json!(DEFAULT_PARTIAL_ALWAYS));
    assert_eq!(answers[0]["settings"], settings(&Configuration::default(), Path::new("")));
}

/// Sections with options that they have, and a few that they have not.
const OPTIONS: [(&str, &[&str]); 8] = [
    (
        "run",
        &["branch", "context", "concurrency", "data_file", "omit", "source", "patch", "Parallel", "brunch"],
    ),
    (
        "report",
        &[
            "fail_under",
            "precision",
            "exclude_lines",
            "exclude_also",
            "omit",
            "skip_covered",
            "sort",
            "title",
        ],
    ),
    ("html", &["directory", "title", "skip_covered", "show_contexts"]),
    ("xml", &["output", "package_depth"]),
    ("json", &["output", "pretty_print"]),
    ("lcov", &["output", "line_checksums"]),
    ("paths", &["source", "Other"]),
    ("elsewhere", &["branch"]),
];

/// Values as an INI file has them, continued lines and all.
const INI_VALUES: [&str; 36] = [
    "",
    "1",
    "0",
    "yes",
    "No",
    "TRUE",
    "off",
    "maybe",
    "2",
    "95",
    " 95.5 ",
    "9_5",
    "+12.25",
    "-1",
    "1e1000",
    "nan",
    "100.1",
    "a",
    "a, b,,c",
    "a,\n  b\n\n\tc",
    "\n  a\n  # comment\n  b",
    "thread",
    "gevent\n  eventlet",
    "subprocess",
    "~/x",
    "~",
    "$A",
    "${A}/${B-b}",
    "${A?}",
    "${B?}",
    "$$A",
    "${A",
    "\u{a0}a\u{a0}",
    "a\u{2028}b",
    "a\x0cb",
    "x = y : z ; w",
];

/// Values as a TOML file has them.
const TOML_VALUES: [&str; 36] = [
    "true",
    "false",
    "1",
    "0",
    "-1",
    "95",
    "95.5",
    "+12.25",
    "9_5.0",
    "100.1",
    "inf",
    "nan",
    "'true'",
    "'yes'",
    "''",
    "'95'",
    "' 7 '",
    "'a'",
    "'a,b'",
    "[]",
    "['a', 'b']",
    "['a', 2]",
    "[['a']]",
    "['thread']",
    "['subprocess']",
    "['~/x']",
    "'~/x'",
    "'$A'",
    "['${A}', '${B-b}']",
    "['${B?}']",
    "'${B?}'",
    "{ a = 1 }",
    "2020-01-01",
    "\"a\\nb\"",
    "'''\na\n'''",
    "\"\\u00e9\"",
];

fn ini_file() -> impl Strategy<Value = String> {
    let section = select(&OPTIONS[..]).prop_flat_map(|(name, options)| {
        let spaces = || select(&["", "", " ", "\t", "  "][..]);
        let option =
            (spaces(), select(options), spaces(), select(&["=", ":"][..]), spaces(), select(&INI_VALUES[..]));
        let option = option.prop_map(|(indent, name, before, delimiter, after, value)| {
            format!("{indent}{name}{before}{delimiter}{after}{value}\n")
        });
        let blank = select(&["\n", "# comment\n", "  ; comment\n", "   \n"][..]).prop_map(str::to_owned);
        let lines = prop::collection::vec(prop_oneof![4 => option, 1 => blank], 0..4);
        let prefix = select(&["", "coverage:", "coverage:", "tool:"][..]);
        (prefix, lines).prop_map(move |(prefix, lines)| format!("[{prefix}{name}]\n{}", lines.concat()))
    });
    prop::collection::vec(section, 0..4).prop_map(|sections| sections.concat())
}

fn toml_file() -> impl Strategy<Value = String> {
    let section = select(&OPTIONS[..]).prop_flat_map(|(name, options)| {
        let option = (select(options), select(&["=", " = ", "\t=  "][..]), select(&TOML_VALUES[..]));
        let option = option.prop_map(|(name, equals, value)| format!("{name}{equals}{value} # comment\n"));
        let lines = prop::collection::vec(option, 0..3);
        let prefix = select(&["", "tool.coverage.", "tool.coverage.", "coverage."][..]);
        (prefix, lines).prop_map(move |(prefix, lines)| format!("[{prefix}{name}]\n{}", lines.concat()))
    });
    prop::collection::vec(section, 0..3).prop_map(|sections| sections.concat())
}

fn any_case() -> impl Strategy<Value = Case> {
    let ini = (select(&[".coveragerc", "setup.cfg", "tox.ini"][..]), ini_file());
    let toml = (select(&[".coveragerc.toml", "pyproject.toml"][..]), toml_file());
    let file = prop_oneof![ini, toml];
    (file, prop::option::weighted(0.2, prop_oneof![toml_file()])).prop_map(|((name, text), other)| {
        let case = Case::default().variable("A", "value").variable("HOME", "/home/me").file(name, text);
        match other {
            Some(other) if name != "pyproject.toml" => case.file("pyproject.toml", other),
            _ => case,
        }
    })
}

#[test]
fn generated_files_are_read_as_coverage_py_does() {
    let mut runner = TestRunner::deterministic();
    let cases: Vec<_> = (0..3_000).map(|_| any_case().new_tree(&mut runner).unwrap().current()).collect();
    let (read, refused) = compare(&cases);
    assert!(read > 1_000 && refused > 500, "the cases say too little: {read} read, {refused} refused");
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "(\\[[a-z.:]{0,12}\\]|[a-z_]{0,9} ?[=:] ?|[\\[\\]{}$#;'\",\n\t ]|\\PC){0,60}") {
        for name in [".coveragerc", ".coveragerc.toml"] {
            // Read or refused: both are fine.
            let _ = Case::default().file(name, &text).read();
        }
    }
}
