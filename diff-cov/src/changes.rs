//! Where the change comes from: git, a diff file, or an older copy of the project.

use std::path::Path;

use anyhow::Context as _;
use cov_model::stream::Input;

use crate::cli::Args;
use crate::diff::{self, Diff, DiffError, follow, shown};
use crate::git::Repository;
use crate::history::History;
use crate::notes::Notes;
use crate::part::{Part, words};
use crate::place::{Names, Place};
use crate::project::Project;
use crate::trees;

/// A change, where its names lead to, and what it is against.
pub(crate) struct Changes {
    pub(crate) diff: Diff,
    pub(crate) place: Place,
    /// As a part of a sentence: `against origin/main`.
    pub(crate) comparison: String,
    /// New files that git does not track and nobody asked for, by name.
    pub(crate) untracked: Vec<Vec<u8>>,
    /// Where older texts of the files are.
    pub(crate) history: History,
    /// How many changed files were left out.
    excluded: usize,
}

impl Changes {
    /// Whether nothing changed at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.diff.changes.is_empty() && self.excluded == 0
    }

    /// Leaves out the files that the project excludes.
    pub(crate) fn leave_out(&mut self, project: &Project, notes: Notes) {
        let place = &self.place;
        let before = self.diff.changes.len();
        self.diff.changes.retain(|change| {
            let name = shown(&change.path);
            let is_left_out = project.excludes(&place.seen_from_project(&name));
            if is_left_out {
                notes.explain(&format!("{name}: left out, by --exclude or the configuration"));
            }
            !is_left_out
        });
        self.untracked.retain(|name| !project.excludes(&place.seen_from_project(&shown(name))));
        self.excluded = before - self.diff.changes.len();
    }

    /// Gets the change that the command line asks for; `base` is the revision to compare with, if one is named.
    pub(crate) fn get(args: &Args, base: Option<&str>, notes: Notes) -> anyhow::Result<Self> {
        match (&args.diff, &args.before) {
            (Some(input), _) => Self::of_file(input, &args.project, notes),
            (None, Some(before)) => Self::of_trees(before, &args.project),
            (None, None) => Self::of_git(args, base, notes),
        }
    }

    fn of_git(args: &Args, base: Option<&str>, notes: Notes) -> anyhow::Result<Self> {
        let repository = Repository::of(&args.project)?;
        let part = Part::get(args, base, &repository, notes)?;
        let diff = match &part.rest {
            None => repository.diff(&words(&part.versions))?,
            Some(rest) => follow(repository.diff(&words(&part.versions))?, &repository.diff(&words(rest))?),
        };
        let mut changes = Self {
            diff,
            place: Place {
                project: args.project.clone(),
                top: Some(repository.top.clone()),
                prefix: repository.prefix.clone(),
                names: Names::AtTop,
            },
            comparison: part.comparison,
            untracked: Vec::new(),
            history: History::of_git(repository.clone(), part.revisions),
            excluded: 0,
        };
        if part.is_all {
            changes.untracked = repository.untracked()?;
        }
        if args.untracked {
            for name in changes.untracked.drain(..) {
                let added = repository.added(name.clone());
                changes.diff.changes.extend(added.with_context(|| shown(&name))?);
            }
        }
        Ok(changes)
    }

    fn of_file(input: &Input, project: &Path, notes: Notes) -> anyhow::Result<Self> {
        let reader = input.open().map_err(|error| anyhow::anyhow!("{input}: {error}"))?;
        let diff = diff::parse(reader).map_err(|error| match error {
            DiffError::At { .. } => anyhow::anyhow!("{input}:{error}"),
            _ => anyhow::anyhow!("{input}: {error}"),
        })?;
        for remark in &diff.not_shown {
            notes.say(&format!("{input}: \"{remark}\": what is in there is not judged; diff -N shows it"));
        }
        // The diff is usable without a repository, and without git.
        let repository = Repository::of(project).ok();
        let (top, prefix, history) = match repository {
            Some(repository) => (
                Some(repository.top.clone()),
                repository.prefix.clone(),
                History::of_git(repository, Vec::new()),
            ),
            None => (None, String::new(), History::default()),
        };
        let place = Place { project: project.to_owned(), top, prefix, names: Names::Unknown };
        Ok(Self {
            diff,
            place,
            comparison: format!("in {input}"),
            untracked: Vec::new(),
            history,
            excluded: 0,
        })
    }

    fn of_trees(before: &Path, project: &Path) -> anyhow::Result<Self> {
        Ok(Self {
            diff: trees::compare(before, project)?,
            place: Place {
                project: project.to_owned(),
                top: None,
                prefix: String::new(),
                names: Names::AtProject,
            },
            comparison: format!("against {}", before.display()),
            untracked: Vec::new(),
            history: History::of_tree(before.to_owned()),
            excluded: 0,
        })
    }
}
