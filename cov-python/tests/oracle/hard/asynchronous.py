async def f():
    async with a:
        b = 1
    async with a as b, c as d:
        return 1
    async for x in y:
        z = 1
    else:
        z = 2
    async for x in y:
        if x:
            break
        continue
    await a
    return await (
        b
    )


async def g():
    yield 1
    x = [a async for a in b]
    y = {
        a: await b
        async for a in b
        if a
    }
    async with (
        a as b,
        c as d,
    ):
        e = 1


async def h(): pass


class A:
    @d
    async def f(self):
        async def g():
            await a
        return g

    async def __aenter__(self): return self
async def i():
    try:
        await a
    except* A:
        b = 1
    async with a:  # pragma: no cover
        b = 1
    async for x in y:  # pragma: no branch
        z = 1
async def j():  # pragma: no cover
    pass
async def k(): ...
async def m(
    x,
): ...
