"""The options of pytest-xdist and pytest-cov, taken over whether these plugins are installed or not."""

import copy
import os
import sys

import pytest
from _pytest.config.argparsing import Parser

from . import cov_fixtures, xdist_fixtures
from .inputs import WorkerInput
from .listeners import configures_nodes

# Options of pytest itself that print something and run no test.
INFORMATION = (
    "help",
    "version",
    "collectonly",
    "markers",
    "showfixtures",
    "show_fixtures_per_test",
    "setuponly",
    "setupplan",
    "cacheshow",
)


def asks_for_information_only(args):
    """Whether pytest answers this command line before any hook of ours could notice."""
    return any(arg in ("-h", "--help", "-V", "--version") for arg in args)


def needs_the_terminal(option):
    """What of this command line needs a terminal of its own, None if nothing does."""
    if getattr(option, "usepdb", False) or getattr(option, "trace", False):
        return "a debugger needs the terminal"
    return None


def why_refused(option):
    """Why this command line cannot be run by workers; empty if it can."""
    if getattr(option, "stepwise", False):
        return "--stepwise runs one test after the other: run `pytest -n0 --stepwise` instead"
    if getattr(option, "looponfail", False):
        return "cov-run does not watch files: run it without --looponfail"
    return ""


def number_of_processes(text):
    """The value of -n, as pytest-xdist reads it."""
    return text if text in ("auto", "logical") else int(text)


def add_xdist_options(parser):
    """The command line and the ini keys of pytest-xdist 3."""
    group = parser.getgroup("xdist", "distributed testing (taken over by cov-run)")
    group._addoption("-n", "--numprocesses", dest="numprocesses", type=number_of_processes, default=None)
    group._addoption("-d", dest="distload", action="store_true", default=False)
    group.addoption("--maxprocesses", type=int, default=None)
    group.addoption("--max-worker-restart", dest="maxworkerrestart", default=None)
    group.addoption("--dist", dest="dist", default="no")
    group.addoption("--loadscope-reorder", dest="loadscopereorder", action="store_true", default=True)
    group.addoption("--no-loadscope-reorder", dest="loadscopereorder", action="store_false")
    group.addoption("--tx", action="append", default=[])
    group.addoption("--px", action="append", default=[])
    group.addoption("--rsyncdir", action="append", default=[])
    group.addoption("--rsyncignore", action="append", default=[])
    group.addoption("--testrunuid", default=None)
    group.addoption("--maxschedchunk", type=int, default=None)
    parser.addini("rsyncdirs", "unused by cov-run", type="args")
    parser.addini("rsyncignore", "unused by cov-run", type="args")
    parser.addini("looponfailroots", "unused by cov-run", type="args")


def add_cov_options(parser):
    """The command line of pytest-cov 4 to 7."""
    group = parser.getgroup("cov", "coverage (taken over by cov-run)")
    group.addoption("--cov", action="append", default=[], nargs="?", const=True, dest="cov_source")
    group.addoption("--cov-reset", action="store_const", const=[], dest="cov_source")
    group.addoption("--cov-report", action="append", default=[])
    group.addoption("--cov-config", default=".coveragerc")
    group.addoption("--no-cov-on-fail", action="store_true", default=False)
    group.addoption("--no-cov", action="store_true", default=False)
    group.addoption("--cov-fail-under", default=None)
    group.addoption("--cov-append", action="store_true", default=False)
    group.addoption("--cov-branch", action="store_true", default=None)
    group.addoption("--cov-precision", type=int, default=None)
    group.addoption("--cov-context", default=None)


def of_coverage(args):
    """What a command line, that of the configuration included, says of coverage."""
    parser = Parser(_ispytest=True)
    add_cov_options(parser)
    return parser.parse_known_args(args)


def before_plugins(pluginmanager, call):
    """Call when the configuration is read and no plugin is imported: one may be, or import, what is measured.

    A filter of warnings that names a class of the project imports it even before. Where pytest is not built that way,
    nothing is called.
    """
    config = pluginmanager.get_plugin("pytestconfig")
    for name in ("_configure_python_path", "_consider_importhook"):
        original = getattr(config, name, None)
        if original is None:
            continue

        def step(*args):
            delattr(config, name)
            original(*args)
            call()

        setattr(config, name, step)
        return


class XdistHooks:
    """The hooks of pytest-xdist, so that a conftest that implements one is not refused."""

    def pytest_xdist_setupnodes(self, config, specs):
        """Never called by cov-run."""

    def pytest_xdist_newgateway(self, gateway):
        """Never called by cov-run."""

    def pytest_configure_node(self, node):
        """Never called by cov-run."""

    def pytest_testnodeready(self, node):
        """Never called by cov-run."""

    def pytest_testnodedown(self, node, error):
        """Never called by cov-run."""

    def pytest_xdist_node_collection_finished(self, node, ids):
        """Never called by cov-run."""

    def pytest_xdist_make_scheduler(self, config, log):
        """Never called by cov-run."""

    def pytest_handlecrashitem(self, crashitem, report, sched):
        """Never called by cov-run."""

    @pytest.hookspec(firstresult=True)
    def pytest_xdist_auto_num_workers(self, config):
        """How many workers `-n auto` means."""


def add_what_is_missing(early_config, parser, args):
    """Add the options of the plugins that are not there, and parse the command line again."""
    manager = early_config.pluginmanager
    known = early_config.known_args_namespace  # by what is in it, since a plugin that `-p` names may have any name
    if not hasattr(known, "numprocesses"):
        add_xdist_options(parser)
        manager.add_hookspecs(XdistHooks())
        manager.register(xdist_fixtures, "cov_run_xdist_fixtures")
    if not hasattr(known, "cov_source"):
        add_cov_options(parser)
        manager.register(cov_fixtures, "cov_run_cov_fixtures")
    after = parser.parse_known_args(args, namespace=copy.copy(early_config.option))
    after.confcutdir = known.confcutdir  # pytest works it out between parsing and this hook
    early_config.known_args_namespace = after
    return after


def add_markers(config):
    """Declare the marks of both plugins, so that --strict-markers accepts them."""
    config.addinivalue_line("markers", "xdist_group(name): tests of a group run in the same worker.")
    config.addinivalue_line("markers", "serial: no other test runs meanwhile.")
    config.addinivalue_line("markers", "cov_run(weight=1, group=None): takes this many workers; one test of a group at a time.")
    config.addinivalue_line("markers", "timeout(seconds): how long the test may take.")
    config.addinivalue_line("markers", "no_cover: disable coverage for this test.")


def neutralise_xdist(config):
    """Leave nothing for pytest-xdist to distribute, and say how many processes were asked for.

    The answer is what -n, or -d, --dist and --tx, amount to: None, "auto" or a number.
    """
    option = config.option
    asked = option.numprocesses
    option.asked_distribution = option.dist
    if asked is None and option.tx:
        asked = sum(int(spec.split("*")[0]) if "*" in spec else 1 for spec in option.tx)
    if asked in ("auto", "logical"):
        asked = own_number_of_workers(config) or "auto"
        if option.maxprocesses:
            asked = min(asked, option.maxprocesses) if asked != "auto" else asked
    option.numprocesses = 0
    option.dist = "no"
    option.distload = False
    option.tx = []
    return asked


def own_number_of_workers(config):
    """What the project's own hook says that `-n auto` means, or None."""
    hook = getattr(config.hook, "pytest_xdist_auto_num_workers", None)
    if hook is None or all(found.plugin_name in ("xdist", "xdist.plugin") for found in hook.get_hookimpls()):
        return None
    return hook(config=config)


def announce_worker(order):
    """Set what conftests may read while they are imported."""
    variables = {
        "PYTEST_XDIST_WORKER": "gw%d" % order["slot"],
        "PYTEST_XDIST_WORKER_COUNT": str(order["count"]),
        "PYTEST_XDIST_TESTRUNUID": order["uid"],
    }
    os.environ.update(variables)
    handlers = sys.modules.get("wsgiref.handlers")
    if handlers is not None:
        handlers.BaseHandler.os_environ.update(variables)  # which it has copied when it was imported


def seed_of_all(config, seed):
    """The seed that all workers share: `seed`, unless --randomly-seed gives one, or asks for that of the last run."""
    asked = getattr(config.option, "randomly_seed", "default")
    if asked != "last":
        return seed if asked == "default" else asked
    from _pytest.cacheprovider import Cache

    return Cache.for_config(config, _ispytest=True).get("randomly_seed", seed)


def remember_seed(config):
    """Keep the seed for `--randomly-seed=last`, as pytest-randomly does outside of workers."""
    cache = getattr(config, "cache", None)
    if cache is not None and hasattr(config.option, "randomly_seed"):
        cache.set("randomly_seed", config.workerinput["randomly_seed"])


def become_worker(config, order, ask, note):
    """Make the session look like a worker of pytest-xdist, as plugins and conftests expect it.

    `ask` gets what plug-ins give to it; `note` is told who wants something that is its own, if that matters.
    """
    config.workerinput = WorkerInput(
        ask,
        note,
        mainargv=order["args"],
        randomly_seed=seed_of_all(config, order["seed"]),  # pytest-randomly takes it from here
    )
    rerunfailures = sys.modules.get("pytest_rerunfailures")
    if rerunfailures is not None:
        # It would ask a server in pytest-xdist's controller which tests killed a worker. Those are cov-run's to report.
        rerunfailures.HAS_PYTEST_HANDLECRASHITEM = False
    config.workeroutput = {}
    assume(config, order, config.option.basetemp or order["basetemp"])


def assume(config, order, base):
    """Take on the identity of a worker, whose temporary directories go below `base`."""
    announce_worker(order)  # the number of workers may have changed
    workerid = "gw%d" % order["slot"]
    config.workerinput.update(workerid=workerid, workercount=order["count"], testrunuid=order["uid"])
    config.workerinput.forget()
    if configures_nodes(config):
        config.workerinput.complete()
    os.makedirs(base, mode=0o700, exist_ok=True)
    config.option.basetemp = os.path.join(base, "popen-" + workerid)


def assume_another(config, order):
    """Take on the identity of another worker after a fork, with its own temporary directory."""
    assume(config, order, os.path.dirname(config.option.basetemp))
    factory = getattr(config, "_tmp_path_factory", None)
    if factory is not None:
        given = factory._given_basetemp
        factory._given_basetemp = type(given)(os.path.abspath(config.option.basetemp)) if given is not None else None
