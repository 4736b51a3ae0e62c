//! The arcs of a data file, straight from the pages of their index: ten times as fast as row by row through SQL.
//!
//! The index of the table `arc` has all of its columns, in order. Its pages are what `SQLite`'s file format says of index
//! b-trees (<https://www.sqlite.org/fileformat2.html#b_tree_pages>), of which this knows what coverage.py's rows need.
//! Whatever is otherwise ends it with nothing, and SQL then gives the answer or the error.

use std::io::{Read, Seek, SeekFrom};

use super::LineArc;
use super::database::Budget;

/// The arcs of one file in one context.
pub(super) struct Group {
    /// The file's and the context's numbers.
    pub(super) key: (i64, i64),
    /// Ascending, each once.
    pub(super) arcs: Vec<LineArc>,
}

/// Deeper than `SQLite` lets a tree be.
const DEPTH: usize = 20;

/// The kinds of pages that an index has.
const INTERIOR: u8 = 2;
const LEAF: u8 = 10;

/// How many bytes the head of a database has, which comes first on its first page.
const HEAD: usize = 100;

/// Reads the index whose tree begins at the page `root` of `database`.
pub(super) fn read(database: impl Read + Seek, root: u32, budget: &mut Budget) -> Option<Vec<Group>> {
    let mut walk = Walk { database, page_size: 0, groups: Vec::new(), budget };
    let head = walk.bytes(0, HEAD)?;
    walk.page_size = match u16::from_be_bytes([head[16], head[17]]) {
        1 => 65536,
        size => usize::from(size),
    };
    walk.tree(root, DEPTH)?;
    Some(walk.groups)
}

struct Walk<'b, D> {
    database: D,
    page_size: usize,
    groups: Vec<Group>,
    budget: &'b mut Budget,
}

impl<D: Read + Seek> Walk<'_, D> {
    fn bytes(&mut self, offset: u64, length: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.database.seek(SeekFrom::Start(offset)).ok()?;
        self.database.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }

    /// Takes over the rows of a tree, in order.
    fn tree(&mut self, page: u32, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        let index = u64::from(page.checked_sub(1)?);
        let bytes = self.bytes(index * self.page_size as u64, self.page_size)?;
        // No index begins on the first page, which is the schema's.
        let kind = *bytes.first().filter(|_| index > 0)?;
        let cells = usize::from(u16::from_be_bytes([*bytes.get(3)?, *bytes.get(4)?]));
        let pointers = match kind {
            LEAF => 8,
            INTERIOR => 12,
            _ => return None,
        };
        for pointer in bytes.get(pointers..pointers + 2 * cells)?.chunks_exact(2) {
            let mut cell = bytes.get(usize::from(u16::from_be_bytes([pointer[0], pointer[1]]))..)?;
            if kind == INTERIOR {
                self.tree(page_number(cell)?, depth)?;
                cell = cell.get(4..)?;
            }
            self.row(cell)?;
        }
        if kind == INTERIOR { self.tree(page_number(bytes.get(8..)?)?, depth) } else { Some(()) }
    }

    /// Takes over a row: the length of its record, and the record.
    fn row(&mut self, cell: &[u8]) -> Option<()> {
        self.budget.spend(0).ok()?;
        // Rows of whole numbers are short: their lengths have one byte, and they continue on no other page.
        let (&length, record) = cell.split_first()?;
        let record = record.get(..usize::from(length)).filter(|_| length < 0x80)?;
        let head = usize::from(*record.first()?);
        let (types, mut values) = (record.get(1..head)?, record.get(head..)?);
        let [file, context, from, to, _] = *types else { return None };
        let key = (integer(file, &mut values)?, integer(context, &mut values)?);
        let from = integer(from, &mut values)?.try_into().ok()?;
        let to = integer(to, &mut values)?.try_into().ok()?;
        match self.groups.last_mut() {
            Some(group) if group.key == key => {
                // A damaged index may have any order.
                if *group.arcs.last()? >= (from, to) {
                    return None;
                }
                group.arcs.push((from, to));
            }
            _ => self.groups.push(Group { key, arcs: vec![(from, to)] }),
        }
        Some(())
    }
}

fn page_number(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.first_chunk()?))
}

/// Takes a whole number of the serial type `kind` from the front of `values`.
fn integer(kind: u8, values: &mut &[u8]) -> Option<i64> {
    let length = match kind {
        1..=4 => usize::from(kind),
        5 => 6,
        6 => 8,
        8 => return Some(0),
        9 => return Some(1),
        _ => return None,
    };
    let (bytes, rest) = values.split_at_checked(length)?;
    *values = rest;
    let negative = bytes[0] & 0x80 != 0;
    Some(bytes.iter().fold(if negative { -1 } else { 0 }, |number, &byte| number << 8 | i64::from(byte)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs::File;

    use proptest::prelude::*;
    use rusqlite::Connection;

    use super::*;

    /// Writes `rows` into a database of pages of `page_size` bytes, and reads the index.
    fn read_back(rows: &[(i64, i64, i64, i64)], page_size: u32) -> Option<Vec<(i64, i64, i64, i64)>> {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut connection = Connection::open(file.path()).unwrap();
        connection
            .execute_batch(&format!(
                "pragma page_size = {page_size}; pragma journal_mode = off;
                 create table arc (file_id integer, context_id integer, fromno integer, tono integer,
                 unique (file_id, context_id, fromno, tono))"
            ))
            .unwrap();
        let transaction = connection.transaction().unwrap();
        for row in rows {
            transaction.execute("insert or ignore into arc values (?, ?, ?, ?)", *row).unwrap();
        }
        transaction.commit().unwrap();
        let root = "select rootpage from sqlite_schema where type = 'index'";
        let root = connection.query_row(root, [], |row| row.get(0)).unwrap();
        let mut budget = Budget::of_file(u64::MAX);
        let groups = read(File::open(file.path()).unwrap(), root, &mut budget)?;
        let rows = groups.into_iter().flat_map(|Group { key: (file, context), arcs }| {
            arcs.into_iter().map(move |(from, to)| (file, context, from.into(), to.into()))
        });
        Some(rows.collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
        #[test]
        fn rows_are_those_that_were_written(
            rows in prop::collection::vec(
                (-3_i64..300, 0_i64..3, any::<i16>(), prop_oneof![any::<i32>(), -2..200]),
                0..1000,
            ),
            page_size in prop_oneof![Just(512), Just(4096), Just(65536)],
        ) {
            let rows: Vec<_> = rows.into_iter().map(|(f, c, from, to)| (f, c, from.into(), to.into())).collect();
            let expected: BTreeSet<_> = rows.iter().copied().collect();
            prop_assert_eq!(read_back(&rows, page_size), Some(expected.into_iter().collect()));
        }
    }

    #[test]
    fn numbers_of_every_length_are_read() {
        let powers = (0..63).flat_map(|power| [1_i64 << power, (1 << power) - 1, -(1 << power)]);
        let rows: BTreeSet<_> = powers.map(|number| (number, number, 1, 1)).collect();
        let rows: Vec<_> = rows.into_iter().collect();
        assert_eq!(read_back(&rows, 512), Some(rows));
    }

    #[test]
    fn lines_that_cannot_be_are_left_to_sql() {
        assert_eq!(read_back(&[(1, 1, 1, i64::from(i32::MAX) + 1)], 4096), None);
    }
}
