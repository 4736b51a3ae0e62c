//! Paths as text, of any system, whatever system this runs on: reports travel.

use std::path::Path;

/// `path` with `/` only, without `.`, doubled and trailing slashes; `..` is taken back where it can be.
pub fn normal(path: &str) -> String {
    let path = path.replace('\\', "/");
    let (start, rest) = split_start(&path);
    let mut parts: Vec<&str> = Vec::new();
    for part in rest.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|&last| last != "..") => {
                parts.pop();
            }
            // There is nothing above the top.
            ".." if !start.is_empty() => {}
            part => parts.push(part),
        }
    }
    format!("{start}{}", parts.join("/"))
}

/// `path` split behind what makes it absolute: `/`, `C:/` or the `//` of a Windows share.
fn split_start(path: &str) -> (&str, &str) {
    let bytes = path.as_bytes();
    let length = match bytes {
        [b'/', b'/', next, ..] if *next != b'/' => 2,
        [b'/', ..] => 1,
        [drive, b':', b'/', ..] if drive.is_ascii_alphabetic() => 3,
        _ => 0,
    };
    path.split_at(length)
}

/// Whether a normal path is absolute, on whatever system.
pub fn is_absolute(path: &str) -> bool {
    !split_start(path).0.is_empty()
}

/// `path` seen from the directory `base`, both normal.
pub fn join(base: &str, path: &str) -> String {
    if is_absolute(path) || base.is_empty() {
        return path.to_owned();
    }
    // The top of a drive or of the whole ends with a slash of its own.
    let slash = if base.ends_with('/') { "" } else { "/" };
    normal(&format!("{base}{slash}{path}"))
}

/// `path` relative to the directory `base`, both normal; `None` where it does not lie in it.
pub fn within<'a>(base: &str, path: &'a str) -> Option<&'a str> {
    let (start, below) = split_start(path);
    let (base_start, base_below) = split_start(base);
    // Drives are called c: and C:.
    if !start.eq_ignore_ascii_case(base_start) {
        return None;
    }
    match below.strip_prefix(base_below)? {
        "" => Some(""),
        rest if base_below.is_empty() => Some(rest),
        rest => rest.strip_prefix('/'),
    }
}

/// The absolute form of `directory` on this machine.
pub fn absolute(directory: &Path) -> String {
    std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned()).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_made_normal() {
        for (path, expected) in [
            ("a/./b//c/", "a/b/c"),
            ("a/../b", "b"),
            ("../../a", "../../a"),
            ("/../a", "/a"),
            ("/", "/"),
            (r"C:\a\..\b\", "C:/b"),
            (r"\\server\share\a", "//server/share/a"),
            ("///a", "/a"),
            (".", ""),
            ("", ""),
            ("é/ü", "é/ü"),
        ] {
            assert_eq!(normal(path), expected, "{path}");
        }
    }

    #[test]
    fn within_ends_at_a_slash() {
        assert_eq!(within("/a", "/a/b/c"), Some("b/c"));
        assert_eq!(within("/a", "/ab"), None);
        assert_eq!(within("/", "/a"), Some("a"));
        assert_eq!(within("/a", "/a"), Some(""));
        assert_eq!(within("C:/a", "c:/a/b"), Some("b"));
        assert_eq!(within("/a", "a/b"), None);
    }
}
