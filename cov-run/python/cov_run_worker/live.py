"""What a test shows while it runs: -s, live logs, --setup-show, debuggers. The terminal is cov-run's, so all of it goes to our stdout."""

import sys

import pytest


class Live:
    """Lets what is to be seen at once be seen, and nothing wait for a keyboard that is not there."""

    def __init__(self):
        self.item = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session):
        config = session.config
        handler = getattr(config.pluginmanager.get_plugin("logging-plugin"), "log_cli_handler", None)
        if hasattr(getattr(handler, "stream", None), "section"):  # else nobody asked for live logs
            handler.stream = LiveLog(self)
        if getattr(config.option, "capture", None) in ("no", "tee-sys"):
            flush_each_line()
        if getattr(config.option, "setupshow", False):
            writer = Writer(sys.stdout)
            config.get_terminal_writer = lambda: writer
        self.forbid_debuggers(config)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid):
        self.item = nodeid

    def forbid_debuggers(self, config):
        """Let a test fail that stops in a debugger: it would read the end of an input that is not there, and end the session."""
        from _pytest.debugging import pytestPDB

        original = getattr(pytestPDB, "_init_pdb", None)
        if original is None:
            return

        def refuse(method, *args, **keywords):
            __tracebackhide__ = True
            if pytestPDB._config is not config:  # a session within a test
                return original(method, *args, **keywords)
            pytest.fail("a worker has no terminal for a debugger: run `cov-run '%s' -- --pdb`" % self.item)

        pytestPDB._init_pdb = refuse


class LiveLog:
    """Stands for the terminal plugin, which is silenced, where live logs are written."""

    def __init__(self, live):
        self.live = live

    def write(self, text, **markup):
        if text != "\n":  # which ends a line of the terminal plugin's
            sys.stdout.write(text)

    def section(self, title, sep="-", **markup):
        title = "%s of %s" % (title, self.live.item) if self.live.item else title
        sys.stdout.write("%s %s %s\n" % (sep * 3, title, sep * 3))

    def flush(self):
        sys.stdout.flush()


def flush_each_line():
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(line_buffering=True)


class Writer:
    """A terminal writer for plug-ins that write while tests run; it writes whole lines, as those of workers are mixed."""

    def __init__(self, stream):
        self.stream = stream
        self.text = ""
        self.hasmarkup = False
        self.fullwidth = 80

    def write(self, text, **markup):
        *lines, self.text = (self.text + text).split("\n")
        for line in lines:
            if line:
                self.stream.write(line + "\n")

    def line(self, text="", **markup):
        self.write(text + "\n")

    def flush(self):
        self.line()
        self.stream.flush()

    def markup(self, text, **markup):
        return text
