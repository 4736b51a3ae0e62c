from __future__ import annotations
a: int
b: int = 1
if a:
    c: int
class A:
    a: int
    b: int = 1
    c: (
        int
    )
    if a:
        d: int
    for x in y:
        e: int
class B:
    a: int
class C:
    """Docstring."""
    a: int
@dataclass
class D:
    a: list[
        int
    ] = field(
        default_factory=list
    )
    b: int = 1
def f(a: int, b: list[
    int
] = None) -> None:
    c: int
    d: int = 1
    self.e: int
    self.f[g()]: int
    (h): int
    return c
def g() -> list[int]: return [1]
