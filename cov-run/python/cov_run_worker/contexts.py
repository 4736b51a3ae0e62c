"""Whose lines run: those of a test, of a fixture that tests share, or nobody's."""

import contextlib
import functools
import inspect
import os
import re

import pytest

# Fixtures that pytest makes of `setup_module`, `setup_class`, `setUpClass` and their like.
_OLD_STYLE = re.compile(r"_(?:xunit|unittest)_(\w+?)_fixture_")


class Contexts:
    """A pytest plugin that calls `cut(context, following)` when a context ends, with the names of it and of the next one.

    A test's is its node id; with `phases`, `|setup`, `|run` or `|teardown` follows it, as pytest-cov names it. What
    several tests share, the fixtures of a class, module, package or session, has contexts of its own, both when it is
    set up and when it is torn down: it is the test's that happens to come first no more than the others'. Whatever runs
    between tests, as when a test file is imported, has the context without a name.
    """

    def __init__(self, cut, phases):
        self.cut = cut
        self.phases = phases
        self.current = ""
        self.around = []  # the contexts that go on when a fixture's ends

    def switch(self, name):
        if name != self.current:
            self.cut(self.current, name)
            self.current = name

    def enter(self, name):
        self.around.append(self.current)
        self.switch(name)

    def leave(self):
        self.switch(self.around.pop() if self.around else "")

    @contextlib.contextmanager
    def outside(self):
        """A while in which nothing is a test's."""
        self.enter("")
        try:
            yield
        finally:
            self.leave()

    # Tests

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item):
        self.around.clear()
        self.switch(self.name_of_test(item, "setup"))
        yield
        self.around.clear()
        self.switch("")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self, item):
        self.switch(self.name_of_test(item, "run"))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item):
        self.switch(self.name_of_test(item, "teardown"))

    def name_of_test(self, item, phase):
        return "%s|%s" % (item.nodeid, phase) if self.phases else item.nodeid

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_make_collect_report(self):
        with self.outside():
            yield

    # Fixtures

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef, request):
        if fixturedef.scope == "function":
            yield
            return
        name = "fixture:" + name_of_fixture(fixturedef, str(request.config.rootpath))
        fixturedef.addfinalizer(self.leave)  # finalizers are called in reverse
        self.enter(name)
        yield
        self.leave()
        fixturedef.addfinalizer(functools.partial(self.enter, name))


def name_of_fixture(fixturedef, root):
    """A fixture's file from `root`, or else its module, and its name."""
    old_style = _OLD_STYLE.match(fixturedef.argname)
    if old_style:
        path, *owners = fixturedef.baseid.split("::")
        return "%s:%s" % (path, ".".join([*owners, old_style.group(1)]))
    function = inspect.unwrap(fixturedef.func)
    function = getattr(function, "__func__", function)
    name = getattr(function, "__qualname__", fixturedef.argname)
    code = getattr(function, "__code__", None)
    start = os.path.join(root, "")
    if code is not None and code.co_filename.startswith(start):
        place = code.co_filename[len(start) :].replace(os.sep, "/")
    else:
        place = getattr(function, "__module__", None) or fixturedef.baseid.split("::")[0]
    return "%s:%s" % (place, name)
