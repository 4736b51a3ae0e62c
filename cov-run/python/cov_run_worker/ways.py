"""The ways through a code object of Python 3.12 and 3.13, from one instruction to the line that comes next."""

import bisect
import dis
import itertools

_CACHE, EXTENDED_ARG = dis.opmap.get("CACHE", -1), dis.opmap["EXTENDED_ARG"]
_RETURNS = {dis.opmap.get(name) for name in ("RETURN_VALUE", "RETURN_CONST", "RETURN_GENERATOR")}
_BACKWARD = {dis.opmap.get(name) for name in ("JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT")}
ALWAYS = _BACKWARD | {dis.opmap.get(name) for name in ("JUMP_FORWARD", "SEND")}
BRANCHES = (set(dis.hasjrel) | set(dis.hasjabs)) - ALWAYS
ENDS = {dis.opmap.get(name) for name in ("RERAISE", "RAISE_VARARGS")}
_JUMPS = ALWAYS | ENDS | _RETURNS  # after which something else follows
_UNPACKS = {dis.opmap[name] for name in ("UNPACK_SEQUENCE", "UNPACK_EX")}
SEND, _ASYNC_END = dis.opmap.get("SEND"), dis.opmap.get("END_ASYNC_FOR")


class Ways:
    """The ways through a code object, from one instruction to the line that comes next. Offsets are in bytes."""

    def __init__(self, code):
        self.code = code
        self.bytes = code.co_code
        self.starts = []
        self.lines = []
        for start, _, line in code.co_lines():
            self.starts.append(start)
            self.lines.append(line)
        table = dis._parse_exception_table(code) if code.co_exceptiontable else ()
        self.onward = {}  # the arcs from lines of a statement that have only one way on, as the statement has not
        self.handlers = [(each.start, each.end, each.target) for each in table]

    def line(self, offset):
        """The line of an instruction, None if it has none."""
        return self.lines[bisect.bisect_right(self.starts, offset) - 1]

    def last_line(self, offset):
        """The line on which what an instruction stands for ends."""
        return next(itertools.islice(self.code.co_positions(), offset // 2, None))[1] or 0

    def instruction(self, offset):
        """The instruction there: (operation, its target if it jumps, offset of what follows it)."""
        argument = 0
        while self.bytes[offset] == EXTENDED_ARG:
            argument = (argument | self.bytes[offset + 1]) << 8
            offset += 2
        operation = self.bytes[offset]
        argument |= self.bytes[offset + 1]
        offset += 2
        while offset < len(self.bytes) and self.bytes[offset] == _CACHE:
            offset += 2
        return operation, offset - 2 * argument if operation in _BACKWARD else offset + 2 * argument, offset

    def instructions(self):
        """All instructions: (offset, line, operation, its target if it jumps, offset of what follows it)."""
        offset = 0
        while offset < len(self.bytes):
            operation, target, following = self.instruction(offset)
            yield offset, self.line(offset), operation, target, following
            offset = following

    def arc(self, line, destination):
        """The arc from `line` to the line that runs when control goes to `destination`.

        None if that is on the same line: how the line is left is told when it is.
        """
        seen = set()
        while line is not None and destination < len(self.bytes) and destination not in seen:
            seen.add(destination)
            there = self.line(destination)
            if there is not None and there != line:
                return line, there
            operation, target, following = self.instruction(destination)
            if operation in ENDS:
                target = self.handler(destination)
                if target is None:
                    return None
            if operation in ALWAYS or operation in ENDS:
                destination = target
            elif there is None and operation not in BRANCHES and operation not in _RETURNS:
                destination = following  # such as the beginning of a handler, before its `except`
            else:
                return None
        return None

    def proofs(self, inner):
        """The arcs for which there is no event, by the offset of an instruction that runs only if the arc is taken.

        They are those of `async for`, and those without a branch from a line that has more than one way on: from a
        `finally`, which is there once for each way out of its `try`; from a statement on the line of its `if`; from a
        line that holds a whole function, whose first lines are `inner`. Of other lines it is known where they lead,
        if the statement is not a loop whose variables stand on lines of their own: these go into `onward`.
        """
        edges = []  # (line, offset, destination)
        spread = []  # (line that follows, last line), both within a statement
        ways = dict.fromkeys(inner, 1)
        for offset, line, operation, target, following in self.instructions():
            there = self.line(following) if following < len(self.bytes) else line
            if line and there and there != line and operation not in _JUMPS:
                last = self.last_line(offset) if operation in _UNPACKS else line
                if there <= last:  # a line further up follows, or another variable
                    spread.append((there, last))
            more = 1
            if operation in ALWAYS:
                if operation != SEND:
                    edges.append((line, offset, target))
            elif operation in BRANCHES or operation in _RETURNS:
                more = 2
            elif operation in ENDS:
                handler = self.handler(offset)
                if handler is not None:
                    edges.append((line, offset, handler))
            elif operation == _ASYNC_END or there != line:
                edges.append((line, offset, following))
                more = 2 if operation == _ASYNC_END else 1  # the body is the other way
            else:
                more = 0
            ways[line] = ways.get(line, 0) + more
        found = {}
        for line, offset, destination in edges:
            arc = self.arc(line, destination) if ways[line] > 1 else None
            if arc is not None:
                found[offset] = arc
        only = {line: destination for line, _, destination in edges if ways[line] == 1}
        for there, last in spread:
            while there <= last and there in only and there not in self.onward:
                arc = self.arc(there, only[there])
                if arc is None:
                    break
                self.onward[there] = arc
                there = arc[1]
        return found

    def handler(self, offset):
        """Where an exception that is raised there goes within this code, None if it leaves it."""
        for start, end, target in self.handlers:
            if start <= offset < end:
                return target
        return None
