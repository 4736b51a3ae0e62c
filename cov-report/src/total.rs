//! The percentage alone.

use std::io::{self, Write};

use crate::options::Options;
use crate::summary::Summary;

/// Writes the coverage of everything, as coverage.py's `--format=total` does.
pub fn write(summary: &Summary<'_>, options: &Options, sink: &mut dyn Write) -> io::Result<()> {
    writeln!(sink, "{}", summary.total.combined().rounded(options.precision))
}
