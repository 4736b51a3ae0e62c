//! Coverage.py's table as text, byte for byte.

use std::io::{self, Write};

use crate::table::{Column, Table};

/// Writes `table` as `report_text` of coverage.py's report.py does.
pub fn write(table: &Table, sink: &mut dyn Write) -> io::Result<()> {
    let names = table.rows.iter().map(|row| row[0].chars().count()).max().unwrap_or(0).max(5) + 1;
    let cover = cover_width(table);
    let header = line(table, |column, _| match column {
        Column::Name => format!("{:names$}", column.caption()),
        Column::Cover => format!("{:>cover$}", column.caption()),
        Column::Missing => format!("{:>10}", column.caption()),
        _ => format!("{:>7}", column.caption()),
    });
    let rule = "-".repeat(header.chars().count());
    writeln!(sink, "{}", header.trim_end())?;
    writeln!(sink, "{rule}")?;
    let row = |cells: &Vec<String>| {
        let text = line(table, |column, index| {
            let cell = &cells[index];
            match column {
                Column::Name => format!("{cell:names$}"),
                Column::Cover => format!("{cell:>width$}%", width = cover - 1),
                Column::Missing => format!("   {cell:9}"),
                _ => format!("{cell:>7}"),
            }
        });
        text.trim_end().to_owned()
    };
    for cells in &table.rows {
        writeln!(sink, "{}", row(cells))?;
    }
    if !table.rows.is_empty() {
        writeln!(sink, "{rule}")?;
    }
    writeln!(sink, "{}", row(&table.total))?;
    for remark in &table.remarks {
        writeln!(sink, "\n{remark}")?;
    }
    Ok(())
}

fn line(table: &Table, cell: impl Fn(Column, usize) -> String) -> String {
    table.columns.iter().enumerate().map(|(index, &column)| cell(column, index)).collect()
}

/// The width of the percentages, sign included: a row's may be wider than the total's, since 100 has three digits.
fn cover_width(table: &Table) -> usize {
    let index = table.columns.iter().position(|&column| column == Column::Cover).expect("every table has it");
    let rows = table.rows.iter().map(|row| row[index].len() + 2);
    rows.max().unwrap_or(0).max((table.total[index].len() + 2).max(" Cover".len()) + 1)
}
