# coding: utf-8
"""Something of everything."""
import os
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from a import b
else:
    b = None


@overload
def f(x: int) -> int: ...


@os.a(
    1,
)
async def f(x, y=lambda: 1, *z, **w):
    """A function."""
    global g
    async with a as b, c(
        d
    ) as e:
        async for i in j:
            if i:
                continue
            elif b and 1:
                break
            await i
        else:
            return [k for k in i if k]
    raise E from None


class C[T](B, metaclass=M):
    x: int
    y: str = "é"

    def m(self):  # pragma: no cover
        while True:
            try:
                with self: return 1
            except* (A, B) as e:
                x = {**{1: 2}, 'a': f"{e!r:>{w}} {x
                    + y}"}
            else:
                assert x, """
                text"""
            finally:
                del x; pass

    def n(self):
        match self:
            case {"a": [1, *_], **r} if r:
                yield 1
            case C(x=1 as y) | D(y):
                yield y
            case -1 | 1 + 2j | None | "s":
                nonlocal_ = \
                    2
            case _:
                ...
        if not 0: return
        for z in []: break


type A[T] = list[T]
if 0:
    dead = 1
