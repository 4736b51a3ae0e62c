"""The pytest plugin of a worker: says hello, lists files, runs what it is told, reports."""

import contextlib
import os

import pytest

from . import options
from .collection import Files
from .deadline import Deadline
from .introduction import introduce
from .imports import OtherFiles
from .listeners import who_reports
from .exits import Exits
from .live import Live
from .loop import Loop
from .measure import Measurement
from .options import asks_for_information_only
from .protocol import clean
from .relay import Relay, unpack
from .reports import Renderer, add_defaults, describe_warning

__all__ = ["Refused", "TakenOverOptions", "Worker", "asks_for_information_only"]


class Refused(Exception):
    """This worker is not needed, or not for this command line."""


class TakenOverOptions:
    """Makes the command line of pytest-xdist and pytest-cov understood, and their work ours."""

    measurement = None
    measured = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_parse(self, pluginmanager, args):
        if self.measurement is not None:
            options.before_plugins(pluginmanager, lambda: self.start_measuring(options.of_coverage(args)))

    def start_measuring(self, known):
        if self.measurement is not None and self.measured is None:
            self.measured = self.measurement.start(known)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_load_initial_conftests(self, early_config, parser, args):
        known = options.add_what_is_missing(early_config, parser, args)
        self.start_measuring(known)
        known.cov_source = []  # pytest-cov stays inactive
        yield

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_cmdline_main(self, config):
        self.take_over(config)
        yield

    def take_over(self, config):
        self.asked_processes = options.neutralise_xdist(config)

    def pytest_configure(self, config):
        options.add_markers(config)


class Worker(TakenOverOptions):
    """Everything a worker does, in the order in which pytest calls it."""

    def __init__(self, channel, order):
        self.channel = channel
        self.order = order
        self.measurement = Measurement(order, note=self.note, unsaved=self.unsaved)
        self.serves = self.dismissed = False
        self.zygote = None  # what makes this a process that others can be forked from
        if order["candidate"]:
            from .zygote import Zygote

            self.zygote = Zygote(channel)
        self.renderer = None
        self.relay = None  # what tells plug-ins that report elsewhere
        self.session = None
        self.stats = None
        self.directory = os.getcwd()
        options.announce_worker(order)

    def note(self, text):
        """Tell the user something that is no warning of the tests."""
        self.channel.put("note", text=clean(text))

    def unsaved(self, why):
        """Tell that not everything which was measured could be saved."""
        self.channel.send("unsaved", why=clean(why))

    # Start

    def take_over(self, config):
        super().take_over(config)
        self.config = config
        option = config.option
        if any(getattr(option, name, False) for name in options.INFORMATION):
            self.channel.send("plain")
            raise Refused()
        why = options.needs_the_terminal(option)
        if why:
            self.channel.send("plain", why=why)
            raise Refused()
        refusal = options.why_refused(option)
        if refusal:
            self.channel.send("refused", why=refusal)
            raise Refused()
        add_defaults(option)
        option.force_sugar = False  # pytest-sugar would print in each worker
        colour = self.order["colour"]
        if colour is None:
            colour = {"yes": True, "no": False}.get(option.color, self.order["terminal"])
        answer = self.channel.ask("hello", **introduce(config, colour, self.measured, self.asked_processes))
        if answer["order"] != "go":
            raise Refused()
        self.order["count"] = answer["count"]
        self.counts_failures = bool(config.option.maxfail)
        if self.order["retries"]:
            config.option.maxfail = 0  # only cov-run knows which failure is the last word
        note = self.zygote.watch.note if self.zygote is not None else None
        options.become_worker(config, self.order, self.ask_for_inputs, note)
        config.pluginmanager.register(Live(), "cov_run_live")
        config.pluginmanager.register(Exits(), "cov_run_exits")
        config.cov_run_coverage = self.measurement.coverage
        self.renderer = Renderer(config, colour, self.order["width"])
        self.files = Files(self.channel)
        wanted = self.order["reporter"]
        if wanted == "pytest" or wanted == "auto" and who_reports(config):
            self.tell_reporter()
        if self.order["slot"] and hasattr(option, "clean_alluredir"):
            option.clean_alluredir = False  # the first one has cleaned it, and others may have written there

    def tell_reporter(self):
        """Tell what happens to plug-ins that report elsewhere."""
        if self.relay is None and self.order["reporter"] != "cov-run":
            self.relay = Relay(self.channel, self.config)
            self.config.pluginmanager.register(self.relay, "cov_run_relay")

    def ask_for_inputs(self):
        """What plug-ins there give to this worker, and what is wrong with them."""
        if os.getpid() != self.channel.process:
            return {}, None  # a child that a test forked: not a worker
        answer = self.channel.ask_aside("inputs", "given")
        self.tell_reporter()  # there is one now
        data = answer["data"]
        return unpack(data) if data else {}, answer["problem"]

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config):
        super().pytest_configure(config)
        options.remember_seed(config)
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None and silence(config, reporter):
            self.stats = reporter.stats

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session):
        self.session = session
        lines = self.config.hook.pytest_report_header(config=self.config, start_path=self.config.invocation_params.dir)
        flat = []
        for line in reversed(lines):
            flat.extend([line] if isinstance(line, str) else line)
        self.channel.put("header", lines=[clean(str(line)) for line in flat])

    # Collection

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_collection(self, session):
        self.files.take_selections(self.config)
        self.files.remember_what_failed_last(self.config)
        outcome = yield
        if outcome.excinfo is not None:
            return
        fields = self.files.finish_walk(session)
        fields.update(self.files.order_all(session, self.order["collect"]))
        if self.zygote is None:
            self.channel.send("files", **fields)
            return
        refusal = self.zygote.why_not(self.config, self.measurement.coverage)
        answer = self.channel.ask("files", forkable={"refusal": refusal}, **fields)
        self.serves = answer["order"] == "serve"
        self.dismissed = answer["order"] == "stop"

    @pytest.hookimpl(tryfirst=True)
    def pytest_make_collect_report(self, collector):
        return self.files.remember(collector)

    def pytest_deselected(self, items):
        self.files.deselected += len(items)

    def pytest_collectreport(self, report):
        if report.outcome != "passed":
            if self.relay is not None:
                self.relay.report(report)
            event = self.renderer.describe(report)
            event["when"] = "collect"
            self.channel.send("report", **event)

    # Run

    def be_forked(self):
        """Fork workers until there is no more need of them; what follows happens in each worker."""
        self.measurement.finish()
        self.order = self.zygote.serve()
        options.assume_another(self.config, self.order)
        with capturing_anew(self.config):
            self.zygote.redirect()
        self.measurement.start_anew(self.order)
        self.config.cov_run_coverage = self.measurement.coverage

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        if self.serves:
            self.be_forked()
        deadline = Deadline(self.config, self.order)
        loop = Loop(self.channel, self.files, ask_between_tests=self.counts_failures, deadline=deadline)
        loop.stopped = self.dismissed
        self.config.pluginmanager.register(loop)
        loop.after_test.append(self.measurement.after_test)
        self.measurement.watch_contexts(self.config)
        self.config.pluginmanager.register(OtherFiles(self.files, self.note, self.measurement.outside_of_tests))
        try:
            loop.run(session)
        except BaseException:
            self.channel.call("leaving")  # the others are to know before the measurement is saved
            raise
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self, item):
        if item.get_closest_marker("no_cover") or "no_cover" in getattr(item, "fixturenames", ()):
            self.measurement.pause()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self):
        self.measurement.resume()

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report):
        event = self.renderer.describe(report)
        if self.relay is not None:
            self.relay.report(report)
        if self.stats is not None:
            self.stats.setdefault(event.get("category", ""), []).append(report)
        if report.when == "setup" and report.outcome == "passed" or report.when == "teardown":
            self.channel.put("report", **event)  # the next event is near
        else:
            self.channel.send("report", **event)

    def pytest_warning_recorded(self, warning_message, when, nodeid):
        fields = describe_warning(warning_message, when, nodeid, self.directory)
        self.channel.put("warning", **fields)

    def pytest_keyboard_interrupt(self, excinfo):
        crash = getattr(excinfo.getrepr(funcargs=True), "reprcrash", None)
        message = crash.message if crash is not None else excinfo.exconly()
        place = "%s:%s" % (crash.path, crash.lineno) if crash is not None else None
        self.channel.call("interrupted", kind=excinfo.typename, message=clean(message), place=place and clean(place))

    def pytest_internalerror(self, excrepr):
        self.channel.call("internal_error", text=clean(str(excrepr)))

    # End

    def close(self, status):
        """Save what was measured, the end of the session included, and say goodbye with pytest's own verdict."""
        self.measurement.finish()
        if self.relay is not None:
            self.relay.end()
        session = self.session
        self.channel.send(
            "bye",
            status=status,
            should_fail=clean(str(session.shouldfail)) if session and session.shouldfail else None,
            should_stop=clean(str(session.shouldstop)) if session and session.shouldstop else None,
        )


@contextlib.contextmanager
def capturing_anew(config):
    """Capture into files of this process's own: forked workers would write to one place in the same file."""
    manager = config.pluginmanager.get_plugin("capturemanager")
    if manager is None:
        yield
        return
    manager.stop_global_capturing()
    yield
    manager.start_global_capturing()
    manager.suspend_global_capture()


def silence(config, reporter):
    """Let the terminal plugin live, since other plugins ask for it, but print nothing.

    Its progress line would cost each test more than everything else that we do. The answer is whether it could be
    switched off; its statistics, which other plugins read, are then ours to keep.
    """
    writer = reporter._tw
    for name in ("write", "line", "sep", "flush", "write_raw"):
        if hasattr(writer, name):
            setattr(writer, name, lambda *args, **keywords: None)
    # What it does at the end is to print, and to let others print: that happens once, and not here. It would also keep
    # all tests that are deselected, for their number.
    names = ("deselected", "runtest_logstart", "runtest_logreport", "runtest_logfinish", "sessionfinish")
    callers = [getattr(config.hook, "pytest_" + name) for name in names]
    if not all(hasattr(caller, "_remove_plugin") for caller in callers):
        return False
    for caller in callers:
        if any(found.plugin is reporter for found in caller.get_hookimpls()):
            caller._remove_plugin(reporter)
    return True
