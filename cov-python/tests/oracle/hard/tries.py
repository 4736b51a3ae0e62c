try:
    a = 1
except:
    b = 1
try:
    a = 1
except A:
    b = 1
except (B, C) as e:
    c = 1
except (
    D,
    E,
):
    raise
else:
    d = 1
finally:
    e = 1
try:
    a = 1
finally:
    b = 1
try:
    try:
        raise A
    finally:
        a = 1
except B:
    pass
try: a = 1
except A: b = 1
else: c = 1
finally: d = 1
try:
    a = 1
except* A:
    b = 1
except* (B, C) as e:
    c = 1
else:
    d = 1
finally:
    e = 1


def f():
    for x in y:
        try:
            if x:
                break
            elif y:
                continue
            elif z:
                return 1
            raise A
        except B:
            break
        except C:
            continue
        except D:
            return 2
        else:
            a = 1
        finally:
            b = 1
            if b:
                break
    else:
        c = 1
    return 3


def g():
    try:
        return 1
    except A:
        raise B
    finally:
        a = 1


def h():
    try:
        if x:
            raise A
    except B:
        pass
    try:
        raise A
    except B:
        raise
    else:
        a = 1
    b = 1


def i():
    while True:
        try:
            a = 1
        except A:
            return 1
        else:
            break
        finally:
            with x:
                b = 1
    try:
        return 1
    finally:
        with x:
            b = 1


def j():
    try:
        pass
    except A:
        pass
    try:
        def inner():
            raise A
    except A:
        class B:
            raise A
    finally:
        @d
        def other():
            return 1
