//! Names of files in the headers of a diff: quoted or plain, with prefixes or without.

/// The name in a `---` or `+++` line, or one like `rename to`: quoted as in C, or up to a tab, behind which other tools
/// write the time.
pub(super) fn header_name(text: &[u8]) -> Option<Vec<u8>> {
    if text.first() == Some(&b'"') {
        return unquote(text).map(|(name, _)| name);
    }
    let end = text.iter().position(|&byte| byte == b'\t').unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_vec())
}

/// The two names of a `diff --git` line, with their prefixes.
///
/// Where both are plain they may contain blanks. Then they are told apart by being the same name, which they are unless
/// a `rename` or `copy` line says otherwise.
pub(super) fn git_names(text: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    if text.first() == Some(&b'"') {
        let (old, rest) = unquote(text)?;
        return Some((old, header_name(rest.strip_prefix(b" ")?)?));
    }
    if text.last() == Some(&b'"') {
        let start = text.windows(2).position(|pair| pair == b" \"")?;
        return Some((text[..start].to_vec(), unquote(&text[start + 1..])?.0));
    }
    let blanks = || (0..text.len()).filter(|&index| text[index] == b' ');
    let halves = |index: usize| (&text[..index], &text[index + 1..]);
    let same_name = |&(old, new): &(&[u8], &[u8])| old == new || below_prefixes(old, new).is_some();
    // Prefixes have the same length unless somebody chose others.
    let middle = (text.len() % 2 == 1 && text[text.len() / 2] == b' ').then(|| halves(text.len() / 2));
    let (old, new) = middle
        .filter(same_name)
        .or_else(|| blanks().map(halves).find(same_name))
        .or_else(|| blanks().map(halves).next())?;
    Some((old.to_vec(), new.to_vec()))
}

/// The file that two names from a diff's header speak of, once as it was and once as it is.
///
/// `a/x` and `b/x`, `old/x` and `new/x`: the name below two prefixes of one component, which is how git, hg and
/// `diff -r` write it. Anything else is taken at the new name's word.
pub(super) fn name_after(old: &[u8], new: &[u8]) -> Vec<u8> {
    below_prefixes(old, new).unwrap_or(new).to_vec()
}

/// The name that both have below their first component, if only that differs.
fn below_prefixes<'a>(old: &'a [u8], new: &'a [u8]) -> Option<&'a [u8]> {
    let below = |name: &'a [u8]| {
        let slash = name.iter().position(|&byte| byte == b'/')?;
        (slash > 0 && slash + 1 < name.len()).then(|| &name[slash + 1..])
    };
    let (left, right) = (below(old)?, below(new)?);
    (old != new && left == right).then_some(right)
}

/// The two names of a line `Binary files OLD and NEW differ`.
pub(super) fn binary_names(line: &[u8]) -> Option<(&[u8], &[u8])> {
    const AND: &[u8] = b" and ";
    let names = line.strip_prefix(b"Binary files ")?.strip_suffix(b" differ")?;
    let places = (0..names.len()).filter(|&index| names[index..].starts_with(AND));
    let halves = |index: usize| (&names[..index], &names[index + AND.len()..]);
    let same_name = |&(old, new): &(&[u8], &[u8])| old == new || below_prefixes(old, new).is_some();
    places.clone().map(halves).find(same_name).or_else(|| places.map(halves).next())
}

/// Whether a diff's two names say that it leads back, as `git diff -R` writes it.
pub(super) fn is_reversed(old: &[u8], new: &[u8]) -> bool {
    matches!((old.strip_prefix(b"b/"), new.strip_prefix(b"a/")), (Some(old), Some(new)) if old == new)
}

/// A name quoted as in C, and what follows it.
fn unquote(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut bytes = text.strip_prefix(b"\"")?.iter().copied();
    let mut name = Vec::new();
    loop {
        let byte = match bytes.next()? {
            b'"' => break,
            b'\\' => match bytes.next()? {
                b'a' => 0x07,
                b'b' => 0x08,
                b't' => b'\t',
                b'n' => b'\n',
                b'v' => 0x0b,
                b'f' => 0x0c,
                b'r' => b'\r',
                high @ b'0'..=b'3' => {
                    let mut digit = || bytes.next().filter(|byte| (b'0'..=b'7').contains(byte));
                    (high - b'0') << 6 | (digit()? - b'0') << 3 | (digit()? - b'0')
                }
                itself @ (b'"' | b'\\') => itself,
                _ => return None,
            },
            byte => byte,
        };
        name.push(byte);
    }
    let rest = &text[text.len() - bytes.len()..];
    (!name.is_empty()).then_some((name, rest))
}

/// A name as people read it: as it is, or quoted as git quotes it where it has control characters or is not UTF-8.
pub(crate) fn shown(name: &[u8]) -> String {
    match std::str::from_utf8(name) {
        Ok(text) if !text.chars().any(char::is_control) => text.to_owned(),
        _ => format!("\"{}\"", name.escape_ascii()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Option<(String, String)> {
        let text_of = |name: Vec<u8>| String::from_utf8(name).unwrap();
        git_names(text.as_bytes()).map(|(old, new)| (text_of(old), text_of(new)))
    }

    #[track_caller]
    fn check(text: &str, old: &str, new: &str) {
        assert_eq!(names(text), Some((old.to_owned(), new.to_owned())));
    }

    #[test]
    fn blanks_in_names_do_not_part_them() {
        check("a/x.py b/x.py", "a/x.py", "b/x.py");
        check("a/x b/y.py b/x b/y.py", "a/x b/y.py", "b/x b/y.py");
        check("a/ b/ b/ b/", "a/ b/", "b/ b/");
        check("x y.py x y.py", "x y.py", "x y.py");
        check("before/x y.py now/x y.py", "before/x y.py", "now/x y.py");
    }

    #[test]
    fn quoted_names_are_bytes() {
        check(r#""a/\303\244\t.py" "b/\303\244\t.py""#, "a/ä\t.py", "b/ä\t.py");
        check(r#"a/x "b/\"q\\\".py""#, "a/x", "b/\"q\\\".py");
        check(r#""a/\303\244" b/x"#, "a/ä", "b/x");
        assert_eq!(unquote(br#""a/\377""#), Some((b"a/\xff".to_vec(), &b""[..])));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in [r#""a/x"#, r#""a/\8" "b/x""#, r#""a/\40" "b/x""#, r#""a/\400""#, r#""""#, "x", ""] {
            assert_eq!(names(text), None, "{text}");
        }
        assert_eq!(header_name(b""), None);
        assert_eq!(header_name(b"\t2024-01-01"), None);
    }

    #[test]
    fn a_time_behind_a_tab_is_no_part_of_the_name() {
        assert_eq!(header_name(b"x y.py\t2024-01-01 00:00:00.0 +0100"), Some(b"x y.py".to_vec()));
        assert_eq!(header_name(b"b/x y.py\t"), Some(b"b/x y.py".to_vec()));
        assert_eq!(header_name(br#""b/\t.py""#), Some(b"b/\t.py".to_vec()));
    }

    #[test]
    fn binary_files_are_named_by_both_names() {
        let names = binary_names(b"Binary files a/x and y.py and b/x and y.py differ");
        assert_eq!(names, Some((&b"a/x and y.py"[..], &b"b/x and y.py"[..])));
        let new = binary_names(b"Binary files /dev/null and b/x.py differ");
        assert_eq!(new, Some((&b"/dev/null"[..], &b"b/x.py"[..])));
        assert_eq!(binary_names(b"Binary files matter"), None);
    }

    #[test]
    fn prefixes_are_what_differs_in_front() {
        for (old, new, expected) in [
            ("a/x.py", "b/x.py", "x.py"),
            ("c/lib/x.py", "w/lib/x.py", "lib/x.py"),
            ("old/x.py", "new/x.py", "x.py"),
            ("x.py", "x.py", "x.py"),
            ("a/x.py", "a/x.py", "a/x.py"),
            ("x.py.orig", "x.py", "x.py"),
            ("lib/x.py", "src/lib/x.py", "src/lib/x.py"),
            ("/tmp/x.py", "/home/x.py", "/home/x.py"),
        ] {
            assert_eq!(name_after(old.as_bytes(), new.as_bytes()), expected.as_bytes(), "{old} {new}");
        }
    }

    #[test]
    fn strange_names_are_shown_quoted() {
        assert_eq!(shown("ä b.py".as_bytes()), "ä b.py");
        assert_eq!(shown(b"a\nb"), r#""a\nb""#);
        assert_eq!(shown(b"\xff\x1b[1m"), r#""\xff\x1b[1m""#);
    }
}
