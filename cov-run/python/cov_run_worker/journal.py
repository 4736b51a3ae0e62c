"""The journal of a measurement: a file that each finished test adds to, where no crash can reach it.

Lines of JSON. The first is `{"branch", "packed", "version"}`. `{"file", "number", "added"}` has the lines or arcs of a file that
ran for the first time, which are themselves numbered from 0 in the order in which they come. `{"context", "ran"}` has by
the number of a file what ran there in this context, as numbers of what was added; `{"context", "lines"}` has lines. Many
numbers are one text, of two bytes each in hexadecimal digits and the byte order of the machine. `{"context", "children"}` says that data files whose names have `.context-N` are
those of processes that were started in that context, where `children` is N. `{"tracers"}` has the plug-ins of coverage.py
that own files.
"""

import array
import os

from .protocol import clean, encode, write_all


class Numbers(dict):
    """Numbers lines, or arcs, in the order in which they come."""

    def __init__(self):
        self.new = []

    def __missing__(self, key):
        number = self[key] = len(self)
        self.new.append(key)
        return number


class Journal:
    """The journal of what `collector` collects, with `contexts` in `static` or not.

    Without contexts the collector's sets are left alone, which only grow. With them it depends on what measures: a
    tracer sees every line each time, so its sets are emptied when a context ends, as coverage.py does it; of a monitor
    `line_monitor` tells which lines ran.
    """

    def __init__(self, path, collector, head, line_monitor=None, static=""):
        self.collector = collector
        self.line_monitor = line_monitor
        self.static = static
        self.path = path
        self.known = {}  # name of a file -> what is in the journal of it
        self.numbers = {}  # name of a file -> (its number, the numbers of what ran in it)
        self.tracers_known = 0
        self.children = {"": ""}  # context -> what comes into the names of its processes' data files
        self.waiting = []
        self.failure = None  # why the journal ends here
        self.descriptor = None
        self.put(head)
        self.flush()

    def close(self):
        self.flush()
        if self.descriptor is not None:
            os.close(self.descriptor)

    def put(self, entry):
        self.waiting.append(encode(entry))

    def flush(self):
        if self.waiting:
            data, self.waiting = b"".join(self.waiting), []
            try:
                self.write(data)
            except OSError as error:  # the disk is full, most likely
                self.failure = self.failure or error

    def write(self, data):
        if self.descriptor is None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
            self.descriptor = os.open(self.path, flags, 0o600)
        if self.failure is None:  # behind a torn line nothing can be read
            write_all(self.descriptor, data)

    def mapped(self, name):
        return self.collector.cached_mapped_file(name)

    def add_what_is_new(self):
        """Put what the collector's sets have gained."""
        for name, seen in list(self.collector.data.items()):
            before = self.known.get(name)
            if before is not None and len(before) == len(seen):
                continue
            now = seen.copy()
            added = now - before if before else now
            self.known[name] = now
            if added:
                self.put_added(name, list(added))
        self.add_tracers()

    def add_tracers(self):
        tracers = getattr(self.collector, "file_tracers", {})
        if len(tracers) != self.tracers_known:
            self.tracers_known = len(tracers)
            self.put({"tracers": {self.mapped(name): plugin for name, plugin in list(tracers.items())}})

    def cut(self, context):
        """Put what ran since the last cut: it ran in `context`."""
        if self.line_monitor is not None:
            found = self.line_monitor.take()
            ran = {self.number_of(name): shorten(lines) for name, lines in found.items()}
            self.put_context(context, "lines", ran)
        else:
            self.put_context(context, "ran", self.take_away())
            self.add_tracers()
        self.flush()

    def put_context(self, context, kind, ran):
        if ran:
            self.put({"context": self.full(context), kind: ran})

    def full(self, context):
        return "|".join(part for part in (self.static, clean(context)) if part)

    def suffix_of(self, context):
        """What comes into the names of the data files of processes that start in a context."""
        suffix = self.children.get(context)
        if suffix is None:
            number = len(self.children)
            suffix = self.children[context] = ".context-%d" % number
            self.put({"context": self.full(context), "children": number})
        return suffix

    def take_away(self):
        """What the tracers have put into their sets, by file. They go on using these sets, which are emptied."""
        found = {}
        for name, seen in list(self.collector.data.items()):
            if not seen:
                continue
            taken = seen.copy()
            seen -= taken  # and not what another thread adds meanwhile
            number = self.number_of(name)
            numbers = self.numbers[name][1]
            found[number] = shorten(map(numbers.__getitem__, taken))
            if numbers.new:
                self.put_added(name, numbers.new)
                numbers.new = []
        return found

    def put_added(self, name, added):
        self.put({"file": self.mapped(name), "number": self.number_of(name), "added": added})

    def number_of(self, name):
        """The number of a file; one that is new is put."""
        known = self.numbers.get(name)
        if known is None:
            known = self.numbers[name] = len(self.numbers), Numbers()
            self.put_added(name, [])
        return known[0]


def shorten(numbers):
    """Numbers as a text, if all of them have two bytes, else a list."""
    numbers = list(numbers)
    try:
        return array.array("H", numbers).tobytes().hex()
    except OverflowError:
        return numbers
