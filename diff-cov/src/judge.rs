//! The judgement: which changed file is which of the report, whether both speak of the same text, what is covered.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use cov_model::{Digest, FileCoverage, Ratio};

use crate::assessment::{Assessment, FileAssessment, Other, Stale, Verdict};
use crate::changes::Changes;
use crate::diff::{AddedText, Change, Kind, shown};
use crate::join::{Joined, Rule, join};
use crate::measured::Measured;
use crate::notes::Notes;
use crate::project::Project;

/// Judges `changes` by what was measured, as `project` wants it.
pub(crate) fn judge(
    changes: &Changes,
    measured: &Measured,
    project: &Project,
    notes: Notes,
) -> anyhow::Result<Assessment> {
    refuse_binary(changes, measured, project)?;
    let joins = join(&changes.diff.changes, measured, &changes.place)?;
    tell_joins(changes, &joins, notes);
    let mut stale = Vec::new();
    let mut files = Vec::new();
    for (change, join) in changes.diff.changes.iter().zip(&joins) {
        let Some(joined) = join.filter(|_| !change.lines.is_empty()) else { continue };
        let file = &measured.files[joined.name];
        let name = shown(&change.path);
        let source = changes.place.source(&change.path, joined.name);
        if let Some(source) = &source {
            let differs_from = difference(source, file, change)?;
            stale.extend(differs_from.map(|differs_from| Stale { name: name.clone(), differs_from }));
        } else {
            notes.explain(&format!(
                "{name} is not here: whether it is the file that was measured cannot be told"
            ));
        }
        let file = FileAssessment::new(name, change, file, source);
        if file.ratio().total > 0 || !file.partial.is_empty() {
            files.push(file);
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let unmeasured = unmeasured(changes, &joins, measured, project, notes);
    let ratio = files.iter().fold(Ratio::default(), |mut sum, file| {
        sum += file.ratio();
        sum
    });
    let verdict = if measured.file_count == 0 {
        Verdict::EmptyReport
    } else if changes.is_empty() {
        Verdict::NoChange
    } else if !stale.is_empty() {
        Verdict::Stale(stale)
    } else if ratio.total > 0 {
        Verdict::Lines { ratio, threshold: project.fail_under }
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
        files,
        unmeasured,
        changed_files: changes.diff.changes.len(),
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

/// What the file `source` differs from, if it is not what was measured and what the diff speaks of.
///
/// A report may tell the digest of the source; a diff file tells the text of the lines that it adds.
fn difference(source: &Path, file: &FileCoverage, change: &Change) -> anyhow::Result<Option<Other>> {
    if file.digest.is_none() && change.text.is_empty() {
        return Ok(None);
    }
    let text = fs::read(source).with_context(|| source.display().to_string())?;
    Ok(if file.digest.is_some_and(|digest| digest != Digest::of(&text)) {
        Some(Other::Measured)
    } else if AddedText::all_stand_in(&change.text, &text) {
        None
    } else {
        Some(Other::Diff)
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
        .filter_map(|(change, join)| join.filter(|join| join.rule == Rule::Suffix).map(|join| (change, join)))
        .map(|(change, join)| format!("{} is {}", shown(&change.path), join.name))
        .collect();
    if let Some(first) = by_suffix.first() {
        let more = by_suffix.len() - 1;
        let more = if more == 0 { String::new() } else { format!(" and {more} more (-v lists them)") };
        notes.say(&format!("found in the report by the end of the name: {first}{more}"));
        by_suffix.iter().skip(1).for_each(|pair| notes.explain(&format!("by the end of the name: {pair}")));
    }
}
