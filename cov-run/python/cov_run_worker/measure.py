"""Measurement with the project's own coverage.py, in a fragment per worker that nobody ever erases."""

import contextlib
import os
import sys
import warnings

from . import monitor
from .contexts import Contexts
from .journal import Journal

_getpid = os.getpid


class Measurement:
    """One worker's coverage, and the journal that saves it from a crash.

    The journal holds what each finished test added. Without contexts it is read only when the worker died before it
    could save; contexts are nowhere else.
    """

    def __init__(self, order, note, unsaved):
        self.note = note
        self.unsaved = unsaved  # to be told that something which was measured could not be saved
        self.coverage = None
        self.wanted = None
        self.contexts = None
        self.directory = os.getcwd()
        self.begin(order)

    def begin(self, order):
        self.order = order
        self.journal = self.line_monitor = None
        self.process = _getpid()
        self.running = False
        self.paused = False

    def start_anew(self, order):
        """Measure in a process that was forked: what the one before it measured is saved in a fragment of its own."""
        self.begin(order)
        if self.coverage is None:
            return
        directory = os.getcwd()
        os.chdir(self.directory)  # the configuration is found from there
        try:
            self.start_as_wanted()
        finally:
            os.chdir(directory)

    def start(self, options):
        """Start measuring as pytest-cov would with these options; the answer describes it, for `hello`."""
        if self.order["no_cov"] or getattr(options, "no_cov", False):
            return {"active": False}
        try:
            import coverage
        except ImportError as error:
            return {"active": False, "missing": str(error)}
        source = self.order["source"]
        if not source:
            asked = list(options.cov_source or [])
            source = None if not asked or True in asked else [path for path in asked if path]
        branch = True if self.order["branch"] or options.cov_branch else None
        self.wanted = {"config_file": options.cov_config, "source": source, "branch": branch}
        asks_for_phases = options.cov_context == "test" and not self.order["contexts"]
        if self.order["contexts"] or asks_for_phases:
            self.contexts = Contexts(self.cut, phases=asks_for_phases)
        try:
            self.start_as_wanted()
        except coverage.CoverageException as error:
            self.coverage = None
            return {"active": False, "failed": str(error)}
        return {
            "active": True,
            "version": coverage.__version__,
            "branch": bool(self.coverage.get_option("run:branch")),
            "rules": self.rules(),
        }

    def rules(self):
        """How to make a report of what is measured, as the project's configuration and coverage.py's plug-ins have it."""
        inorout = getattr(self.coverage, "_inorout", None)
        directories = getattr(inorout, "source_dirs", None) or getattr(inorout, "source", None) or []
        return {
            "exclude": list(self.option("report:exclude_lines")),
            "partial": [*self.option("report:partial_branches"), *self.option("report:partial_branches_always")],
            "report_include": list(self.option("report:include")),
            "report_omit": list(self.option("report:omit")),
            "paths": [list(names) for names in dict(self.option("paths")).values()],
            "relative_files": bool(self.option("run:relative_files")),
            "source_directories": [str(directory) for directory in directories],
            "source_packages": list(getattr(inorout, "source_pkgs", None) or []),
            "namespace_packages": bool(self.option("report:include_namespace_packages")),
            "omit": list(self.option("run:omit")),
        }

    def option(self, name):
        """An option of coverage.py; nothing where it is not set, or this release does not know it."""
        try:
            return self.coverage.get_option(name) or ()
        except Exception:  # older releases raise their own ConfigError
            return ()

    def start_as_wanted(self):
        """Measure into the fragment of this worker."""
        import coverage

        with self.forwarded_warnings():
            self.coverage = coverage.Coverage(data_file=self.order["fragment"], data_suffix=True, **self.wanted)
            self.keep_quiet()
            self.take_over_contexts()
            self.aim_children()
            with self.chosen_core():
                self.coverage.start()
        self.running = True
        self.open_journal()

    def keep_quiet(self):
        """Leave cov-run itself out, and silence what is normal for one worker of many."""
        ours = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "*")
        self.coverage.set_option("run:omit", list(self.coverage.get_option("run:omit") or []) + [ours])
        for name in ("_warn_no_data", "_warn_unimported_source", "_warn_preimported_source"):
            if hasattr(self.coverage, name):
                setattr(self.coverage, name, False)
        original = getattr(self.coverage, "_warn", None)
        if original is None:
            return

        def warn(*args, **keywords):
            with self.forwarded_warnings():
                original(*args, **keywords)

        self.coverage._warn = warn  # A project that turns warnings into errors must not fail by coverage's.

    def take_over_contexts(self):
        """Let contexts be ours where coverage.py would look for tests by itself, at every call of a function."""
        if self.option("run:dynamic_context") == "test_function":
            self.contexts = self.contexts or Contexts(self.cut, phases=False)
        if self.contexts is not None:
            self.coverage.set_option("run:dynamic_context", None)

    def chosen_core(self):
        """What to start coverage.py within, so that it measures as --core says."""
        core = self.order["core"]
        refusal = monitor.why_not(self.coverage, unless_configured=core == "auto")
        if core in ("auto", "sysmon") and refusal is None:
            return monitor.taking_the_place_of_the_tracer()
        if core != "auto":
            if core == "sysmon" and self.coverage.get_option("run:branch") and sys.version_info < (3, 14):
                self.note("--core=sysmon cannot measure branches here: %s" % refusal)
            try:
                self.coverage.set_option("run:core", core)
            except Exception:  # older releases raise their own ConfigError for an option they do not know
                self.note("--core needs a newer coverage.py")
        return contextlib.nullcontext()

    def aim_children(self):
        """Let processes that coverage.py measures for the project write beside our fragment."""
        concurrency = self.option("run:concurrency")
        self.aims = bool(self.option("run:patch") or "multiprocessing" in concurrency or self.order["process_start"])
        if self.aims:
            self.aim(self.order["fragment"])
        if self.order["process_start"]:
            os.environ["COVERAGE_PROCESS_START"] = self.order["process_start"]

    def aim(self, data_file):
        """Let processes that start from now on write to files with this beginning."""
        os.environ["COVERAGE_FILE"] = data_file
        if "COVERAGE_PROCESS_CONFIG" in os.environ:  # what `patch = subprocess` hands on is all that they look at
            self.coverage.config.data_file = data_file
            os.environ["COVERAGE_PROCESS_CONFIG"] = self.coverage.config.serialize()

    @contextlib.contextmanager
    def forwarded_warnings(self):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield
        for each in caught:
            if "Coverage" in each.category.__name__:
                self.note("coverage.py: %s" % each.message)

    def pause(self):
        """Measure nothing until `resume`."""
        if self.is_ours():
            self.paused = True
            if self.line_monitor is not None:
                self.line_monitor.pause()
            self.coverage.stop()

    def resume(self):
        """Measure again, after a pause."""
        if self.paused and self.is_ours():
            self.paused = False
            self.coverage.start()
            if self.line_monitor is not None:
                self.line_monitor.resume()

    def is_ours(self):
        """Whether this is being measured, and no process that a test forked."""
        return self.running and _getpid() == self.process

    def finish(self):
        """Stop and save. Whatever happens here, the tests' results stand."""
        if not self.is_ours():
            return
        if self.contexts is not None:
            self.cut(self.contexts.current, "")
        self.running = False
        with contextlib.suppress(OSError):  # a test may have removed the directory we are in
            os.chdir(self.directory)
        if self.line_monitor is not None:
            self.line_monitor.stop()
        with self.forwarded_warnings():
            self.coverage.stop()
        keeps_journal = self.journal is not None and self.contexts is not None
        if keeps_journal:
            if self.line_monitor is not None:
                self.journal.add_what_is_new()
        is_saved = not keeps_journal and self.save()
        if self.journal is not None:
            self.journal.close()
            if is_saved:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(self.journal.path)
            elif keeps_journal and self.journal.failure is not None:
                self.unsaved("%s: %s" % (self.journal.path, self.journal.failure.strerror))
            self.journal = None

    def save(self):
        """Let coverage.py save; the answer is whether it could."""
        try:
            with self.forwarded_warnings():
                self.coverage.save()
        except Exception as error:  # of the system, or coverage.py's own
            fragment, text = self.order["fragment"], str(error)
            self.unsaved(text if fragment in text else "%s: %s" % (fragment, text))
            return False
        return True

    # The journal

    def open_journal(self):
        """Begin a journal, if this coverage.py lets us; without one it saves after each test instead."""
        collector = getattr(self.coverage, "_collector", None)
        if not isinstance(getattr(collector, "data", None), dict) or not hasattr(collector, "cached_mapped_file"):
            return
        if self.contexts is not None and monitor.looks_once(collector):
            from .line_monitor import LineMonitor

            self.line_monitor = LineMonitor(collector)
            self.line_monitor.start()
        packed = bool(getattr(getattr(collector, "core", None), "packed_arcs", getattr(collector, "packed_arcs", False)))
        branch = bool(self.coverage.get_option("run:branch"))
        head = {"branch": branch, "packed": branch and packed, "version": sys.modules["coverage"].__version__}
        path = "%s.%d.journal" % (self.order["fragment"], self.process)  # a zygote has the name of its first worker
        static = self.option("run:context") or ""
        self.journal = Journal(path, collector, head, self.line_monitor, static)

    # Contexts

    def watch_contexts(self, config):
        """Let pytest tell when a context ends, if contexts are wanted."""
        if self.contexts is not None:
            config.pluginmanager.register(self.contexts)

    def outside_of_tests(self):
        """Makes a context manager within which nothing that runs is a test's."""
        return self.contexts.outside() if self.contexts is not None else contextlib.nullcontext()

    def cut(self, context, following):
        """A context ends, another begins."""
        if not self.is_ours():
            return
        if self.journal is None:
            self.coverage.switch_context(following)
            return
        self.journal.cut(context)
        if self.aims:  # what a process measures that starts now belongs to what follows
            self.aim(self.order["fragment"] + self.journal.suffix_of(following))

    def after_test(self):
        """Put what this test added where a crash cannot reach it."""
        if not self.is_ours():
            return
        if self.journal is None:
            self.save()
        elif self.contexts is None or self.line_monitor is not None:
            self.journal.add_what_is_new()
            self.journal.flush()
