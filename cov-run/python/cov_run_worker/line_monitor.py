"""Tells again and again which lines ran, where what measures with sys.monitoring looks at each line only once."""

import sys

from .monitor import _getframe, disposition, free_tool, monitoring

RESUME = 2  # its length in bytes

_current_frames = sys._current_frames  # a test may take it away


class Ran(dict):
    """The lines that ran, by the id of their code object."""

    def __missing__(self, code):
        lines = self[code] = set()
        return lines


class LineMonitor:
    """A monitor beside that of coverage.py, which it does not touch.

    The event of a line is switched off when it has come. `take` switches on again those of the code that has run since
    the last time, and only those: `restart_events` would make every function of the process call back once more.
    """

    def __init__(self, collector):
        self.collector = collector
        self.ran = Ran()
        self.late = {}  # what ran before the last `take`: another thread may have been at it just then
        self.codes = {}  # id of a code object -> (itself, its file's name)
        self.left_out = {}  # id of a code object that is not measured -> itself, for the id to stay its own
        self.tool = None
        self.keeper = None  # a tool that keeps some RESUMEs from being specialised, by an event that nobody hears

    def start(self):
        events = monitoring.events
        self.tool = free_tool()
        monitoring.use_tool_id(self.tool, "cov-run contexts")
        self.keeper = free_tool()
        monitoring.use_tool_id(self.keeper, "cov-run RESUMEs")
        monitoring.register_callback(self.tool, events.PY_START, self.on_start)
        self.resume()
        monitoring.set_events(self.tool, events.PY_START)
        monitoring.restart_events()  # what a monitor before a fork has switched off

    def pause(self):
        """See no line until `resume`."""
        monitoring.register_callback(self.tool, monitoring.events.LINE, None)

    def resume(self):
        monitoring.register_callback(self.tool, monitoring.events.LINE, self.on_line)

    def stop(self):
        monitoring.set_events(self.tool, 0)
        for code, _ in list(self.codes.values()):
            for tool in (self.tool, self.keeper):
                monitoring.set_local_events(tool, code, 0)
        for event in (monitoring.events.PY_START, monitoring.events.LINE):
            monitoring.register_callback(self.tool, event, None)
        monitoring.free_tool_id(self.tool)
        monitoring.free_tool_id(self.keeper)

    def take(self):
        """The lines that ran since the last call, by file."""
        ran, self.ran = self.ran, Ran()
        found = {}
        for known in (self.late, ran):
            for key, lines in list(known.items()):
                if key not in self.codes:
                    continue  # entered before this began
                code, name = self.codes[key]
                self.look_again(code)
                taken = lines.copy()
                if taken:
                    lines -= taken
                    found.setdefault(name, set()).update(taken)
        self.late = ran if len(_current_frames()) > 1 else {}
        return found

    def look_again(self, code):
        """Switch on the events that have come."""
        monitoring.set_local_events(self.tool, code, 0)
        monitoring.set_local_events(self.tool, code, monitoring.events.LINE)

    # What Python calls

    def on_start(self, code, offset):
        """A function is entered for the first time: see whether it is to be measured."""
        key = id(code)
        if key not in self.codes and key not in self.left_out:
            found = disposition(self.collector, code, _getframe(1))
            if found.trace and code.co_name != "__annotate__":  # coverage.py leaves those out as well
                self.codes[key] = code, found.source_filename
                if hides_a_line(code):
                    monitoring.set_local_events(self.keeper, code, monitoring.events.PY_START)
                self.look_again(code)
            else:
                self.left_out[key] = code
        return monitoring.DISABLE

    def on_line(self, code, line):
        self.ran[id(code)].add(line)
        return monitoring.DISABLE


def hides_a_line(code):
    """Whether code stands on the line of its RESUME, such as a lambda's whole body.

    Once Python 3.13 has specialised a RESUME, no event tells of that line any more.
    """
    first = sum(end - start for start, end, line in code.co_lines() if line == code.co_firstlineno)
    return first > RESUME
