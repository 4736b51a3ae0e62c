//! Cobertura XML, as other tools read it.

use std::borrow::Cow;
use std::io::{self, Write};

use cov_model::{Report, cobertura};

use crate::options::Options;
use crate::summary::{FileSummary, Summary};

/// Writes the report as Cobertura. Like coverage.py's, it leaves out files without code when these are to be skipped, but
/// never those that miss nothing.
pub fn write(summary: &Summary<'_>, options: &Options, sink: &mut dyn Write) -> io::Result<()> {
    let mut report = Cow::Borrowed(summary.report);
    if options.skip.empty && summary.files.iter().any(FileSummary::is_empty) {
        let kept = summary.files.iter().filter(|file| !file.is_empty());
        let files = kept.map(|file| (file.path.to_owned(), file.coverage.clone())).collect();
        report = Cow::Owned(Report { files, ..Report::default() });
    }
    let mut document = cobertura::Options::new(&options.root);
    // Python counts below 0 from the end; nobody has asked for that of packages here.
    document.package_depth = usize::try_from(options.package_depth).unwrap_or(usize::MAX);
    cobertura::write(&report, &document, sink)
}
