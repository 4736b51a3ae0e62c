//! LCOV, for genhtml, editors and many a service: for Python byte for byte as coverage.py writes it.

mod branches;
mod checksum;
mod description;
mod functions;

use std::io::{self, Write};

use cov_model::HitKind;

use crate::options::Options;
use crate::summary::{FileSummary, Summary};
use checksum::Checksums;

/// Writes the report as `LcovReporter` of coverage.py's lcovreport.py does; what it does not know is written as the manual
/// of geninfo has it. Sources are read only if
/// lines are to have checksums.
pub fn write(summary: &Summary<'_>, options: &Options, sink: &mut dyn Write) -> io::Result<()> {
    for file in summary.files.iter().filter(|file| !(options.skip.empty && file.is_empty())) {
        write_file(file, options, sink)?;
    }
    Ok(())
}

fn write_file(file: &FileSummary<'_>, options: &Options, sink: &mut dyn Write) -> io::Result<()> {
    let coverage = file.coverage;
    let checksums =
        if options.lcov.line_checksums { Checksums::of(file, options)? } else { Checksums::default() };
    writeln!(sink, "SF:{}", file.name)?;
    for (line, hits) in coverage.lines.iter() {
        writeln!(sink, "DA:{line},{hits}{}", checksums.suffix(line))?;
    }
    let lines = file.totals.lines;
    if lines.total > 0 {
        writeln!(sink, "LF:{}\nLH:{}", lines.total, lines.covered)?;
    }
    functions::write(coverage, sink)?;
    if coverage.branches.were_measured() {
        branches::write(file, sink)?;
    }
    writeln!(sink, "end_of_record")
}

/// A count as it is written: 1 where only yes or no is known.
fn count(kind: HitKind, hits: u64) -> u64 {
    match kind {
        HitKind::Counts => hits,
        HitKind::YesNo => hits.min(1),
    }
}
