//! The journal of a worker that died before it could save: what each finished test had added to the coverage.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use cov_python::data_file::{DataFile, FileData, Kind, LineArc};
use serde::Deserialize;

/// The first line.
#[derive(Deserialize)]
struct Head {
    branch: bool,
    /// Whether an arc is one integer, as in the sets of coverage.py's C tracer.
    packed: bool,
}

/// Any other line.
#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Added { file: String, added: Vec<Added> },
    Tracers { tracers: BTreeMap<String, String> },
}

/// A line, a packed arc, or an arc.
#[derive(Deserialize)]
#[serde(untagged)]
enum Added {
    Number(i64),
    Arc(i32, i32),
}

/// Reads a journal. Its last line may be torn, since its worker died; everything before it is whole.
pub fn read(path: &Path) -> anyhow::Result<DataFile> {
    let named = || path.display().to_string();
    let bytes = fs::read(path).with_context(named)?;
    let mut lines = bytes.split_inclusive(|&byte| byte == b'\n').filter(|line| line.ends_with(b"\n"));
    let Some(first) = lines.next() else {
        return Ok(DataFile::default());
    };
    let head: Head = serde_json::from_slice(first).with_context(named)?;
    let mut data =
        DataFile { kind: Some(if head.branch { Kind::Arcs } else { Kind::Lines }), ..DataFile::default() };
    let mut tracers = BTreeMap::new();
    for (line, number) in lines.zip(2..) {
        let entry = serde_json::from_slice(line).with_context(|| format!("{}:{number}", path.display()))?;
        match entry {
            Entry::Tracers { tracers: more } => tracers.extend(more),
            Entry::Added { file, added } => {
                let file = data.files.entry(file).or_default();
                for each in &added {
                    add(file, each, &head).with_context(|| format!("{}:{number}", path.display()))?;
                }
            }
        }
    }
    for (name, file) in &mut data.files {
        file.tracer = tracers.remove(name);
        file.arcs.sort_unstable();
        file.arcs.dedup();
        file.lines.sort_unstable();
        file.lines.dedup();
    }
    Ok(data)
}

fn add(file: &mut FileData, added: &Added, head: &Head) -> anyhow::Result<()> {
    match *added {
        Added::Number(line) if !head.branch => file.lines.push(u32::try_from(line)?),
        Added::Number(arc) if head.packed => file.arcs.push(unpacked(arc)),
        Added::Arc(from, to) if head.branch => file.arcs.push((from, to)),
        _ => bail!("neither a line nor an arc"),
    }
    Ok(())
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
        read(&path)
    }

    #[test]
    fn arcs_are_unpacked_and_a_torn_line_is_no_line() {
        let packed = |from: i64, to: i64| {
            from.abs() | to.abs() << 28 | i64::from(from < 0) << 56 | i64::from(to < 0) << 57
        };
        let (enter, leave) = (packed(-1, 2), packed(5, -1));
        let journal = format!(
            "{{\"branch\":true,\"packed\":true}}\n{{\"file\":\"a.py\",\"added\":[{leave},{enter}]}}\n\
             {{\"tracers\":{{\"a.py\":\"p\"}}}}\n{{\"file\":\"a.py\",\"added\":[{enter}"
        );
        let data = data(&journal).unwrap();
        let file = &data.files["a.py"];
        assert_eq!((data.kind, file.arcs.as_slice()), (Some(Kind::Arcs), &[(-1, 2), (5, -1)][..]));
        assert_eq!(file.tracer.as_deref(), Some("p"));
    }

    #[test]
    fn lines_and_plain_arcs_are_read() {
        let lines = "{\"branch\":false,\"packed\":false}\n{\"file\":\"a.py\",\"added\":[3,1]}\n{\"file\":\"a.py\",\"added\":[1]}\n";
        assert_eq!(data(lines).unwrap().files["a.py"].lines, [1, 3]);
        let arcs = "{\"branch\":true,\"packed\":false}\n{\"file\":\"a.py\",\"added\":[[1,-1]]}\n";
        assert_eq!(data(arcs).unwrap().files["a.py"].arcs, [(1, -1)]);
    }

    #[test]
    fn a_worker_that_died_at_once_measured_nothing() {
        assert_eq!(data("").unwrap(), DataFile::default());
        assert!(data("{\"branch\":true,\"packed\":true}\n[]\n").is_err());
    }
}
