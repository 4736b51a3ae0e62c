//! The table of coverage.py, before it is set in text or Markdown.

use anyhow::bail;
use cov_model::Totals;

use crate::missing::missing;
use crate::options::Options;
use crate::summary::{FileSummary, Summary};

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The file.
    Name,
    /// How many lines are executable.
    Statements,
    /// How many of them were missed.
    Missed,
    /// How many arms there are.
    Branches,
    /// How many arms were missed of branches that were reached.
    PartialBranches,
    /// The percentage of lines and arms together, without its sign.
    Cover,
    /// What is missing.
    Missing,
}

impl Column {
    /// The caption.
    pub fn caption(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Statements => "Stmts",
            Self::Missed => "Miss",
            Self::Branches => "Branch",
            Self::PartialBranches => "BrPart",
            Self::Cover => "Cover",
            Self::Missing => "Missing",
        }
    }
}

/// A table; every row has a cell for each column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The columns.
    pub columns: Vec<Column>,
    /// The files.
    pub rows: Vec<Vec<String>>,
    /// The last row.
    pub total: Vec<String>,
    /// Sentences below the table on files that are not in it.
    pub remarks: Vec<String>,
}

impl Table {
    /// The table of `summary`, as `SummaryReporter` of coverage.py's report.py makes it.
    pub fn new(summary: &Summary<'_>, options: &Options) -> anyhow::Result<Self> {
        if options.order.needs_branches() && !summary.has_branches {
            bail!("cannot sort by branches: the report has none");
        }
        let mut columns = vec![Column::Name, Column::Statements, Column::Missed];
        if summary.has_branches {
            columns.extend([Column::Branches, Column::PartialBranches]);
        }
        columns.push(Column::Cover);
        if options.show_missing {
            columns.push(Column::Missing);
        }
        let mut files: Vec<&FileSummary<'_>> = Vec::new();
        let (mut covered, mut empty) = (0, 0);
        for file in &summary.files {
            if options.skip.covered && file.is_covered() {
                covered += 1;
            } else if options.skip.empty && file.is_empty() {
                empty += 1;
            } else {
                files.push(file);
            }
        }
        files.sort_by(|left, right| options.order.compare(left, right));
        let row = |name: &str, totals: &Totals, missing: &dyn Fn() -> String| {
            let cell = |column: &Column| match column {
                Column::Name => name.to_owned(),
                Column::Statements => totals.lines.total.to_string(),
                Column::Missed => totals.lines.missing().to_string(),
                Column::Branches => totals.branches.total.to_string(),
                Column::PartialBranches => totals.partial_branches.to_string(),
                Column::Cover => totals.combined().rounded(options.precision),
                Column::Missing => missing(),
            };
            columns.iter().map(cell).collect()
        };
        let rows = files.iter().map(|file| row(&file.name, &file.totals, &|| missing(file))).collect();
        let total = row("TOTAL", &summary.total, &String::new);
        let mut remarks = Vec::new();
        if covered > 0 {
            remarks.push(format!("{covered} {} skipped due to complete coverage.", plural(covered, "file")));
        }
        if empty > 0 {
            remarks.push(format!("{empty} empty {} skipped.", plural(empty, "file")));
        }
        Ok(Self { columns, rows, total, remarks })
    }
}

fn plural(count: u32, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}
