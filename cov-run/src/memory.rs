//! Whether the system has killed a process for want of memory: Linux counts it, for a control group or for all.

use std::fs;
use std::path::{Path, PathBuf};

/// Who counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Witness {
    /// The control group that this process and its workers are in.
    ControlGroup,
    /// The system, which counts processes that have nothing to do with us as well.
    System,
}

/// Watches the count of kills.
#[derive(Debug, Default)]
pub struct Memory {
    source: Option<(PathBuf, Witness)>,
    count: u64,
}

impl Memory {
    /// Counts from now on. Where nobody counts, nothing is ever seen.
    pub fn watch() -> Self {
        Self::watch_below(Path::new("/"))
    }

    fn watch_below(root: &Path) -> Self {
        let known = |(path, witness): (PathBuf, Witness)| Some((count(&path)?, (path, witness)));
        match candidates(root).into_iter().find_map(known) {
            Some((count, source)) => Self { source: Some(source), count },
            None => Self::default(),
        }
    }

    /// Who saw a kill since this was asked last.
    pub fn has_killed(&mut self) -> Option<Witness> {
        let (path, witness) = self.source.as_ref()?;
        let before = std::mem::replace(&mut self.count, count(path)?);
        (self.count > before).then_some(*witness)
    }
}

/// The files that may have the count, the most telling first: `man 7 cgroups`.
fn candidates(root: &Path) -> Vec<(PathBuf, Witness)> {
    let groups = fs::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
    let mut paths = Vec::new();
    for line in groups.lines() {
        let mut fields = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(group)) = (fields.next(), fields.next()) else { continue };
        let group = Path::new(group.trim_start_matches('/'));
        let mounted = root.join("sys/fs/cgroup");
        if controllers.is_empty() {
            // Version 2: the count holds for what is below as well, so the next group that counts will do.
            paths.extend(group.ancestors().map(|group| mounted.join(group).join("memory.events")));
        } else if controllers.split(',').any(|controller| controller == "memory") {
            // Version 1. In a container the group is often the root of what is mounted.
            let mounted = mounted.join("memory");
            paths.extend([mounted.join(group), mounted].map(|group| group.join("memory.oom_control")));
        }
    }
    let mut candidates: Vec<_> = paths.into_iter().map(|path| (path, Witness::ControlGroup)).collect();
    candidates.push((root.join("proc/vmstat"), Witness::System));
    candidates
}

fn count(path: &Path) -> Option<u64> {
    let text = fs::read_to_string(path).ok()?;
    text.lines().find_map(|line| line.strip_prefix("oom_kill ")?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(root: &Path, name: &str, text: &str) {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The count in `name` rises, and this is seen once.
    fn check(groups: &str, name: &str, before: &str, after: &str, witness: Witness) {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        write(root, "proc/self/cgroup", groups);
        write(root, "proc/vmstat", "oom_kill_disable 0\noom_kill 0\n");
        write(root, name, before);
        let mut memory = Memory::watch_below(root);
        assert_eq!(memory.has_killed(), None);
        write(root, name, after);
        assert_eq!(memory.has_killed(), Some(witness));
        assert_eq!(memory.has_killed(), None);
    }

    #[test]
    fn control_groups_count() {
        let (before, after) = ("low 0\noom 1\noom_kill 1\n", "low 0\noom 3\noom_kill 2\noom_group_kill 0\n");
        let witness = Witness::ControlGroup;
        check("0::/job/1\n", "sys/fs/cgroup/job/1/memory.events", before, after, witness);
        check("0::/job/1\n", "sys/fs/cgroup/job/memory.events", before, after, witness);
        check("0::/\n", "sys/fs/cgroup/memory.events", before, after, witness);
        let (before, after) = ("oom_kill_disable 0\nunder_oom 0\noom_kill 0\n", "under_oom 1\noom_kill 1\n");
        let groups = "4:cpu,memory:/docker/1\n0::/\n";
        check(groups, "sys/fs/cgroup/memory/docker/1/memory.oom_control", before, after, witness);
        check(groups, "sys/fs/cgroup/memory/memory.oom_control", before, after, witness);
    }

    #[test]
    fn else_the_system_does() {
        check("", "proc/vmstat", "nr_free_pages 9\noom_kill 4\n", "oom_kill 5\n", Witness::System);
    }

    #[test]
    fn where_nobody_counts_nothing_is_seen() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(Memory::watch_below(root.path()).has_killed(), None);
    }
}
