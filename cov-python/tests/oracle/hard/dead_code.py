def after_return():
    return 1
    x = 2
    def inner():
        y = 4
    class A:
        z = 6
    lambda: 7
    [a for a in b]


def after_raise():
    raise E
    if x:
        y = 1
    else:
        z = 1
    for a in b:
        c = 1
    try:
        d = 1
    finally:
        pass


def both_arms(x):
    if x:
        return 1
    else:
        return 2
    return 3


def one_arm(x):
    if x:
        return 1
    elif x:
        raise E
    return 3


def constants():
    if 0:
        a = 1
    if 1:
        b = 1
    else:
        c = 1
    if True and x:
        d = 1
    else:
        e = 1
    if 0 and x:
        f = 1
    else:
        g = 1
    if x and 0:
        h = 1
    if x or 1:
        i = 1
    else:
        j = 1
    if not 0:
        k = 1
    else:
        m = 1
    if __debug__:
        n = 1
    else:
        o = 1
    if not __debug__:
        p = 1
    if ():
        q = 1
    if (1, 2):
        r = 1
    else:
        s = 1
    if "":
        t = 1
    if 1 - 1:
        u = 1
    if -1:
        v = 1
    if None:
        w = 1
    if ...:
        y = 1
    else:
        z = 1
    if 1 == 1:
        a = 1
    else:
        b = 1
    if 0 if x else 1:
        c = 1
    if (x or 1) and 0:
        d = 1
    if not (x and 0):
        e = 1
    else:
        f = 1
    if "a" "b":
        g = 1
    else:
        h = 1
    if f"":
        i = 1
    if [] or {}:
        j = 1
    if 1 if 1 else x:
        k = 1
    else:
        m = 1
    if "abc"[0]:
        n = 1
    else:
        o = 1
    if 2 ** 3:
        p = 1
    else:
        q = 1
    if 0.0 or 0j or b"":
        r = 1
    if (y := 0):
        s = 1
    if lambda: 0:
        t = 1
    else:
        u = 1


def endless():
    while True:
        x = 1
    y = 1


def endless_with_break():
    while 1:
        if x:
            break
    y = 1


def endless_with_else():
    while True:
        if x:
            break
    else:
        y = 1
    z = 1


def never():
    while 0:
        x = 1
    else:
        y = 1
    while False:
        def f():
            return 1
    while not 1:
        [a for a in b]
    z = 1


def nested_endless():
    while True:
        while True:
            break
        continue
        x = 1
    y = 1


def break_in_finally():
    while True:
        try:
            break
        finally:
            return 1
    y = 1


def break_through_finally():
    while True:
        try:
            break
        finally:
            x = 1
    y = 1


def after_break():
    for x in y:
        break
        z = 1
    else:
        a = 1
    for x in y:
        continue
        z = 1
    return 2


def tries():
    try:
        return 1
    except E:
        return 2
    x = 1


def try_else():
    try:
        return 1
    except E:
        pass
    else:
        x = 1
    y = 1


def try_finally():
    try:
        return 1
    finally:
        x = 1
    y = 1


def finally_returns():
    try:
        x = 1
    finally:
        return 2
    y = 1


def with_returns():
    with x:
        return 1
    y = 1


def for_returns():
    for x in y:
        return 1
    return 2


def for_else_returns():
    for x in y:
        pass
    else:
        return 1
    z = 1


def matches(x):
    match x:
        case 1:
            return 1
        case _:
            return 2
    y = 1


def matches_guard(x):
    match x:
        case 1 if 0:
            return 1
        case _ if 1:
            return 2
        case a if x:
            return 3
    y = 1


def asserts():
    assert 0
    x = 1


def asserts_in_if(x):
    if x:
        assert False, "message"
        y = 1
    else:
        assert None
    z = 1


if 0:
    class A:
        x: int
        def f(self):
            return 1
    import a
elif 0:
    b = 1
else:
    c = 1
if 1:
    d = 1
elif x:
    e = 1
else:
    f = 1
while 1:
    break
else:
    g = 1
while 1:
    def h():
        yield 1
    async def i():
        await 1
j = 1
