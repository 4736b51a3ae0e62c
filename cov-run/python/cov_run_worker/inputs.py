"""What pytest-xdist's controller tells a worker."""

import sys

# What is the same in all workers.
SHARED = ("mainargv", "randomly_seed", "testrunuid", "workercount")


class MissingInput(KeyError):
    """A key that nobody has given; its text is for people."""

    def __str__(self):
        return self.args[0]


class WorkerInput(dict):
    """What cov-run knows, and what plug-ins in the pytest that reports give, which is asked for when it is missed.

    A plug-in may register what gives it while pytest is configured, and only there: so nobody knows whether there is
    something before somebody wants it.
    """

    def __init__(self, ask, note, **known):
        super().__init__(known)
        self.ask = ask
        self.note = note  # called with each key of this worker's own that somebody wants, and who does
        self.given = None  # what plug-ins gave, once they were asked
        self.problem = None

    def complete(self):
        """Have what plug-ins give."""
        if self.given is None:
            self.given = {}  # whoever is asked may look here
            self.given, self.problem = self.ask()
            self.update(self.given)

    def forget(self):
        """Have nothing that another worker was given."""
        for key in self.given or ():
            self.pop(key, None)
        self.given = None

    def __contains__(self, key):
        if not dict.__contains__(self, key):
            self.complete()
        return dict.__contains__(self, key)

    def __getitem__(self, key):
        if self.note is not None and key not in SHARED:
            self.note('workerinput["%s"]' % key, sys._getframe(1))
        if key in self:
            return dict.__getitem__(self, key)
        text = "%s: no plug-in gives it to workers, with pytest_configure_node in the pytest of plug-ins that report" % key
        raise MissingInput("%s, which %s" % (text, self.problem) if self.problem else text)

    def get(self, key, default=None):
        return self[key] if key in self else default
