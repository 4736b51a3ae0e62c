"""A session of pytest that runs no test: plug-ins that report see in it what workers did, as in pytest-xdist's controller."""

import contextlib
import importlib
import os
import sys
import time
import warnings

import pytest

from .listeners import module_of
from .plugin import TakenOverOptions
from .protocol import clean, encode, write_all
from .relay import pack, unpack

# How often cov-run is told that this process is at work, in seconds.
INTERVAL = 1.0


class Gateway:
    """The connection to a worker, as far as plug-ins look at it."""

    def __init__(self, slot):
        self.id = "gw%d" % slot
        self.spec = Spec()

    def __repr__(self):
        return "<Gateway id=%r>" % self.id


class Spec:
    """How a worker was started, in pytest-xdist's words."""

    popen = True
    chdir = python = ssh = socket = via = None

    def __str__(self):
        return "popen"


class Node:
    """A worker, as pytest-xdist's controller sees one."""

    def __init__(self, config, slot, order):
        self.config = config
        self.gateway = Gateway(slot)
        self.workerinput = {
            "workerid": self.gateway.id,
            "workercount": order["count"],
            "testrunuid": order["uid"],
            "mainargv": sys.argv,
        }
        self.workerinfo = {
            "id": self.gateway.id,
            "version": sys.version,
            "version_info": tuple(sys.version_info),
            "sysplatform": sys.platform,
            "platform": sys.platform,
            "executable": sys.executable,
            "cwd": os.getcwd(),
            "spec": self.gateway.spec,
        }
        if not order["owns_terminal"]:
            self._workerinfocache = ""  # the line above each failure that names the worker: pytest has none

    def __repr__(self):
        return "<Node %s>" % self.gateway.id


class Reporter(TakenOverOptions):
    """Replays what cov-run hands on, and prints what plug-ins have to say at the end."""

    def __init__(self, channel, order):
        self.channel = channel
        self.order = order
        self.nodes = {}
        self.running = {}  # what each worker's test is: (id, location)
        self.told = time.monotonic()
        self.status = None
        self.shown = None
        if not order["owns_terminal"]:
            os.environ["COLUMNS"] = str(order["width"])
            self.shown = os.dup(1)
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.close(nowhere)

    def answer(self, answer, **fields):
        fields["answer"] = answer
        write_all(self.channel.socket, encode(fields))
        self.told = time.monotonic()

    # Start

    def take_over(self, config):
        super().take_over(config)
        option = config.option
        option.xmlpath = None  # cov-run writes it
        if hasattr(option, "clean_alluredir"):
            option.clean_alluredir = False  # workers are writing there
        if self.order["colour"] is not None and hasattr(option, "color"):
            option.color = "yes" if self.order["colour"] else "no"

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config):
        super().pytest_configure(config)
        self.config = config
        manager = config.pluginmanager
        for name in ("lfplugin", "nfplugin", "stepwiseplugin"):  # cov-run remembers what failed
            plugin = manager.get_plugin(name)
            if plugin is not None:
                manager.unregister(plugin)
        self.terminal = manager.get_plugin("terminalreporter")
        if self.shown is not None:
            forget_summaries(config)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session):
        self.session = session
        option = session.config.option
        option.dist = "load"
        option.numprocesses = self.order["count"]
        option.tx = ["popen"] * self.order["count"]
        for slot in range(self.order["count"]):
            self.node(slot)
            self.answer("alive")

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session):
        backdate(self.terminal)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report):
        if report.outcome == "rerun":
            return "rerun", "R", ("RERUN", {"yellow": True})
        return None

    # Run

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        while True:
            order = self.channel.receive()
            if order["order"] == "end":
                break
            getattr(self, order.pop("order"))(**order)
            if time.monotonic() - self.told > INTERVAL:
                self.answer("alive")
        self.answer("alive")
        for node in list(self.nodes.values()):
            self.down(node, None)
        self.status = order["status"]
        if order["stop"]:
            raise (session.Interrupted if self.status == pytest.ExitCode.INTERRUPTED else session.Failed)(order["stop"])
        return True

    def node(self, slot):
        """The worker of this number."""
        if slot not in self.nodes:
            node = self.nodes[slot] = Node(self.config, slot, self.order)
            self.call("pytest_configure_node", node=node)
            self.call("pytest_testnodeready", node=node)
        return self.nodes[slot]

    def call(self, name, **arguments):
        """Call a hook of pytest-xdist."""
        getattr(self.config.hook, name)(**arguments)

    def configure(self, slot):
        """A worker wants to know what plug-ins give to it."""
        given = self.node(slot).workerinput
        known = Node(self.config, slot, self.order).workerinput
        self.answer("configured", data=pack({key: value for key, value in given.items() if key not in known}))

    def collected(self, count):
        self.session.testscollected += count

    def replay(self, slot, data, again):
        kind, fields = unpack(data)
        getattr(self, "replay_" + kind)(self.node(slot), again, **fields)

    def replay_logstart(self, node, again, nodeid, location):
        self.running[node] = nodeid, location
        self.config.hook.pytest_runtest_logstart(nodeid=nodeid, location=location)

    def replay_logfinish(self, node, again, nodeid, location):
        self.running.pop(node, None)
        self.config.hook.pytest_runtest_logfinish(nodeid=nodeid, location=location)

    def replay_report(self, node, again, data):
        report = self.config.hook.pytest_report_from_serializable(config=self.config, data=data)
        if again and report.outcome == "failed":
            report.outcome = "rerun"
        self.log(node, report)

    def log(self, node, report):
        report.node = node
        if report.outcome == "failed" and not hasattr(report, "wasxfail"):
            self.session.testsfailed += 1
        self.config.hook.pytest_runtest_logreport(report=report)

    def replay_collectreport(self, node, again, data):
        report = self.config.hook.pytest_report_from_serializable(config=self.config, data=data)
        if report.failed:
            self.session.testsfailed += 1
        self.config.hook.pytest_collectreport(report=report)

    def replay_warning(self, node, again, message, category, filename, lineno, when, nodeid, location):
        kind = category_of(*category)
        try:
            instance = kind(message)
        except TypeError:  # it wants more than its text
            instance = UserWarning(message)
        recorded = warnings.WarningMessage(message=instance, category=kind, filename=filename, lineno=lineno)
        self.config.hook.pytest_warning_recorded.call_historic(
            kwargs=dict(warning_message=recorded, when=when, nodeid=nodeid, location=location)
        )

    def replay_down(self, node, again, output):
        node.workeroutput = output
        self.down(node, None)

    def down(self, node, error):
        self.nodes = {slot: other for slot, other in self.nodes.items() if other is not node}
        if not hasattr(node, "workeroutput"):
            error = error or "killed"
        self.call("pytest_testnodedown", node=node, error=error)

    def lost(self, slot, id, when, text, again):
        """A worker died: a report that no worker could send."""
        node = self.node(slot)
        last, location = self.running.pop(node, (None, None))
        if last not in (None, id):  # it was over, and what killed the worker is not its own
            report = pytest.TestReport(
                nodeid=last, location=location, keywords={}, outcome="passed", longrepr=None, when="teardown"
            )
            self.log(node, report)
        if id is not None and when == "collect":
            report = pytest.CollectReport(nodeid=id, outcome="failed", longrepr=text, result=[])
            self.session.testsfailed += 1
            self.config.hook.pytest_collectreport(report=report)
        elif id is not None:
            path = id.split("::")[0]
            name = id.split("::", 1)[-1].replace("::", ".")
            report = pytest.TestReport(
                nodeid=id, location=(path, None, name), keywords={}, outcome="failed", longrepr=text, when=when
            )
            if again:
                report.outcome = "rerun"
            self.log(node, report)
        self.down(node, text.splitlines()[0] if text else "killed")

    # End

    @pytest.hookimpl(tryfirst=True, hookwrapper=True)
    def pytest_sessionfinish(self, session):
        if self.status is not None:
            before = session.exitstatus = self.known_status(session)
        outcome = yield
        if self.status is not None and outcome.excinfo is None:
            after = int(session.exitstatus)
            self.answer("finished", status=None if after == int(before) else after)

    def known_status(self, session):
        try:
            return pytest.ExitCode(self.status)
        except ValueError:
            return self.status

    @pytest.hookimpl(tryfirst=True, hookwrapper=True)
    def pytest_terminal_summary(self):
        if self.shown is not None:
            if hasattr(self.terminal, "ensure_newline"):
                self.terminal.ensure_newline()  # of the lines of dots that nobody sees
            sys.stdout.flush()
            os.dup2(self.shown, 1)
        yield
        if self.shown is not None:
            sys.stdout.flush()

    def pytest_internalerror(self, excrepr):
        self.answer("error", text=clean(str(excrepr)))


def forget_summaries(config):
    """Leave what pytest and its neighbours say at the end to cov-run, which says it."""
    caller = config.hook.pytest_terminal_summary
    for found in list(caller.get_hookimpls()):
        top = module_of(found.plugin).split(".")[0]
        if top in ("_pytest", "xdist", "pytest_cov") and module_of(found.plugin) != "_pytest.pastebin":
            if hasattr(caller, "_remove_plugin"):
                caller._remove_plugin(found.plugin)
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    for name in ("summary_stats", "summary_warnings", "_report_keyboardinterrupt"):
        if hasattr(reporter, name):
            setattr(reporter, name, lambda *args, **keywords: None)


def backdate(terminal):
    """Let the last line tell how long the run took: cov-run wrote this file when it began.

    A pytest that keeps the time elsewhere tells how long this session took.
    """
    late = time.time() - os.path.getmtime(__file__)
    with contextlib.suppress(AttributeError, TypeError):
        terminal._sessionstarttime -= late  # before pytest 8.4
    with contextlib.suppress(AttributeError, TypeError):
        began = terminal._session_start  # an object that is not to be changed, shared with nobody
        for name in ("time", "perf_count"):
            object.__setattr__(began, name, getattr(began, name) - late)


def category_of(module, name):
    """A class of warnings; one that cannot be imported is stood in for."""
    try:
        found = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except Exception:
        found = None
    if isinstance(found, type) and issubclass(found, Warning):
        return found
    return type(name.split(".")[-1], (UserWarning,), {"__module__": module})
