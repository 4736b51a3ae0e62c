//! Paths without links, `.` and `..`, whether there is a file or not: `os.path.realpath` of Python.

use std::fs;
use std::path::Path;

/// How many links may lead to each other.
const LINKS: usize = 40;

/// `path` seen from `directory`, which is absolute, with all links followed as far as there are any.
pub(super) fn real_path(path: &str, directory: &str) -> String {
    // What is still to be walked, the next part last.
    let mut ahead: Vec<String> = parts(path);
    let mut real: Vec<String> = Vec::new();
    if !path.starts_with('/') {
        ahead.extend(parts(directory));
    }
    let mut links = 0;
    while let Some(part) = ahead.pop() {
        if part == ".." {
            real.pop();
            continue;
        }
        real.push(part);
        let Ok(target) = fs::read_link(joined(&real)) else { continue };
        links += 1;
        let Some(target) = target.to_str().filter(|_| links <= LINKS) else { continue };
        if Path::new(target).is_absolute() {
            real.clear();
        } else {
            real.pop();
        }
        ahead.extend(parts(target));
    }
    joined(&real)
}

/// The parts of a path, the first of them last.
fn parts(path: &str) -> Vec<String> {
    path.split('/').rev().filter(|part| !matches!(*part, "" | ".")).map(str::to_owned).collect()
}

fn joined(parts: &[String]) -> String {
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_need_not_exist() {
        assert_eq!(real_path("./a/../b//c/.", "/no/where"), "/no/where/b/c");
        assert_eq!(real_path("/no/where/../../../a", "/x"), "/a");
        assert_eq!(real_path(r"c:\a\..\b", "/no/where"), r"/no/where/c:\a\..\b");
    }

    #[test]
    #[cfg(unix)]
    fn links_are_followed_and_circles_are_left() {
        use std::os::unix::fs::symlink;

        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        let root = root.to_str().unwrap();
        fs::create_dir(directory.path().join("real")).unwrap();
        symlink("real", directory.path().join("link")).unwrap();
        symlink(format!("{root}/link"), directory.path().join("far")).unwrap();
        symlink("circle", directory.path().join("circle")).unwrap();
        assert_eq!(real_path("far/a.py", root), format!("{root}/real/a.py"));
        assert_eq!(real_path("link/../b.py", root), format!("{root}/b.py"));
        assert_eq!(real_path("circle/a.py", root), format!("{root}/circle/a.py"));
    }
}
