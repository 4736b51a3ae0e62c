"""Measurement with the project's own coverage.py, in a fragment per worker that nobody ever erases."""

import contextlib
import os
import sys
import warnings

from . import monitor
from .protocol import encode, write_all

_getpid = os.getpid


class Measurement:
    """One worker's coverage, and the journal that saves it from a crash.

    The journal holds what each finished test added. It is read only when the worker died before it could save.
    """

    def __init__(self, order, note):
        self.note = note
        self.coverage = None
        self.wanted = None
        self.directory = os.getcwd()
        self.begin(order)

    def begin(self, order):
        self.order = order
        self.journal = None
        self.known = {}
        self.tracers_known = 0
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
        if self.option("run:patch") or "multiprocessing" in concurrency or self.order["process_start"]:
            os.environ["COVERAGE_FILE"] = self.order["fragment"]
        if self.order["process_start"]:
            os.environ["COVERAGE_PROCESS_START"] = self.order["process_start"]

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
        if self.running and _getpid() == self.process:
            self.paused = True
            self.coverage.stop()

    def resume(self):
        """Measure again, after a pause."""
        if self.paused and _getpid() == self.process:
            self.paused = False
            self.coverage.start()

    def finish(self):
        """Stop and save. Whatever happens here, the tests' results stand."""
        if not self.running or _getpid() != self.process:
            return
        self.running = False
        with contextlib.suppress(OSError):  # a test may have removed the directory we are in
            os.chdir(self.directory)
        with self.forwarded_warnings():
            self.coverage.stop()
            self.coverage.save()
        if self.journal is not None:
            os.close(self.journal)
            os.unlink(self.order["fragment"] + ".journal")
            self.journal = None

    # The journal

    def open_journal(self):
        """Watch the collector's own sets, which only grow; without them, save after each test instead."""
        collector = getattr(self.coverage, "_collector", None)
        data = getattr(collector, "data", None)
        mapped = getattr(collector, "cached_mapped_file", None)
        if not isinstance(data, dict) or mapped is None:
            return
        self.collector = collector
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
        self.journal = os.open(self.order["fragment"] + ".journal", flags, 0o600)
        packed = bool(getattr(getattr(collector, "core", None), "packed_arcs", getattr(collector, "packed_arcs", False)))
        branch = bool(self.coverage.get_option("run:branch"))
        write_all(self.journal, encode({"branch": branch, "packed": branch and packed}))

    def after_test(self):
        """Put what this test added where a crash cannot reach it."""
        if not self.running or _getpid() != self.process:
            return
        if self.journal is None:
            with self.forwarded_warnings():
                self.coverage.save()
            return
        lines = []
        for name, seen in list(self.collector.data.items()):
            before = self.known.get(name)
            if before is not None and len(before) == len(seen):
                continue
            now = seen.copy()
            added = now - before if before else now
            self.known[name] = now
            if added:
                lines.append(encode({"file": self.collector.cached_mapped_file(name), "added": list(added)}))
        tracers = getattr(self.collector, "file_tracers", {})
        if len(tracers) != self.tracers_known:
            self.tracers_known = len(tracers)
            mapped = self.collector.cached_mapped_file
            lines.append(encode({"tracers": {mapped(name): plugin for name, plugin in list(tracers.items())}}))
        if lines:
            write_all(self.journal, b"".join(lines))
