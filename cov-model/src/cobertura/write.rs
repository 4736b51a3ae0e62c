//! Writing a Cobertura document.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::io::{self, Write};
use std::path::Path;

use super::branches::BranchLines;
use super::escape::Escaped;
use super::{COMMENT_YES_NO, DTD};
use crate::path::{absolute, normal};
use crate::percent::Ratio;
use crate::report::{FileCoverage, HitKind, Report};
use crate::totals::Totals;

/// What a document says beside the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The one `<source>`: the directory that the names of files are relative to.
    pub source: String,
    /// After how many directories the name of a package ends (coverage.py's `package_depth`).
    pub package_depth: usize,
    /// When the document was made, in milliseconds since 1970; 0 where that is nobody's business.
    pub timestamp: u64,
}

impl Options {
    /// Those of a document about the project in the directory `root`.
    ///
    /// The source is absolute: so diff-cover finds the files from wherever it is run, and GitLab below the directory of
    /// a project that is not the repository's root. The time is that of the environment variable `SOURCE_DATE_EPOCH`, or
    /// 0: equal reports give equal bytes.
    pub fn new(root: &Path) -> Self {
        let epoch = std::env::var("SOURCE_DATE_EPOCH").ok();
        let seconds: u64 = epoch.and_then(|seconds| seconds.trim().parse().ok()).unwrap_or(0);
        Self {
            source: normal(&absolute(root)),
            package_depth: usize::MAX,
            timestamp: seconds.saturating_mul(1000),
        }
    }
}

/// Writes a whole document: a class for each file, a package for each directory.
pub fn write(report: &Report, options: &Options, mut sink: impl Write) -> io::Result<()> {
    let Options { source, package_depth, timestamp } = options;
    let packages = packages(report, *package_depth);
    let totals: Totals = packages.values().flatten().map(|class| class.totals).sum();
    let style = Style {
        has_branches: totals.branches.total > 0,
        is_yes_no: !report.files.is_empty() && report.files.values().all(|file| file.hits == HitKind::YesNo),
    };
    let rates = Rates { style, totals };
    let Totals { lines, branches, .. } = totals;
    writeln!(sink, "<?xml version=\"1.0\" ?>\n<!DOCTYPE coverage SYSTEM \"{DTD}\">")?;
    writeln!(
        sink,
        "<coverage version=\"{}\" timestamp=\"{timestamp}\" lines-valid=\"{}\" lines-covered=\"{}\" branches-valid=\"{}\" branches-covered=\"{}\" {rates} complexity=\"0\">",
        env!("CARGO_PKG_VERSION"),
        lines.total,
        lines.covered,
        branches.total,
        branches.covered,
    )?;
    if style.is_yes_no {
        writeln!(sink, "\t<!-- {COMMENT_YES_NO} -->")?;
    }
    writeln!(sink, "\t<sources>\n\t\t<source>{}</source>\n\t</sources>", Escaped(source))?;
    writeln!(sink, "\t<packages>")?;
    for (package, classes) in &packages {
        let totals = classes.iter().map(|class| class.totals).sum();
        let rates = Rates { style, totals };
        writeln!(
            sink,
            "\t\t<package name=\"{}\" {rates} complexity=\"0\">\n\t\t\t<classes>",
            Escaped(package)
        )?;
        for class in classes {
            write_class(&mut sink, style, class)?;
        }
        writeln!(sink, "\t\t\t</classes>\n\t\t</package>")?;
    }
    writeln!(sink, "\t</packages>\n</coverage>")
}

/// A file as a class of its package.
struct Class<'a> {
    /// The path within the package.
    name: &'a str,
    path: &'a str,
    file: &'a FileCoverage,
    totals: Totals,
}

/// The files by the name of their package, as coverage.py names it: the first `depth` directories, with dots.
fn packages(report: &Report, depth: usize) -> BTreeMap<String, Vec<Class<'_>>> {
    let mut packages: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for (path, file) in &report.files {
        let slashes = path.match_indices('/').map(|(index, _)| index);
        let end = slashes.take(depth).last();
        let (package, name) = match end {
            Some(index) => (path[..index].replace('/', "."), &path[index + 1..]),
            None => (".".to_owned(), path.as_str()),
        };
        packages.entry(package).or_default().push(Class { name, path, file, totals: Totals::of_file(file) });
    }
    packages
}

fn write_class(sink: &mut impl Write, style: Style, class: &Class<'_>) -> io::Result<()> {
    let Class { name, path, file, totals } = class;
    let rates = Rates { style, totals: *totals };
    writeln!(
        sink,
        "\t\t\t\t<class name=\"{}\" filename=\"{}\" complexity=\"0\" {rates}>",
        Escaped(name),
        Escaped(path)
    )?;
    if !style.is_yes_no && file.hits == HitKind::YesNo {
        writeln!(sink, "\t\t\t\t\t<!-- {COMMENT_YES_NO} -->")?;
    }
    write_methods(sink, style, file)?;
    if file.lines.is_empty() {
        writeln!(sink, "\t\t\t\t\t<lines/>")?;
    } else {
        writeln!(sink, "\t\t\t\t\t<lines>")?;
        let mut branches = BranchLines::new(&file.branches);
        for (line, hits) in file.lines.iter() {
            write!(sink, "\t\t\t\t\t\t<line number=\"{line}\" hits=\"{hits}\"")?;
            match branches.at(line) {
                None => writeln!(sink, "/>")?,
                Some(branch) => branch.write(sink)?,
            }
        }
        writeln!(sink, "\t\t\t\t\t</lines>")?;
    }
    writeln!(sink, "\t\t\t\t</class>")
}

/// Functions as methods of one line each. Cobertura has no other place for where a function is, and a line that is not
/// executable must not become one, so a function stands at its first executable line.
fn write_methods(sink: &mut impl Write, style: Style, file: &FileCoverage) -> io::Result<()> {
    let executable: Vec<u32> = file.lines.iter().map(|(line, _)| line).collect();
    let mut methods = Vec::new();
    for ((start, name), function) in &file.functions {
        let next = file.functions.range((start.saturating_add(1), String::new())..).next();
        let end = function.end.or(next.map(|((line, _), _)| line - 1)).unwrap_or(u32::MAX);
        let first = executable.get(executable.partition_point(|line| line < start));
        if let (Some(&line), Some(hits)) = (first.filter(|&&line| line <= end), function.hits) {
            methods.push((line, name, hits));
        }
    }
    if methods.is_empty() {
        return writeln!(sink, "\t\t\t\t\t<methods/>");
    }
    writeln!(sink, "\t\t\t\t\t<methods>")?;
    for (line, name, hits) in methods {
        let lines = Ratio::new(u64::from(hits > 0), 1);
        let rates = Rates { style, totals: Totals { lines, ..Totals::default() } };
        writeln!(
            sink,
            "\t\t\t\t\t\t<method name=\"{}\" signature=\"\" {rates}>\n\t\t\t\t\t\t\t<lines>\n\t\t\t\t\t\t\t\t<line number=\"{line}\" hits=\"{hits}\"/>\n\t\t\t\t\t\t\t</lines>\n\t\t\t\t\t\t</method>",
            Escaped(name)
        )?;
    }
    writeln!(sink, "\t\t\t\t\t</methods>")
}

/// What holds for the whole document.
#[derive(Clone, Copy)]
struct Style {
    /// Whether any branch is known.
    has_branches: bool,
    /// Whether hits are 0 or 1 in all files.
    is_yes_no: bool,
}

/// The attributes `line-rate` and `branch-rate`.
struct Rates {
    style: Style,
    totals: Totals,
}

impl Display for Rates {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As coverage.py has it: no branches at all is 0, none in here is 1.
        let branch_rate =
            if self.style.has_branches { rate(self.totals.branches) } else { Cow::Borrowed("0") };
        write!(formatter, "line-rate=\"{}\" branch-rate=\"{branch_rate}\"", rate(self.totals.lines))
    }
}

/// The fraction to four digits, which is 0 or 1 only when it is that. From `rate` of coverage.py's xmlreport.py.
#[expect(clippy::cast_precision_loss, reason = "coverage.py's digits are those of a double")]
pub fn rate(ratio: Ratio) -> Cow<'static, str> {
    if ratio.covered == ratio.total {
        return "1".into();
    }
    if ratio.covered == 0 {
        return "0".into();
    }
    let fraction = (ratio.covered as f64 / ratio.total as f64).clamp(0.0001, 0.9999);
    // Python's `.4g`: four digits from the first that is not 0, without zeros at the end.
    let decimals = match format!("{fraction:.3e}").rsplit_once("e-") {
        Some((_, "1")) => 4,
        Some((_, "2")) => 5,
        Some((_, "3")) => 6,
        _ => 7,
    };
    format!("{fraction:.decimals$}").trim_end_matches('0').to_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_those_of_coverage_py() {
        // Each from `rate` of coverage.py 7.17.
        for (covered, total, expected) in [
            (0, 0, "1"),
            (5, 5, "1"),
            (0, 5, "0"),
            (1, 2, "0.5"),
            (2, 3, "0.6667"),
            (1, 3, "0.3333"),
            (1, 100, "0.01"),
            (1, 700, "0.001429"),
            (1, 8000, "0.000125"),
            (3, 7000, "0.0004286"),
            (1, 1_000_000, "0.0001"),
            (999_999, 1_000_000, "0.9999"),
            (99_995, 1_000_000, "0.1"),
            (12_345, 100_000, "0.1235"),
            (999_996, 10_000_000, "0.1"),
        ] {
            assert_eq!(rate(Ratio::new(covered, total)), expected, "{covered}/{total}");
        }
    }
}
