"""How long a test may take: cov-run keeps the time, and rings when it is up.

Its clock goes on while C code holds the interpreter's lock. The signal lets faulthandler write every thread's stack at
once, without that lock, and then fails the test as soon as Python runs again. A test that does not end even so is
ended by cov-run, with its worker.
"""

import faulthandler
import os
import signal
import sys
import time

import pytest
from _pytest.runner import CallInfo

_clock = time.perf_counter
_getpid = os.getpid

# Nothing else in a test suite is likely to use it, and debuggers let it pass.
RING = getattr(signal, "SIGVTALRM", None)

# cov-run hears of a test's start a little late, so its signal never comes early by more than rounding.
ROUNDING = 0.01


class Deadline:
    """The time limit of the test that runs."""

    def __init__(self, config, order):
        self.default = order["timeout"]
        self.path = order["events"] + ".stacks"
        theirs = sys.modules.get("pytest_timeout")
        self.theirs = theirs if config.pluginmanager.is_registered(theirs) else None
        self.item = None
        self.process = _getpid()
        self.ready = False

    def begin(self, item):
        """The limit of a test that starts now: (seconds, whether pytest-timeout watches it too), or None."""
        limit, shared = self.limit_of(item)
        if not limit or limit <= 0 or RING is None:
            return None
        if not self.ready:
            self.listen()
        self.limit, self.item, self.began = limit, item, _clock()
        return {"seconds": limit, "shared": shared}

    def end(self):
        self.item = None

    def limit_of(self, item):
        """The mark, else the project's own setting where pytest-timeout is there to read it, else --timeout."""
        if self.theirs is not None:
            settings = getattr(self.theirs, "_get_item_settings", None) or getattr(self.theirs, "get_params", None)
            limit = getattr(settings(item), "timeout", None) if settings else None
            if limit:
                return float(limit), True
        mark = item.get_closest_marker("timeout")
        limit = mark.kwargs.get("timeout", mark.args[0] if mark.args else None) if mark is not None else None
        return (float(limit) if limit is not None else self.default), False

    def listen(self):
        """Let the signal write stacks first, from C, and then reach Python."""
        self.ready = True
        signal.signal(RING, self.ring)
        self.stacks = open(self.path, "w+")
        faulthandler.register(RING, file=self.stacks, all_threads=True, chain=True)

    def ring(self, number, frame):
        if self.item is None or _getpid() != self.process or _clock() - self.began < self.limit - ROUNDING:
            return  # too late: the test has ended
        if not is_caught(frame):
            return  # too late: what it did is being reported
        item, self.item = self.item, None  # once
        self.stacks.seek(0)
        stacks = self.stacks.read()
        if stacks.count("hread 0x") > 1:  # with a single thread the traceback shows the same
            item.add_report_section("call", "stacks", stacks)
        pytest.fail("Timeout (>%ss)" % format(self.limit, "g"))


def is_caught(frame):
    """Whether pytest takes what is raised in this frame for the failure of a test."""
    catches = CallInfo.from_call.__func__.__code__
    while frame is not None and frame.f_code is not catches:
        frame = frame.f_back
    return frame is not None
