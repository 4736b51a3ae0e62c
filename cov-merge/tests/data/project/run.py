"""Runs the part of the project that a shard is for."""

import asyncio
import runpy
import sys

from shop import flow


def first():
    flow.choose(1)
    flow.search([1, 2], 2)
    flow.guarded(0)
    flow.matched(["go", "home"])
    flow.together([])
    list(flow.counted(2))
    asyncio.run(flow.Cart().later())


def second():
    flow.choose(2)
    flow.search([], 1)
    flow.forever(2)
    flow.guarded(5)
    flow.matched({"stop": True})
    flow.together([1])
    list(flow.counted(1))
    flow.partial(1)


def third():
    flow.choose(3)
    flow.search([None], 1)
    flow.matched("x")
    flow.matched("")
    flow.Cart().total
    runpy.run_path("shop/with space & ünï.py")


for part in sys.argv[1:]:
    {"first": first, "second": second, "third": third}[part]()
