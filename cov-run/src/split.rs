//! `cov-run split`: of the tests in a pipe, those of one shard.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use cov_model::stream::Input;

use crate::bound;
use crate::cli::verb;
use crate::lines::{End, file_of};
use crate::protocol::TestFile;
use crate::refusal::Refusal;
use crate::shard::{Shard, select};
use crate::terminal::say;
use crate::timings::{Known, Timings};
use crate::verdict::PASSED;

/// Prints the names that are the shard's, in the order given, and gives the exit status.
pub fn run(args: &verb::Split) -> anyhow::Result<u8> {
    let shard = args.shard.resolve()?;
    let refused = |error: anyhow::Error| Refusal::usage(format!("{error:#}"));
    let timings = timings(args.timings.as_deref()).map_err(refused)?;
    let input = args.input.clone().unwrap_or(Input::Stdin);
    let text = read(&input).map_err(refused)?;
    let end = End::new(args.null);
    let names: Vec<&str> = end.split(&text).collect();
    if names.is_empty() {
        // In a shell pipe nobody else would notice that a listing failed.
        return Err(Refusal::usage(format!("{input}: no tests to split")));
    }
    let mine = mine(&names, shard, &timings);
    if mine.is_empty() {
        say(format_args!("cov-run: shard {shard} has no tests"));
    }
    end.print(mine).context("<stdout>")?;
    Ok(PASSED)
}

fn timings(named: Option<&Path>) -> anyhow::Result<Timings> {
    let Some(named) = named else { return Ok(Timings::default()) };
    if !named.exists() {
        say(format_args!("cov-run: {}: not there yet: nothing is known of what tests take", named.display()));
    }
    let (timings, notes, _) = Known::shared(named)?;
    for note in notes {
        say(format_args!("cov-run: {note}"));
    }
    Ok(timings)
}

fn read(input: &Input) -> anyhow::Result<String> {
    let text = input.read_all().with_context(|| input.to_string())?;
    String::from_utf8(text).with_context(|| format!("{input}: not UTF-8"))
}

/// The names that are the shard's. Those of one file stay together, since its fixtures are shared.
fn mine<'a>(names: &[&'a str], shard: Shard, timings: &Timings) -> Vec<&'a str> {
    let mut files: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for name in names {
        files.entry(file_of(name)).or_default().push(name);
    }
    let whole = files.iter().all(|(file, names)| names.contains(file)).then(|| sized(files.keys()));
    let costs = whole.as_ref().map_or_else(|| costs(&files, timings), |files| timings.costs(files));
    if let Some(bound) = bound::of_shards(&costs, timings, shard) {
        say(format_args!("cov-run: {bound}"));
    }
    let costs = whole.as_ref().map_or(costs, |files| timings.cautious_costs(files, shard.total()));
    let chosen: HashSet<&str> = select(shard, &costs).into_iter().collect();
    names.iter().copied().filter(|name| chosen.contains(file_of(name))).collect()
}

/// Files with their sizes, which stand in for timings.
fn sized<'a>(files: impl Iterator<Item = &'a &'a str>) -> Vec<TestFile> {
    let sized = |file: &&str| TestFile {
        id: (*file).to_owned(),
        size: fs::metadata(file).map_or(0, |metadata| metadata.len()),
        ..TestFile::default()
    };
    files.map(sized).collect()
}

/// What the named tests of each file cost; where nothing is known, all tests the same.
fn costs<'a>(files: &BTreeMap<&'a str, Vec<&'a str>>, timings: &Timings) -> Vec<(&'a str, u64)> {
    let cost = |(file, names): (&&'a str, &Vec<&'a str>)| {
        let tests = names.iter().map(|name| timings.named(file, name).unwrap_or(1));
        let import = timings.import(file).unwrap_or_default();
        (*file, tests.fold(import, u64::saturating_add))
    };
    files.iter().map(cost).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(names: &[&str], shard: &str, timings: &Timings, expected: &[&str]) {
        assert_eq!(mine(names, shard.parse().unwrap(), timings), expected);
    }

    #[test]
    fn tests_of_a_file_stay_together_in_their_order() {
        let names = ["b.py::2", "a.py::1", "b.py::1", "c.py::1", "b.py::2"];
        let none = Timings::default();
        check(&names, "1/2", &none, &["b.py::2", "b.py::1", "b.py::2"]);
        check(&names, "2/2", &none, &["a.py::1", "c.py::1"]);
        check(&names, "3/4", &none, &["c.py::1"]);
        check(&names, "4/4", &none, &[]);
    }

    #[test]
    fn timings_decide() {
        let mut timings = Timings::default();
        timings.note_test("a.py", "a.py::T::1", 900);
        timings.note_test("a.py", "a.py::2", 5);
        timings.note_test("b.py", "b.py::1", 100);
        timings.note_test("c.py", "c.py::1[a]", 100);
        timings.note_test("c.py", "c.py::1[b]", 100);
        check(&["a.py::T", "b.py::1", "c.py::1"], "1/2", &timings, &["a.py::T"]);
        check(&["a.py", "b.py", "c.py"], "1/2", &timings, &["a.py"]);
        check(&["a.py::2", "b.py", "c.py::1"], "1/2", &timings, &["c.py::1"]);
    }
}
