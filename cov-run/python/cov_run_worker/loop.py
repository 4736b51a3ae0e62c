"""The run loop: tests of one unit after the other, the next unit asked for as late as pytest allows."""

import functools
import time

import pytest
from _pytest.runner import CallInfo

from .contexts import name_of_fixture
from .protocol import clean

_clock = time.perf_counter


class Upcoming:
    """Stands for the first test of a file that is not open yet, so that shared fixtures survive."""

    def __init__(self, chain):
        self.chain = chain

    def listchain(self):
        return self.chain


class Loop:
    """Runs what cov-run hands out until it says stop.

    A unit is a file, or some of a file's tests. pytest wants to know the test that follows before it tears one down.
    The answer is asked for inside that teardown, hence a worker never holds a unit that another one could run; and what
    it has not begun yet, it gives up when cov-run asks for it.
    """

    def __init__(self, channel, files, ask_between_tests, deadline):
        self.channel = channel
        self.files = files
        self.ask_between_tests = ask_between_tests
        self.deadline = deadline
        self.after_test = []  # called after each test, and before anything is torn down that it shares with others
        self.stopped = False
        self.last = None
        self.tests = []  # of the unit: (index in the file, item)
        self.at = 0  # the place of the test that runs among them
        self.set_up = []  # fixtures that tests share, set up since the last report: (fixture, its name)
        self.undoing = []  # the names of those that are being undone
        self.waited = 0.0  # how long the teardown of the test that runs was held up by cov-run

    def run(self, session):
        self.session = session
        self.wrap_teardown(session._setupstate)
        unit = None if self.stopped else self.next_unit()
        while unit is not None:
            unit = self.run_unit(unit)
        self.settle(None)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)

    def run_unit(self, unit):
        """Run the tests of a unit; the answer is the next unit, None at the end."""
        self.upcoming = self.asked = None
        self.unit, self.tests = unit, []
        self.tests = self.files.open(self.session, unit, self.ask)
        alone = unit["alone"]
        for self.at, (index, item) in enumerate(self.tests):  # what is given up meanwhile is gone from the list
            if self.must_stop():
                return None
            if self.at == 0:
                self.settle(None if alone else item)
            self.deciding = self.late and not alone
            following = None if alone else self.following()
            if not self.late and following is None and not alone:
                following = self.first_of_next_unit()
            self.run_test(index, item, following)
        self.channel.flush()  # what comes next may be the death of this process
        if self.must_stop():
            return None
        return self.upcoming if self.asked else self.next_unit()

    def run_test(self, index, item, following):
        self.last = item
        self.waited = 0.0
        identity = clean(item.nodeid)
        self.channel.send("start", id=identity, index=index, limit=self.deadline.begin(item))
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        self.deadline.end()
        self.deciding = False
        self.channel.put("done", id=identity, index=index)
        self.keep()

    def keep(self):
        """Let what was measured be put where the death of this process cannot reach it."""
        for call in self.after_test:
            call()

    def following(self):
        """The test of this unit that comes after the one that runs, None at the end."""
        return self.tests[self.at + 1][1] if self.at + 1 < len(self.tests) else None

    def must_stop(self):
        self.channel.leave_if_forked()
        session = self.session
        while not self.stopped and self.channel.has_order():
            self.obey(self.channel.receive())
        return bool(self.stopped or session.shouldfail or session.shouldstop)

    def obey(self, order):
        """Do what cov-run says unasked."""
        if order["order"] == "yield":
            self.give_up(order["file"], order["index"])
        else:
            self.stopped = True

    def give_up(self, file, index):
        """Leave to others this test and those behind it, as far as they have not begun."""
        given = []
        if self.tests and file == self.unit["file"]:
            places = [place for place, (each, _) in enumerate(self.tests) if each == index]
            cut = max(places[0] if places else len(self.tests), self.at + 1)
            given = [each for each, _ in self.tests[cut:]]
            del self.tests[cut:]
        self.channel.call("yielded", file=file, indexes=given)

    def ask(self, event):
        """Ask cov-run something. What it said before it heard the question is obeyed first."""
        began = _clock()
        self.channel.leave_if_forked()
        self.channel.call(event)
        answer = self.channel.receive()
        while answer["order"] == "yield":
            self.obey(answer)
            answer = self.channel.receive()
        self.waited += _clock() - began
        return answer

    def next_unit(self):
        """Ask for a unit; None when there is nothing left."""
        answer = self.ask("next")
        if answer["order"] == "run":
            return answer
        self.stopped = True
        return None

    def first_of_next_unit(self):
        self.asked = True
        self.upcoming = self.next_unit()
        if self.upcoming is None or self.upcoming["alone"]:
            return None
        return Upcoming(self.files.chain_of(self.upcoming["file"]))

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
                nextitem = self.decide()
            if self.last is not None and getattr(nextitem, "parent", None) is not self.last.parent:
                self.keep()
            return original(nextitem)

        state.teardown_exact = teardown_exact

    def decide(self):
        """The test that follows the one that is torn down."""
        if self.must_stop():
            return None
        following = self.following()
        if self.ask_between_tests and following is not None and self.ask("ask")["order"] != "proceed":
            self.stopped = True
            return None
        if following is None:
            self.keep()  # the answer may take long
            following = self.first_of_next_unit()
        return following

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(self, fixturedef, request):
        """Remember a fixture that tests share: what happens when it is undone is none of theirs.

        This is no wrapper, which would be seen in the traceback of a fixture that fails.
        """
        if fixturedef.scope != "function":
            name = clean(name_of_fixture(fixturedef, str(request.config.rootpath)))
            fixturedef.addfinalizer(self.undone)  # finalizers are called in reverse
            self.set_up.append((fixturedef, name))

    def watch_fixtures(self):
        """Let it be known when a fixture that has been set up is undone."""
        while self.set_up:
            fixturedef, name = self.set_up.pop()
            if fixturedef.cached_result is not None:
                fixturedef.addfinalizer(functools.partial(self.undo, name))

    def undo(self, name):
        self.undoing.append(name)
        self.channel.send("undoing", fixture=name)

    def undone(self):
        """A fixture is undone; one that it depends on may be the next, and has been announced before it."""
        if self.undoing:
            self.undoing.pop()
        if self.undoing:
            self.channel.send("undoing", fixture=self.undoing[-1])
        else:
            self.channel.put("undone")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, call):
        self.watch_fixtures()
        if call.when == "teardown" and self.waited:
            call.duration = max(call.duration - self.waited, 0.0)  # cov-run's time is not the test's

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
