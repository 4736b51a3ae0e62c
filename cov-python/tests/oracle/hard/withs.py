with a: b = 1
with a: pass
with a, b:
    c = 1
with a as b, \
        c as d:
    e = 1
with (
    a as b,
    c,
    d as e.f,
):
    g = 1
with (a), (b):
    c = 1
with (a, b) as c:
    d = 1
with a(
    1
) as b:
    c = 1
with a:
    with b:
        with c:
            d = 1
with a:
    if b:
        c = 1
with a:
    if b: c = 1
with a:
    for b in c:
        d = 1
with a:
    with b: c = 1
with a: \
    b = 1
with a:
    with b:
        c = 1
    d = 1
with a:
    try:
        b = 1
    except C:
        d = 1
with a:
    while b:
        with c:
            break
with a:
    while True:
        with c:
            if d:
                break
            elif e:
                continue
for a in b:
    with c:
        d = 1
for a in b:
    with c:
        if d:
            continue
        break
for a in b:
    with c: continue
for a in b:
    with c: break


def f():
    with a:
        return 1


def g():
    with a:
        with b:
            return 1
    return 2


def h():
    with a:
        if b:
            return 1
    with a: return 1


def i():
    with a:
        raise B


def j():
    with a:
        raise B
    return 1


def k():
    while True:
        with a:
            b = 1


def m():
    with a:
        pass
    with b:
        def n(): return 1
    with c:
        class D: pass


def o():
    with a:
        with b:
            pass


def p():
    with a:
        if b:
            with c:
                d = 1
        else:
            with e:
                f = 1
    try:
        with a:
            b = 1
    finally:
        with c:
            d = 1
with a:
    match b:
        case 1:
            c = 1
with a: b = 1; c = 1
with a:  # pragma: no cover
    b = 1
with a:
    b = 1  # pragma: no cover
with a:
    b = 1
