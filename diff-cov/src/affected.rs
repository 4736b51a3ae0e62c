//! Which tests a change may affect, by what each of them ran. In doubt it is all of them, with the reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::Context as _;
use cov_model::{Digest, FileCoverage};

use crate::changes::Changes;
use crate::diff::{Change, Kind, Runs, compare, shown};
use crate::functions::{extents, innermost};
use crate::join::{Joined, join};
use crate::measured::Measured;

/// The tests to run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Affected {
    /// These, each with the reasons. A file's name stands for all tests in it.
    These(BTreeMap<String, BTreeSet<String>>),
    /// All, since nobody can tell.
    All(String),
}

/// What of a file's measured text the change touches.
struct Touched {
    /// Lines that went or came, in the lines of the measured text.
    lines: Runs,
    /// Places where lines went or came between two others: the lines on both sides of it.
    gaps: Vec<(u32, u32)>,
    /// Whether everything that went and came is blank or a comment.
    is_quiet: bool,
}

/// The tests that ran what `changes` touch, as `measured` tells.
pub(crate) fn affected(changes: &mut Changes, measured: &Measured) -> anyhow::Result<Affected> {
    let tests = tests(measured);
    if tests.is_empty() && !changes.diff.changes.is_empty() {
        let reason = "the report does not tell which test ran what: measure with contexts";
        return Ok(Affected::All(reason.to_owned()));
    }
    if let Some((of_run, total)) = measured.incomplete_shards() {
        return Ok(Affected::All(format!("the report has only {of_run} of {total} shards")));
    }
    let joins = join(&changes.diff.changes, measured, &changes.place)?;
    let mut chosen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let all_changes = std::mem::take(&mut changes.diff.changes);
    for (change, joined) in all_changes.iter().zip(joins) {
        let name = changes.place.seen_from_project(&shown(&change.path));
        if is_test_file(&name, &tests) {
            if change.kind == Kind::Text {
                chosen.entry(name.clone()).or_default().insert("it changed".to_owned());
            }
            continue;
        }
        let Some((in_report, file)) = file_of(change, joined.as_ref(), changes, measured) else {
            return Ok(Affected::All(format!(
                "{name} is not in the report: what depends on it is not known"
            )));
        };
        let touched = match touched(change, &in_report, file, changes)? {
            Ok(touched) => touched,
            Err(reason) => return Ok(Affected::All(format!("{name}: {reason}"))),
        };
        if touched.is_quiet && (file.length.is_some() || !file.spans.is_empty()) {
            continue;
        }
        match functions(&touched, file) {
            Ok(functions) => {
                for (function, first, last) in functions {
                    let ran = |lines: &BTreeSet<u32>| lines.range(first..=last).next().is_some();
                    for (context, _) in file.contexts.iter().filter(|(_, lines)| ran(lines)) {
                        let Some(test) = own_test(context) else {
                            return Ok(Affected::All(format!(
                                "{name}: {function} also runs outside of tests ({context:?})"
                            )));
                        };
                        chosen.entry(test.to_owned()).or_default().insert(format!("{name}: {function}"));
                    }
                }
            }
            Err(line) => {
                return Ok(Affected::All(format!(
                    "{name}:{line} is in no function that is known: what runs on import is no test's alone"
                )));
            }
        }
    }
    Ok(Affected::These(chosen))
}

/// All tests that the report knows.
pub(crate) fn tests(measured: &Measured) -> BTreeSet<String> {
    let contexts = measured.files.values().flat_map(|file| file.contexts.keys());
    contexts.map(|context| test_of(context).to_owned()).filter(|test| test.contains("::")).collect()
}

/// The test of a context: without the static context that coverage.py puts before it, and the phase that pytest-cov puts
/// behind it.
fn test_of(context: &str) -> &str {
    let context = match context.split_once('|') {
        Some((fixed, test)) if !fixed.contains("::") && test.contains("::") => test,
        _ => context,
    };
    let phases = ["|setup", "|run", "|call", "|teardown"];
    phases.iter().find_map(|phase| context.strip_suffix(phase)).unwrap_or(context)
}

/// The test that a context is of; nothing where others may depend on what ran in it: on import, or in a fixture, which may
/// be one of several tests.
fn own_test(context: &str) -> Option<&str> {
    let is_fixture = context.ends_with("|setup") || context.ends_with("|teardown");
    Some(test_of(context)).filter(|test| test.contains("::") && !is_fixture)
}

/// Whether a file has tests: some are known, or its name says so as pytest looks for them.
fn is_test_file(name: &str, tests: &BTreeSet<String>) -> bool {
    let own = name.rsplit('/').next().unwrap_or(name);
    let is_called_so =
        own.strip_suffix(".py").is_some_and(|stem| stem.starts_with("test_") || stem.ends_with("_test"));
    let head = format!("{name}::");
    is_called_so || tests.range(head.clone()..).next().is_some_and(|test| test.starts_with(&head))
}

/// The file of the report that a change is of, by its name now or before.
fn file_of<'a>(
    change: &Change,
    joined: Option<&Joined>,
    changes: &Changes,
    measured: &'a Measured,
) -> Option<(String, &'a FileCoverage)> {
    let before = || Some(changes.place.seen_from_project(&shown(change.before.as_ref()?)));
    let name = joined.map(|joined| joined.name.clone()).or_else(before)?;
    let file = measured.files.get(&name)?;
    Some((name, file))
}

/// What the change touches of the text that was measured: the one that stands here, or an older one that git still has.
fn touched(
    change: &Change,
    in_report: &str,
    file: &FileCoverage,
    changes: &mut Changes,
) -> anyhow::Result<Result<Touched, &'static str>> {
    let Some(digest) = file.digest else {
        return Ok(Err("the report does not tell of which text it is"));
    };
    if change.kind != Kind::Text {
        return Ok(Err("it is gone, or no text any more"));
    }
    let Some(source) = changes.place.source(&change.path, in_report) else {
        return Ok(Err("it is not here"));
    };
    let now = fs::read(&source).with_context(|| source.display().to_string())?;
    if digest == Digest::of(&now) {
        let Some(removed) = &change.removed else {
            return Ok(Err("the diff has not one version before the change"));
        };
        // Where lines went, others that stand here now meet: known by how many stand before the place.
        let gaps = gaps(&change.lines, removed);
        let is_quiet = removed.is_empty() && are_quiet(&now, &change.lines);
        return Ok(Ok(Touched { lines: change.lines.clone(), gaps, is_quiet }));
    }
    let path = change.before.as_ref().unwrap_or(&change.path);
    let Some(old) = changes.history.find(path, digest)? else {
        return Ok(Err("it is not the text that was measured, which is not to be found"));
    };
    let trace = compare(&old.text, &now).with_context(|| source.display().to_string())?;
    let lines = |lines: &[crate::diff::Line]| lines.iter().map(|line| line.number).collect::<Runs>();
    let (removed, added) = (lines(&trace.removed), lines(&trace.added));
    let is_quiet = are_quiet(&old.text, &removed) && are_quiet(&now, &added);
    Ok(Ok(Touched { gaps: gaps(&removed, &added), lines: removed, is_quiet }))
}

/// The places, in the lines that `here` are among, where runs of `there` stand on the other side and nothing of `here`
/// does: the lines before and behind each.
fn gaps(here: &Runs, there: &Runs) -> Vec<(u32, u32)> {
    let map = crate::diff::LineMap::new(there, here);
    let gap = |(first, _): (u32, u32)| {
        let before = if first == 1 { 0 } else { map.forward(first - 1)? };
        (!here.contains(before + 1)).then_some((before, before + 1))
    };
    there.iter().filter_map(gap).collect()
}

/// Whether all of `lines` are blank, or comments as Python and shells write them.
fn are_quiet(text: &[u8], lines: &Runs) -> bool {
    let all: Vec<&[u8]> = text.split(|&byte| byte == b'\n').collect();
    let is_quiet = |line: u32| {
        let text = all.get(line as usize - 1).map_or(&[][..], |text| text.trim_ascii());
        text.is_empty() || text.starts_with(b"#")
    };
    lines.iter().flat_map(|(first, last)| first..=last).all(is_quiet)
}

/// The bodies of the functions that are touched, by name, first and last line; or a touched line that is in none.
fn functions(touched: &Touched, file: &FileCoverage) -> Result<BTreeSet<(String, u32, u32)>, u32> {
    let extents = extents(file);
    let body = |line: u32| {
        let extent = &extents[innermost(&extents, line)?];
        // Where it is not known how far a function goes, a line behind it may be run on import.
        let function = file.functions.get(&(extent.first, extent.name.clone()))?;
        let (first, last) = (function.body?, function.end?);
        (line >= first).then(|| (extent.name.clone(), first, last))
    };
    let mut bodies = BTreeSet::new();
    for line in touched.lines.iter().flat_map(|(first, last)| first..=last) {
        bodies.insert(body(line).ok_or(line)?);
    }
    for &(before, behind) in &touched.gaps {
        // At the end of a function nobody knows whether what went or came is in it.
        match (body(before), body(behind)) {
            (Some(before), Some(behind)) if before == behind => bodies.insert(before),
            _ => return Err(behind),
        };
    }
    Ok(bodies)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_where_lines_went_without_others_in_their_place() {
        let runs = |lines: &[u32]| lines.iter().copied().collect::<Runs>();
        // 3 went; 7 was replaced by 6.
        assert_eq!(gaps(&runs(&[6]), &runs(&[3, 7])), [(2, 3)]);
        assert_eq!(gaps(&runs(&[]), &runs(&[1])), [(0, 1)]);
    }

    #[test]
    fn phases_are_no_tests() {
        assert_eq!(test_of("tests/test_a.py::test_b[x|y]|run"), "tests/test_a.py::test_b[x|y]");
        assert_eq!(test_of("tests/test_a.py::test_b"), "tests/test_a.py::test_b");
        assert_eq!(own_test("tests/test_a.py::test_b|run"), Some("tests/test_a.py::test_b"));
        assert_eq!(
            own_test("linux|tests/test_a.py::test_b[x|y::z]"),
            Some("tests/test_a.py::test_b[x|y::z]")
        );
        for shared in ["", "session", "tests/test_a.py::test_b|setup"] {
            assert_eq!(own_test(shared), None);
        }
        let tests = ["t/checks.py::test_a".to_owned()].into();
        let is_test_file = |name: &str| is_test_file(name, &tests);
        assert!(is_test_file("t/checks.py") && is_test_file("x/test_new.py") && !is_test_file("t/check.py"));
    }
}
