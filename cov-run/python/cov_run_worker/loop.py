"""The run loop: tests of one file after the other, the next file asked for as late as pytest allows."""

import pytest
from _pytest.runner import CallInfo

from .protocol import clean


class Upcoming:
    """Stands for the first test of a file that is not open yet, so that shared fixtures survive."""

    def __init__(self, chain):
        self.chain = chain

    def listchain(self):
        return self.chain


class Loop:
    """Runs what cov-run hands out until it says stop.

    pytest wants to know the test that follows before it tears one down. The answer is asked for inside that
    teardown, hence a worker never holds a file that another one could run.
    """

    def __init__(self, channel, files, ask_between_tests):
        self.channel = channel
        self.files = files
        self.ask_between_tests = ask_between_tests
        self.after_test = []  # called after each test
        self.stopped = False
        self.last = None

    def run(self, session):
        self.session = session
        self.wrap_teardown(session._setupstate)
        unit = None if self.stopped else self.next_unit()
        while unit is not None:
            items = self.files.open(session, unit["file"], unit["skip"])
            unit = self.run_items(items)
        self.settle(None)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)

    def run_items(self, items):
        """Run the tests of a file; the answer is the next file, None at the end."""
        self.upcoming = self.asked = None
        for index, item in enumerate(items):
            if self.must_stop():
                return None
            following = items[index + 1] if index + 1 < len(items) else None
            if index == 0:
                self.settle(item)
            self.deciding = self.late
            if not self.late and following is None:
                following = self.first_of_next_unit()
            self.last = item
            self.channel.send("start", id=clean(item.nodeid))
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            self.deciding = False
            self.channel.put("done", id=clean(item.nodeid))
            for call in self.after_test:
                call()
        self.channel.flush()  # what comes next may be the death of this process
        if self.must_stop():
            return None
        return self.upcoming if self.asked else self.next_unit()

    def must_stop(self):
        self.channel.leave_if_forked()
        session = self.session
        if not self.stopped and self.channel.has_order():
            self.stopped = True
        return bool(self.stopped or session.shouldfail or session.shouldstop)

    def next_unit(self):
        """Ask for a file: {"file", "skip"}, or None when there is nothing left."""
        answer = self.channel.ask("next")
        if answer["order"] == "run":
            return answer
        self.stopped = True
        return None

    def first_of_next_unit(self):
        self.asked = True
        self.upcoming = self.next_unit()
        return Upcoming(self.files.chain_of(self.upcoming["file"])) if self.upcoming else None

    def wrap_teardown(self, state):
        """Decide what follows a test inside its teardown, if this pytest lets us."""
        self.deciding = False
        original = getattr(state, "teardown_exact", None)
        self.late = original is not None
        if not self.late:
            return

        def teardown_exact(nextitem):
            __tracebackhide__ = True
            if self.deciding:
                self.deciding = False
                nextitem = self.decide(nextitem)
            return original(nextitem)

        state.teardown_exact = teardown_exact

    def decide(self, nextitem):
        if self.must_stop():
            return None
        if self.ask_between_tests and nextitem is not None and self.channel.ask("ask")["order"] != "proceed":
            self.stopped = True
            return None
        return nextitem if nextitem is not None else self.first_of_next_unit()

    def settle(self, item):
        """Tear down what the next test does not share.

        Needed only where the file that was announced had no tests. An error belongs to the last test that ran.
        """
        state = self.session._setupstate
        stack = list(getattr(state, "stack", ()))
        chain = item.listchain() if item is not None else []
        if self.last is None or not stack or stack == chain[: len(stack)]:
            return
        call = CallInfo.from_call(lambda: state.teardown_exact(item), when="teardown", reraise=(KeyboardInterrupt,))
        if call.excinfo is not None:
            report = pytest.TestReport.from_item_and_call(self.last, call)
            self.last.ihook.pytest_runtest_logreport(report=report)
