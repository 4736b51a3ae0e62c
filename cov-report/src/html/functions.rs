//! The functions of a file, with what was covered of each.

use std::fmt::{self, Write as _};

use cov_model::{HitKind, Ratio};

use super::escape::Escaped;
use super::gauge::Gauge;
use super::python::is_python;
use crate::summary::FileSummary;

/// Appends the table of the functions of `file`, if it has any of which something can be covered.
pub(super) fn functions(file: &FileSummary<'_>, gauge: Gauge, html: &mut String) -> fmt::Result {
    let functions = &file.coverage.functions;
    let count = functions.values().filter(|function| function.hits.is_some()).count();
    if count == 0 {
        return Ok(());
    }
    let noun = if count == 1 { "function" } else { "functions" };
    let hits = if file.coverage.hits == HitKind::Counts { "Calls" } else { "Entered" };
    write!(
        html,
        "<details><summary>{count} {noun}</summary>\n<table>\n<thead><tr><th scope=col>Function<th scope=col>Line<th scope=col>{hits}"
    )?;
    let has_extents = functions.values().any(|function| function.end.is_some());
    html.push_str(if has_extents {
        "<th scope=col>Lines<th scope=col>Coverage</thead>\n"
    } else {
        "</thead>\n"
    });
    for (((start, name), function), lines) in functions.iter().zip(lines_of_functions(file)) {
        let Some(hits) = function.hits else {
            continue;
        };
        write!(
            html,
            "<tr><th scope=row class={}><a href=#L{start}>{}</a><td>{start}<td>",
            if hits == 0 { "m" } else { "r" },
            Escaped(name)
        )?;
        match (file.coverage.hits, hits) {
            (HitKind::Counts, hits) => write!(html, "{hits}")?,
            (HitKind::YesNo, 0) => html.push_str("never"),
            (HitKind::YesNo, _) => html.push_str("yes"),
        }
        if let Some(lines) = lines {
            let class = gauge.class(lines);
            write!(html, "<td>{}/{}<td class={class}>", lines.covered, lines.total)?;
            gauge.bar(lines, html)?;
            write!(html, " <span>{}</span>", gauge.percent(lines))?;
        } else if has_extents {
            html.push_str("<td><td>");
        }
        html.push('\n');
    }
    html.push_str("</table></details>\n");
    Ok(())
}

/// The lines covered of each function, where its extent is known. A line belongs to the innermost function around it.
/// The line that a Python function starts with is not its own: it runs when the function is defined.
fn lines_of_functions(file: &FileSummary<'_>) -> Vec<Option<Ratio>> {
    let extents: Vec<(u32, Option<u32>)> =
        file.coverage.functions.iter().map(|((start, _), function)| (*start, function.end)).collect();
    let mut ratios: Vec<Option<Ratio>> =
        extents.iter().map(|(_, end)| end.map(|_| Ratio::default())).collect();
    let is_python = is_python(file);
    let mut open: Vec<usize> = Vec::new();
    let mut upcoming = extents.iter().enumerate().peekable();
    for (line, hits) in file.coverage.lines.iter() {
        while let Some((index, _)) =
            upcoming.next_if(|(_, (start, _))| if is_python { *start < line } else { *start <= line })
        {
            open.push(index);
        }
        // Extents nest, so that what has ended is on top.
        while open.last().is_some_and(|&index| extents[index].1.is_none_or(|end| end < line)) {
            open.pop();
        }
        if let Some(ratio) = open.last().and_then(|&index| ratios[index].as_mut()) {
            *ratio += Ratio::new(u64::from(hits > 0), 1);
        }
    }
    ratios
}

#[cfg(test)]
mod tests {
    use cov_model::{FileCoverage, Function, Report};

    use super::*;
    use crate::summary::Summary;

    #[track_caller]
    fn check(language: &str, expected: [Option<(u64, u64)>; 4]) {
        let functions =
            [("outer", 1, Some(9)), ("inner", 3, Some(5)), ("open", 10, None), ("last", 11, Some(12))];
        let functions = functions
            .map(|(name, start, end)| ((start, name.to_owned()), Function { body: None, end, hits: Some(1) }))
            .into();
        let lines = (1..13).map(|line| (line, u64::from(line % 2))).collect();
        let file =
            FileCoverage { language: Some(language.to_owned()), lines, functions, ..FileCoverage::default() };
        let report = Report { files: [("a".to_owned(), file)].into(), ..Report::default() };
        let ratios = lines_of_functions(&Summary::new(&report, false).files[0]);
        assert_eq!(ratios, expected.map(|ratio| ratio.map(|(covered, total)| Ratio::new(covered, total))));
    }

    #[test]
    fn a_line_belongs_to_the_innermost_function() {
        // Lines 2, 3 and 6 to 9 are the outer one's: of Python's, line 3 defines the inner one.
        check("python", [Some((3, 6)), Some((1, 2)), None, Some((0, 1))]);
        check("c", [Some((3, 6)), Some((2, 3)), None, Some((1, 2))]);
    }
}
