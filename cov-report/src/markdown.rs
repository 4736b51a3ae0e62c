//! Coverage.py's table in Markdown, byte for byte.

use std::io::{self, Write};

use crate::table::{Column, Table};

/// Writes `table` as `report_markdown` of coverage.py's report.py does.
pub fn write(table: &Table, sink: &mut dyn Write) -> io::Result<()> {
    let escaped: Vec<Vec<String>> =
        table.rows.iter().map(|row| row.iter().map(|cell| escape(cell)).collect()).collect();
    let names =
        escaped.iter().map(|row| row[0].chars().count()).max().unwrap_or(0).max("**TOTAL**".len()) + 1;
    let total_cover = table.columns.iter().zip(&table.total).find(|(column, _)| **column == Column::Cover);
    let cover = total_cover.map_or(0, |(_, cell)| cell.len() + 6).max(" Cover ".len());

    let header: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            let caption = column.caption();
            match column {
                Column::Name => format!("| {caption:names$}|"),
                Column::Cover => format!("{caption:>cover$} |"),
                Column::Missing => format!("{caption:>10} |"),
                _ => format!("{caption:>9} |"),
            }
        })
        .collect();
    writeln!(sink, "{}", header.concat())?;
    let rules: Vec<String> = header
        .iter()
        .enumerate()
        .map(|(index, cell)| {
            let end = if index == 0 { "- |" } else { "-: |" };
            format!("{end:->width$}", width = cell.len() - 1)
        })
        .collect();
    writeln!(sink, "|{}", rules.join(" "))?;
    for row in &escaped {
        let cells = table.columns.iter().zip(row).map(|(column, cell)| match column {
            Column::Name => format!("| {cell:names$}|"),
            Column::Cover => format!("{cell:>width$}% |", width = cover - 1),
            Column::Missing => format!("{cell:>10} |"),
            _ => format!("{cell:>9} |"),
        });
        writeln!(sink, "{}", cells.collect::<String>())?;
    }
    let cells = table.columns.iter().zip(&table.total).map(|(column, cell)| match column {
        Column::Name => format!("|{:names$} |", format!(" **{cell}**")),
        Column::Cover => format!("{:>cover$} |", format!(" **{cell}%**")),
        Column::Missing => format!("{cell:>10} |"),
        _ => format!("{:>9} |", format!(" **{cell}**")),
    });
    writeln!(sink, "{}", cells.collect::<String>())?;
    for remark in &table.remarks {
        writeln!(sink, "\n{remark}")?;
    }
    Ok(())
}

/// A text with everything that Markdown may take for its own escaped.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii_punctuation() && !matches!(character, '.' | ',' | '/' | '-') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
