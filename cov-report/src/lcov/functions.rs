//! The functions of a file.

use std::collections::HashSet;
use std::io::{self, Write};

use cov_model::regions::function_lines;
use cov_model::{FileCoverage, Function};

use super::count;
use crate::summary::printable;

/// A function to be written.
struct Record<'a> {
    first: u32,
    last: Option<u32>,
    name: &'a str,
    /// None where nothing of it can be covered.
    hits: Option<u64>,
}

/// Writes the functions of `file`: those that coverage.py knows as `lcov_functions` of its lcovreport.py does, others so
/// that every version of lcov reads them. Of those of a name the first keeps it.
pub(super) fn write(file: &FileCoverage, sink: &mut dyn Write) -> io::Result<()> {
    let records = records(file);
    if records.is_empty() {
        return Ok(());
    }
    let (mut found, mut hit) = (0, 0);
    let mut names: HashSet<String> = HashSet::new();
    for Record { first, last, name, hits } in records {
        let Some(hits) = hits else { continue };
        found += 1;
        hit += u32::from(hits > 0);
        let mut name = printable(name);
        if !names.insert(name.clone()) {
            name = format!("{name}@{first}");
        }
        match last {
            Some(last) => writeln!(sink, "FN:{first},{last},{name}")?,
            None => writeln!(sink, "FN:{first},{name}")?,
        }
        writeln!(sink, "FNDA:{},{name}", count(file.hits, hits))?;
    }
    writeln!(sink, "FNF:{found}\nFNH:{hit}")
}

/// The functions by first and last line. Of one whose body is known, as of all that coverage.py knows, that counts which
/// is its own, without the functions in it; one that has nothing of its own is none.
fn records(file: &FileCoverage) -> Vec<Record<'_>> {
    let regions = function_lines(file);
    let mut records: Vec<Record<'_>> = Vec::with_capacity(regions.len());
    for (((start, name), function), region) in file.functions.iter().zip(&regions) {
        let Function { body, end, hits } = *function;
        let (first, last) = match (region.lines.first(), region.lines.last()) {
            (Some(&(first, _)), Some(&(_, last))) => (first.min(*start), Some(last.max(*start))),
            _ if body.is_some() && end.is_some() => continue,
            // Last lines are of lcov 2: older ones take them for a part of the name.
            _ => (*start, None),
        };
        records.push(Record { first, last, name, hits });
    }
    records.sort_by_key(|record| (record.first, record.last));
    records
}
