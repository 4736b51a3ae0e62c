//! Files: of the standard library, and hard cases written for the purpose.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::{assert_same_facts, differences, directory, venv};

/// How many files of the standard library are compared; `make exactness` compares them all, and many more.
const FILES: usize = 150;

/// Lists of patterns for the hard cases: what a user may configure in the place of coverage.py's defaults.
const PATTERNS: &[&[&str]] = &[
    &[],
    &["(?i)# Pragma: *NO COVER"],
    &[r"if self\.debug", "raise (?=NotImplementedError)", "^if __name__ == .__main__.:$"],
    &[r"\A(?s:.*nothing like this.*)\Z", "raise AssertionError"],
    &["(?s:# start.*?# stop)"],
    &[r"(?s)\A.*\Z"],
    &[r"^\s*@d", r"^@a\n@b", "@overload"],
    &["case _:", "else:"],
    &[r"^\s*$"],
    &["", "x"],
    &["(?x) \\# \\s pragma   # only one pattern may be so"],
    &[r#"(?P<quote>['"]{3})\n?(?P=quote)"#, r"(\w) = \1"],
    &[r"def \w+\([^)]*\):", r"\bclass\b"],
    &[r"(?<!el)if x", "finally:"],
    &["except.*\n.*raise", r"with (\w):\n\s+with"],
    &["^async ", "await", "lambda"],
    &["return\\s", "\u{e4}", "\\w\u{df}"],
];

/// Texts that are not Python, though most look like it, and some that are and do not.
const SMALL: &[&str] = &[
    "",
    "\n",
    "\n\n\n",
    "# only a comment",
    "\"\"\"Only a docstring.\"\"\"",
    "   ",
    "\\\n",
    "x = 1\\\n",
    "x = 1 # comment",
    "if x:\n\ty = 1\n\tif y:\n\t\tz = 1\nelse:\n        y = 2\n",
    "if x:\n        y = 1\n\tz = 1\n",
    "if x:\n\ty = 1\n        z = 1\n",
    "def f(:\n    pass\n",
    "x = 1\nreturn 2\n",
    "yield 1\n",
    "for x in y:\n    def f():\n        break\n",
    "continue\n",
    "class A:\n    for x in y:\n        continue\n    break\n",
    "def f():\n    x = 1\n    global x\n",
    "def f(x):\n    global x\n",
    "def f(x):\n    nonlocal x\n",
    "nonlocal x\n",
    "class A:\n    nonlocal x\n",
    "def f():\n    x = 1\n    def g():\n        nonlocal x\n",
    "print \"hello\"\n",
    "exec \"x\"\n",
    "x = 1\n    y = 2\n",
    "if x:\n        y\n    z\n",
    "match x:\n    case _:\n        pass\n    case 1:\n        pass\n",
    "match x:\n    case _ | 1:\n        pass\n",
    "match x:\n    case a | b: pass\n",
    "match x:\n    case [a, a]: pass\n",
    "match x:\n    case {**a, 'b': c}: pass\n",
    "async def f():\n    yield from x\n",
    "async def f():\n    yield\n    return 1\n",
    "def f():\n    await x\n",
    "await x\n",
    "async with x: pass\n",
    "[x async for x in y]\n",
    "def f(a, a): pass\n",
    "def f(*, **k): pass\n",
    "def f(x=1, y): pass\n",
    "lambda a, a: 1\n",
    "x = 0777\n",
    "x = 1_\n",
    "x = 1if 1else 2\n",
    "0x1for x in y\n",
    "f() = 1\n",
    "f(a=1, a=2)\n",
    "f(**a, *b)\n",
    "f(x for x in y, 1)\n",
    "del f()\n",
    "del x + 1\n",
    "with a as 1: pass\n",
    "for 1 in x: pass\n",
    "*x = 1\n",
    "*x, *y = 1\n",
    "x = *y\n",
    "x: int = *y\n",
    "(x, y): int\n",
    "None = 1\n",
    "__debug__ = 1\n",
    "def __debug__(): pass\n",
    "x.__debug__ = 1\n",
    "from __future__ import nothing\n",
    "from __future__ import braces\n",
    "x = 1\nfrom __future__ import annotations\n",
    "'docstring'\nfrom __future__ import annotations\n",
    "def f():\n    from os import *\n",
    "import a.b as c.d\n",
    "class A:\n    return 1\n",
    "x = (\n",
    "x = )\n",
    "x = (]\n",
    "x = \"\"\"\n",
    "x = 'a\n",
    "x = f\"{}\"\n",
    "x = f\"{x\"\n",
    "x = f\"}\"\n",
    "x = f\"{x!z}\"\n",
    "x = \"\\N{no such name}\"\n",
    "x = \"\\x1\"\n",
    "x = b\"\u{e4}\"\n",
    "x = 'a' b'b'\n",
    "x = $\n",
    "x = a?b\n",
    "x\u{a0}= 1\n",
    "x = \u{201c}a\u{201d}\n",
    "\u{feff}x = 1\n",
    "x = 1\u{feff}\n",
    "\u{1d4cd} = 1\n",
    "\u{fb01} = 1; fi\n",
    "x\u{301} = 1\n",
    "try:\n    pass\nexcept:\n    pass\nexcept A:\n    pass\n",
    "try:\n    pass\n",
    "try:\n    pass\nexcept A:\n    pass\nexcept* B:\n    pass\n",
    "def f():\n    try:\n        pass\n    except* A:\n        return 1\n",
    "try:\n    pass\nexcept A, B:\n    pass\n",
    "x: int = yield\n",
    "class A:\n    x = yield\n",
    "[x := 1 for x in y]\n",
    "[y for x in (z := w)]\n",
    "x := 1\n",
    "(x := 1)\n",
    "(x.y := 1)\n",
    "def f[T, T](): pass\n",
    "type X[T = int] = T\n",
    "type X = (yield)\n",
    "if x:\nelse:\n    pass\n",
    "if x: pass\n  # comment\n  else: pass\n",
    "x = 1; \n",
    "; x\n",
    "pass;;pass\n",
    "if x: if y: z\n",
    "@d\nx = 1\n",
    "@\ndef f(): pass\n",
    "x = 1\n\x1a",
    "x = 1\0\n",
    "# \0\n",
    "x = '''\0'''\n",
    "if x:\n    pass\n\x0b\n",
    "x = 1\n\x0c\ny = 2\n",
    "x = 'a\u{2028}b'; y = 1\n",
    "x = 1 \u{85} \n",
    "# a \u{2028} b\n...\n",
    "x = '''\u{1c}'''\n...  # \u{1d}\n",
    "def f():\n    ...\n    \u{3000}\n",
    "x = 1  # type: ignore\n",
    "async = 1\n",
    "print(f'{x!r:{y!s}}')\n",
    "x = 'a' f'{b}' 'c'\n",
    "x = not\n",
    "else:\n    pass\n",
    "class A(x for x in y): pass\n",
    "raise x from\n",
    "assert (x, 'message')\n",
    "x = yield = 1\n",
    "x = 1\n# coding: latin-1\n",
    "if x:\n    pass\nelif:\n    pass\n",
    "f'''{\nx\n}'''\n",
    "x = f'{a}' \\\n    f'{b}'\n",
    "with (a, b): pass\n",
    "with (a as b): pass\n",
    "with (a as b,): pass\n",
    "with (yield): pass\n",
    "match(x)\nmatch [x]\nmatch: int = 1\n",
    "case = 1\ntype = 2\n_ = 3\n",
    "global x\nx = 1\n",
    "x = 1\nglobal x\n",
    "def f():\n    print(x)\n    x: int\n    global x\n",
];

/// Files as bytes: encodings, line ends, and bytes that are no text.
const BYTES: &[(&str, &[u8])] = &[
    ("latin_1", b"# -*- coding: latin-1 -*-\nx = '\xe4\xf6'  # pragma: no cover\ny = '\xfc'\n"),
    ("latin_1_second_line", b"#!/usr/bin/python\n# vim: set fileencoding=latin-1 :\nx = '\xe4'\n"),
    ("cookie_in_third_line", b"\n\n# coding: latin-1\nx = '\xe4'\n"),
    ("cookie_behind_code", b"x = 1\n# coding: latin-1\ny = '\xe4'\n"),
    ("cookie_in_string", b"'''\n# coding: latin-1\n'''\nx = '\xe4'\n"),
    ("iso_8859_15", b"# coding=iso-8859-15\nx = '\xa4'\n"),
    ("cp1252", b"# coding: cp1252\nx = '\x80\x81\x99'\n"),
    ("cp1251", b"# coding: cp1251\n\xef\xf0 = 1\nclass \xca: pass\n"),
    ("koi8_r", b"# coding: koi8-r\n\xc1 = 1\n"),
    ("shift_jis", b"# coding: shift_jis\nx = '\x83\x5c'\ny = 1\n"),
    ("gbk", b"# coding: gbk\nx = '\xc4\xe3\xba\xc3'\n"),
    ("big5", b"# coding: big5\nx = '\xa7\x41\xa6\x6e'\n"),
    ("euc_jp", b"# coding: euc-jp\nx = '\xa4\xa2'\n"),
    ("euc_kr", b"# coding: euc-kr\nx = '\xb0\xa1'\n"),
    ("ascii", b"# coding: ascii\nx = '\xe4'\ny = 1\n"),
    ("utf_8_sig", b"\xef\xbb\xbfx = 1\ny = 2\n"),
    ("utf_8_sig_with_cookie", b"\xef\xbb\xbf# coding: utf-8\nx = 1\n"),
    ("utf_8_sig_with_other_cookie", b"\xef\xbb\xbf# coding: latin-1\nx = '\xe4'\n"),
    ("utf_16", b"\xff\xfex\0 \0=\0 \x001\0\n\0"),
    ("utf_16_be", b"\xfe\xff\0x\0 \0=\0 \x001\0\n"),
    ("unknown_cookie", b"# coding: no-such-thing\nx = 1\n"),
    ("utf8_cookie", b"# coding: utf8\nx = '\xc3\xa4'\n"),
    ("upper_cookie", b"# CODING: latin-1\nx = '\xe4'\n"),
    ("latin1_alias", b"# coding: L1\nx = '\xe4'\n"),
    ("not_utf_8", b"x = '\xff\xfe'\ny = 1\n"),
    ("not_utf_8_comment", b"x = 1  # \xff\ny = 1\n"),
    ("cut_off", b"x = 1  # \xe2\x82"),
    ("dos", b"x = 1\r\nif x:\r\n    y = '''a\r\nb'''\r\n    z = 1 + \\\r\n        2\r\n"),
    ("mac", b"x = 1\rif x:\r    y = 1  # pragma: no cover\rz = 1\r"),
    ("mixed", b"x = 1\r\ny = 2\nz = 3\rw = '''\r\r\n\n'''\n\rv = 1"),
    ("no_newline", b"if x:\n    y = 1  # pragma: no cover"),
    ("ends_in_spaces", b"if x:\n    y = 1\n    "),
    ("ends_in_backslash", b"x = 1\n\\"),
    ("form_feeds", b"x = 1\n\x0c\nif x:\n    y = 1\n\x0c\n    z = 1\n\x0cdef f(): pass\n"),
    ("form_feed_in_string", b"x = '\x0c'\ny = '''\n\x0c# pragma: no cover\n'''\n"),
    ("vertical_tab", b"x = 1\n\x0b\ny = 2\n"),
    ("control_z", b"x = 1\n\x1a\n"),
    ("null", b"x = 1\n\0\ny = 1\n"),
    ("null_in_comment", b"x = 1  # \0\ny = 1\n"),
    ("separators", b"x = 1  # \x1c\x1d\x1e \xc2\x85 \xe2\x80\xa8\n...\ny = 1\n"),
    ("nothing", b""),
    ("only_bom", b"\xef\xbb\xbf"),
];

#[test]
fn the_standard_library_has_the_same_facts() {
    let venv = venv();
    let asked = "import sysconfig; print(sysconfig.get_path('stdlib'))";
    let output = std::process::Command::new(venv.python()).args(["-c", asked]).output().unwrap();
    let mut files = Vec::new();
    add_python_files(Path::new(String::from_utf8(output.stdout).unwrap().trim()), &mut files);
    files.sort_unstable();
    assert!(files.len() > FILES, "a whole standard library: {files:?}");
    let chosen: Vec<String> = (0..FILES).map(|index| files[index * files.len() / FILES].clone()).collect();
    assert_same_facts(&venv, &chosen);
}

fn add_python_files(directory: &Path, files: &mut Vec<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("site-packages") {
            add_python_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            files.push(path.to_str().unwrap().to_owned());
        }
    }
}

#[test]
fn hard_cases_have_the_same_facts_whatever_is_configured() {
    let mut questions = Vec::new();
    let mut files: Vec<_> =
        fs::read_dir(directory().join("hard")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort_unstable();
    for path in files {
        questions.push(path.to_str().unwrap().to_owned());
        for patterns in PATTERNS {
            questions.push(json!({"path": path, "exclude": patterns}).to_string());
            // What matches does not depend on what it is for.
            if path.ends_with("exclusions.py") {
                questions.push(json!({"path": path, "partial": patterns}).to_string());
            }
        }
    }
    assert_same_facts(&venv(), &questions);
}

#[test]
fn small_texts_have_the_same_facts_or_are_refused_by_both() {
    let question =
        |(index, text): (usize, &&str)| json!({"path": format!("text {index}"), "text": text}).to_string();
    let questions: Vec<String> = SMALL.iter().enumerate().map(question).collect();
    assert_same_facts(&venv(), &questions);
}

#[test]
fn any_bytes_are_read_alike() {
    let directory = tempfile::tempdir().unwrap();
    let mut questions = Vec::new();
    for (name, bytes) in BYTES {
        let path = directory.path().join(name).with_extension("py");
        fs::write(&path, bytes).unwrap();
        questions.push(path.to_str().unwrap().to_owned());
    }
    assert_same_facts(&venv(), &questions);
}

#[test]
fn a_wrong_answer_is_noticed() {
    let question = [json!({"path": "a.py", "text": "if x:\n    y = 1\n"}).to_string()];
    let right = super::facts::answer(&question[0], "3.13".parse().unwrap());
    let expected = [right.clone()];
    assert!(differences(&question, &expected, &expected).is_empty());
    for (fact, other) in [
        ("\"statements\":[[1,2]]", "\"statements\":[[1,1]]"),
        ("[2,-1,", "[2,-2,"),
        ("was never true", "was always true"),
        ("\"exits\":[[1,2]", "\"exits\":[[1,1]"),
        ("\"regions\":[]", "\"regions\":[[1,\"function\",\"f\",[]]]"),
    ] {
        let wrong = right.replace(fact, other);
        assert_ne!(wrong, right, "{fact} is among the facts");
        assert_eq!(differences(&question, &expected, &[wrong]).len(), 1, "{fact}");
    }
    let refused = json!({"path": "a.py", "error": "not Python"}).to_string();
    assert_eq!(differences(&question, &expected, &[refused]).len(), 1);
}
