//! What the differential tests in `tests/config` cannot say: messages, places, and our own tables.

use super::*;

/// Writes one file into a directory of its own.
fn directory(name: &str, text: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join(name), text).unwrap();
    directory
}

fn check_error(name: &str, text: &str, expected: &str) {
    let directory = directory(name, text);
    let error = Configuration::read(directory.path(), None, &|_| None).unwrap_err();
    assert_eq!(error.to_string(), format!("{}{expected}", directory.path().join(name).display()));
}

#[test]
fn errors_name_file_line_and_option() {
    check_error(
        ".coveragerc",
        "[run]\n\nbranch = maybe\n",
        r#":3: option [run] branch is not a boolean (true or false): "maybe""#,
    );
    check_error(
        "pyproject.toml",
        "[tool.coverage.report]\nfail_under = 101\n",
        r#":2: option [tool.coverage.report] fail_under: "101" is not a percentage: write a number from 0 to 100 with at most 15 decimals, such as 95 or 92.5"#,
    );
    check_error(
        "setup.cfg",
        "[coverage:run]\nsource = a\ncontext = ${RUN?}\n",
        ":3: option [coverage:run] context needs the environment variable RUN, which is not set",
    );
    check_error("tox.ini", "[tox]\nwhat\n", r#":2: "what" is neither a [section] nor a name = value"#);
    check_error("pyproject.toml", "[tool]\ncoverage = 1\n", ":2: tool.coverage is not a table");
    check_error(
        "pyproject.toml",
        "[tool.coverage.report]\nomit = ['a', 2]\n",
        ":2: option [tool.coverage.report] omit is not a list of strings: 2",
    );
    check_error(".coveragerc", "[run]\nconcurrency = a, b\n", ": unknown concurrency choices: a, b");
    check_error(
        ".coveragerc",
        "\u{feff}[run]\n",
        ":1: starts with a byte order mark, which coverage.py does not read: remove it",
    );
}

#[test]
fn unknown_options_are_told_and_not_fatal() {
    let directory = directory("pyproject.toml", "[tool.coverage.run]\nbranch = true\nbrunch = true\n");
    let found = Configuration::read(directory.path(), None, &|_| None).unwrap();
    assert!(found.coverage.run.branch);
    assert_eq!(found.path, Some(directory.path().join("pyproject.toml")));
    let warnings: Vec<_> = found.warnings.iter().map(ToString::to_string).collect();
    let path = directory.path().join("pyproject.toml");
    assert_eq!(warnings, [format!("{}:3: unknown option [tool.coverage.run] brunch", path.display())]);
}

#[test]
fn a_threshold_stays_as_it_was_written() {
    let directory = directory("pyproject.toml", "[tool.coverage.report]\nfail_under = 94.996000000000001\n");
    let found = Configuration::read(directory.path(), None, &|_| None).unwrap();
    assert_eq!(found.coverage.report.fail_under.unwrap().to_string(), "94.996000000000001");
}

#[test]
fn a_directory_that_is_asked_for_is_no_configuration() {
    let directory = tempfile::tempdir().unwrap();
    let error = Configuration::read(directory.path(), Some(directory.path()), &|_| None).unwrap_err();
    assert!(error.to_string().contains("cannot read it as a configuration file"), "{error}");
}

#[test]
fn our_own_table_is_read_from_either_file() {
    let gate = "lines = 90\nbranches = 80.50\nper-file = 0\nrules = ['src/**: lines >= 90']\n";
    let own = directory("cov.toml", &format!("[gate]\n{gate}"));
    let shared = directory("pyproject.toml", &format!("[project]\nname = 'x'\n[tool.cov.gate]\n{gate}"));
    let read = ToolConfig::read(own.path()).unwrap();
    assert_eq!(read.gate, ToolConfig::read(shared.path()).unwrap().gate);
    assert_eq!(read.path, Some(own.path().join("cov.toml")));
    assert_eq!(read.gate.branches.map(|percent| percent.to_string()).as_deref(), Some("80.50"));
    assert_eq!((read.gate.fail_under, read.gate.rules.len()), (None, 1));
    assert_eq!(ToolConfig::read(Path::new("no/such/directory")).unwrap(), ToolConfig::default());
}

#[test]
fn the_table_of_diff_cov_stands_beside_that_of_cov_gate() {
    let tables =
        "[gate]\nlines = 90\n[diff]\nfail-under = 92.50\nbase = 'origin/next'\nexclude = ['gen/*']\n";
    let read = ToolConfig::read(directory("cov.toml", tables).path()).unwrap();
    assert_eq!(read.diff.fail_under.map(|percent| percent.to_string()).as_deref(), Some("92.50"));
    assert_eq!((read.diff.base.as_deref(), read.diff.exclude.len()), (Some("origin/next"), 1));
    assert!(read.gate.lines.is_some());
}

#[test]
fn the_table_of_cov_run_has_the_sizes_of_groups() {
    let directory = directory("pyproject.toml", "[tool.cov.run.groups]\ndb = 2\n'the port' = 1\n");
    let groups = ToolConfig::read(directory.path()).unwrap().run.groups;
    let sizes: Vec<_> = groups.iter().map(|(name, size)| (name.as_str(), size.get())).collect();
    assert_eq!(sizes, [("db", 2), ("the port", 1)]);
}

#[test]
fn our_own_table_refuses_what_it_does_not_know() {
    for (name, text, expected) in [
        ("cov.toml", "[gate]\nline = 90\n", ":2: unknown field `line`, expected one of"),
        (
            "cov.toml",
            "[run.groups]\ndb = 0\n",
            ":2: invalid value: integer `0`, expected how many of the group's tests may run at a time, from 1",
        ),
        (
            "pyproject.toml",
            "[tool.cov.run.groups]\ndb = '2'\n",
            ":2: invalid type: string \"2\", expected how many",
        ),
        ("cov.toml", "[run]\ngroup.db = 2\n", ":2: unknown field `group`, expected `groups`"),
        ("cov.toml", "[gates]\n", ":1: unknown field `gates`"),
        ("cov.toml", "[diff]\nfail_under = 90\n", ":2: unknown field `fail_under`"),
        ("cov.toml", "[diff]\nfail-under = 101\n", ":2: \"101\" is not a percentage"),
        ("pyproject.toml", "[tool.cov]\n\ngate.lines = 'x'\n", r#":3: "'x'" is not a percentage"#),
        (
            "pyproject.toml",
            "[tool.cov.gate]\nrules = 1\n",
            ":2: invalid type: integer `1`, expected a sequence",
        ),
    ] {
        let directory = directory(name, text);
        let error = ToolConfig::read(directory.path()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn plugins_are_named_with_what_is_missing() {
    let directory =
        directory("setup.cfg", "[coverage:run]\nplugins = covdefaults\n    Cython.Coverage, mine.plugin\n");
    let found = Configuration::read(directory.path(), None, &|_| None).unwrap();
    let plugins: Vec<_> = found.plugins().collect();
    let effects: Vec<_> = plugins.iter().map(|plugin| plugin.effect).collect();
    assert_eq!(effects, [PluginEffect::Settings, PluginEffect::Files, PluginEffect::Unknown]);
    assert!(plugins[0].to_string().ends_with(
        "setup.cfg: [run] plugins: covdefaults is Python and does not run here: what it excludes and its settings of \
         reports (show_missing, skip_covered, fail_under) do not hold: write them into the configuration"
    ));
}
