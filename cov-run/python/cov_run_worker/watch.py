"""Who wants to know which worker this is, while the session is prepared: all copies would have had one answer."""

import os
import sys

WORKER = "PYTEST_XDIST_WORKER"

# They read or hand on what others ask for. The latter is what _collections_abc calls itself.
MEDIATORS = {"os", "collections.abc"}

# Modules that keep a copy of the environment, and look for nothing in it. Django imports this one.
COPIERS = {"wsgiref.handlers"}


class Watch:
    """Watches until `end`; `tell` is called at once with the reason not to fork that the first question is."""

    def __init__(self, tell):
        self.tell = tell
        self.reason = None
        self.here = os.path.join(os.getcwd(), "")
        self.owners = [os.environ, os.environb]
        self.original = os.environ._data
        self.environment = Environment(self)
        self.replace(self.environment)

    def note(self, what, frame):
        """Take note of a question, which code in this frame got."""
        if self.tell is None or self.reason is not None:
            return
        while frame.f_back is not None and is_mediator(frame.f_globals.get("__name__") or ""):
            frame = frame.f_back
        if frame.f_globals.get("__name__") not in COPIERS:
            file = frame.f_code.co_filename
            file = file[len(self.here) :] if file.startswith(self.here) else file
            self.reason = "the project asks for %s before the first test (%s:%d)" % (what, file, frame.f_lineno)
            self.tell(self.reason)

    def replace(self, data):
        for owner in self.owners:
            owner._data = data

    def end(self):
        """Stop watching. The answer is the reason not to fork, None if there is none."""
        self.tell = None
        self.original.clear()
        self.original.update(self.environment)
        self.replace(self.original)
        return self.reason


class Environment(dict):
    """The dictionary behind os.environ, as long as it is watched."""

    def __init__(self, watch):
        super().__init__(watch.original)
        self.watch = watch

    def __getitem__(self, key):
        if key == WORKER.encode("ascii"):
            self.watch.note(WORKER, sys._getframe(1))
        return dict.__getitem__(self, key)


def is_mediator(module):
    return module in MEDIATORS or module.split(".")[0] == __package__
