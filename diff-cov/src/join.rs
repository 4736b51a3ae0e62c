//! The join: which file of the report a changed file is.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use crate::diff::{Change, Kind, shown};
use crate::measured::{Measured, own_name};
use crate::place::Place;

/// How a changed file was found in the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    /// The report's name is the diff's as seen from the project's directory.
    InProject,
    /// Both names are the same.
    SameName,
    /// One name is the end of the other.
    Suffix,
}

/// A changed file that was found in the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Joined {
    /// The file's name in the report.
    pub(crate) name: String,
    /// How it was found.
    pub(crate) rule: Rule,
}

/// Names that belong to each other in more than one way.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "{name} may be any of {}: nothing tells which; run in the project's directory or name it with --project, or give the \
     files one root with cov-merge --path-map FROM=TO",
    .candidates.join(", ")
)]
pub(crate) struct Ambiguous {
    /// A file of the diff or of the report.
    name: String,
    /// Files of the other that it may be.
    candidates: Vec<String>,
}

/// Finds the changed files in the report; the result has one entry for each of `changes`.
///
/// First by name, seen from the project's directory and then as it is; then, for a report made elsewhere, a name that is
/// the end of another, from a `/` on, and the longest such end. A name of the report that leads to a file here is that
/// file and no other. What is left with several possibilities goes by the roots that the others have shown, or is an error.
pub(crate) fn join(
    changes: &[Change],
    measured: &Measured,
    place: &Place,
) -> Result<Vec<Option<Joined>>, Ambiguous> {
    let mut joins: Vec<Option<Joined>> = vec![None; changes.len()];
    let mut claimed = BTreeSet::new();
    for rule in [Rule::InProject, Rule::SameName] {
        for (change, join) in changes.iter().zip(&mut joins) {
            let Some(name) = name_of(change).filter(|_| join.is_none()) else { continue };
            let found = match rule {
                Rule::InProject => place.in_project(name).and_then(|name| measured.files.get_key_value(name)),
                _ => measured.files.get_key_value(name),
            };
            let Some((found, _)) = found else { continue };
            let is_other = rule == Rule::SameName && place.are_different(&change.path, found);
            if !is_other && claimed.insert(found.as_str()) {
                *join = Some(Joined { name: found.clone(), rule });
            }
        }
    }
    let open: Vec<usize> = (0..changes.len())
        .filter(|&index| joins[index].is_none() && name_of(&changes[index]).is_some())
        .collect();
    let pairs = pairs(changes, &open, measured, &claimed, place);
    for (index, name) in longest(pairs)? {
        joins[index] = Some(Joined { name: name.to_owned(), rule: Rule::Suffix });
    }
    Ok(joins)
}

/// The name of a change that a report could have: of a file that is there after it, in UTF-8.
fn name_of(change: &Change) -> Option<&str> {
    std::str::from_utf8(&change.path).ok().filter(|_| change.kind == Kind::Text)
}

/// A changed file and a file of the report, the name of one of which ends with the other's.
#[derive(Clone, Copy, Debug)]
struct Pair<'a, 'c> {
    index: usize,
    change: &'c str,
    report: &'a str,
    /// How many components they have in common.
    common: usize,
}

impl<'a, 'c> Pair<'a, 'c> {
    /// What stands in front of the common end, in the diff and in the report.
    fn roots(&self) -> (&'c str, &'a str) {
        let common = self.change.len().min(self.report.len());
        (&self.change[..self.change.len() - common], &self.report[..self.report.len() - common])
    }
}

fn pairs<'a, 'c>(
    changes: &'c [Change],
    open: &[usize],
    measured: &'a Measured,
    claimed: &BTreeSet<&str>,
    place: &Place,
) -> Vec<Pair<'a, 'c>> {
    let mut by_own_name: BTreeMap<&[u8], Vec<&str>> = BTreeMap::new();
    // Relative names all start at one place, and if whole names were found that place is known.
    let is_open =
        |name: &&String| !claimed.contains(name.as_str()) && (claimed.is_empty() || is_absolute(name));
    for name in measured.files.keys().filter(is_open) {
        by_own_name.entry(own_name(name.as_bytes())).or_default().push(name);
    }
    let mut pairs = Vec::new();
    for &index in open {
        let Some(change) = name_of(&changes[index]) else { continue };
        for &report in by_own_name.get(own_name(change.as_bytes())).into_iter().flatten() {
            let (short, long) = if change.len() < report.len() { (change, report) } else { (report, change) };
            let is_end = long.strip_suffix(short).is_some_and(|head| head.ends_with('/'));
            if is_end && !place.are_different(&changes[index].path, report) {
                let common = short.split('/').filter(|part| !part.is_empty()).count();
                pairs.push(Pair { index, change, report, common });
            }
        }
    }
    pairs
}

fn is_absolute(name: &str) -> bool {
    name.starts_with('/') || name.get(1..3).is_some_and(|drive| drive == ":/" || drive == ":\\")
}

/// The pairs that fit each other best, one for each changed file and each file of the report at the most.
fn longest<'a>(pairs: Vec<Pair<'a, '_>>) -> Result<Vec<(usize, &'a str)>, Ambiguous> {
    let mut most_of_change: BTreeMap<usize, usize> = BTreeMap::new();
    let mut most_of_report: BTreeMap<&str, usize> = BTreeMap::new();
    for pair in &pairs {
        let most = most_of_change.entry(pair.index).or_default();
        *most = pair.common.max(*most);
        let most = most_of_report.entry(pair.report).or_default();
        *most = pair.common.max(*most);
    }
    let best: Vec<Pair> = pairs
        .into_iter()
        .filter(|pair| {
            pair.common == most_of_change[&pair.index] && pair.common == most_of_report[pair.report]
        })
        .collect();
    let mut claims_of_change: BTreeMap<usize, usize> = BTreeMap::new();
    let mut claims_of_report: BTreeMap<&str, usize> = BTreeMap::new();
    for pair in &best {
        *claims_of_change.entry(pair.index).or_default() += 1;
        *claims_of_report.entry(pair.report).or_default() += 1;
    }
    let is_sure = |pair: &Pair| claims_of_change[&pair.index] == 1 && claims_of_report[pair.report] == 1;
    let (sure, contested): (Vec<Pair>, Vec<Pair>) = best.into_iter().partition(is_sure);
    let roots: BTreeSet<_> = sure.iter().map(Pair::roots).collect();
    let mut joins: Vec<(usize, &str)> = sure.iter().map(|pair| (pair.index, pair.report)).collect();
    // What the sure ones have shown to be roots decides; if it decides nothing, nobody can.
    let fits = |pair: &Pair| roots.is_empty() || roots.contains(&pair.roots());
    let fitting: Vec<Pair> = contested.into_iter().filter(fits).collect();
    for pair in &fitting {
        let is_rival = |other: &&Pair| (other.index == pair.index) != (other.report == pair.report);
        let rivals: Vec<&Pair> = fitting.iter().filter(is_rival).collect();
        if !rivals.is_empty() {
            return Err(ambiguous(pair, &rivals));
        }
        joins.push((pair.index, pair.report));
    }
    Ok(joins)
}

fn ambiguous(pair: &Pair, rivals: &[&Pair]) -> Ambiguous {
    let of_report: Vec<&str> =
        rivals.iter().filter(|rival| rival.index == pair.index).map(|rival| rival.report).collect();
    let (name, mut candidates) = if of_report.is_empty() {
        (pair.report, rivals.iter().map(|rival| rival.change).chain([pair.change]).collect())
    } else {
        (pair.change, of_report.into_iter().chain([pair.report]).collect::<Vec<_>>())
    };
    candidates.sort_unstable();
    let shown = |name: &str| shown(name.as_bytes());
    Ambiguous { name: shown(name), candidates: candidates.into_iter().map(shown).collect() }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use cov_model::FileCoverage;

    use super::*;
    use crate::diff::Runs;
    use crate::place::Names;

    fn place(prefix: &str, names: Names) -> Place {
        let nowhere = Path::new("/no/such/directory");
        Place {
            project: nowhere.join(prefix),
            top: Some(nowhere.to_owned()),
            prefix: prefix.to_owned(),
            names,
        }
    }

    /// The joins of the names of a diff and those of a report, `-` for none.
    fn joins(diff: &[&str], report: &[&str], place: &Place) -> Result<Vec<String>, String> {
        let change = |name: &&str| Change {
            path: name.as_bytes().to_vec(),
            lines: Runs::up_to(1),
            ..Change::default()
        };
        let changes: Vec<Change> = diff.iter().map(change).collect();
        let files = report.iter().map(|&name| (name.to_owned(), FileCoverage::default())).collect();
        let measured = Measured { files, ..Measured::default() };
        let joined = join(&changes, &measured, place).map_err(|error| error.to_string())?;
        Ok(joined.into_iter().map(|join| join.map_or("-".to_owned(), |join| join.name)).collect())
    }

    #[track_caller]
    fn check(diff: &[&str], report: &[&str], expected: &[&str]) {
        let expected = expected.iter().map(|&name| name.to_owned()).collect();
        assert_eq!(joins(diff, report, &place("", Names::AtTop)), Ok(expected));
    }

    #[test]
    fn the_projects_place_in_the_repository_comes_first() {
        let found = joins(&["sub/a.py", "a.py"], &["a.py", "sub/a.py"], &place("sub/", Names::AtTop));
        assert_eq!(found.unwrap(), ["a.py", "-"]);
        let relative = joins(&["b.py"], &["b.py"], &place("sub/", Names::Unknown));
        assert_eq!(relative.unwrap(), ["b.py"]);
    }

    #[test]
    fn ends_are_looked_at_in_reports_from_elsewhere_only() {
        check(&["a.py", "setup.py"], &["a.py", "vendor/setup.py"], &["a.py", "-"]);
        check(&["a.py", "b.py"], &["a.py", "/build/b.py"], &["a.py", "/build/b.py"]);
    }

    #[test]
    fn an_end_from_a_slash_on_is_the_same_file() {
        check(&["src/pkg/a.py"], &["pkg/a.py", "a.py", "g/a.py"], &["pkg/a.py"]);
        check(&["pkg/a.py"], &["/build/src/pkg/a.py"], &["/build/src/pkg/a.py"]);
        check(&["kg/a.py"], &["pkg/a.py"], &["-"]);
        check(&["docs/conf.py"], &["src/conf.py"], &["-"]);
    }

    #[test]
    fn the_longer_end_wins_on_both_sides() {
        check(&["a.py", "src/pkg/a.py"], &["pkg/a.py"], &["-", "pkg/a.py"]);
    }

    #[test]
    fn what_is_not_unique_is_an_error_with_the_candidates() {
        let place = place("", Names::AtTop);
        let error = joins(&["a.py"], &["/x/a.py", "/y/a.py"], &place).unwrap_err();
        assert!(error.starts_with("a.py may be any of /x/a.py, /y/a.py: "), "{error}");
        let error = joins(&["src/a.py", "lib/a.py"], &["a.py"], &place).unwrap_err();
        assert!(error.starts_with("a.py may be any of lib/a.py, src/a.py: "), "{error}");
    }

    #[test]
    fn the_roots_of_the_others_settle_what_is_not_unique() {
        let report = ["/build/setup.py", "/build/other/setup.py", "/build/pkg/a.py"];
        check(&["setup.py", "pkg/a.py"], &report, &["/build/setup.py", "/build/pkg/a.py"]);
        check(
            &["x/b.py", "setup.py", "pkg/a.py"],
            &report[1..],
            &["-", "/build/other/setup.py", "/build/pkg/a.py"],
        );
    }

    #[test]
    fn a_name_that_leads_to_another_file_here_is_not_this_one() {
        let root = tempfile::tempdir().unwrap();
        for name in ["conf.py", "docs/conf.py"] {
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let at = |project: PathBuf, prefix: &str| Place {
            project,
            top: Some(root.path().to_owned()),
            prefix: prefix.to_owned(),
            names: Names::AtTop,
        };
        let whole = at(root.path().to_owned(), "");
        assert_eq!(joins(&["docs/conf.py"], &["conf.py"], &whole).unwrap(), ["-"]);
        let part = at(root.path().join("docs"), "docs/");
        assert_eq!(joins(&["conf.py"], &["conf.py"], &part).unwrap(), ["-"]);
        assert_eq!(joins(&["docs/conf.py"], &["conf.py"], &part).unwrap(), ["conf.py"]);
    }
}
