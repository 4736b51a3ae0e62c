//! `SQLite`'s name for a file that it must not touch.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, absolute};

/// The URI of the database at `path`, read-only and immutable: `SQLite` then takes no lock on the file and neither looks
/// at nor makes files beside it. From `read_only_uri` of coverage.py's sqlitedb.py.
///
/// `SQLite` takes the name from between `file:` and the first `?` or `#`, and its `%` escapes as bytes; so all is escaped
/// that is not plain.
pub(super) fn immutable_uri(path: &Path) -> io::Result<String> {
    let path = absolute(path)?;
    let mut uri = String::from("file://");
    // A drive's letter must not be taken for a host.
    if cfg!(windows) {
        uri.push('/');
    }
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'\\' if cfg!(windows) => uri.push('/'),
            b'/' | b'.' | b'-' | b'_' | b'~' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                uri.push(char::from(byte));
            }
            b':' if cfg!(windows) => uri.push(':'),
            _ => write!(uri, "%{byte:02X}").expect("a string takes everything"),
        }
    }
    uri.push_str("?mode=ro&immutable=1");
    Ok(uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn what_means_something_in_a_uri_is_escaped() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt as _;

        for (path, expected) in [
            (&b"/a/.coverage"[..], "file:///a/.coverage?mode=ro&immutable=1"),
            (b"/a b/50%/x?y#z", "file:///a%20b/50%25/x%3Fy%23z?mode=ro&immutable=1"),
            (b"/\xff\\:&", "file:///%FF%5C%3A%26?mode=ro&immutable=1"),
            (b"//a", "file:////a?mode=ro&immutable=1"),
        ] {
            assert_eq!(immutable_uri(Path::new(OsStr::from_bytes(path))).unwrap(), expected);
        }
    }
}
