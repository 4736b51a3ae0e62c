@a
def f():
    '''Docstring.'''


@a
@b(
    1,
    2,
)
# a comment
@c

def g(
    x,
    y=1,
):
    """Docstring
    of lines.
    """
    return x


@a(
    lambda: 1
)
class A(
    B,
    metaclass=C,
):
    """Docstring."""

    x = 1
    y: int
    z: int = 1

    @property
    def f(self): return 1

    @f.setter
    def f(self, x):
        self.y: int = 1
        self.z: int

    class D:
        class E:
            def g(self):
                def h():
                    return 1
                return h

            def i(self): pass

    if x:
        def j(self):
            pass
    else:
        def j(self):
            pass


class F:
    pass


class G: """Docstring."""


class H:
    """Docstring.""" """more"""


class I:
    b"no docstring"


class J:
    f"no docstring"


class K:
    ("docstring"
     "of parts")


class L:
    """Docstring."""; x = 1


def h():
    def i():
        def j():
            pass
        class M:
            def k(self):
                pass
        return j
    @a
    def m():
        nonlocal_ = 1
    @a
    class N:
        pass
    x: int
    y: int = 1
    (z): int
    global gg
    return i


def n(): 1


def o():
    "docstring"
    "no docstring"


def p():
    r"""docstring
    """


def q():
    u"docstring"
    x: int


def r():
    x: int


def s():
    global ggg


def t():
    "docstring"
    def u():
        nonlocal v
    v = 1


def w(): (yield)


@a
async def x():
    pass
@a  # pragma: no cover
def y():
    pass


@a
@b  # pragma: no cover
class Z:
    x = 1

    def f(self):
        pass


@a
def aa(  # pragma: no cover
    x,
):
    return x


@a
def bb(
    x,  # pragma: no cover
):
    return x


@a
def cc(
    x,
):  # pragma: no cover
    return x


@a(
    # pragma: no cover
)
def dd():
    return 1


class ÄÖ:
    def ß(self):
        '''Döcstring'''
        return "→"

    def 变量(self): return self.ß
