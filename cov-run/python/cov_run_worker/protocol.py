"""Newline-delimited JSON between a worker and cov-run, on ways of its own: the standard streams are the tests'."""

import contextlib
import fcntl
import json
import os
import select
import signal

# Tests replace functions of these modules, so everything is bound once, at import.
_read, _write, _getpid, _exit = os.read, os.write, os.getpid, os._exit
_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), default=str).encode
decode = json.JSONDecoder().decode
_poll = getattr(select, "poll", None)
_select = select.select
_mask = getattr(signal, "pthread_sigmask", None)
_mask = getattr(_mask, "__wrapped__", _mask)  # without the names of signals, which would take most of the time
_BLOCK, _RESTORE = getattr(signal, "SIG_BLOCK", None), getattr(signal, "SIG_SETMASK", None)
_SIGNALS = {signal.SIGINT, signal.SIGTERM}


def leave():
    """End at once: there is nobody to work for."""
    _exit(1)


def live_no_longer_than(lifeline):
    """Let the system end this process when cov-run dies, even by a kill.

    cov-run holds the other end of this pipe and never writes. When it is gone the pipe becomes readable, and whoever
    asked for it gets SIGIO, which ends a process that does not handle it. Only one process can ask for it on each
    opening of the pipe, so every worker opens it anew where the system lets it. The answer is the new descriptor.
    """
    inherited = lifeline
    with contextlib.suppress(OSError):
        lifeline = os.open("/proc/self/fd/%d" % inherited, os.O_RDONLY | os.O_NONBLOCK)
        os.close(inherited)
    os.set_inheritable(lifeline, False)
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, _getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    return lifeline


def clean(text):
    """`text` without lone surrogates, which JSON cannot carry."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text


def _cleaned(value):
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_cleaned(item) for item in value]
    return value


def encode(value):
    """One line of JSON in ASCII, as bytes."""
    text = _encode(value)
    if "\\ud" in text:  # A surrogate: a proper pair most often, but a lone one is possible.
        text = _encode(_cleaned(value))
    return text.encode("ascii") + b"\n"


def write_all(descriptor, data):
    """Write every byte. A Ctrl-C waits until the line is complete, so that no line is ever torn."""
    before = _mask(_BLOCK, _SIGNALS) if _mask else None
    try:
        view = memoryview(data)
        while view:
            view = view[_write(descriptor, view) :]
    finally:
        if _mask:
            _mask(_RESTORE, before)


class Channel:
    """Events go into a file, which outlives this process; questions are announced on a socket, and answered there.

    A write to a file costs little and wakes nobody. cov-run looks into the file when the socket rings, when this
    process has ended, and now and then.
    """

    def __init__(self, socket, lifeline):
        self.file = None
        self.connect(socket, lifeline)

    def connect(self, socket, lifeline):
        """Speak for this process, on this socket. The lifeline is kept for those that are forked from it."""
        self.lifeline = lifeline
        os.set_inheritable(socket, False)
        self.socket = socket
        self.process = _getpid()
        self.waiting = []  # encoded events that can travel with the next one
        self.received = b""
        self.poller = None
        if _poll:
            self.poller = _poll()
            self.poller.register(socket, select.POLLIN)

    def open(self, path):
        """Write events to the file of this path."""
        if self.file is not None:
            os.close(self.file)
        self.file = os.open(path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_CLOEXEC", 0))

    def put(self, event, **fields):
        """Queue an event that may wait for the next `send`."""
        fields["event"] = event
        self.waiting.append(encode(fields))

    def send(self, event, **fields):
        """Put an event, and all that waited, where the death of this process cannot reach it."""
        self.put(event, **fields)
        self.flush()

    def call(self, event, **fields):
        """Send an event that should not wait until cov-run looks."""
        self.send(event, **fields)
        self.write(self.socket, b"\n")

    def flush(self):
        """Send what waits."""
        if self.waiting:
            data, self.waiting = b"".join(self.waiting), []
            self.write(self.file, data)

    def write(self, descriptor, data):
        # A child that a test forked inherits this object; it must never speak for the worker.
        if _getpid() == self.process:
            try:
                write_all(descriptor, data)
            except OSError as error:
                if descriptor == self.file:  # the disk is full: cov-run would never learn why we are gone
                    with contextlib.suppress(OSError):
                        _write(self.socket, b"!%s\n" % clean(error.strerror).encode("utf-8"))
                leave()

    def leave_if_forked(self):
        """End a child that a test forked and that came back into pytest, which would run the rest of the session."""
        if _getpid() != self.process:
            leave()

    def ask(self, event, **fields):
        """Send an event and wait for the answer."""
        self.leave_if_forked()
        self.call(event, **fields)
        return self.receive()

    def ask_aside(self, event, answer):
        """Ask in the middle of something. Orders that come before the answer are left to those who wait for them."""
        self.call(event)
        others = b""
        while True:
            order = self.receive()
            if order["order"] == answer:
                self.received = others + self.received
                return order
            others += encode(order)

    def receive(self):
        """Wait for the next order."""
        while b"\n" not in self.received:
            data = _read(self.socket, 1 << 16)
            if not data:
                leave()
            self.received += data
        line, _, self.received = self.received.partition(b"\n")
        return decode(line.decode("utf-8"))

    def has_order(self):
        """Whether an order has come that nobody asked for: it can only be `stop`."""
        if self.received:
            return True
        if self.poller:
            return bool(self.poller.poll(0))
        return bool(_select([self.socket], [], [], 0)[0])
