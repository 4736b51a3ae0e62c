"""Which branches have nothing more to tell, though they went one way only.

Most branches do that for good, as in `if error: raise`, and the event of a branch calls back each time. But where nothing
else leads to the line that the other way leads to, that line's own event, which comes once, tells that it was taken.
"""

import collections
import dis
import sys

from .ways import ALWAYS, BRANCHES, ENDS, EXTENDED_ARG, SEND

_FINAL = {dis.opmap.get(name) for name in ("RETURN_VALUE", "RETURN_CONST")} | ENDS
_END_FOR = dis.opmap.get("END_FOR", -1)
_END_FOR_SIZE = 2 if sys.version_info < (3, 13) else 4  # a POP_TOP belongs to it
# What Python gives no line event for, though a line begins there.
_SILENT = {dis.opmap.get(name) for name in ("RESUME", "END_FOR", "END_SEND", "END_ASYNC_FOR")}


class Landmarks:
    """The landmarks of a code object: lines to which only one way of one branch leads."""

    def __init__(self, ways):
        self.ways = ways
        self.branches = {}  # offset of a branch -> the two places where it leads
        self.arcs = {}  # landmark -> the arc that it proves
        self.survey()

    def what_tells_of_the_rest(self, offset, arc):
        """The arcs of a branch but for `arc`, if their landmarks prove them; None if its own event has to tell.

        The set is empty where the other way stays on the line.
        """
        line = self.ways.line(offset)
        arcs = {self.ways.arc(line, place) for place in self.branches.get(offset, ())}
        others = arcs - {arc, None}
        if arc not in arcs or any(self.arcs.get(other[1]) != other for other in others):
            return None
        return others

    def survey(self):
        """Look at every edge of the control flow that leads from one line to another."""
        blocks = []  # neighbours on one line: [where it begins, its line, the edges that lead into it]
        block_of = {}
        instructions = list(self.ways.instructions())
        for offset, line, _, _, _ in instructions:
            if not blocks or line != blocks[-1][1]:
                blocks.append((offset, line, []))
            block_of[offset] = blocks[-1]

        def enter(source, target):
            into = block_of.get(target)
            if into is not None and (source is None or block_of[source] is not into):
                into[2].append((source, target))

        runs_from = 0
        for offset, _, operation, target, following in instructions:
            runs_from = max(runs_from, self.behind_loop_end(offset))
            if offset < runs_from:
                continue
            if operation in BRANCHES:
                self.branches[self.behind_prefix(offset)] = self.behind_loop_end(target), following
            if operation in BRANCHES or operation in ALWAYS:
                enter(offset, self.behind_loop_end(target))
            if operation == SEND or operation not in ALWAYS and operation not in _FINAL:
                enter(offset, following)
        for _, _, target in self.ways.handlers:
            enter(None, target)

        count = collections.Counter(line for _, line, _ in blocks)
        for start, line, edges in blocks:
            if line is None or count[line] > 1 or len(edges) > 1 or self.ways.bytes[start] in _SILENT:
                continue
            for source, target in edges:
                if target == start and source is not None and self.behind_prefix(source) in self.branches:
                    self.arcs[line] = self.ways.arc(self.ways.line(source), target)

    def behind_prefix(self, offset):
        """Where the event of an instruction is said to be."""
        while self.ways.bytes[offset] == EXTENDED_ARG:
            offset += 2
        return offset

    def behind_loop_end(self, offset):
        """Where a jump leads. What stands at the end of a `for` is there for readers of the code, and never runs."""
        is_end = offset < len(self.ways.bytes) and self.ways.bytes[offset] == _END_FOR
        return offset + _END_FOR_SIZE if is_end else offset
