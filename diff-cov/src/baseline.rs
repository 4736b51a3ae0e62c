//! The baseline: what an earlier report says of the same project, followed through the change.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::Context as _;
use cov_model::stream::Input;
use cov_model::{Digest, FileCoverage};

use crate::assessment::{LostFile, Other, Stale};
use crate::category::Category;
use crate::changes::Changes;
use crate::diff::{Change, Kind, LineMap, Runs, compare, shown};
use crate::differential::{Differential, Versions};
use crate::history::{Found, History};
use crate::join::Joined;
use crate::measured::Measured;
use crate::notes::Notes;
use crate::place::Place;
use crate::project::Project;

/// An earlier report.
#[derive(Debug)]
pub(crate) struct Baseline {
    files: BTreeMap<String, FileCoverage>,
}

/// What became of everything since the baseline.
#[derive(Debug, Default)]
pub(crate) struct Since {
    pub(crate) differential: Differential,
    /// The files with lines that lost their coverage, by name.
    pub(crate) lost: Vec<LostFile>,
    /// Files whose baseline was measured of a text that is not to be found.
    pub(crate) stale: Vec<Stale>,
    /// Whether the two reports have nothing to do with each other.
    pub(crate) is_foreign: bool,
}

impl Baseline {
    /// Reads the earlier report, as `project` reports it.
    pub(crate) fn read(input: &Input, project: &Project) -> anyhow::Result<Self> {
        let keep = |name: &str| !project.omits(name) && !project.excludes(name);
        let report = cov_model::read::read_kept(input, &project.directory, &keep)?;
        Ok(Self { files: report.files })
    }

    /// Compares with what is measured now. `joins` has, for each change, the file of the report that it is of.
    pub(crate) fn compare(
        mut self,
        changes: &mut Changes,
        joins: &[Option<Joined>],
        measured: &Measured,
        project: &Project,
        notes: Notes,
    ) -> anyhow::Result<Since> {
        let now = &measured.files;
        let mut since = Since {
            is_foreign: !now.is_empty() && !self.files.is_empty() && !self.has_any_of(changes, joins, now),
            ..Since::default()
        };
        if since.is_foreign {
            return Ok(since);
        }
        let tests: BTreeSet<&str> =
            now.values().flat_map(|file| file.contexts.keys()).map(String::as_str).collect();
        let mut edited: BTreeMap<&str, &Change> = BTreeMap::new();
        for (change, join) in changes.diff.changes.iter().zip(joins) {
            if let Some(join) = join {
                anyhow::ensure!(
                    change.removed.is_some(),
                    "{}: the diff has not one version before the change, which --baseline needs: compare two versions",
                    shown(&change.path)
                );
                edited.insert(&join.name, change);
            }
        }
        for (name, file) in now.iter().filter(|(name, _)| !project.excludes(name)) {
            let change = edited.get(name.as_str()).copied();
            let before = match change {
                None => self.files.remove(name),
                Some(change) => name_before(name, change).and_then(|name| self.files.remove(&name)),
            };
            let before = before.unwrap_or_default();
            let versions = Texts { name, change, before: before.digest, now: file.digest };
            let Some(edit) = versions.edit(&changes.place, &mut changes.history)? else {
                if project.allows_stale {
                    notes
                        .say(&format!("{name}: the baseline is of a text that is not to be found: left out"));
                } else {
                    since.stale.push(Stale { name: name.clone(), differs_from: Other::Baseline });
                }
                continue;
            };
            let differential = Versions::new(&before, file, &edit.map, &edit.added).differential();
            since.differential.count(&differential);
            let shown = changes.place.in_diff(name);
            since.lost.extend(lost_file(&shown, &differential.lost, &before, &tests));
        }
        self.gone(changes, &mut since);
        since.lost.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(since)
    }

    /// Whether any file of the report is in the baseline.
    fn has_any_of(
        &self,
        changes: &Changes,
        joins: &[Option<Joined>],
        now: &BTreeMap<String, FileCoverage>,
    ) -> bool {
        let mut renamed = changes
            .diff
            .changes
            .iter()
            .zip(joins)
            .filter_map(|(change, join)| name_before(&join.as_ref()?.name, change));
        now.keys().any(|name| self.files.contains_key(name))
            || renamed.any(|name| self.files.contains_key(&name))
    }

    /// Takes in the files that are in the baseline alone: deleted, or there and not measured any more.
    fn gone(&self, changes: &Changes, since: &mut Since) {
        let deleted = changes.diff.changes.iter().filter(|change| change.kind == Kind::Deleted);
        let deleted: BTreeSet<String> =
            deleted.map(|change| changes.place.seen_from_project(&shown(&change.path))).collect();
        let nothing = FileCoverage::default();
        for (name, before) in &self.files {
            let is_here = !deleted.contains(name) && changes.place.file_of_report(name).is_file();
            let edit = if is_here { Edit::default() } else { Edit::deletion() };
            let differential = Versions::new(before, &nothing, &edit.map, &edit.added).differential();
            since.differential.count(&differential);
            if is_here && differential.lines.of(Category::ExcludedCovered) > 0 {
                since.lost.push(LostFile {
                    name: changes.place.in_diff(name),
                    lines: before.lines.iter().filter(|&(_, hits)| hits > 0).map(|(line, _)| line).collect(),
                    is_vanished: true,
                    by_deleted_tests: 0,
                    deleted_tests: BTreeSet::new(),
                });
            }
        }
    }
}

/// The texts of a file that two reports are of.
struct Texts<'a> {
    name: &'a str,
    change: Option<&'a Change>,
    before: Option<Digest>,
    now: Option<Digest>,
}

impl Texts<'_> {
    /// The change between the two; nothing where the baseline's text is not that of the version before the change, and not
    /// to be found either.
    fn edit(&self, place: &Place, history: &mut History) -> anyhow::Result<Option<Edit>> {
        let Self { name, change, before, now } = self;
        let told = change.map(Edit::of_change).unwrap_or_default();
        let is_unchanged = change.is_none() && (now.is_none() || before == now);
        let Some(digest) = before.filter(|_| history.knows_before() && !is_unchanged) else {
            return Ok(Some(told));
        };
        let (path, source) = match change {
            None => (
                place.in_diff(name).into_bytes(),
                Some(place.file_of_report(name)).filter(|path| path.is_file()),
            ),
            Some(change) => (
                change.before.clone().unwrap_or_else(|| change.path.clone()),
                place.source(&change.path, name),
            ),
        };
        let Some(source) = source else { return Ok(Some(told)) };
        Ok(match history.find(&path, digest)? {
            None => None,
            Some(Found { is_before: true, .. }) if change.is_some() => Some(told),
            Some(Found { text, .. }) => {
                let shown = || source.display().to_string();
                let text_now = fs::read(&source).with_context(shown)?;
                Some(Edit::between(&text, &text_now).with_context(shown)?)
            }
        })
    }
}

/// The change between the text of the baseline and the one that stands here.
struct Edit {
    map: LineMap,
    added: Runs,
}

impl Default for Edit {
    fn default() -> Self {
        Self { map: LineMap::identity(), added: Runs::default() }
    }
}

impl Edit {
    fn of_change(change: &Change) -> Self {
        if change.before.is_none() {
            return Self { added: Runs::up_to(u32::MAX), ..Self::default() };
        }
        let removed = change.removed.as_ref().expect("it was looked whether it is there");
        Self { map: LineMap::new(removed, &change.lines), added: change.lines.clone() }
    }

    fn between(before: &[u8], now: &[u8]) -> anyhow::Result<Self> {
        let trace = compare(before, now)?;
        let removed = trace.removed.iter().map(|line| line.number).collect();
        let added: Runs = trace.added.iter().map(|line| line.number).collect();
        Ok(Self { map: LineMap::new(&removed, &added), added })
    }

    /// Everything goes.
    fn deletion() -> Self {
        let all = Runs::up_to(u32::MAX);
        Self { map: LineMap::new(&all, &Runs::default()), added: Runs::default() }
    }
}

/// What the report would have called a changed file, which it now calls `name`, before the change.
fn name_before(name: &str, change: &Change) -> Option<String> {
    let before = change.before.as_ref()?;
    if *before == change.path {
        return Some(name.to_owned());
    }
    let (path, before) = (shown(&change.path), shown(before));
    // Both names have an end in common; what stands before it in the diff stands before the old name too.
    let common = path.bytes().rev().zip(name.bytes().rev()).take_while(|(a, b)| a == b).count();
    let (in_diff, in_report) = (&path[..path.len() - common], &name[..name.len() - common]);
    Some(match before.strip_prefix(in_diff) {
        Some(rest) => format!("{in_report}{rest}"),
        None => before,
    })
}

/// The lines of a file that lost their coverage, and whether tests that are gone explain it.
fn lost_file(
    name: &str,
    lost: &[(u32, u32)],
    before: &FileCoverage,
    tests: &BTreeSet<&str>,
) -> Option<LostFile> {
    if lost.is_empty() {
        return None;
    }
    let mut deleted_tests = BTreeSet::new();
    let mut by_deleted_tests = 0;
    // Without any test in the report, nobody recorded which are there.
    if !tests.is_empty() {
        for &(_, line) in lost {
            let had = before.contexts.iter().filter(|(_, lines)| lines.contains(&line)).map(|(test, _)| test);
            let had: Vec<&String> = had.collect();
            if !had.is_empty() && had.iter().all(|test| !test.is_empty() && !tests.contains(test.as_str())) {
                by_deleted_tests += 1;
                deleted_tests.extend(had.into_iter().cloned());
            }
        }
    }
    Some(LostFile {
        name: name.to_owned(),
        lines: lost.iter().map(|&(now, _)| now).collect(),
        is_vanished: false,
        by_deleted_tests,
        deleted_tests,
    })
}
