# pragma: no cover
a = 1  # pragma: no cover
b = 1  # pragma:no cover
c = 1  # PRAGMA NO COVER
d = 1  # Pragma: no cover
e = 1  #pragma: no cover because
f = 1  # pragma nocover
g = 1  # something # pragma: no cover
h = "# pragma: no cover"

if x:  # pragma: no cover
    a = 1

    # comment
    b = 1
elif y:
    c = 1
else:
    d = 1

if x:
    a = 1
elif y:  # pragma: no cover
    b = 1
else:  # pragma: no cover
    c = 1

if x:
    a = 1
# pragma: no cover
else:
    b = 1

if x:
    # pragma: no cover
    a = 1
    b = 1

for x in y:  # pragma: no cover
    a = 1
else:
    b = 1

try:  # pragma: no cover
    a = 1
except A:
    b = 1
except B:  # pragma: no cover
    c = 1
else:  # pragma: no cover
    d = 1
finally:  # pragma: no cover
    e = 1

with x:  # pragma: no cover
    a = 1

class A:  # pragma: no cover
    def f(self):
        pass

    x = 1

def f():  # pragma: no cover
    """Docstring."""
    if x:
        return 1

    return 2

def f(
    a,
    b,  # pragma: no cover
):
    return a

def f(a):
    return (  # pragma: no cover
        a
    )

def f(a):
    return (
        a  # pragma: no cover
    )

x = [
    1,  # pragma: no cover
    2,
]
x = lambda: 1  # pragma: no cover
x = lambda: (  # pragma: no cover
    1
)
x: int = 1  # pragma: no cover
x = {1: 2}  # pragma: no cover
x = y[1:2]  # pragma: no cover
y = 1

if (  # pragma: no cover
    x
):
    y = 1

if (
    x
):  # pragma: no cover
    y = 1

if (
    x  # pragma: no cover
    and y
): z = 1
else: z = 2

if x: y = 1  # pragma: no cover
else: y = 2
z = 1

def f(): ...
def f(x): ...  # comment
class A: ...
class A:
    ...
def f():
    ...

...

# a comment

def f(
    x,
) -> int: ...
async def f() -> int: ...
def f() -> dict[str, int]: ...
def f(x: int = ...): return x
def f():
    "docstring"
    ...
if x: ...
else: ...
x = ...

if TYPE_CHECKING:
    import a
else:
    import b
if typing.TYPE_CHECKING:
    import a
if not TYPE_CHECKING:
    import a
if t.TYPE_CHECKING:
    import a

def f():
    if TYPE_CHECKING:
        import a
    elif x:
        import b

while True:
    if x: break
while True:  # comment
    pass
if 1: a = 1
if False:
    a = 1
match x:
    case 1:  # pragma: no cover
        a = 1
    case _:
        a = 1
match x:  # pragma: no cover
    case 1:
        a = 1

def f():
    while x:
        # start
        a = 1
        b = 1
        # stop
        if x:
            raise NotImplementedError
    assert_never(x)

@overload
def f(): ...
@overload
def f(x): pass

def f(self):
    if self.debug:
        print(1)
    raise AssertionError


def __repr__(self):
    return ''
if __name__ == '__main__':
    f()
