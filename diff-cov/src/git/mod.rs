//! What git knows: where the project is in its repository, what a revision is, and what changed since.

mod command;
mod error;
mod objects;

use std::fs;
use std::io::{self, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;

pub(crate) use self::error::GitError;
pub(crate) use self::objects::Objects;

use self::command::{Said, command, git, one_line};
use crate::diff::{self, Change, Diff, DiffError, Kind, Runs};
use crate::place::path_of;

/// Revisions that a change is compared with when the user names none, the first that exists.
const BASES: [&str; 5] = ["origin/HEAD", "origin/main", "origin/master", "main", "master"];

/// A repository with a working tree.
#[derive(Clone, Debug)]
pub(crate) struct Repository {
    /// The root of the working tree.
    pub(crate) top: PathBuf,
    /// The project's place below it: empty, or with a `/` at its end.
    pub(crate) prefix: String,
    is_shallow: bool,
}

/// What a change is compared with.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    /// The revision as the user names it.
    pub(crate) name: String,
    /// The merge base's commit.
    pub(crate) commit: String,
    /// The revision's own commit.
    pub(crate) tip: String,
}

impl Repository {
    /// The repository that the directory `project` belongs to.
    pub(crate) fn of(project: &Path) -> Result<Self, GitError> {
        let directory = || project.display().to_string();
        let kind = git(project, ["rev-parse", "--is-bare-repository", "--is-inside-work-tree"])?;
        let kind = match kind.text() {
            Ok(kind) => kind,
            Err(GitError::Failed { message, .. }) if message.contains("not a git repository") => {
                return Err(GitError::NoRepository { directory: directory() });
            }
            Err(error) => return Err(error),
        };
        if kind.lines().next() == Some("true") {
            return Err(GitError::Bare { directory: directory() });
        }
        if kind.lines().nth(1) == Some("false") {
            return Err(GitError::NoRepository { directory: directory() });
        }
        let is_shallow = git(project, ["rev-parse", "--is-shallow-repository"])?.text()? == "true";
        let top = git(project, ["rev-parse", "--show-toplevel"])?.line()?;
        let prefix = git(project, ["rev-parse", "--show-prefix"])?.text()?;
        Ok(Self { top: path_of(&top).into_owned(), prefix, is_shallow })
    }

    /// The merge base of HEAD and `named`, or of the first of [`BASES`] that exists.
    pub(crate) fn base(&self, named: Option<&str>) -> Result<Base, GitError> {
        if self.commit("HEAD")?.is_none() {
            return Err(GitError::NoCommit);
        }
        let (name, tip) = match named {
            Some(name) => (name, self.commit(name)?.ok_or_else(|| self.unknown_base(name))?),
            None => self.default_base()?.ok_or(GitError::NoBase)?,
        };
        let commit = self.merge_base(name, &tip, "HEAD")?;
        Ok(Base { name: name.to_owned(), commit, tip })
    }

    /// Where the commit `tip`, which the user calls `name`, and the commit `other` began.
    fn merge_base(&self, name: &str, tip: &str, other: &str) -> Result<String, GitError> {
        let merge_base = git(&self.top, ["merge-base", tip, other])?;
        if merge_base.status == Some(1) {
            let remedy = if self.is_shallow {
                "; the clone is shallow: run `git fetch --unshallow`, or clone with fetch-depth 0".to_owned()
            } else {
                ": compare with another revision".to_owned()
            };
            return Err(GitError::NoMergeBase { base: name.to_owned(), remedy });
        }
        merge_base.text()
    }

    fn default_base(&self) -> Result<Option<(&'static str, String)>, GitError> {
        for name in BASES {
            if let Some(commit) = self.commit(name)? {
                return Ok(Some((name, commit)));
            }
        }
        Ok(None)
    }

    /// The commit that a revision names.
    fn commit(&self, revision: &str) -> Result<Option<String>, GitError> {
        let commit = format!("{revision}^{{commit}}");
        let said = git(&self.top, ["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?;
        if said.status == Some(0) { said.text().map(Some) } else { Ok(None) }
    }

    /// That there is no such revision, and the command that fetches it if it is a remote's branch.
    fn unknown_base(&self, base: &str) -> GitError {
        let remotes = git(&self.top, ["remote"]).and_then(Said::text).unwrap_or_default();
        let branch = remotes.lines().find_map(|remote| {
            Some((remote, base.strip_prefix(remote)?.strip_prefix('/')?))
                .filter(|(_, branch)| !branch.is_empty())
        });
        let unshallow = if self.is_shallow { " --unshallow" } else { "" };
        let remedy = match branch {
            Some((remote, branch)) => format!(
                "; run `git fetch{unshallow} {remote} +refs/heads/{branch}:refs/remotes/{remote}/{branch}`"
            ),
            None if self.is_shallow => "; the clone is shallow: run `git fetch --unshallow`".to_owned(),
            None => String::new(),
        };
        GitError::UnknownBase { base: base.to_owned(), remedy }
    }

    /// The commits at both ends of a range: `A..B`, or `A...B` from the merge base of both on; without B, HEAD.
    pub(crate) fn range(&self, range: &str) -> Result<(String, String), GitError> {
        let commit = |name: &str| {
            let name = if name.is_empty() { "HEAD" } else { name };
            self.commit(name)?.ok_or_else(|| self.unknown_base(name))
        };
        if let Some((from, to)) = range.split_once("...") {
            let (tip, to) = (commit(from)?, commit(to)?);
            return Ok((self.merge_base(from, &tip, &to)?, to));
        }
        let (from, to) = range.split_once("..").unwrap_or((range, "HEAD"));
        Ok((commit(from)?, commit(to)?))
    }

    /// The commits, newest first and a few at the most, that changed the file `path`.
    pub(crate) fn commits_of(&self, path: &[u8]) -> Result<Vec<String>, GitError> {
        let Ok(path) = std::str::from_utf8(path) else { return Ok(Vec::new()) };
        let said = git(&self.top, ["log", "--format=%H", "--max-count=50", "HEAD", "--", path])?.text()?;
        Ok(said.lines().map(str::to_owned).collect())
    }

    /// The texts that git has stored.
    pub(crate) fn objects(&self) -> Result<Objects, GitError> {
        Objects::open(&self.top).map_err(GitError::NoGit)
    }

    /// What changed between `versions`: two commits, a commit and the working tree, `--cached` and a commit for the index,
    /// or nothing for the index and the working tree.
    ///
    /// Every setting that could change the answer is given, so that no configuration of the user's does: neither a
    /// conversion of the text, nor other names, nor files left out. Submodules are not looked into.
    pub(crate) fn diff(&self, versions: &[&str]) -> Result<Diff, GitError> {
        let arguments = [
            // Not to be said of each file: `LF will be replaced by CRLF`.
            "-c",
            "core.safecrlf=false",
            "diff",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--text",
            "--no-relative",
            "--src-prefix=a/",
            "--dst-prefix=b/",
            "--find-renames=50%",
            "-l1000",
            "--diff-algorithm=histogram",
            "--indent-heuristic",
            "--unified=0",
            "--inter-hunk-context=0",
            "--submodule=short",
            "--ignore-submodules=all",
            "-O/dev/null",
        ];
        let arguments = arguments.iter().chain(versions).chain(&["--"]);
        let mut child = command(&self.top, arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(GitError::NoGit)?;
        let (parsed, message) = read_diff(&mut child);
        let status = child.wait().map_err(GitError::NoGit)?;
        // Git's own reason comes before what its failure made of the diff.
        if !status.success() && !message.is_empty() {
            return Err(GitError::Failed { command: "diff".to_owned(), message });
        }
        let diff = parsed?;
        if status.success() {
            Ok(diff)
        } else {
            Err(GitError::Failed { command: "diff".to_owned(), message: status.to_string() })
        }
    }

    /// The names of the files that git does not track and does not ignore, from the root.
    pub(crate) fn untracked(&self) -> Result<Vec<Vec<u8>>, GitError> {
        let listed =
            git(&self.top, ["ls-files", "--others", "--exclude-standard", "--full-name", "-z"])?.bytes()?;
        // A name with a slash at its end is another repository.
        let names = listed.split(|&byte| byte == 0).filter(|name| !name.is_empty() && !name.ends_with(b"/"));
        Ok(names.map(<[u8]>::to_vec).collect())
    }

    /// A file as a change that adds all its lines; none if it is no regular file.
    pub(crate) fn added(&self, name: Vec<u8>) -> io::Result<Option<Change>> {
        let path = self.top.join(path_of(&name));
        if !path.symlink_metadata()?.is_file() {
            return Ok(None);
        }
        let source = fs::read(path)?;
        let feeds = source.iter().filter(|&&byte| byte == b'\n').count();
        let last = feeds + usize::from(source.last().is_some_and(|&byte| byte != b'\n'));
        let lines = Runs::up_to(u32::try_from(last).unwrap_or(u32::MAX));
        Ok(Some(Change {
            path: name,
            kind: Kind::Text,
            lines,
            removed: Some(Runs::default()),
            ..Change::default()
        }))
    }
}

/// Reads a running git's diff and its messages, both at once, since it waits until both are read.
fn read_diff(child: &mut Child) -> (Result<Diff, DiffError>, String) {
    let stdout = child.stdout.take().expect("its output was asked for");
    let mut stderr = child.stderr.take().expect("its messages were asked for");
    let messages = thread::spawn(move || {
        let mut messages = Vec::new();
        let _ = stderr.read_to_end(&mut messages);
        one_line(&messages)
    });
    let mut reader = BufReader::with_capacity(128 * 1024, stdout);
    let parsed = diff::parse_trusted(&mut reader);
    // Git must not be stopped by a full pipe, or its reason would be lost.
    let _ = io::copy(&mut reader, &mut io::sink());
    (parsed, messages.join().unwrap_or_default())
}
