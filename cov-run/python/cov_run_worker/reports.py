"""Turns pytest's reports into events: pytest's own text, rendered here, printed by cov-run."""

import io
import os

import pytest
from _pytest.config import create_terminal_writer

from .introduction import ini
from .protocol import clean

try:
    from _pytest.junitxml import shorten_message
except ImportError:  # before pytest 9.2 the message was given whole

    def shorten_message(message):
        return message


# What pytest's terminal plugin declares, for where it is switched off.
DEFAULTS = {
    "color": "auto",
    "code_highlight": "yes",
    "reportchars": "fE",
    "showcapture": "all",
    "tbstyle": "auto",
    "verbose": 0,
}


def add_defaults(option):
    """Let every option be there that rendering a report asks for."""
    for name, value in DEFAULTS.items():
        if not hasattr(option, name):
            setattr(option, name, value)


class Renderer:
    """Renders as pytest's terminal would, with the user's options, for a terminal that is elsewhere."""

    def __init__(self, config, colour, width):
        self.config = config
        self.option = config.option
        self.colour = colour
        self.width = width
        self.elsewhere = config.rootpath != config.invocation_params.dir
        self.junit_logging = ini(config, "junit_logging", "no")
        self.xfail_traceback = getattr(config.option, "xfail_tb", False)  # since pytest 8.2
        self.with_location = ini(config, "junit_family", "xunit2") != "xunit2"
        self.junit_of_passed = ini(config, "junit_log_passing_tests", True)
        self.failed = None  # the id of the test that failed last: its teardown output is shown too

    def writer(self):
        writer = create_terminal_writer(self.config, io.StringIO())
        writer.hasmarkup = self.colour
        writer.fullwidth = self.width
        return writer

    def shown(self, name):
        """The output sections that --show-capture lets through."""
        chosen = self.option.showcapture
        return chosen != "no" and (chosen == "all" or chosen in name)

    def text(self, report, sections):
        """A report as in pytest's FAILURES: the traceback, then what was captured."""
        writer = self.writer()
        report.toterminal(writer)
        self.write_sections(writer, sections)
        return writer._file.getvalue()

    def write_sections(self, writer, sections):
        for name, content in sections:
            if self.shown(name):
                writer.sep("-", name)
                writer.line(content[:-1] if content[-1:] == "\n" else content)

    def status(self, report):
        """(category, letter, word, markup) as pytest and its plugins name the outcome."""
        found = self.config.hook.pytest_report_teststatus(report=report, config=self.config)
        if not found:  # the terminal plugin, which always answers, is switched off
            letter = {"passed": ".", "skipped": "s"}.get(report.outcome, "F")
            return report.outcome, letter, report.outcome.upper(), None
        category, letter, word = found
        if isinstance(word, tuple):
            return category, letter, word[0], word[1]
        return category, letter, word, None

    def describe(self, report):
        """The fields of a `report` event; those that would be empty are left out."""
        when = report.when or "call"
        quiet = when in ("setup", "teardown") and report.outcome == "passed" and type(report) is pytest.TestReport
        # Asking for the status comes first: pytest fails a test with failed subtests in its answer.
        category, letter, word, markup = ("", "", "", None) if quiet else self.status(report)
        event = {
            "id": report.nodeid,
            "when": when,
            "outcome": report.outcome,
            "us": int(getattr(report, "duration", 0) * 1000000),
        }
        if quiet:
            if when == "teardown":
                self.describe_end(report, event)
            return event
        event.update(category=category, letter=letter, word=word)
        if markup:
            event["markup"] = sorted(key for key, on in markup.items() if on)
        if not getattr(report, "count_towards_summary", True):
            event["uncounted"] = True
        if self.elsewhere:
            event["shown_id"] = self.seen_from_here(report.nodeid)
        event["head"] = getattr(report, "head_line", None) or report.nodeid
        wasxfail = getattr(report, "wasxfail", None)
        if wasxfail is not None:
            event["wasxfail"] = str(wasxfail)
        if report.outcome == "skipped":
            self.describe_skip(report, event)
        if report.outcome == "failed" or category in ("failed", "error"):
            self.describe_failure(report, event)
        elif report.sections or category == "xfailed":
            self.describe_extra(report, event, category)
        if when == "teardown" or report.outcome != "passed":
            self.describe_end(report, event)
        if self.with_location and report.location:
            event["location"] = [report.location[0], report.location[1]]
        return event

    def seen_from_here(self, nodeid):
        """A node id from where pytest was started. pytest's own function takes text in one version, an object in another."""
        path, *names = nodeid.split("::")
        path = os.path.relpath(str(self.config.rootpath / path), str(self.config.invocation_params.dir))
        return "::".join([path.replace(os.sep, "/")] + names)

    def describe_skip(self, report, event):
        longrepr = report.longrepr
        if report.when == "collect":
            event["plain"] = str(longrepr)
        if isinstance(longrepr, tuple) and len(longrepr) == 3:
            path, line, reason = longrepr
            event["skip"] = {"path": str(path), "line": line, "reason": str(reason)}
            keywords = getattr(report, "keywords", {})
            event["skip"]["by_mark"] = report.when == "setup" and "skip" in keywords and "pytestmark" not in keywords

    def describe_failure(self, report, event):
        self.failed = report.nodeid
        longrepr = report.longrepr
        crash = getattr(longrepr, "reprcrash", None)
        if crash is not None:
            event["message"] = str(crash.message)
            event["crash_line"] = str(crash)
        else:
            event["crash_line"] = str(longrepr)[:50]
            if isinstance(longrepr, str):
                event["message"] = longrepr
        event["place"] = self.place(report)
        event["text"] = self.text(report, report.sections)
        event["plain"] = str(longrepr)
        reason = event.get("message") or event["plain"]
        if report.when in ("setup", "teardown"):
            reason = 'failed on %s with "%s"' % (report.when, reason)
        event["junit_message"] = shorten_message(reason)

    def place(self, report):
        """Where in its own file it failed: the last line of the traceback there, else the line of the test."""
        own = os.path.join(str(self.config.rootpath), report.nodeid.split("::")[0])
        entries = list(getattr(getattr(report.longrepr, "reprtraceback", None), "reprentries", ()))
        places = [getattr(entry, "reprfileloc", None) for entry in entries]
        places.insert(0, getattr(report.longrepr, "reprcrash", None))  # --tb=native has no entries with places
        for place in reversed(places):
            if place is not None and os.path.abspath(str(place.path)) == own:
                return [own, place.lineno]
        location = getattr(report, "location", None)
        if location and location[1] is not None:
            return [os.path.join(str(self.config.rootpath), location[0]), location[1] + 1]
        return [own, None]

    def describe_extra(self, report, event, category):
        """What -rP, -rX and --xfail-tb show."""
        wanted = {"passed": "P", "xpassed": "X"}.get(category)
        if category == "xfailed" and self.xfail_traceback or wanted and wanted in self.option.reportchars:
            event["text"] = self.text(report, report.sections)
        elif wanted and "A" in self.option.reportchars:
            event["text"] = self.text(report, report.sections)

    def describe_end(self, report, event):
        """What only the last report of a test knows."""
        properties = getattr(report, "user_properties", None)  # reports of collection have none
        if properties:
            event["properties"] = [[str(name), str(value)] for name, value in properties]
        if self.junit_logging != "no" and (self.junit_of_passed or report.outcome != "passed"):
            event["sections"] = [[name, content] for name, content in report.sections]
        if report.outcome == "passed" and report.sections:
            wide = set("PAX") & set(self.option.reportchars)
            late = [(name, content) for name, content in report.sections if "teardown" in name]
            if late and (wide or self.failed == report.nodeid):
                writer = self.writer()
                self.write_sections(writer, late)
                event["text"] = writer._file.getvalue()


def describe_warning(warning_message, when, nodeid, directory):
    """The fields of a `warning` event; its path as seen from `directory`, if it is below."""
    from _pytest.warnings import warning_record_to_str

    path = str(warning_message.filename)
    start = os.path.join(directory, "")
    return {
        "text": clean(warning_record_to_str(warning_message)),
        "when": when,
        "id": nodeid or None,
        "path": clean(path[len(start) :] if path.startswith(start) else path),
        "line": warning_message.lineno,
    }
