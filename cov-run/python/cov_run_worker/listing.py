"""What `cov-run list` asks of pytest: the ids of the tests that it would run, in its order."""

import pytest

from .plugin import TakenOverOptions
from .protocol import clean


class Listing(TakenOverOptions):
    """Writes the ids to a file, each with a NUL behind it, once pytest is ready to run the tests.

    pytest's own list is printed by its terminal plugin, among what tests print while they are imported.
    """

    def __init__(self, destination):
        self.destination = destination

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtestloop(self, session):
        outcome = yield
        if outcome.excinfo is None:  # else collection has failed, and pytest would run nothing
            with open(self.destination, "wb") as file:
                for item in session.items:
                    file.write(clean(item.nodeid).encode("utf-8") + b"\0")
