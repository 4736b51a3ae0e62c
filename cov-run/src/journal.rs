//! The journal of a worker: what each finished test had added to the coverage, and, if contexts are recorded, what ran in
//! each. `journal.py` of the plug-in writes it and says what its lines are.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use cov_python::data_file::{DataFile, FileData, Kind, LineArc};
use serde::Deserialize;

/// The first line.
#[derive(Default, Deserialize)]
struct Head {
    branch: bool,
    /// Whether an arc is one integer, as in the sets of coverage.py's C tracer.
    packed: bool,
    /// The version of coverage.py.
    version: String,
}

/// Any other line: one of `file`, `context` and `tracers`, and what belongs to it.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Entry {
    file: Option<String>,
    number: usize,
    added: Vec<Added>,
    context: Option<String>,
    /// The number in the names of the data files of processes that were started in the context.
    children: Option<usize>,
    /// By the number of a file: numbers of what was added to it.
    ran: BTreeMap<usize, Numbers>,
    /// By the number of a file: its lines.
    lines: BTreeMap<usize, Numbers>,
    tracers: BTreeMap<String, String>,
}

/// A line, a packed arc, or an arc.
#[derive(Deserialize)]
#[serde(untagged)]
enum Added {
    Number(i64),
    Arc(i32, i32),
}

/// A set of numbers.
#[derive(Deserialize)]
#[serde(untagged)]
enum Numbers {
    /// Two bytes each, in hexadecimal digits and the byte order of the machine.
    Short(String),
    Long(Vec<u32>),
}

/// What a journal says.
#[derive(Debug, Default)]
pub struct Journal {
    /// What was measured.
    pub data: DataFile,
    /// The contexts in which processes were started, by the number in the names of those processes' data files.
    pub children: BTreeMap<usize, Arc<str>>,
}

/// Reads a journal. Its last line may be torn, since its worker died; everything before it is whole.
///
/// Without `contexts` these are left out.
pub fn read(path: &Path, contexts: bool) -> anyhow::Result<Journal> {
    let named = || path.display().to_string();
    let bytes = fs::read(path).with_context(named)?;
    let mut lines = bytes.split_inclusive(|&byte| byte == b'\n').filter(|line| line.ends_with(b"\n"));
    let Some(first) = lines.next() else {
        return Ok(Journal::default());
    };
    let head: Head = serde_json::from_slice(first).with_context(named)?;
    let mut reading = Reading { head, contexts, ..Reading::default() };
    for (line, number) in lines.zip(2..) {
        let entry = serde_json::from_slice(line).map_err(anyhow::Error::from);
        entry.and_then(|entry| reading.add(entry)).with_context(|| format!("{}:{number}", path.display()))?;
    }
    Ok(reading.into_journal())
}

/// What was read of a journal up to now.
#[derive(Default)]
struct Reading {
    head: Head,
    contexts: bool,
    data: BTreeMap<String, FileData>,
    numbered: Vec<Numbered>,
    tracers: BTreeMap<String, String>,
    children: BTreeMap<usize, Arc<str>>,
}

/// A file with a number.
#[derive(Default)]
struct Numbered {
    name: String,
    /// The lines at the ends of what was added, 0 for none.
    ends: Vec<[u32; 2]>,
}

impl Reading {
    fn add(&mut self, entry: Entry) -> anyhow::Result<()> {
        if entry.file.is_none() && entry.context.is_none() && entry.tracers.is_empty() {
            bail!("none of the lines that a journal has");
        }
        if let Some(name) = entry.file {
            if self.numbered.len() <= entry.number {
                self.numbered.resize_with(entry.number + 1, Numbered::default);
            }
            let numbered = &mut self.numbered[entry.number];
            let data = self.data.entry(name.clone()).or_default();
            numbered.name = name;
            for added in &entry.added {
                numbered.ends.push(add(data, added, &self.head)?);
            }
        }
        if let Some(context) = entry.context.filter(|_| self.contexts) {
            let context = Arc::from(context);
            if let Some(number) = entry.children {
                self.children.insert(number, Arc::clone(&context));
            }
            for (file, numbers) in entry.ran {
                let ends = &self.numbered.get(file).with_context(|| no_file(file))?.ends;
                let ran = numbers.list()?.into_iter().map(|number| ends.get(number as usize).copied());
                let ran: Option<Vec<_>> = ran.collect();
                self.add_context(&context, file, ran.context("a number of nothing")?.concat())?;
            }
            for (file, lines) in entry.lines {
                self.add_context(&context, file, lines.list()?)?;
            }
        }
        self.tracers.extend(entry.tracers);
        Ok(())
    }

    fn add_context(&mut self, context: &Arc<str>, file: usize, mut lines: Vec<u32>) -> anyhow::Result<()> {
        lines.retain(|&line| line > 0);
        let Self { numbered, data, .. } = self;
        let name = numbered.get(file).map(|file| &file.name);
        let data = name.and_then(|name| data.get_mut(name)).with_context(|| no_file(file))?;
        if !lines.is_empty() {
            let all = data.contexts.entry(Arc::clone(context)).or_default();
            all.append(&mut lines);
            all.sort_unstable();
            all.dedup();
        }
        Ok(())
    }

    fn into_journal(self) -> Journal {
        let Self { head, mut data, mut tracers, children, .. } = self;
        for (name, file) in &mut data {
            file.tracer = tracers.remove(name);
            file.arcs.sort_unstable();
            file.arcs.dedup();
            file.lines.sort_unstable();
            file.lines.dedup();
            file.contexts.values_mut().for_each(Vec::shrink_to_fit);
        }
        let kind = Some(if head.branch { Kind::Arcs } else { Kind::Lines });
        Journal { data: DataFile { kind, files: data, written_by: [head.version].into() }, children }
    }
}

fn no_file(number: usize) -> String {
    format!("no file has the number {number}")
}

impl Numbers {
    fn list(self) -> anyhow::Result<Vec<u32>> {
        match self {
            Self::Long(numbers) => Ok(numbers),
            Self::Short(text) => {
                let numbers = text.as_bytes().chunks(4).map(|digits| {
                    let digits = str::from_utf8(digits)?;
                    let number = u16::from_str_radix(digits, 16)?;
                    Ok(u32::from(u16::from_ne_bytes(number.to_be_bytes())))
                });
                numbers.collect()
            }
        }
    }
}

/// Adds a line, or an arc, and gives the lines at its ends.
fn add(file: &mut FileData, added: &Added, head: &Head) -> anyhow::Result<[u32; 2]> {
    let (from, to) = match *added {
        Added::Number(line) if !head.branch => {
            let line = u32::try_from(line)?;
            file.lines.push(line);
            return Ok([line, 0]);
        }
        Added::Number(arc) if head.packed => unpacked(arc),
        Added::Arc(from, to) if head.branch => (from, to),
        _ => bail!("neither a line nor an arc"),
    };
    file.arcs.push((from, to));
    Ok([from, to].map(|end| u32::try_from(end).unwrap_or_default()))
}

/// Two line numbers of 28 bits each and their signs, out of one integer, as coverage.py's C tracer packs them.
fn unpacked(arc: i64) -> LineArc {
    let number = |shift: u32, sign: u32| {
        let line = i32::try_from((arc >> shift) & 0xFFF_FFFF).expect("28 bits");
        if arc & (1 << sign) == 0 { line } else { -line }
    };
    (number(0, 56), number(28, 57))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn data(journal: &str) -> anyhow::Result<DataFile> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("1.journal");
        fs::write(&path, journal).unwrap();
        read(&path, true).map(|journal| journal.data)
    }

    #[test]
    fn arcs_are_unpacked_and_a_torn_line_is_no_line() {
        let packed = |from: i64, to: i64| {
            from.abs() | to.abs() << 28 | i64::from(from < 0) << 56 | i64::from(to < 0) << 57
        };
        let (enter, leave) = (packed(-1, 2), packed(5, -1));
        let journal = format!(
            "{{\"branch\":true,\"packed\":true,\"version\":\"7\"}}\n{{\"file\":\"a.py\",\"added\":[{leave},{enter}]}}\n\
             {{\"tracers\":{{\"a.py\":\"p\"}}}}\n{{\"file\":\"a.py\",\"added\":[{enter}"
        );
        let data = data(&journal).unwrap();
        let file = &data.files["a.py"];
        assert_eq!((data.kind, file.arcs.as_slice()), (Some(Kind::Arcs), &[(-1, 2), (5, -1)][..]));
        assert_eq!(file.tracer.as_deref(), Some("p"));
    }

    #[test]
    fn lines_and_plain_arcs_are_read() {
        let lines = "{\"branch\":false,\"packed\":false,\"version\":\"7\"}\n{\"file\":\"a.py\",\"added\":[3,1]}\n{\"file\":\"a.py\",\"added\":[1]}\n";
        assert_eq!(data(lines).unwrap().files["a.py"].lines, [1, 3]);
        let arcs =
            "{\"branch\":true,\"packed\":false,\"version\":\"7\"}\n{\"file\":\"a.py\",\"added\":[[1,-1]]}\n";
        assert_eq!(data(arcs).unwrap().files["a.py"].arcs, [(1, -1)]);
    }

    #[test]
    fn contexts_have_the_lines_at_the_ends_of_their_arcs() {
        let short = |numbers: &[u16]| -> String {
            let digits =
                numbers.iter().map(|number| format!("{:04x}", u16::from_be_bytes(number.to_ne_bytes())));
            digits.collect::<Vec<_>>().concat()
        };
        let journal = format!(
            "{{\"branch\":true,\"packed\":false,\"version\":\"7\"}}\n\
             {{\"file\":\"a.py\",\"number\":0,\"added\":[[-1,2],[2,4]]}}\n\
             {{\"file\":\"b.py\",\"number\":1,\"added\":[]}}\n\
             {{\"context\":\"x\",\"ran\":{{\"0\":\"{}\"}}}}\n\
             {{\"context\":\"y\",\"ran\":{{\"0\":[1]}},\"lines\":{{\"1\":\"{}\"}}}}\n\
             {{\"context\":\"x\",\"lines\":{{\"0\":[9]}}}}\n",
            short(&[0]),
            short(&[300, 7])
        );
        let data = data(&journal).unwrap();
        let of =
            |file: &str, context: &str| data.files[file].contexts.get(context).cloned().unwrap_or_default();
        assert_eq!((of("a.py", "x"), of("a.py", "y")), (vec![2, 9], vec![2, 4]));
        assert_eq!((of("b.py", "x"), of("b.py", "y")), (vec![], vec![7, 300]));
    }

    #[test]
    fn numbers_of_nothing_are_refused() {
        let head = "{\"branch\":false,\"packed\":false,\"version\":\"7\"}\n";
        for wrong in ["\"0\":[0]", "\"0\":\"zz\"", "\"0\":\"000\""] {
            assert!(data(&format!("{head}{{\"context\":\"x\",\"ran\":{{{wrong}}}}}\n")).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_worker_that_died_at_once_measured_nothing() {
        assert_eq!(data("").unwrap(), DataFile::default());
        assert!(data("{\"branch\":true,\"packed\":true,\"version\":\"7\"}\n[]\n").is_err());
    }
}
