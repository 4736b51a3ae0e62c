//! The judgement: which changed file is which of the report, whether both speak of the same text, what is covered.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use cov_model::{Digest, FileCoverage, Ratio};

use crate::assessment::{Assessment, FileAssessment, Other, Stale, Verdict};
use crate::baseline::{Baseline, Since};
use crate::changes::Changes;
use crate::cli::Excuse;
use crate::diff::{AddedText, Change, Kind, LineMap, Runs, compare, shown};
use crate::join::{Joined, Rule, join};
use crate::measured::Measured;
use crate::notes::Notes;
use crate::outcome::Evidence;
use crate::project::Project;
use crate::remap::remapped;

/// Judges `changes` by what was measured, and since the baseline if there is one, as `project` wants it.
pub(crate) fn judge(
    changes: &mut Changes,
    mut measured: Measured,
    baseline: Option<Baseline>,
    project: &Project,
    notes: Notes,
) -> anyhow::Result<Assessment> {
    refuse_binary(changes, &measured, project)?;
    let joins = join(&changes.diff.changes, &measured, &changes.place)?;
    tell_joins(changes, &joins, notes);
    let Text { mut stale, newer_lines, newer } = follow_text(changes, &joins, &mut measured, project, notes)?;
    let since = match baseline {
        Some(baseline) => Some(baseline.compare(changes, &joins, &measured, project, notes)?),
        None => None,
    };
    let is_foreign = since.as_ref().is_some_and(|since| since.is_foreign);
    let (has_branches, has_functions) = (measured.has_branches(), measured.has_functions());
    let unmeasured = unmeasured(changes, &joins, &measured, project, notes);
    let files = files(changes, &joins, &mut measured, project, &newer);
    let (differential, lost) = match since {
        Some(Since { differential, lost, stale: of_baseline, is_foreign: _ }) => {
            stale.extend(of_baseline);
            (Some(differential), lost)
        }
        None => (None, Vec::new()),
    };
    let evidence = Evidence {
        files: &files,
        lost: &lost,
        has_branches,
        has_functions,
        min_lines: project.min_lines,
        root: &project.root,
        place: &changes.place,
    };
    let outcomes = project.rules.iter().map(|rule| evidence.judge(rule)).collect::<Result<_, _>>()?;
    let ratio = files.iter().fold(Ratio::default(), |mut sum, file| {
        sum += file.ratio();
        sum
    });
    let verdict = if measured.file_count == 0 {
        Verdict::EmptyReport
    } else if is_foreign {
        Verdict::ForeignBaseline
    } else if !stale.is_empty() {
        Verdict::Stale(stale)
    } else if changes.is_empty() {
        Verdict::NoChange
    } else if project.wants_all_files && !unmeasured.is_empty() {
        Verdict::Incomplete
    } else if ratio.total > 0 {
        Verdict::Lines(ratio)
    } else if !unmeasured.is_empty() && joins.iter().all(Option::is_none) {
        Verdict::NotInReport {
            report_files: measured.file_count,
            example: measured.example.clone().unwrap_or_default(),
        }
    } else {
        Verdict::NothingExecutable
    };
    Ok(Assessment {
        comparison: changes.comparison.clone(),
        verdict,
        outcomes,
        min_lines: project.min_lines,
        files,
        differential,
        lost,
        unmeasured,
        changed_files: changes.diff.changes.len(),
        newer_lines,
    })
}

/// The changed files that were measured, by name, with what was measured of them.
fn files(
    changes: &Changes,
    joins: &[Option<Joined>],
    measured: &mut Measured,
    project: &Project,
    newer: &HashMap<String, Runs>,
) -> Vec<FileAssessment> {
    let mut files = Vec::new();
    for (change, join) in changes.diff.changes.iter().zip(joins) {
        let Some(joined) = join.as_ref().filter(|_| !change.lines.is_empty()) else { continue };
        let Some(coverage) = measured.files.remove(&joined.name) else { continue };
        let source = changes.place.source(&change.path, &joined.name);
        let mut lines = counted(change, &project.excuses);
        if let Some(newer) = newer.get(&joined.name) {
            lines = lines.without(newer);
        }
        let labels = [&change.respaced, &change.moved];
        let file = FileAssessment::new(shown(&change.path), source, coverage, &lines, labels);
        if !file.is_empty() {
            files.push(file);
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

/// The changed lines that are not excused.
fn counted(change: &Change, excuses: &[Excuse]) -> Runs {
    excuses.iter().fold(change.lines.clone(), |lines, excuse| match excuse {
        Excuse::Whitespace => lines.without(&change.respaced),
        Excuse::Moved => lines.without(&change.moved),
    })
}

/// Refuses a diff that shows a file of code as binary, which an attribute of git's makes it do: nobody knows its lines.
fn refuse_binary(changes: &Changes, measured: &Measured, project: &Project) -> anyhow::Result<()> {
    for change in changes.diff.changes.iter().filter(|change| change.kind == Kind::Binary) {
        let name = shown(&change.path);
        let is_expected = !project.does_not_measure(&changes.place.seen_from_project(&name));
        anyhow::ensure!(
            !(is_expected && measured.is_code(&change.path)),
            "{name}: the diff shows it as binary, so its changed lines are not known: make the diff with --text"
        );
    }
    Ok(())
}

/// Whether the report, the diff and the files here are of one text.
#[derive(Debug, Default)]
struct Text {
    stale: Vec<Stale>,
    /// How many changed lines are newer than the measurement.
    newer_lines: u64,
    /// Lines that are newer than the measurement, by the name of the file in the report.
    newer: HashMap<String, Runs>,
}

/// Looks whether the changed files are those that were measured, and where they are not, follows what was measured to where
/// it is now, if the user allows that and the text that was measured is to be found.
fn follow_text(
    changes: &mut Changes,
    joins: &[Option<Joined>],
    measured: &mut Measured,
    project: &Project,
    notes: Notes,
) -> anyhow::Result<Text> {
    let mut found = Text::default();
    for (change, join) in changes.diff.changes.iter_mut().zip(joins) {
        let Some(joined) = join.as_ref().filter(|_| !change.lines.is_empty()) else { continue };
        let name = shown(&change.path);
        let Some(source) = changes.place.source(&change.path, &joined.name) else {
            notes.explain(&format!(
                "{name} is not here: whether it is the file that was measured cannot be told"
            ));
            continue;
        };
        let coverage = &measured.files[&joined.name];
        let Some(differs_from) = difference(&source, coverage, change, project.allows_stale)? else {
            continue;
        };
        let digest = coverage.digest.filter(|_| differs_from == Other::Measured && project.allows_stale);
        let Some(digest) = digest else {
            found.stale.push(Stale { name, differs_from });
            continue;
        };
        let mut old = changes.history.find(&change.path, digest)?;
        if let Some(before) = change.before.as_ref().filter(|_| old.is_none()) {
            old = changes.history.find(before, digest)?;
        }
        let Some(old) = old else {
            found.stale.push(Stale { name, differs_from: Other::Unfound });
            continue;
        };
        let text = fs::read(&source).with_context(|| source.display().to_string())?;
        let trace = compare(&old.text, &text).with_context(|| source.display().to_string())?;
        let removed = trace.removed.iter().map(|line| line.number).collect();
        let newer: Runs = trace.added.iter().map(|line| line.number).collect();
        let coverage = remapped(coverage, &LineMap::new(&removed, &newer));
        measured.files.insert(joined.name.clone(), coverage);
        found.newer_lines += change.lines.len() - change.lines.without(&newer).len();
        found.newer.insert(joined.name.clone(), newer);
        notes.say(&format!("{name} changed since it was measured: its lines are followed"));
    }
    Ok(found)
}

/// What the file `source` differs from, if it is not what was measured and what the diff speaks of.
///
/// A report may tell the digest of the source; a diff file tells the text of the lines that it adds.
fn difference(
    source: &Path,
    file: &FileCoverage,
    change: &Change,
    allows_stale: bool,
) -> anyhow::Result<Option<Other>> {
    if file.digest.is_none() && change.text.is_empty() {
        return Ok(None);
    }
    let text = fs::read(source).with_context(|| source.display().to_string())?;
    let is_measured = file.digest.is_none_or(|digest| digest == Digest::of(&text));
    let is_in_diff = AddedText::all_stand_in(&change.text, &text);
    Ok(match (is_measured, is_in_diff) {
        (true, true) => None,
        // What was measured can be followed, but not what the diff says.
        (false, false) if allows_stale => Some(Other::Diff),
        (false, _) => Some(Other::Measured),
        (true, false) => Some(Other::Diff),
    })
}

/// The changed files of code that the report should have and does not, by name.
fn unmeasured(
    changes: &Changes,
    joins: &[Option<Joined>],
    measured: &Measured,
    project: &Project,
    notes: Notes,
) -> Vec<String> {
    let mut names = Vec::new();
    for (change, join) in changes.diff.changes.iter().zip(joins) {
        let has_lines = change.kind == Kind::Text && !change.lines.is_empty();
        let name = shown(&change.path);
        if join.is_some() || !has_lines || !measured.is_code(&change.path) {
            continue;
        }
        if project.does_not_measure(&changes.place.seen_from_project(&name)) {
            notes.explain(&format!("{name}: not measured, by the project's configuration"));
        } else {
            names.push(name);
        }
    }
    names.sort();
    names
}

/// Tells which files were found by less than their whole names.
fn tell_joins(changes: &Changes, joins: &[Option<Joined>], notes: Notes) {
    let by_suffix: Vec<String> = changes
        .diff
        .changes
        .iter()
        .zip(joins)
        .filter_map(|(change, join)| Some((change, join.as_ref().filter(|join| join.rule == Rule::Suffix)?)))
        .map(|(change, join)| format!("{} is {}", shown(&change.path), join.name))
        .collect();
    if let Some(first) = by_suffix.first() {
        let more = by_suffix.len() - 1;
        let more = if more == 0 { String::new() } else { format!(" and {more} more (-v lists them)") };
        notes.say(&format!("found in the report by the end of the name: {first}{more}"));
        by_suffix.iter().skip(1).for_each(|pair| notes.explain(&format!("by the end of the name: {pair}")));
    }
}
