match x:
    case 1:
        a = 1
    case 2 | 3:
        a = 1
    case (
        4
        | 5
    ):
        a = 1
    case [1, *rest]:
        a = 1
    case {"k": v, **others}:
        a = 1
    case str():
        a = 1
    case Point(x=0, y=[a, b]):
        a = 1
    case str(a) as b if (
        b
        and a
    ):
        a = 1
    case _:
        a = 1
match x:
    case 1: a = 1
    case _: a = 2
match x:
    case a:
        pass
match x:
    case 1 | _:
        pass
match x:
    case (_):
        pass
match x:
    case (1 | _) as y:
        pass
match (
    x,
    y
):
    case [
        a,
        b
    ]:
        pass
    case _ if x:
        pass
match x, y:
    case a, b:
        pass
match *x, y:
    case -1, 1 + 2j:
        pass
match x:
    case None | True | False:
        raise E
    case a.b.c:
        pass
    case "one" "two":
        pass
match = 1
match.x
match[0]
case = match
match (x)
match -x
match (x), y
type = 1
_ = type
for x in y:
    match x:
        case 1:
            continue
        case 2:
            break
        case _:
            pass


def f(x):
    match x:
        case 1:
            return 1
        case 2:  # pragma: no cover
            return 2
        case _:
            raise E  # pragma: no cover


def g(x):
    match x:
        case 1:
            return 1
        case _:
            # pragma: no cover
            raise E
    match x:
        case 1:
            pass
        case _: raise E  # pragma: no cover
    match x:
        case 1:
            pass
        case _:
            raise E  # pragma: no cover
            return 1
    match x:
        case (
            _
        ):
            raise E  # pragma: no cover
    match x:
        case _:
            if x:  # pragma: no cover
                y = 1
            z = 1  # pragma: no cover
    match x:
        case 1:
            ...
        case _:
            ...
for x in y:
    match x:
        case 1:
            pass
        case _:
            c(); break  # pragma: no cover
            x = {
                y: y
            }
def h(x):
    match x:
        case int() as a:
            pass
        case (a):
            return (
                1,
            )  # pragma: no cover
    match x:
        case (1 | _) as a:
            raise E  # pragma: no cover
