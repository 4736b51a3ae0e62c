"""Measures branches with sys.monitoring on Python 3.12 and 3.13, where coverage.py has only its tracer for them.

It takes the place of coverage.py's tracer within coverage.py, whose collector, configuration and data stay as they are.
What it tells is what coverage.py's own monitor tells on Python 3.14: for a line that ran, an arc from the line to itself,
which the analysis takes for the line's way on if it has only one; for a branch, the arc to the line it led to; for a
return, the arc that leaves. There the two ways of a branch are two events, which can be switched off one by one. Here
they are one, which is switched off when both ways were seen.
"""

import bisect
import contextlib
import dis
import functools
import sys
import threading

monitoring = getattr(sys, "monitoring", None)

_CACHE, _EXTENDED_ARG = dis.opmap.get("CACHE", -1), dis.opmap["EXTENDED_ARG"]
_RETURNS = {dis.opmap.get(name) for name in ("RETURN_VALUE", "RETURN_CONST", "RETURN_GENERATOR")}
_BACKWARD = {dis.opmap.get(name) for name in ("JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT")}
_ALWAYS = _BACKWARD | {dis.opmap.get(name) for name in ("JUMP_FORWARD", "SEND")}
_BRANCHES = (set(dis.hasjrel) | set(dis.hasjabs)) - _ALWAYS
_ENDS = {dis.opmap.get(name) for name in ("RERAISE", "RAISE_VARARGS")}
_ANEXT, _SEND, _ASYNC_END = (dis.opmap.get(name) for name in ("GET_ANEXT", "SEND", "END_ASYNC_FOR"))
_COROUTINE = 0x80 | 0x200  # flags of a code object: a coroutine, an asynchronous generator


class Ways:
    """The ways through a code object, from one instruction to the line that comes next. Offsets are in bytes."""

    def __init__(self, code):
        self.bytes = code.co_code
        self.exit = -code.co_firstlineno
        self.starts = []
        self.lines = []
        for start, _, line in code.co_lines():
            self.starts.append(start)
            self.lines.append(line)

    def line(self, offset):
        """The line of an instruction, None if it has none."""
        return self.lines[bisect.bisect_right(self.starts, offset) - 1]

    def instruction(self, offset):
        """The instruction there: (operation, its target if it jumps, offset of what follows it)."""
        argument = 0
        while self.bytes[offset] == _EXTENDED_ARG:
            argument = (argument | self.bytes[offset + 1]) << 8
            offset += 2
        operation = self.bytes[offset]
        argument |= self.bytes[offset + 1]
        offset += 2
        while offset < len(self.bytes) and self.bytes[offset] == _CACHE:
            offset += 2
        return operation, offset - 2 * argument if operation in _BACKWARD else offset + 2 * argument, offset

    def arc(self, source, destination):
        """The arc from the line of `source` to the line that runs when control goes to `destination`.

        None if it stays on the line up to a further branch, which tells its own ways, or to an exception.
        """
        line = self.line(source)
        seen = set()
        while line is not None and destination < len(self.bytes) and destination not in seen:
            seen.add(destination)
            there = self.line(destination)
            if there is not None and there != line:
                return line, there
            operation, target, following = self.instruction(destination)
            if operation in _RETURNS:
                return line, self.exit
            if operation in _ENDS or operation in _BRANCHES:
                return None
            destination = target if operation in _ALWAYS else following
        return None

    def asynchronous_loops(self):
        """The arcs of `async for`, for which there is no event, by the offset of the instruction that proves each."""
        arcs = {}
        offset = 0
        loop = None
        while offset < len(self.bytes):
            operation, target, following = self.instruction(offset)
            if operation == _ASYNC_END:
                arcs[offset] = self.arc(offset, following)
            elif operation == _ANEXT:
                loop = offset
            elif operation == _SEND and loop is not None:
                _, _, entry = self.instruction(target)
                arcs[entry] = self.arc(loop, entry)
                loop = None
            offset = following
        return {offset: arc for offset, arc in arcs.items() if arc is not None}


class Code:
    """What is known of a code object that is measured."""

    def __init__(self, code, arcs):
        self.code = code  # kept alive, since it is known by its id
        self.arcs = arcs
        self.last = None  # the line that ran last, of those that ran for the first time
        self.loops = None

    @functools.cached_property
    def ways(self):
        return Ways(self.code)


class BranchMonitor:
    """A tracer for coverage.py's collector, which sets the attributes that are not set here."""

    def __init__(self):
        self.data = None
        self.trace_arcs = True
        self.should_trace = self.should_trace_cache = None
        self.lock_data = self.unlock_data = self.warn = None
        self.codes = {}  # id of a code object -> Code, None if it is not measured
        self.ways = {}  # (id of a code object, offset of a branch) -> the way that was seen
        self.kept = []
        self.lock = threading.Lock()
        self.tool = None
        self.active = False

    # What coverage.py's collector calls

    def start(self):
        """Begin. What was seen before is not looked at again: it is in the data, here or of the process before."""
        events = monitoring.events
        with self.lock:
            self.tool = free_tool()
            monitoring.use_tool_id(self.tool, "cov-run")
            for event, callback in (
                (events.PY_START, self.on_start),
                (events.LINE, self.on_line),
                (events.PY_RETURN, self.on_return),
                (events.BRANCH, self.on_branch),
                (events.INSTRUCTION, self.on_instruction),
            ):
                monitoring.register_callback(self.tool, event, callback)
            monitoring.set_events(self.tool, events.PY_START)

    def stop(self):
        """Stop; `start` goes on."""
        events = monitoring.events
        with self.lock:
            if self.tool is None:
                return
            monitoring.set_events(self.tool, 0)
            for event in (events.PY_START, events.LINE, events.PY_RETURN, events.BRANCH, events.INSTRUCTION):
                monitoring.register_callback(self.tool, event, None)
            monitoring.free_tool_id(self.tool)
            self.tool = None

    def post_fork(self):
        self.stop()

    def activity(self):
        return self.active

    def reset_activity(self):
        self.active = False

    def get_stats(self):
        return None

    # What Python calls

    def on_start(self, code, offset):
        """A function is entered for the first time: see whether it is to be measured."""
        self.active = True
        if id(code) not in self.codes and code.co_name != "__annotate__":
            known = self.codes[id(code)] = self.adopt(code)
            if known is None:
                self.kept.append(code)
        known = self.codes.get(id(code))
        if known is not None:
            events = monitoring.events
            wanted = events.LINE | events.PY_RETURN | events.BRANCH
            if known.loops:
                wanted |= events.INSTRUCTION
            with self.lock:
                if self.tool is not None:
                    monitoring.set_local_events(self.tool, code, wanted)
        return monitoring.DISABLE

    def adopt(self, code):
        name = code.co_filename
        disposition = self.should_trace_cache.get(name)
        if disposition is None:
            disposition = self.should_trace(name, sys._getframe(2))
            self.should_trace_cache[name] = disposition
        if not disposition.trace:
            return None
        self.lock_data()
        try:
            arcs = self.data.setdefault(disposition.source_filename, set())
        finally:
            self.unlock_data()
        known = Code(code, arcs)
        if code.co_flags & _COROUTINE:
            known.loops = known.ways.asynchronous_loops()
        return known

    def on_line(self, code, line):
        """A place where a line begins is reached for the first time."""
        known = self.codes.get(id(code))
        if known is None:
            return monitoring.DISABLE
        known.arcs.add((line, line))
        last = known.last
        if last is not None and last != line:
            # What leads on without a branch, such as the end of a `finally`, has no event but this.
            known.arcs.add((last, line))
        known.last = line
        return monitoring.DISABLE

    def on_return(self, code, offset, value):
        known = self.codes.get(id(code))
        if known is not None:
            line = known.ways.line(offset)
            if line is not None:
                known.arcs.add((line, -code.co_firstlineno))
            known.last = None  # what follows is another call
        return monitoring.DISABLE

    def on_branch(self, code, offset, destination):
        place = (id(code), offset)
        way = self.ways.get(place)
        if way == destination:
            return None
        known = self.codes.get(place[0])
        if known is None:
            return monitoring.DISABLE
        arc = known.ways.arc(offset, destination)
        if arc is not None:
            known.arcs.add(arc)
        if way is None:
            self.ways[place] = destination
            return None
        return monitoring.DISABLE

    def on_instruction(self, code, offset):
        known = self.codes.get(id(code))
        arc = known.loops.get(offset) if known is not None and known.loops else None
        if arc is not None:
            known.arcs.add(arc)
        return monitoring.DISABLE


def free_tool():
    """coverage.py's number if it is free, else the next."""
    for tool in range(monitoring.COVERAGE_ID, 6):
        if monitoring.get_tool(tool) is None:
            return tool
    raise RuntimeError("no number is left for a tool of sys.monitoring")


@contextlib.contextmanager
def taking_the_place_of_the_tracer():
    """Let a measurement that coverage.py starts meanwhile use this monitor."""
    from coverage import control, disposition

    original = control.Core

    def core(**arguments):
        core = original(**arguments)
        core.tracer_class = BranchMonitor
        core.tracer_kwargs = {}
        core.file_disposition_class = disposition.FileDisposition
        core.supports_plugins = core.supports_dynamic_contexts = core.packed_arcs = core.systrace = False
        return core

    control.Core = core
    try:
        yield
    finally:
        control.Core = original


def why_not(coverage, unless_configured):
    """Why what this object of coverage.py measures cannot be measured this way; None if it can.

    With `unless_configured` a core that the project's configuration names is a reason too.
    """
    config = coverage.config
    if monitoring is None or not hasattr(monitoring.events, "BRANCH") or hasattr(monitoring.events, "BRANCH_LEFT"):
        return "it is for Python 3.12 and 3.13"
    if not config.branch:
        return "coverage.py has its own for lines"
    if not hasattr(sys.modules["coverage.control"], "Core"):
        return "coverage.py is older than 7.9"
    if unless_configured and getattr(config, "core", None):
        return "the configuration names a core"
    if config.timid:
        return "timid is set"
    if config.dynamic_context:
        return "a dynamic context is set"
    if config.plugins:
        return "plugins of coverage.py are configured"
    others = set(config.concurrency) - {"thread", "multiprocessing"}
    if others:
        return "concurrency is %s" % ", ".join(sorted(others))
    return None
