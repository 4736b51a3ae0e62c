'''A docstring
of several lines.
'''
'another string'
import os, sys
from os import (
    path,
    sep,
)
global g
pass; pass
...
1
None
"text"
b"bytes"
f"{g}"
f""
x = 1
x: int
x: int = 2
(x): int = 3
x.y: int
x.y: int = 4
x[0]: int
x += 1
x = y = z = [
    1,
    2,
]
x = {
    "a": 1,
    **{},
}
x = {
    **{},
    "a": 1,
}
x = [
]
x = (
    # a comment first
    1
)
[
    x,
    y,
] = 1, 2
assert x
assert x, (
    "message"
)
assert True
assert (x,
        y)
del x
del (x, y)
del (x), [y]
del ()
del []
x if y else z
x = (yield_ := 1)
lambda: 1
lambda: (
    1
)
x = [lambda: 1, lambda:
     2]
x = [a for a in b if c]
x = [
    a
    for a in b
    if c
]
x = {a: b for a, b in c}
x = (a for a in b)
print(
    *x,
    **y
)
x = 1 + \
    2 + \
    3
x = \
    1
if x: \
    y = 1
if x \
        and y:
    z = 1
x = """one
two""" + '''three
four'''; y = 1; z = (
    2
); del z
x = 1; """not
a docstring"""
raise
raise E
