//! The processes of the system, as `/proc` tells of them. Where there is none, there are no processes.

use std::fs;

/// A process that runs, or has ended and was not waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its id.
    pub id: i32,
    /// The process that will be told of its end.
    pub parent: i32,
    /// Its process group.
    pub group: i32,
    /// When it was started, in ticks since the system was: with the id, this is a name that nobody else gets.
    pub started: u64,
    /// Whether it has ended.
    pub has_ended: bool,
}

/// All processes, ascending by id.
pub fn all() -> Vec<Process> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let ids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let mut processes: Vec<Process> = ids.filter_map(of).collect();
    processes.sort_unstable_by_key(|process| process.id);
    processes
}

/// The process of this id.
fn of(id: i32) -> Option<Process> {
    let stat = fs::read(format!("/proc/{id}/stat")).ok()?;
    parse(id, &String::from_utf8_lossy(&stat))
}

/// Reads what `man proc_pid_stat` describes.
fn parse(id: i32, stat: &str) -> Option<Process> {
    // The name stands in parentheses and may hold anything.
    let fields: Vec<&str> = stat[stat.rfind(')')? + 1..].split_ascii_whitespace().collect();
    let number = |place: usize| fields.get(place)?.parse().ok();
    Some(Process {
        id,
        parent: number(1)?,
        group: number(2)?,
        started: fields.get(19)?.parse().ok()?,
        has_ended: matches!(fields[0], "Z" | "X"),
    })
}

/// A process's command line, or its name.
pub fn name_of(id: i32) -> String {
    let read = |file: &str| fs::read(format!("/proc/{id}/{file}")).unwrap_or_default();
    let words = read("cmdline");
    let words: Vec<_> = words.split(|&byte| byte == 0).map(String::from_utf8_lossy).collect();
    let mut name = words.join(" ");
    if name.trim().is_empty() {
        name = String::from_utf8_lossy(&read("comm")).into_owned();
    }
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ")
}

/// A variable of the environment that a process was started with.
pub fn variable_of(id: i32, name: &str) -> Option<String> {
    let environment = fs::read(format!("/proc/{id}/environ")).ok()?;
    let value = |entry: &[u8]| Some(entry.strip_prefix(name.as_bytes())?.strip_prefix(b"=")?.to_vec());
    let value = environment.split(|&byte| byte == 0).find_map(value)?;
    Some(String::from_utf8_lossy(&value).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_anything() {
        let rest = "0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 4711 99 100";
        let process = parse(7, &format!("7 (a) R (b c) S 3 5 6 {rest}")).unwrap();
        assert_eq!(process, Process { id: 7, parent: 3, group: 5, started: 4711, has_ended: false });
        assert!(parse(7, &format!("7 (a) Z 3 5 6 {rest}")).unwrap().has_ended);
        assert_eq!(parse(7, "7 (a) S 3"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_is_among_them() {
        let own = i32::try_from(std::process::id()).unwrap();
        assert!(all().iter().any(|process| process.id == own && !process.has_ended));
        assert!(name_of(own).contains("cov_run"));
        assert_eq!(variable_of(own, "PATH"), std::env::var("PATH").ok());
        assert_eq!(variable_of(own, "PAT"), None);
    }
}
