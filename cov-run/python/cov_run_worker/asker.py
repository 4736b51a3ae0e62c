"""Who wants to know which worker this is."""

import os

# They read or hand on what others ask for.
MEDIATORS = {"os", "collections.abc"}  # the latter is what _collections_abc calls itself


class Asker:
    """The place in the code, outside of our own, that asks for something. `frame` is the one that got the question."""

    def __init__(self, frame):
        while frame.f_back is not None and is_mediator(frame.f_globals.get("__name__") or ""):
            frame = frame.f_back
        self.module = frame.f_globals.get("__name__")
        self.file, self.line = frame.f_code.co_filename, frame.f_lineno

    def __str__(self):
        below = os.path.join(os.getcwd(), "")
        file = self.file[len(below) :] if self.file.startswith(below) else self.file
        return "%s:%d" % (file, self.line)


def is_mediator(module):
    return module in MEDIATORS or module.split(".")[0] == __package__
