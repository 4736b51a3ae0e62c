//! Which of a project's tests are to run.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::BufRead;

use anyhow::{Context as _, bail, ensure};
use cov_model::manifest::{Manifest, Outcome};
use serde::Deserialize;

use crate::protocol::TestFile;
use crate::unit::{Pick, Unit};

/// Which tests are to run.
#[derive(Clone, Debug, Default)]
pub enum Selection {
    /// All that pytest finds.
    #[default]
    All,
    /// Some: files, and their tests where it is not all of them.
    Some(BTreeMap<String, Option<Vec<String>>>),
    /// What an earlier run left to be done.
    Rest(Box<Rest>),
    /// Exactly this, in this order, in one worker.
    Script(Vec<Unit>),
}

/// What an earlier run left to be done.
#[derive(Clone, Debug)]
pub struct Rest {
    /// What it did.
    pub manifest: Manifest,
    /// When it ended, in microseconds since the epoch.
    pub ended: u64,
}

/// A line of the stream of `diff-cov --tests`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Head { kind: String, v: u64, mode: String, reason: Option<String> },
    End { end: bool, count: usize },
    Test { id: String },
}

impl Selection {
    /// Reads the stream of `diff-cov --tests`, of which nothing may be missing: a head, tests, an end. The answer has
    /// what is to be said of it.
    pub fn read(stream: impl BufRead) -> anyhow::Result<(Self, Option<String>)> {
        let mut mode = None;
        let mut files: BTreeMap<String, Option<Vec<String>>> = BTreeMap::new();
        let mut count = 0;
        let mut lines = stream.lines().zip(1..);
        for (line, number) in &mut lines {
            let line = line?;
            let parsed =
                serde_json::from_str(&line).with_context(|| format!("{number}: no line of such a stream"));
            match (parsed?, &mode) {
                (Line::Head { kind, v, mode: given, reason }, None) => {
                    ensure!(kind == "tests", "{number}: a stream of {kind:?}, not of \"tests\"");
                    ensure!(v == 1, "{number}: unsupported version {v}, this tool reads version 1");
                    ensure!(["all", "select"].contains(&given.as_str()), "{number}: unknown mode {given:?}");
                    mode = Some((given == "all", reason));
                }
                (_, None) => bail!("{number}: the stream does not begin with its head"),
                (Line::Head { .. }, Some(_)) => bail!("{number}: a second head"),
                (Line::Test { id }, Some(_)) => {
                    count += 1;
                    let (file, name) =
                        id.split_once("::").map_or((id.as_str(), None), |(file, _)| (file, Some(&id)));
                    let tests = files.entry(file.to_owned()).or_insert_with(|| Some(Vec::new()));
                    match (name, tests.as_mut()) {
                        (None, _) => *tests = None, // a file stands for all of its tests
                        (Some(id), Some(tests)) => tests.push(id.clone()),
                        (Some(_), None) => {}
                    }
                }
                (Line::End { end, count: said }, Some((all, reason))) => {
                    ensure!(
                        end && said == count,
                        "{number}: the stream ends after {count} tests, not {said}"
                    );
                    ensure!(lines.next().is_none(), "{}: something follows the end", number + 1);
                    let reason = reason.as_deref().unwrap_or("the stream says so");
                    return Ok(match all {
                        true => (Self::All, Some(format!("all tests are run: {reason}"))),
                        false => (Self::Some(files), None),
                    });
                }
            }
        }
        bail!("it has no end: what wrote it has failed, or was cut off")
    }

    /// Whether a run that finds nothing to do is as it should be.
    pub fn is_partial(&self) -> bool {
        !matches!(self, Self::All)
    }

    /// The files that are part of the run, in the order given.
    pub fn of_run<'a>(&self, files: &'a [TestFile]) -> Vec<&'a TestFile> {
        let named: HashSet<&str> = match self {
            Self::All | Self::Rest(_) => return files.iter().collect(),
            Self::Some(chosen) => chosen.keys().map(String::as_str).collect(),
            Self::Script(units) => units.iter().map(|unit| unit.file.as_str()).collect(),
        };
        files.iter().filter(|file| named.contains(file.id.as_str())).collect()
    }

    /// What was asked for and is in none of these files.
    pub fn lacking<'a>(&'a self, files: &[TestFile]) -> Vec<&'a str> {
        let known: HashSet<&str> = files.iter().map(|file| file.id.as_str()).collect();
        match self {
            Self::Some(chosen) => {
                chosen.keys().map(String::as_str).filter(|file| !known.contains(file)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// What is to be run of these files, in the order of `queue`, unless there is an `order` of all tests; and which
    /// files an earlier run has done.
    pub fn units(
        &self,
        files: &[TestFile],
        queue: &[String],
        order: &[(String, Vec<Pick>)],
    ) -> (Vec<Unit>, HashSet<String>) {
        let by_id: HashMap<&str, &TestFile> = files.iter().map(|file| (file.id.as_str(), file)).collect();
        let (mut units, mut left_out) = (Vec::new(), HashSet::new());
        for name in queue {
            match by_id.get(name.as_str()).and_then(|file| self.unit(file)) {
                Some(unit) => units.push(unit),
                None => _ = left_out.insert(name.clone()),
            }
        }
        if let Self::Script(script) = self {
            units.clone_from(script);
        } else if !order.is_empty() {
            let wanted: HashMap<&str, &Unit> = units.iter().map(|unit| (unit.file.as_str(), unit)).collect();
            let ordered =
                order.iter().filter_map(|(file, picks)| Some(among(wanted.get(file.as_str())?, picks)));
            units = ordered.collect();
        }
        (units, left_out)
    }

    /// What is to be run of a file; nothing, if that was done by an earlier run.
    fn unit(&self, file: &TestFile) -> Option<Unit> {
        let whole = Unit::file(&file.id);
        match self {
            Self::All | Self::Script(_) => Some(whole),
            Self::Some(chosen) => {
                let tests = chosen.get(&file.id)?.as_ref();
                let picks = tests.map(|ids| ids.iter().map(|id| Pick(None, id.clone())).collect());
                Some(Unit { tests: picks, or_all: true, ..whole })
            }
            Self::Rest(rest) => rest.unit(file),
        }
    }
}

/// What of `unit` is among these tests, which are known to be there.
fn among(unit: &Unit, picks: &[Pick]) -> Unit {
    let wanted: Option<HashSet<&str>> =
        unit.tests.as_ref().map(|tests| tests.iter().map(|pick| pick.1.as_str()).collect());
    let is_wanted = |pick: &&Pick| wanted.as_ref().is_none_or(|wanted| wanted.contains(pick.1.as_str()));
    let tests =
        picks.iter().filter(is_wanted).filter(|pick| !unit.except.contains(&pick.1)).cloned().collect();
    Unit { tests: Some(tests), except: Vec::new(), or_all: false, ..unit.clone() }
}

impl Rest {
    /// What is left of a file: what did not pass, and what is new.
    fn unit(&self, file: &TestFile) -> Option<Unit> {
        let of_file = |id: &str| id.split("::").next() == Some(&file.id);
        let (done, open): (Vec<_>, Vec<_>) = self
            .manifest
            .tests
            .iter()
            .filter(|test| of_file(&test.id))
            .partition(|test| is_done(test.outcome));
        let is_known = self.manifest.assigned.binary_search(&file.id).is_ok() && !done.is_empty();
        let is_as_it_was = file.modified <= self.ended;
        if is_known && open.is_empty() && is_as_it_was {
            return None;
        }
        let except = done.into_iter().map(|test| test.id.clone()).collect();
        Some(Unit { except, ..Unit::file(&file.id) })
    }

    /// The manifest of both runs: what this one did not run is as the earlier one left it. `known` are the tests of
    /// each file that this run has opened.
    pub fn add_to(&self, manifest: &mut Manifest, known: &HashMap<&str, HashSet<&str>>) {
        let ran: HashSet<&str> = manifest.tests.iter().map(|test| test.id.as_str()).collect();
        let files: HashSet<&str> = manifest.assigned.iter().map(String::as_str).collect();
        let stays = |id: &str| {
            let file = id.split("::").next().unwrap_or_default();
            !ran.contains(id)
                && files.contains(file)
                && known.get(file).is_none_or(|tests| tests.contains(id))
        };
        let stay: Vec<_> = self.manifest.tests.iter().filter(|test| stays(&test.id)).cloned().collect();
        manifest.tests.extend(stay);
        manifest.tests.sort_by(|a, b| a.id.cmp(&b.id));
        manifest.coverage_complete &= self.manifest.coverage_complete;
    }
}

/// Whether a test need not run again.
fn is_done(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Passed | Outcome::Skipped | Outcome::Xfailed | Outcome::Xpassed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = r#"{"v":1,"kind":"tests","mode":"select","base":"x","total":3}"#;

    fn read(lines: &[&str]) -> anyhow::Result<(Selection, Option<String>)> {
        Selection::read(lines.join("\n").as_bytes())
    }

    #[test]
    fn a_stream_names_tests_and_files() {
        let (selection, note) = read(&[
            HEAD,
            r#"{"id":"a.py::x[::]","why":["m.py: f"]}"#,
            r#"{"id":"b.py","why":[]}"#,
            r#"{"id":"b.py::y","why":[]}"#,
            r#"{"end":true,"count":3}"#,
        ])
        .unwrap();
        assert_eq!(note, None);
        let file = |id: &str| TestFile { id: id.to_owned(), size: 1, modified: 0 };
        let unit = |id: &str| selection.unit(&file(id));
        assert_eq!(unit("a.py").unwrap().tests, Some(vec![Pick(None, "a.py::x[::]".to_owned())]));
        assert_eq!(unit("b.py").unwrap().tests, None);
        assert_eq!(unit("c.py"), None);
        assert_eq!(selection.lacking(&[file("a.py")]), ["b.py"]);
    }

    #[test]
    fn all_tests_may_be_meant() {
        let head = r#"{"v":1,"kind":"tests","mode":"all","base":"x","reason":"setup.py changed"}"#;
        let (selection, note) = read(&[head, r#"{"end":true,"count":0}"#]).unwrap();
        assert!(!selection.is_partial());
        assert_eq!(note.unwrap(), "all tests are run: setup.py changed");
    }

    #[test]
    fn a_stream_that_is_not_whole_is_refused() {
        let test = r#"{"id":"a.py::x","why":[]}"#;
        for (lines, expected) in [
            (&[][..], "it has no end"),
            (&[HEAD, test], "it has no end"),
            (&[test], "does not begin with its head"),
            (&[HEAD, HEAD], "a second head"),
            (&[HEAD, test, r#"{"end":true,"count":2}"#], "after 1 tests, not 2"),
            (&[HEAD, r#"{"end":true,"count":0}"#, test], "3: something follows"),
            (&[HEAD, "tests/test_a.py"], "2: no line of such a stream"),
            (&[r#"{"v":2,"kind":"tests","mode":"all"}"#], "unsupported version 2"),
            (&[r#"{"v":1,"kind":"lines","mode":"all"}"#], "not of \"tests\""),
        ] {
            let error = read(lines).map(|_| ()).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
}
