//! The index: totals, and a table of all files.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use cov_model::Totals;

use super::escape::{Attribute, Escaped};
use super::frame::{self, Neighbours};
use super::page::{Setting, ratios};
use crate::order::compare_names;
use crate::source::Trust;
use crate::summary::{FileSummary, Summary};

/// A row of the index.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    /// The file.
    pub(super) file: &'a FileSummary<'a>,
    /// The name of its page.
    pub(super) page: &'a str,
    /// What its source was worth.
    pub(super) trust: Trust,
}

/// Appends the index to `html`. `covered` and `empty` files were left out.
pub(super) fn index(
    summary: &Summary<'_>,
    rows: &[Row<'_>],
    covered: usize,
    empty: usize,
    setting: Setting<'_>,
    html: &mut String,
) -> fmt::Result {
    let title = format!("{} {}", setting.gauge.percent(summary.total.combined()), setting.title);
    // The first file is behind the index, and the last before it.
    let neighbours = Neighbours {
        previous: rows.last().map_or("index.html", |row| row.page),
        next: rows.first().map_or("index.html", |row| row.page),
    };
    frame::open(&title, "index", neighbours, setting.has_extra_css, html)?;
    header(summary, setting, html)?;
    warning(rows, html)?;
    directories(rows, setting, html)?;
    table(summary, rows, setting, html)?;
    remarks(covered, empty, setting, html)?;
    frame::close(html)
}

fn header(summary: &Summary<'_>, setting: Setting<'_>, html: &mut String) -> fmt::Result {
    let total = &summary.total;
    let gauge = setting.gauge;
    write!(
        html,
        "<header>\n<div class=bar><h1>{}</h1><strong class={}>{}</strong><nav></nav></div>\n<div class=bar>",
        Escaped(setting.title),
        gauge.class(total.combined()),
        gauge.percent(total.combined()),
    )?;
    ratios(total.lines, total.branches, total.functions, gauge, html)?;
    html.push_str("</div>\n</header>\n");
    Ok(())
}

fn warning(rows: &[Row<'_>], html: &mut String) -> fmt::Result {
    let doubtful = rows.iter().filter(|row| row.trust.is_doubtful()).count();
    let absent = rows.iter().filter(|row| row.trust == Trust::Absent).count();
    for (count, what) in [
        (doubtful - absent, "marked &ne; changed since being measured: marks may stand at the wrong lines."),
        (absent, "marked &empty; could not be read: the pages have line numbers only."),
    ] {
        match count {
            0 => {}
            1 => frame::warn(&format!("the source of 1 file {what}"), html)?,
            _ => frame::warn(&format!("the sources of {count} files {what}"), html)?,
        }
    }
    Ok(())
}

/// Each directory with the totals of everything below it. Chosen, it filters the table.
fn directories(rows: &[Row<'_>], setting: Setting<'_>, html: &mut String) -> fmt::Result {
    let mut totals: BTreeMap<&str, Totals> = BTreeMap::new();
    for row in rows {
        for (slash, _) in row.file.name.match_indices('/') {
            *totals.entry(&row.file.name[..=slash]).or_default() += row.file.totals;
        }
    }
    if totals.len() < 2 {
        return Ok(());
    }
    let mut directories: Vec<_> = totals.into_iter().collect();
    directories.sort_by(|(left, _), (right, _)| compare_names(left, right));
    writeln!(
        html,
        "<details id=directories><summary>{} directories</summary>\n<table>\n<thead><tr><th scope=col>Directory<th scope=col>Files<th scope=col>Lines<th scope=col>Missing<th scope=col>Coverage</thead>",
        directories.len()
    )?;
    for (directory, totals) in directories {
        let combined = totals.combined();
        write!(
            html,
            "<tr><th scope=row><a href=#files data-filter=\"{}\">{}</a><td>{}<td>{}<td>{}<td class={}>",
            Attribute(directory),
            Escaped(directory),
            totals.files,
            totals.lines.total,
            totals.lines.missing(),
            setting.gauge.class(combined),
        )?;
        setting.gauge.bar(combined, html)?;
        writeln!(html, " <span>{}</span>", setting.gauge.percent(combined))?;
    }
    html.push_str("</table></details>\n");
    Ok(())
}

fn table(summary: &Summary<'_>, rows: &[Row<'_>], setting: Setting<'_>, html: &mut String) -> fmt::Result {
    let mut columns = vec![("File", 'n'), ("Lines", 's'), ("Missing", 'm'), ("Excluded", 'x')];
    if summary.has_branches {
        columns.extend([("Branches", 'b'), ("Partial", 'p')]);
    }
    columns.push(("Coverage", 'c'));
    write!(html, "<main>\n<table id=files data-precision={}>\n<thead><tr>", setting.gauge.precision)?;
    for (caption, key) in columns {
        write!(
            html,
            "<th scope=col data-key={key}{}><button>{caption}</button>",
            if key == 'n' { " aria-sort=ascending" } else { "" }
        )?;
    }
    html.push_str("</thead>\n<tbody>\n");
    for row in rows {
        let (directory, base) = row.file.directory_and_base();
        write!(
            html,
            "<tr><th scope=row><a href={}>{}<b>{}</b></a>",
            row.page,
            Escaped(directory),
            Escaped(base)
        )?;
        match row.trust {
            Trust::Same | Trust::Unknown => {}
            Trust::Absent => html.push_str(" <abbr title=\"the source could not be read\">&empty;</abbr>"),
            Trust::Changed | Trust::TooShort(_) => {
                html.push_str(" <abbr title=\"the source has changed since it was measured\">&ne;</abbr>");
            }
        }
        cells(&row.file.totals, summary.has_branches, setting, html)?;
        html.push('\n');
    }
    let noun = if rows.len() == 1 { "file" } else { "files" };
    write!(html, "</tbody>\n<tfoot><tr><th scope=row>{} {noun}", rows.len())?;
    let shown = rows.iter().map(|row| row.file.totals).sum();
    cells(&shown, summary.has_branches, setting, html)?;
    html.push_str("</tfoot>\n</table>\n</main>\n");
    Ok(())
}

fn cells(totals: &Totals, has_branches: bool, setting: Setting<'_>, html: &mut String) -> fmt::Result {
    write!(html, "<td>{}<td>{}<td>{}", totals.lines.total, totals.lines.missing(), totals.excluded)?;
    if has_branches {
        write!(html, "<td>{}<td>{}", totals.branches.total, totals.partial_branches)?;
    }
    let combined = totals.combined();
    write!(html, "<td class={}>", setting.gauge.class(combined))?;
    setting.gauge.bar(combined, html)?;
    write!(html, " <span>{}</span>", setting.gauge.percent(combined))
}

/// What the reader may wonder about below the table.
fn remarks(covered: usize, empty: usize, setting: Setting<'_>, html: &mut String) -> fmt::Result {
    for (count, why) in [(covered, "with nothing missing"), (empty, "without code")] {
        if count > 0 {
            let noun = if count == 1 { "file" } else { "files" };
            writeln!(
                html,
                "<p class=remark>Left out: {count} {noun} {why}. The total at the top counts them.</p>"
            )?;
        }
    }
    let (high, medium) = (setting.gauge.high, setting.gauge.medium);
    write!(
        html,
        "<p class=remark>Coverage is of lines and branches together: <span class=hi>high</span> from {high} %"
    )?;
    if medium != high {
        write!(html, ", <span class=me>medium</span> from {medium} %")?;
    }
    html.push_str(", <span class=lo>low</span> below.</p>\n");
    Ok(())
}
