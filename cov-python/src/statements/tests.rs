//! Which lines have bytecode, written behind each line of small programs.

use super::*;

/// The lines of `text`, each of which ends with `# yes` if it has bytecode and with `# no` if not, must be judged so.
/// Lines without such a comment are not looked at.
fn check(version: PythonVersion, text: &str) {
    let syntax = Syntax::parse(text, version).unwrap();
    let map = LineMap::of(&syntax);
    let lines = find(&syntax, &map);
    for (line, number) in text.lines().zip(1..) {
        let expected = match line.rsplit_once('#') {
            Some((_, " yes")) => true,
            Some((_, " no")) => false,
            _ => continue,
        };
        assert_eq!(lines.contains(number), expected, "{version}, line {number}: {line}\n{text}");
    }
}

fn check_all(text: &str) {
    for version in [PythonVersion::Python311, PythonVersion::Python312, PythonVersion::Python314] {
        check(version, text);
    }
}

#[test]
fn statements_have_lines_even_if_they_do_nothing() {
    check_all(
        "pass  # yes\n...  # yes\n1  # yes\n'a'  # yes\nimport a  # yes\na.b: int  # yes\nx: int = 1  # yes\n",
    );
    check_all(
        "def f():  # yes\n    global a  # no\n    a = 1  # yes\n    del ()  # no\n    del a, ()  # yes\n",
    );
    check_all("del [], ((), [])  # no\n");
    check_all(
        "try:  # yes\n    a  # yes\nexcept A:  # yes\n    b  # yes\nelse:  # no\n    c  # yes\nfinally:  # no\n    d  # yes\n",
    );
    check_all("if a:  # yes\n    b  # yes\nelif c:  # yes\n    d  # yes\nelse:  # no\n    e  # yes\n");
}

#[test]
fn definitions_have_the_lines_of_their_decorators_and_keywords() {
    check_all("@a  # yes\n@b(  # yes\n    c\n)\ndef f(  # yes\n    x  # no\n):  # no\n    pass  # yes\n");
    check_all(
        "@a  # yes\n\n# comment\nclass C:  # yes\n    '''doc'''  # yes\n    async def f():  # yes\n        'doc'  # no\n",
    );
    check_all("'''doc\n'''  # no\n");
}

#[test]
fn a_statement_of_several_lines_has_its_first() {
    check_all("a = (  # yes\n    1,  # no\n)\nb = c \\\n    + d  # no\n'''e\n'''; f  # no\n");
}

#[test]
fn nothing_follows_a_jump() {
    check_all("def f():\n    return  # yes\n    a  # no\n");
    check_all("raise a  # yes\nb  # no\n");
    check_all("for a in b:\n    continue  # yes\n    c  # no\nelse:\n    d  # yes\ne  # yes\n");
    check_all("assert 0  # yes\na  # no\n");
    check_all("assert 1, a  # yes\nb  # yes\n");
    check_all("if a:\n    raise b\nelse:\n    raise c\nd  # no\n");
    check_all("if a:\n    raise b\nelif d:\n    raise c\ne  # yes\n");
}

#[test]
fn constant_conditions_decide() {
    check_all("if 0:  # yes\n    a  # no\nelse:\n    b  # yes\n");
    check_all("if __debug__:\n    a  # yes\nelif b:  # no\n    c  # no\n");
    check_all("if a and 0:\n    b  # no\nelif c or 1:  # yes\n    d  # yes\nelse:\n    e  # no\n");
    check_all("while 0:  # yes\n    a  # no\nelse:\n    b  # yes\n");
    check_all("while 1:\n    a  # yes\nelse:\n    b  # no\nc  # no\n");
}

#[test]
fn a_break_leaves_an_endless_loop_unless_a_finally_jumps() {
    check_all("while 1:\n    if a:\n        break\nb  # yes\n");
    check_all("while 1:\n    for a in b:\n        break\nc  # no\n");
    check_all("while 1:\n    try:\n        break\n    finally:\n        a  # yes\nb  # yes\n");
    check_all("while 1:\n    try:\n        break\n    finally:\n        raise a  # yes\nb  # no\n");
    check_all("while 1:\n    try:\n        raise a\n    finally:\n        break  # yes\nb  # yes\n");
    check_all("while 1:\n    def f():\n        for a in b: break\nc  # no\n");
}

#[test]
fn exceptions_may_come_from_anywhere() {
    check_all("try:\n    pass\nexcept A:  # yes\n    b  # yes\n");
    check_all("try:\n    raise a\nexcept A:\n    b  # yes\nelse:\n    c  # no\nd  # yes\n");
    check_all("try:\n    raise a\nexcept A:\n    raise b\nc  # no\n");
    check_all("try:\n    raise a\nfinally:\n    b  # yes\nc  # no\n");
    check_all("try:\n    a\nfinally:\n    raise b\nc  # no\n");
    check_all("with a:\n    raise b\n    c  # no\nd  # yes\n");
    check_all("try:\n    raise a\nexcept* A:\n    raise b\nc  # yes\n");
}

#[test]
fn the_last_case_may_leave_nothing_over() {
    check_all(
        "match a:\n    case 1:  # yes\n        raise b\n    case _:  # yes\n        raise c\nd  # no\n",
    );
    check_all("match a:\n    case 1:\n        raise b\nd  # yes\n");
    check_all("match a:\n    case b:\n        raise b\nd  # no\n");
    check_all("match a:\n    case 1 | _:\n        raise b\nd  # no\n");
    check_all("match a:\n    case _ if b:\n        raise b\nd  # yes\n");
    check_all("match a:\n    case 1 if 0:  # yes\n        b  # no\nd  # yes\n");
    check_all("match a:\n    case _ if 1:\n        b  # yes\n    case 2:  # no\n        c  # no\n");
}

#[test]
fn annotations_of_locals_are_never_executed() {
    check_all(
        "def f(a):\n    b: int  # no\n    (c): int  # no\n    a.d: int  # yes\n    a[1]: int  # yes\n    e: int = 1  # yes\n",
    );
    check_all("x: int  # yes\n(y): int  # yes\n");
    check_all(
        "from __future__ import annotations\nx: int  # yes\n(y): int  # no\nclass C:\n    z: int  # yes\n",
    );
}

#[test]
fn annotations_of_classes_are_executed_until_3_13_or_under_a_condition() {
    let text = "class C:\n    a: int  # yes\n    if b:\n        c: int  # yes\n    def f(): d: int  # yes\n    e: int  # yes\n";
    check(PythonVersion::Python311, text);
    check(PythonVersion::Python312, text);
    check(
        PythonVersion::Python314,
        "class C:\n    a: int  # no\n    if b:\n        c: int  # yes\n    e: int  # no\n",
    );
}

#[test]
fn functions_called_annotate_are_passed_over() {
    check_all(
        "def __annotate__():  # yes\n    a  # no\n    def f():  # yes\n        b  # yes\n    x = lambda: 0  # yes\n    c  # no\n",
    );
}

#[test]
fn code_in_dead_code_is_kept_by_3_11() {
    let text = |no: &str| {
        format!(
            "a = 1\nif 0:\n    b  # no\n    @c  # {no}\n    def f():  # no\n        d  # {no}\n        return\n        e  # no\n    x = [a for a in b]  # {no}\ng = 2\n"
        )
    };
    check(PythonVersion::Python311, &text("yes"));
    check(PythonVersion::Python312, &text("no"));
}

#[test]
fn constant_defaults_and_annotations_keep_dead_code_in_3_11() {
    for (head, kept) in [
        ("def f(x=1): a", "yes"),
        ("def f(x=[]): a", "no"),
        ("def f(x=1, y=[]): a", "no"),
        ("def f(*, x=1): a", "no"),
        ("def f() -> None: a", "yes"),
        ("def f(x: int): a", "no"),
        ("def f(x: 'int'): a", "yes"),
        ("from __future__ import annotations\ndef f(x: int): a", "yes"),
        ("h = lambda x=1: a", "yes"),
        ("t = (1,)\ndef f(x=1): a", "no"),
        ("def f(x=1): a\nt = (1,)", "no"),
        ("class C:\n    def f(x=1): a", "no"),
    ] {
        let marked = head.replace('\n', "  # yes\n");
        let text = format!("{marked}  # yes\nwhile True: pass  # yes\ndef g():  # {kept}\n    b  # {kept}\n");
        check(PythonVersion::Python311, &text);
    }
}

#[test]
fn dead_code_behind_the_last_constant_is_dropped_by_3_11_too() {
    for (text, version) in [
        (
            "def f():\n    try:\n        a\n    except:\n        return\n        def g(x, y=0):  # no\n            b  # no\n    finally:\n        c\n    return\n",
            PythonVersion::Python311,
        ),
        ("def f():\n    return a\n    def g():\n        b  # no\n", PythonVersion::Python311),
        (
            "def f():\n    if a: return b(c=1)\n    raise d\n    x = lambda: 0  # no\n",
            PythonVersion::Python311,
        ),
        ("if 0:\n    def f():  # no\n        a\nraise b\n", PythonVersion::Python311),
        ("if 0:\n    def f():  # yes\n        a  # yes\n'new'\nb\n", PythonVersion::Python311),
        (
            "def f():\n    if a:\n        return 1\n        g = lambda: 0  # no\n    return 1\n",
            PythonVersion::Python311,
        ),
        (
            "def f():\n    if a:\n        return 1\n        g = lambda: 0  # yes\n    return 2\n",
            PythonVersion::Python311,
        ),
        (
            "def f():\n    if a:\n        return b(c=1)\n        g = lambda: 0  # no\n    return b(c=1)\n",
            PythonVersion::Python311,
        ),
    ] {
        check(version, text);
    }
}
