//! Programs that parse and that Python's compiler refuses, and their neighbours that it takes.

use super::*;

fn error(text: &str) -> Option<(TextSize, String)> {
    let parsed = ruff_python_parser::parse_module(text).unwrap();
    first(parsed.syntax(), text, PythonVersion::PY313)
}

#[test]
fn what_the_compiler_refuses_is_refused() {
    for text in [
        "return",
        "class A:\n    return",
        "yield 1",
        "class A:\n    x = yield",
        "await x",
        "def f():\n    await x",
        "async with x: pass",
        "def f():\n    async for x in y: pass",
        "def f():\n    [x async for x in y]",
        "async def f():\n    yield from x",
        "async def f():\n    yield\n    return 1",
        "break",
        "for x in y:\n    pass\nelse:\n    break",
        "for x in y:\n    def f():\n        continue",
        "try:\n    pass\nexcept:\n    pass\nexcept A:\n    pass",
        "def f():\n    try:\n        pass\n    except* A:\n        return",
        "for x in y:\n    try:\n        pass\n    except* A:\n        break",
        "*x",
        "x = 1\nglobal x",
        "def f():\n    def x(): pass\n    global x",
        "def f():\n    import x.y\n    global x",
        "def f(x):\n    global x",
        "def f():\n    global x\n    nonlocal x",
        "nonlocal x",
        "def f():\n    nonlocal x",
        "x = 1\ndef f():\n    nonlocal x",
        "def f():\n    class A:\n        x = 1\n        def g():\n            nonlocal x",
        "def f():\n    global x\n    def g():\n        nonlocal x",
        "def f():\n    [x for x in y]\n    def g():\n        nonlocal x",
        "def f():\n    x = 1\n    def g():\n        x\n        nonlocal x",
        "def f():\n    from x import *",
        "x = 1\nfrom __future__ import annotations",
        "def f(a, a): pass",
        "__debug__ = 1",
        "x.__debug__ = 1",
        "x: int = *y",
        "match x:\n    case [_ | 1]:\n        pass",
        "match x:\n    case _:\n        pass\n    case 1:\n        pass",
    ] {
        assert!(error(text).is_some(), "{text}");
    }
}

#[test]
fn what_the_compiler_takes_is_taken() {
    for text in [
        "def f():\n    return",
        "lambda: (yield)",
        "async def f():\n    return [await x for x in y]",
        "def f():\n    return (x async for x in y)",
        "async def f():\n    yield\n    return",
        "for x in y:\n    if x:\n        break\nelse:\n    pass",
        "for x in y:\n    for z in x:\n        pass\n    else:\n        break",
        "try:\n    pass\nexcept* A:\n    for x in y:\n        break\n    def f():\n        return",
        "global x\nx = 1",
        "def f():\n    global x\n    x = 1\ndef g():\n    x = 1",
        "def f(x):\n    def g():\n        nonlocal x",
        "def f():\n    def g():\n        nonlocal x\n    x = 1",
        "def f():\n    import x.y as z, a.b\n    def g():\n        nonlocal z, a",
        "def f():\n    try:\n        pass\n    except A as x:\n        pass\n    def g():\n        nonlocal x",
        "def f():\n    [x := y for y in z]\n    def g():\n        nonlocal x",
        "def f():\n    match x:\n        case [a, *b, {**c}]:\n            pass\n    def g():\n        nonlocal a, b, c",
        "def f():\n    x = 1\n    def g():\n        class A:\n            nonlocal x",
        "class A:\n    def f(self):\n        nonlocal __class__",
        "def f():\n    x = 1\n    def g():\n        nonlocal x\n        def h():\n            nonlocal x",
        "'docstring'\nfrom __future__ import annotations",
        "x = *y, *z\nprint(*x)",
    ] {
        assert_eq!(error(text), None, "{text}");
    }
}

#[test]
fn the_first_error_is_told() {
    let text = "def f():\n    return\nreturn\nbreak\n";
    assert_eq!(error(text).map(|(place, _)| place), Some(TextSize::from(20)));
}

#[test]
fn depth_exhausts_nothing() {
    let text = format!("x = {}1", "-".repeat(900));
    assert_eq!(error(&text), None);
}
