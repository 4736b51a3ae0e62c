//! The tables of a data file: schema 7 of coverage.py's sqldata.py.

use std::collections::HashMap;
use std::io::{Read, Seek};
use std::sync::Arc;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::arc_index::{self, Group};
use super::error::DataFileError;
use super::merge::union;
use super::{DataFile, FileData, Kind, ReadOptions, lines_of_arcs};
use crate::numbits;

/// The schema that this reads.
const SCHEMA: i64 = 7;

/// The tables that are read.
const TABLES: [&str; 7] = ["coverage_schema", "meta", "file", "context", "line_bits", "arc", "tracer"];

/// Reads the database that is open as `connection` and, as bytes, as `database`; it takes `size` bytes.
pub(super) fn read(
    connection: &Connection,
    database: impl Read + Seek,
    size: u64,
    options: ReadOptions,
) -> Result<DataFile, DataFileError> {
    distrust(connection)?;
    check_tables(connection)?;
    let mut budget = Budget::of_file(size);
    check_version(connection, &mut budget)?;
    let mut files = Files::read(connection, &mut budget)?;
    let contexts = if options.contexts { contexts(connection, &mut budget)? } else { HashMap::new() };
    let has_arcs = read_arcs(connection, database, &mut files, &contexts, &mut budget)?;
    let has_lines = read_lines(connection, &mut files, &contexts, &mut budget)?;
    let (kind, written_by) = meta(connection, &mut budget)?;
    let kind = match (has_arcs, has_lines, kind) {
        (true, true, _) | (true, _, Some(Kind::Lines)) | (_, true, Some(Kind::Arcs)) => {
            return Err(wrong("meta", "it has both lines and arcs, or not what it says to have"));
        }
        (true, ..) => Some(Kind::Arcs),
        (_, true, _) => Some(Kind::Lines),
        (.., kind) => kind,
    };
    Ok(DataFile {
        kind,
        files: files.files.into_iter().collect(),
        written_by: written_by.into_iter().collect(),
    })
}

/// Whether a context has a name.
pub(super) fn has_contexts(connection: &Connection) -> Result<bool, DataFileError> {
    distrust(connection)?;
    check_tables(connection)?;
    let mut statement = connection.prepare("select 1 from context where context <> '' limit 1")?;
    Ok(statement.exists([])?)
}

/// What a database can make `SQLite` do is narrowed: it may come from anywhere, and be made by anybody.
fn distrust(connection: &Connection) -> Result<(), DataFileError> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    // Sorting, if it should come to that, makes no files either.
    connection.execute_batch("pragma temp_store = memory; pragma cell_size_check = on")?;
    Ok(())
}

/// Refuses a database that is none of coverage.py's. What is called as its tables must be tables: a view computes.
fn check_tables(connection: &Connection) -> Result<(), DataFileError> {
    let mut statement =
        connection.prepare("select name from sqlite_schema where type = 'table' and rootpage > 0")?;
    let mut names = Vec::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if let ValueRef::Text(name) = row.get_ref(0)? {
            names.push(name.to_ascii_lowercase());
        }
    }
    let is_there = |table: &&str| names.iter().any(|name| name == table.as_bytes());
    match TABLES.iter().find(|table| !is_there(table)) {
        None => Ok(()),
        Some(_) if names.is_empty() => Err(DataFileError::Empty),
        // Schemas 1 to 6 of the test versions of coverage.py 5 have the first.
        Some(_) if is_there(&TABLES[0]) => match version(connection)? {
            SCHEMA => Err(wrong("sqlite_schema", "a table is missing")),
            version => Err(DataFileError::Schema(version)),
        },
        Some(_) => Err(DataFileError::Foreign("it is an SQLite database of another program".to_owned())),
    }
}

fn check_version(connection: &Connection, budget: &mut Budget) -> Result<(), DataFileError> {
    budget.spend(0)?;
    match version(connection)? {
        SCHEMA => Ok(()),
        version => Err(DataFileError::Schema(version)),
    }
}

fn version(connection: &Connection) -> Result<i64, DataFileError> {
    let mut statement = connection.prepare("select version from coverage_schema")?;
    let mut rows = statement.query([])?;
    let Some(row) = rows.next()? else { return Err(wrong("coverage_schema", "it has no row")) };
    integer(row, 0, "coverage_schema")
}

/// What `meta` says: what was measured, and by which coverage.py.
fn meta(
    connection: &Connection,
    budget: &mut Budget,
) -> Result<(Option<Kind>, Option<String>), DataFileError> {
    const TABLE: &str = "meta";
    let mut statement =
        connection.prepare("select key, value from meta where key in ('has_arcs', 'version')")?;
    let mut rows = statement.query([])?;
    let (mut kind, mut version) = (None, None);
    while let Some(row) = rows.next()? {
        budget.spend(0)?;
        let value = text(row, 1, TABLE)?;
        match (text(row, 0, TABLE)?, value) {
            ("has_arcs", "0") => kind = Some(Kind::Lines),
            ("has_arcs", "1") => kind = Some(Kind::Arcs),
            ("version", value) => version = Some(value.to_owned()),
            (key, value) => return Err(wrong(TABLE, format!("{key} is {value:?}"))),
        }
    }
    Ok((kind, version))
}

/// The files, by their numbers in the database too.
struct Files {
    files: Vec<(String, FileData)>,
    index: HashMap<i64, usize>,
}

impl Files {
    fn read(connection: &Connection, budget: &mut Budget) -> Result<Self, DataFileError> {
        let mut files = Self { files: Vec::new(), index: HashMap::new() };
        let mut statement = connection
            .prepare("select file.id, path, tracer from file left join tracer on tracer.file_id = file.id")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let path = text(row, 1, "file")?;
            let tracer = match row.get_ref(2)? {
                ValueRef::Null => None,
                _ => Some(text(row, 2, "tracer")?).filter(|tracer| !tracer.is_empty()),
            };
            budget.spend(path.len() + tracer.map_or(0, str::len))?;
            files.index.insert(integer(row, 0, "file")?, files.files.len());
            let file = FileData { tracer: tracer.map(str::to_owned), ..FileData::default() };
            files.files.push((path.to_owned(), file));
        }
        Ok(files)
    }

    /// The file of a number. Some numbers have no file any more: coverage.py gives a file that two processes found at
    /// once a new number, and does not count what hangs on the old one.
    fn get(&mut self, id: i64) -> Option<&mut FileData> {
        let index = *self.index.get(&id)?;
        Some(&mut self.files[index].1)
    }
}

/// The names of the contexts, by their numbers.
fn contexts(connection: &Connection, budget: &mut Budget) -> Result<HashMap<i64, Arc<str>>, DataFileError> {
    let mut contexts = HashMap::new();
    let mut statement = connection.prepare("select id, context from context")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let name = text(row, 1, "context")?;
        budget.spend(name.len())?;
        contexts.insert(integer(row, 0, "context")?, Arc::from(name));
    }
    Ok(contexts)
}

/// Reads the arcs; whether there are any.
fn read_arcs(
    connection: &Connection,
    database: impl Read + Seek,
    files: &mut Files,
    contexts: &HashMap<i64, Arc<str>>,
    budget: &mut Budget,
) -> Result<bool, DataFileError> {
    let mut ahead = budget.clone();
    let quickly = match root_of_arc_index(connection)? {
        Some(root) => arc_index::read(database, root, &mut ahead),
        None => None,
    };
    let groups = match quickly {
        Some(groups) => {
            *budget = ahead;
            groups
        }
        None => arcs_by_sql(connection, budget)?,
    };
    let any = !groups.is_empty();
    for Group { key: (file, context), arcs } in groups {
        let Some(file) = files.get(file) else { continue };
        if let Some(context) = contexts.get(&context) {
            add_context(file, context, lines_of_arcs(&arcs));
        }
        union(&mut file.arcs, arcs);
    }
    Ok(any)
}

/// The page at which the index of all columns of `arc` begins.
fn root_of_arc_index(connection: &Connection) -> Result<Option<u32>, DataFileError> {
    let mut statement = connection.prepare(
        "select rootpage from sqlite_schema where type = 'index' and name = 'sqlite_autoindex_arc_1' and
         (select group_concat(name) from pragma_index_info('sqlite_autoindex_arc_1')) = 'file_id,context_id,fromno,tono'",
    )?;
    let mut rows = statement.query([])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(u32::try_from(integer(row, 0, "sqlite_schema")?).ok())
}

fn arcs_by_sql(connection: &Connection, budget: &mut Budget) -> Result<Vec<Group>, DataFileError> {
    const TABLE: &str = "arc";
    let mut statement = connection.prepare(
        "select file_id, context_id, fromno, tono from arc order by file_id, context_id, fromno, tono",
    )?;
    let mut rows = statement.query([])?;
    let mut groups: Vec<Group> = Vec::new();
    while let Some(row) = rows.next()? {
        budget.spend(0)?;
        let key = (integer(row, 0, TABLE)?, integer(row, 1, TABLE)?);
        let arc = (line(row, 2)?, line(row, 3)?);
        match groups.last_mut() {
            Some(group) if group.key == key => group.arcs.push(arc),
            _ => groups.push(Group { key, arcs: vec![arc] }),
        }
    }
    for Group { arcs, .. } in &mut groups {
        // A damaged index may have any order.
        if !arcs.is_sorted_by(|one, next| one < next) {
            arcs.sort_unstable();
            arcs.dedup();
        }
    }
    Ok(groups)
}

/// Adds the lines that ran in a context, if any did.
fn add_context(file: &mut FileData, context: &Arc<str>, lines: Vec<u32>) {
    if !lines.is_empty() {
        union(file.contexts.entry(Arc::clone(context)).or_default(), lines);
    }
}

/// Reads the lines; whether there are any.
fn read_lines(
    connection: &Connection,
    files: &mut Files,
    contexts: &HashMap<i64, Arc<str>>,
    budget: &mut Budget,
) -> Result<bool, DataFileError> {
    const TABLE: &str = "line_bits";
    let mut statement = connection.prepare("select file_id, context_id, numbits from line_bits")?;
    let mut rows = statement.query([])?;
    let mut any = false;
    while let Some(row) = rows.next()? {
        any = true;
        let ValueRef::Blob(bits) = row.get_ref(2)? else {
            let found = row.get_ref(2)?.data_type();
            return Err(wrong(TABLE, format!("{found} where the lines should be")));
        };
        budget.spend(bits.len())?;
        if let Some(largest) = numbits::largest(bits)
            && i32::try_from(largest).is_err()
        {
            return Err(wrong(TABLE, format!("line {largest} cannot be")));
        }
        let (file, context) = (integer(row, 0, TABLE)?, integer(row, 1, TABLE)?);
        let Some(file) = files.get(file) else { continue };
        let mut lines = Vec::with_capacity(numbits::count(bits));
        lines.extend(numbits::numbers(bits));
        if let Some(context) = contexts.get(&context) {
            add_context(file, context, lines.clone());
        }
        union(&mut file.lines, lines);
    }
    Ok(any)
}

/// How many bytes of content a database can still have. Damaged pages that lead to each other could give rows for ever.
#[derive(Clone)]
pub(super) struct Budget(u64);

impl Budget {
    /// What a file of `size` bytes can have.
    pub(super) fn of_file(size: u64) -> Self {
        Self(size)
    }

    /// Pays for a row with this many bytes of text or bits.
    pub(super) fn spend(&mut self, bytes: usize) -> Result<(), DataFileError> {
        /// No row takes less: its length, its number, the length of its head, and a place in the page's list.
        const ROW: u64 = 4;
        let cost = ROW + bytes as u64;
        self.0 = self.0.checked_sub(cost).ok_or_else(|| {
            DataFileError::Damaged("there is more in its tables than in the file".to_owned())
        })?;
        Ok(())
    }
}

fn integer(row: &Row<'_>, column: usize, table: &'static str) -> Result<i64, DataFileError> {
    match row.get_ref(column)? {
        ValueRef::Integer(number) => Ok(number),
        value => Err(wrong(table, format!("{} where a number should be", value.data_type()))),
    }
}

/// A line number of an arc.
fn line(row: &Row<'_>, column: usize) -> Result<i32, DataFileError> {
    let number = integer(row, column, "arc")?;
    i32::try_from(number).map_err(|_| wrong("arc", format!("line {number} cannot be")))
}

fn text<'r>(row: &'r Row<'_>, column: usize, table: &'static str) -> Result<&'r str, DataFileError> {
    match row.get_ref(column)? {
        ValueRef::Text(bytes) => {
            std::str::from_utf8(bytes).map_err(|_| wrong(table, "text that is not UTF-8"))
        }
        value => Err(wrong(table, format!("{} where text should be", value.data_type()))),
    }
}

fn wrong(table: &'static str, problem: impl Into<String>) -> DataFileError {
    DataFileError::Value { table, problem: problem.into() }
}
