//! What the reports say, as far as the change has to do with it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use anyhow::Context as _;
use cov_model::stream::Input;
use cov_model::{FileCoverage, Report, Shard};

use crate::changes::Changes;
use crate::diff::shown;
use crate::notes::Notes;
use crate::output::shown_list;
use crate::project::Project;

/// The measured files that the change may have touched, and what is worth to know of the others.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    /// The files whose own name (behind the last `/`) is that of a changed file; all, where a baseline wants them.
    pub(crate) files: BTreeMap<String, FileCoverage>,
    /// How many files the reports have.
    pub(crate) file_count: usize,
    /// One of them, to show how the reports name files.
    pub(crate) example: Option<String>,
    /// The extensions of all files: what is code in this project.
    pub(crate) extensions: BTreeSet<String>,
    /// The shards that were measured.
    pub(crate) shards: BTreeSet<Shard>,
}

impl Measured {
    /// Reads reports, merged, as far as they have to do with `changes`, or all of them, and as `project` reports them.
    pub(crate) fn read(
        inputs: &[Input],
        changes: &Changes,
        project: &Project,
        wants_all: bool,
    ) -> anyhow::Result<Self> {
        let touched = changes.diff.changes.iter().map(|change| change.path.as_slice());
        let untracked = changes.untracked.iter().map(Vec::as_slice);
        let wanted: HashSet<&[u8]> = touched.chain(untracked).map(own_name).collect();
        let mut merged = Report::default();
        let mut measured = Self::default();
        let mut names = BTreeSet::new();
        for input in inputs {
            let seen = RefCell::new(Vec::new());
            let keep = |name: &str| {
                if project.omits(name) {
                    return false;
                }
                seen.borrow_mut().push(name.to_owned());
                wants_all || wanted.contains(own_name(name.as_bytes()))
            };
            let report = cov_model::read::read_kept(input, &project.directory, &keep)?;
            merged.merge(report).with_context(|| input.to_string())?;
            names.extend(seen.into_inner());
        }
        measured.file_count = names.len();
        measured.extensions = names.iter().filter_map(|name| extension(name)).collect();
        measured.example = names.pop_first();
        measured.files = merged.files;
        measured.shards = merged.shards;
        Ok(measured)
    }

    /// Tells what the user should know of the reports: shards that are not there, and files that were measured but that
    /// git does not track, so that their lines do not count.
    pub(crate) fn tell(&self, changes: &Changes, notes: Notes) {
        if let Some((of_run, total)) = self.incomplete_shards() {
            notes.say(&format!(
                "the reports have only {of_run} of {total} shards: what the others cover counts as missing"
            ));
        }
        let is_measured = |name: &String| self.files.contains_key(&changes.place.seen_from_project(name));
        let names: Vec<String> =
            changes.untracked.iter().map(|name| shown(name)).filter(is_measured).collect();
        if !names.is_empty() {
            let listed = shown_list(&names);
            notes.say(&format!(
                "measured but not judged, since git does not track them: {listed} (see --untracked)"
            ));
        }
    }

    /// How many shards of a run are here, and how many there are, where some are missing.
    pub(crate) fn incomplete_shards(&self) -> Option<(usize, u32)> {
        let of_run = |shard: &Shard| self.shards.iter().filter(|other| other.run == shard.run).count();
        let counts = self.shards.iter().map(|shard| (of_run(shard), shard.total));
        counts.into_iter().find(|&(of_run, total)| usize::try_from(total).is_ok_and(|total| of_run < total))
    }

    /// Whether the reports tell of branches.
    pub(crate) fn has_branches(&self) -> bool {
        self.files.values().any(|file| file.branches.were_measured())
    }

    /// Whether the reports tell of functions.
    pub(crate) fn has_functions(&self) -> bool {
        self.files.values().any(|file| !file.functions.is_empty())
    }

    /// Whether a file of this name is code, as far as the reports know: they have others with its extension.
    pub(crate) fn is_code(&self, name: &[u8]) -> bool {
        extension(&String::from_utf8_lossy(name))
            .is_some_and(|extension| self.extensions.contains(&extension))
    }
}

/// What stands behind the last `/`.
pub(crate) fn own_name(name: &[u8]) -> &[u8] {
    name.rsplit(|&byte| byte == b'/').next().unwrap_or(name)
}

/// What stands behind the last dot of a file's own name.
fn extension(name: &str) -> Option<String> {
    Path::new(name).extension()?.to_str().map(str::to_ascii_lowercase)
}
