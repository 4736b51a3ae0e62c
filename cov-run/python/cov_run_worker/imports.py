"""What the other test files import: pytest imports all of them before the first test, a worker only its own.

Some tests lean on that: a module which another file imports is an attribute of its package by then.
"""

import sys

import pytest

WANT_OF_A_NAME = (AttributeError, ImportError, KeyError, NameError)


class OtherFiles:
    """Imports the other test files as soon as a test fails for the want of a name, and lets that test try again.

    Once in a worker, and only if something new was imported. Whatever fails for another reason has failed.
    """

    def __init__(self, files, note, outside_of_tests):
        self.files = files
        self.note = note
        self.outside_of_tests = outside_of_tests  # makes a context manager, within which nothing that runs is the test's
        self.pending = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item, call):
        if not self.pending or call.when != "call" or call.excinfo is None:
            return
        if not isinstance(call.excinfo.value, WANT_OF_A_NAME):
            return
        self.pending = False
        with self.outside_of_tests():
            new = self.import_all()
        if not new:
            return
        try:
            item.runtest()
        except Exception:
            return  # The first failure stands.
        call.excinfo = None
        self.note(
            "%s passes only after other test files are imported, as pytest imports them: it fails alone"
            % item.nodeid
        )

    def import_all(self):
        """Import what this worker was not given; whether that brought anything but the test files themselves."""
        known = set(sys.modules)
        modules = [node for nodes in self.files.nodes.values() for node in nodes if isinstance(node, pytest.Module)]
        names = set()
        for node in modules:
            try:
                names.add(node.obj.__name__)
            except KeyboardInterrupt:
                raise
            except BaseException:
                continue  # Whoever is given the file reports what is wrong with it.
        return bool(set(sys.modules) - known - names)
