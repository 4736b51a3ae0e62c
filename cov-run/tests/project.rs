//! Small projects, made for a test, and the two programs that run them.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Once};

use cov_model::manifest::{Manifest, Outcome};
use cov_model::{Report, Totals, json};
use cov_testing::Venv;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use tempfile::TempDir;

/// pytest and coverage.py, as a project has them that leaves the rest to cov-run.
pub(crate) fn plain() -> Venv {
    Venv::with(&["pytest>=9", "coverage>=7.10"])
}

/// The same with the plugins that cov-run takes over.
pub(crate) fn full() -> Venv {
    full_of("python3")
}

/// The same, of this interpreter.
pub(crate) fn full_of(python: impl AsRef<OsStr>) -> Venv {
    Venv::of_python(python, &["pytest>=9", "coverage>=7.10", "pytest-cov>=7", "pytest-xdist>=3.8"])
}

/// A project in a directory of its own.
pub(crate) struct Project {
    directory: TempDir,
    /// Where its runs keep what failed tests left; elsewhere, since tests look for files above their own.
    temporary: TempDir,
    venv: Venv,
}

/// What a program printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// Fails unless it ended with this status.
    #[track_caller]
    pub(crate) fn expect(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.stdout, self.stderr);
        self
    }

    /// Fails unless stdout holds `text`.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "{text:?} is missing:\n{}\n{}", self.stdout, self.stderr);
        self
    }

    /// Fails unless stderr holds `text`.
    #[track_caller]
    pub(crate) fn complains(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "{text:?} is missing:\n{}\n{}", self.stdout, self.stderr);
        self
    }

    /// The last line of stdout without its rules and its time.
    pub(crate) fn tally(&self) -> String {
        let line = self.stdout.lines().last().unwrap_or_default();
        let line = line.trim_matches(|char| char == '=' || char == ' ');
        line.split(" in ").next().unwrap_or_default().to_owned()
    }
}

impl Project {
    /// A project of these files, with pytest and coverage.py.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        Self::in_venv(plain(), files)
    }

    /// A project of these files in this environment.
    pub(crate) fn in_venv(venv: Venv, files: &[(&str, &str)]) -> Self {
        let [directory, temporary] = [(); 2].map(|()| TempDir::new().unwrap());
        let project = Self { directory, temporary, venv };
        for (name, text) in files {
            project.write(name, text);
        }
        project
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// cov-run, ready to be started.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cov-run"));
        command.arg("--python").arg(self.venv.python());
        if let Ok(fork) = std::env::var("COV_RUN_TEST_FORK") {
            command.arg(format!("--fork={fork}")); // a test's own choice stands behind it, and wins
        }
        command.args(args);
        self.placed(command)
    }

    /// cov-run, to be started by this program, which takes a command line behind its own arguments.
    pub(crate) fn started_by(&self, mut program: Command, args: &[&str]) -> Command {
        let ours = self.command(args);
        program.arg(ours.get_program()).args(ours.get_args());
        self.placed(program)
    }

    /// cov-run for a verb, in the active environment.
    pub(crate) fn verb(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cov-run"));
        let root = self.venv.python().ancestors().nth(2).unwrap().to_owned();
        command.args(args).env("VIRTUAL_ENV", root);
        self.placed(command)
    }

    /// Runs cov-run.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        finish(self.command(args).spawn().unwrap())
    }

    /// Runs pytest.
    pub(crate) fn pytest(&self, args: &[&str]) -> Run {
        let mut command = Command::new(self.venv.program("pytest"));
        command.args(["-p", "no:cacheprovider"]).args(args);
        finish(self.placed(command).spawn().unwrap())
    }

    /// In the project's directory, without what the surroundings would change.
    fn placed(&self, mut command: Command) -> Command {
        heed_signals();
        command.current_dir(self.directory.path()).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).env("PYTHONDONTWRITEBYTECODE", "1");
        let ours =
            ["CI", "BUILD_NUMBER", "COLUMNS", "FORCE_COLOR", "NO_COLOR", "PYTEST_ADDOPTS", "PYTHONPATH"];
        for name in ours {
            command.env_remove(name);
        }
        command.env("TMPDIR", self.temporary.path()).env_remove("PYTEST_XDIST_AUTO_NUM_WORKERS");
        command.env_remove("GITHUB_ACTIONS").env_remove("GITHUB_STEP_SUMMARY");
        command
    }

    /// The manifest of a whole run.
    pub(crate) fn manifest(&self) -> Manifest {
        self.manifest_of("1of1")
    }

    pub(crate) fn manifest_of(&self, shard: &str) -> Manifest {
        Manifest::from_slice(self.read(&format!(".cov/run-{shard}.json")).as_bytes()).unwrap()
    }

    /// How each test ended.
    pub(crate) fn outcomes(&self) -> BTreeMap<String, Outcome> {
        self.manifest().tests.into_iter().map(|test| (test.id, test.outcome)).collect()
    }

    /// The profile of a whole run.
    pub(crate) fn profile(&self) -> Report {
        self.profile_of("1of1")
    }

    pub(crate) fn profile_of(&self, shard: &str) -> Report {
        json::read(self.read(&format!(".cov/profile-{shard}.json")).as_bytes()).unwrap()
    }

    /// Statements, missing statements, branches, missing branches and partial branches of each file that was covered.
    pub(crate) fn covered(&self) -> BTreeMap<String, [u64; 5]> {
        let counts = |totals: &Totals| {
            [
                totals.lines.total,
                totals.lines.total - totals.lines.covered,
                totals.branches.total,
                totals.branches.total - totals.branches.covered,
                totals.partial_branches,
            ]
        };
        self.profile()
            .files
            .iter()
            .map(|(path, file)| (path.clone(), counts(&Totals::of_file(file))))
            .collect()
    }

    /// The same, as pytest-cov measures it in one process.
    pub(crate) fn covered_by_pytest_cov(&self, args: &[&str]) -> BTreeMap<String, [u64; 5]> {
        let report = self.path("theirs.json");
        let option = format!("--cov-report=json:{}", report.display());
        self.pytest(&[args, &[&option]].concat());
        let document: serde_json::Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
        fs::remove_file(report).unwrap();
        let counts = |file: &serde_json::Value| {
            ["num_statements", "missing_lines", "num_branches", "missing_branches", "num_partial_branches"]
                .map(|key| file["summary"][key].as_u64().unwrap_or_default())
        };
        document["files"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(path, file)| (path.clone(), counts(file)))
            .collect()
    }

    pub(crate) fn root(&self) -> &Path {
        self.directory.path()
    }
}

/// Whether a process runs; one that has ended and that nobody has waited for does not.
pub(crate) fn runs(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with('Z'))
}

/// Waits for a program.
pub(crate) fn finish(child: Child) -> Run {
    let output = child.wait_with_output().unwrap();
    Run {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Lets programs that are started from here heed Ctrl-C, even if the tests run in the background of a script, which
/// ignores it: what a program handles is not ignored in those that it starts.
fn heed_signals() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap_or("0").trim();
        let ignored = u64::from_str_radix(ignored, 16).unwrap_or_default();
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            if ignored & (1 << (signal - 1)) != 0 {
                signal_hook::flag::register(signal, Arc::default()).unwrap();
            }
        }
    });
}
