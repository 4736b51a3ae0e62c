"""Measures branches with sys.monitoring on Python 3.12 and 3.13, where coverage.py has only its tracer for them.

It takes the place of coverage.py's tracer within coverage.py, whose collector, configuration and data stay as they are.
What it tells is what coverage.py's own monitor tells on Python 3.14: for a line that ran, an arc from the line to itself,
which the analysis takes for the line's way on if it has only one; for a branch, the arc to the line it led to; for a
return, the arc that leaves. There the two ways of a branch are two events, which can be switched off one by one. Here
they are one, which is switched off when both ways were seen.
"""

import contextlib
import sys
import threading

from .landmarks import Landmarks
from .ways import Ways

monitoring = getattr(sys, "monitoring", None)
_getframe = sys._getframe  # bound once: a test may take it away


class Code:
    """What is known of a code object that is measured."""

    def __init__(self, code, arcs):
        self.arcs = arcs
        self.ways = Ways(code)  # which keeps it alive, since it is known by its id
        self.proofs = self.ways.proofs([each.co_firstlineno for each in code.co_consts if hasattr(each, "co_code")])
        self.landmarks = None
        self.awaited = {}  # line whose event tells of an arc -> that arc

    def is_settled(self, offset, destination):
        """Whether a branch that goes this way again has nothing more to tell by its own event."""
        if self.landmarks is None:  # code that runs once never comes here
            self.landmarks = Landmarks(self.ways)
        arc = self.ways.arc(self.ways.line(offset), destination)
        others = self.landmarks.what_tells_of_the_rest(offset, arc)
        if others is None:
            return False
        self.awaited.update((other[1], other) for other in others)
        return True


class BranchMonitor:
    """A tracer for coverage.py's collector, which sets the attributes that are not set here."""

    def __init__(self):
        self.data = None
        self.trace_arcs = True
        self.should_trace = self.should_trace_cache = None
        self.lock_data = self.unlock_data = self.warn = None
        self.codes = {}  # id of a code object -> Code
        self.left_out = {}  # id of a code object that is not measured -> itself, for the id to stay its own
        self.ways = {}  # (id of a code object, offset of a branch) -> the way that was seen, ~way if once only
        self.lock = threading.Lock()
        self.tool = None
        self.active = self.began = False

    # What coverage.py's collector calls

    def start(self):
        """Begin, or go on after `stop`: then what was seen before is in the data, and is not looked at again."""
        with self.lock:
            self.tool = free_tool()
            monitoring.use_tool_id(self.tool, "cov-run")
            for event, callback in self.callbacks().items():
                monitoring.register_callback(self.tool, event, callback)
            monitoring.set_events(self.tool, monitoring.events.PY_START | monitoring.events.PY_UNWIND)
            if not self.began:
                self.began = True
                monitoring.restart_events()  # what a monitor before a fork has switched off

    def stop(self):
        """Stop; `start` goes on."""
        with self.lock:
            if self.tool is None:
                return
            monitoring.set_events(self.tool, 0)
            for event in self.callbacks():
                monitoring.register_callback(self.tool, event, None)
            monitoring.free_tool_id(self.tool)
            self.tool = None

    def callbacks(self):
        events = monitoring.events
        return {
            events.PY_START: self.on_start,
            events.LINE: self.on_line,
            events.BRANCH: self.on_branch,
            events.INSTRUCTION: self.on_instruction,
            events.PY_RETURN: self.on_return,
            events.PY_UNWIND: self.on_unwind,
        }

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
        known = self.codes.get(id(code))
        if known is None and id(code) not in self.left_out:
            known = self.adopt(code)
            if known is not None:
                self.codes[id(code)] = known
            else:
                self.left_out[id(code)] = code
        if known is not None:
            events = monitoring.events
            wanted = events.LINE | events.PY_RETURN | events.BRANCH
            if known.proofs:
                wanted |= events.INSTRUCTION
            with self.lock:
                if self.tool is not None:
                    monitoring.set_local_events(self.tool, code, wanted)
        return monitoring.DISABLE

    def adopt(self, code):
        found = disposition(self, code, _getframe(2))
        if not found.trace:
            return None
        self.lock_data()
        try:
            arcs = self.data.setdefault(found.source_filename, set())
        finally:
            self.unlock_data()
        return Code(code, arcs)

    def on_line(self, code, line):
        known = self.codes.get(id(code))
        if known is not None:
            known.arcs.add((line, line))
            for arc in (known.ways.onward.get(line), known.awaited.get(line)):
                if arc is not None:
                    known.arcs.add(arc)
        return monitoring.DISABLE

    def on_return(self, code, offset, value):
        known = self.codes.get(id(code))
        if known is not None:
            line = known.ways.line(offset)
            if line is not None:
                known.arcs.add((line, -code.co_firstlineno))
        return monitoring.DISABLE

    def on_unwind(self, code, offset, error):
        """An exception leaves a function: to the tracer a return like others. This event cannot be switched off."""
        known = self.codes.get(id(code))
        if known is not None:
            # What leaves a generator has come through a handler that stands on no line.
            line = known.ways.line(offset) or _getframe(1).f_lineno
            if line is not None:
                known.arcs.add((line, -code.co_firstlineno))

    def on_branch(self, code, offset, destination):
        place = (id(code), offset)
        way = self.ways.get(place)
        if way == destination:
            return None
        known = self.codes.get(place[0])
        if known is None:
            return monitoring.DISABLE
        if way == ~destination:  # the second time
            if known.is_settled(offset, destination):
                return monitoring.DISABLE
            self.ways[place] = destination
            return None
        arc = known.ways.arc(known.ways.line(offset), destination)
        if arc is not None:
            known.arcs.add(arc)
        if way is None:
            self.ways[place] = ~destination
            return None
        return monitoring.DISABLE

    def on_instruction(self, code, offset):
        known = self.codes.get(id(code))
        arc = known.proofs.get(offset) if known is not None else None
        if arc is not None:
            known.arcs.add(arc)
        return monitoring.DISABLE


def disposition(collector, code, frame):
    """What coverage.py says of the file of `code`, which runs in `frame`: whether to measure it, and its name."""
    name = code.co_filename
    known = collector.should_trace_cache.get(name)
    if known is None:
        known = collector.should_trace_cache[name] = collector.should_trace(name, frame)
    return known


def free_tool():
    """coverage.py's number if it is free, else the next."""
    for tool in range(monitoring.COVERAGE_ID, 6):
        if monitoring.get_tool(tool) is None:
            return tool
    raise RuntimeError("no number is left for a tool of sys.monitoring")


def looks_once(collector):
    """Whether a collector that has started sees each line only the first time."""
    return any(type(tracer).__name__ in ("BranchMonitor", "SysMonitor") for tracer in collector.tracers)


@contextlib.contextmanager
def taking_the_place_of_the_tracer():
    """Let a measurement that coverage.py starts meanwhile use this monitor."""
    from coverage import control
    from coverage.disposition import FileDisposition

    original = control.Core

    def core(**arguments):
        core = original(**arguments)
        core.tracer_class = BranchMonitor
        core.tracer_kwargs = {}
        core.file_disposition_class = FileDisposition
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
    if config.concurrency and "thread" not in config.concurrency:
        return "concurrency leaves out threads"  # all of them would be measured
    return None
