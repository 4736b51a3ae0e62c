//! A git repository of its own for a test, with the commands that a user would type there.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use cov_model::{Digest, FileCoverage, Lines, Report};
use tempfile::TempDir;

/// A directory with a git repository that no configuration of the machine reaches.
pub(crate) struct Scene {
    root: TempDir,
}

/// What a command said.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Scene {
    /// An empty repository, on branch `main`.
    pub(crate) fn new() -> Self {
        let scene = Self::without_git();
        scene.git(&["init", "--quiet", "--initial-branch=main"]);
        scene
    }

    /// A directory that is in no repository.
    pub(crate) fn without_git() -> Self {
        Self { root: tempfile::tempdir().unwrap() }
    }

    /// A repository with `text` in `name` committed on `main`, and a branch `topic` checked out.
    pub(crate) fn with_file(name: &str, text: &str) -> Self {
        let scene = Self::new();
        scene.write(name, text);
        scene.commit("first");
        scene.git(&["checkout", "--quiet", "-b", "topic"]);
        scene
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    pub(crate) fn write(&self, name: impl AsRef<Path>, text: impl AsRef<[u8]>) {
        let path = self.root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs git, which must succeed, and gives its output.
    #[track_caller]
    pub(crate) fn git(&self, arguments: &[&str]) -> Vec<u8> {
        let output = self.command("git", "").args(arguments).output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// Commits everything.
    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
    }

    /// A command to be run in a directory of the scene.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>, directory: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.root.path().join(directory))
            .env("HOME", self.root.path())
            .env("XDG_CONFIG_HOME", self.root.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CEILING_DIRECTORIES", self.root.path().parent().unwrap())
            .env("GIT_AUTHOR_NAME", "A")
            .env("GIT_AUTHOR_EMAIL", "a@example.org")
            .env("GIT_COMMITTER_NAME", "A")
            .env("GIT_COMMITTER_EMAIL", "a@example.org")
            .stdin(Stdio::null());
        command
    }

    /// Runs diff-cov in the root.
    pub(crate) fn diff_cov(&self, arguments: &[&str]) -> Answer {
        self.diff_cov_in("", arguments)
    }

    /// Runs diff-cov in a directory of the scene.
    pub(crate) fn diff_cov_in(&self, directory: &str, arguments: &[&str]) -> Answer {
        self.command(env!("CARGO_BIN_EXE_diff-cov"), directory).args(arguments).output().unwrap().into()
    }

    /// Writes a report in JSON: for each file its lines with their hits.
    pub(crate) fn report(&self, name: &str, files: &[(&str, &[(u32, u64)])]) {
        self.write_report(name, files, false);
    }

    /// Writes a report that also tells of what text it is: the files as they are now.
    pub(crate) fn report_with_digests(&self, name: &str, files: &[(&str, &[(u32, u64)])]) {
        self.write_report(name, files, true);
    }

    /// Writes a report of whole files.
    pub(crate) fn files(&self, report: &str, files: impl IntoIterator<Item = (&'static str, FileCoverage)>) {
        let files = files.into_iter().map(|(name, file)| (name.to_owned(), file)).collect();
        let mut bytes = Vec::new();
        cov_model::json::write(&Report { files, ..Report::default() }, &mut bytes).unwrap();
        self.write(report, bytes);
    }

    /// The digest of a file as it is now.
    pub(crate) fn digest(&self, name: &str) -> Digest {
        Digest::of(&fs::read(self.path(name)).unwrap())
    }

    fn write_report(&self, report: &str, files: &[(&str, &[(u32, u64)])], has_digests: bool) {
        let file = |&(name, lines): &(&str, &[(u32, u64)])| {
            let digest = has_digests.then(|| Digest::of(&fs::read(self.path(name)).unwrap()));
            let lines: Lines = lines.iter().copied().collect();
            (name.to_owned(), FileCoverage { digest, lines, ..FileCoverage::default() })
        };
        let files = files.iter().map(file).collect();
        let mut bytes = Vec::new();
        cov_model::json::write(&Report { files, ..Report::default() }, &mut bytes).unwrap();
        self.write(report, bytes);
    }

    /// Writes a report as coverage.py would, which real diff-cover reads too.
    pub(crate) fn cobertura(&self, report: &str, files: &[(&str, &[(u32, u64)])]) {
        let mut text =
            "<?xml version=\"1.0\" ?>\n<coverage version=\"7.0\"><packages><package name=\".\"><classes>\n"
                .to_owned();
        for (name, lines) in files {
            let name = name.replace('&', "&amp;").replace('"', "&quot;");
            writeln!(text, "<class name=\"x\" filename=\"{name}\"><methods/><lines>").unwrap();
            for (line, hits) in *lines {
                writeln!(text, "<line number=\"{line}\" hits=\"{hits}\"/>").unwrap();
            }
            text += "</lines></class>\n";
        }
        text += "</classes></package></packages></coverage>\n";
        self.write(report, text);
    }
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().expect("no signal ended it"),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Answer {
    /// Checks the status, and that the output or the messages contain `text`.
    #[track_caller]
    pub(crate) fn check(&self, status: i32, text: &str) {
        assert_eq!(self.status, status, "{self:#?}");
        assert!(self.stdout.contains(text) || self.stderr.contains(text), "{text:?} is not in {self:#?}");
        assert!(!self.stderr.contains("panicked"), "{self:#?}");
    }
}

impl Answer {
    /// The document that was asked for with `--to=json`.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}

/// `count` lines that are all different.
pub(crate) fn numbered(count: u32) -> String {
    (1..=count).map(|line| format!("line{line} = 0\n")).collect::<Vec<_>>().concat()
}

/// All lines from 1 to `last`, hit or not.
pub(crate) fn lines(last: u32, is_hit: impl Fn(u32) -> bool) -> Vec<(u32, u64)> {
    (1..=last).map(|line| (line, u64::from(is_hit(line)))).collect()
}
