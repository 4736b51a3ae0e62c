"""A file that ends Python while it is imported cannot be imported: an error like others, that leaves the other files alone."""

import pytest
from _pytest._code import ExceptionInfo

try:
    from _pytest.reports import CollectErrorRepr
except ImportError:
    CollectErrorRepr = str


class Exits:
    """Turns the end of Python into an error of collection. pytest would end the session, as an error of its own."""

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_make_collect_report(self, collector):
        outcome = yield
        if outcome.excinfo is None or not isinstance(outcome.excinfo[1], SystemExit):
            return
        error = collector.repr_failure(ExceptionInfo.from_exc_info(outcome.excinfo))
        if not hasattr(error, "toterminal"):
            error = CollectErrorRepr(error)
        outcome.force_result(pytest.CollectReport(collector.nodeid, "failed", error, None))
