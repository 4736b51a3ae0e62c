"""What a worker says of itself: versions, what it measures, and the options that cov-run has to know."""

import os
import platform
import sys

import pytest

from .listeners import who_reports
from .protocol import clean


def introduce(config, colour, measured, processes):
    """The fields of the `hello` event. A plugin that is switched off leaves its options at their defaults."""
    option = config.option

    def given(name, default=None):
        return getattr(option, name, default)

    path = given("xmlpath")
    return {
        "python": platform.python_version(),
        "executable": sys.executable,
        "pytest": pytest.__version__,
        "directory": clean(str(config.invocation_params.dir)),
        "root": clean(str(config.rootpath)),
        "cache": cache_directory(config),
        "measured": measured,
        "reporters": who_reports(config),
        "options": {
            "processes": processes,
            "maxprocesses": given("maxprocesses"),
            "distribution": given("asked_distribution", "no"),
            "max_worker_restart": given("maxworkerrestart"),
            "maxfail": given("maxfail") or 0,
            "verbosity": given("verbose", 0),
            "reportchars": given("reportchars", ""),
            "disable_warnings": given("disable_warnings", False),
            "max_warnings": given("max_warnings") or ini(config, "max_warnings", None),
            "fold_skipped": given("fold_skipped", True),
            "force_short_summary": given("force_short_summary", False),
            "no_header": given("no_header", False),
            "no_summary": given("no_summary", False),
            "traceback": given("tbstyle", "auto"),
            "xfail_traceback": given("xfail_tb", False),
            "durations": given("durations"),
            "durations_min": given("durations_min"),
            "colour": colour,
            "junit_path": path and os.path.expanduser(os.path.expandvars(path)),
            "junit_prefix": given("junitprefix"),
            "junit_suite_name": ini(config, "junit_suite_name", "pytest"),
            "junit_logging": ini(config, "junit_logging", "no"),
            "junit_log_passing_tests": ini(config, "junit_log_passing_tests", True),
            "junit_duration_report": ini(config, "junit_duration_report", "total"),
            "junit_family": ini(config, "junit_family", "xunit2"),
        },
    }


def ini(config, name, default):
    """An ini value, or `default` where no plugin has declared it."""
    try:
        return config.getini(name)
    except (KeyError, ValueError):
        return default


def cache_directory(config):
    """Where pytest remembers what failed, or None if it does not."""
    directory = ini(config, "cache_dir", None)
    if directory is None:
        return None
    return clean(str(config.rootpath / os.path.expandvars(directory)))
