"""What a worker tells of its tests for plug-ins that report in another process, and how that travels."""

import base64
import marshal

# Bound at import, as everything that runs between tests.
_dumps, _encode = marshal.dumps, base64.b64encode

PLAIN = (type(None), bool, int, float, complex, str, bytes)


def plain(value):
    """`value` made of what can travel; anything else becomes its text."""
    if type(value) in PLAIN:
        return value
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    for kind in (list, tuple, set, frozenset):
        if isinstance(value, kind):
            return kind(plain(item) for item in value)
    for kind in (bool, int, float, str, bytes):
        if isinstance(value, kind):
            return kind(value)
    return str(value)


def pack(value):
    """A value as text. Both processes run the same Python."""
    try:
        data = _dumps(value)
    except ValueError:  # something is of a type of its own
        data = _dumps(plain(value))
    return _encode(data).decode("ascii")


def unpack(text):
    return marshal.loads(base64.b64decode(text))


class Relay:
    """Sends what happens, as pytest-xdist's workers do, to be replayed by the reporter."""

    def __init__(self, channel, config):
        self.channel = channel
        self.config = config

    def put(self, kind, **fields):
        self.channel.put("relay", data=pack((kind, fields)))

    def pytest_runtest_logstart(self, nodeid, location):
        self.put("logstart", nodeid=nodeid, location=location)

    def pytest_runtest_logfinish(self, nodeid, location):
        self.put("logfinish", nodeid=nodeid, location=location)

    def report(self, report):
        """To be called before cov-run hears of the report by itself."""
        data = self.config.hook.pytest_report_to_serializable(config=self.config, report=report)
        self.put("collectreport" if data.get("$report_type") == "CollectReport" else "report", data=data)

    def pytest_warning_recorded(self, warning_message, when, nodeid, location):
        category = warning_message.category
        self.put(
            "warning",
            message=str(warning_message.message),
            category=(category.__module__, category.__qualname__),
            filename=str(warning_message.filename),
            lineno=warning_message.lineno,
            when=when,
            nodeid=nodeid,
            location=location,
        )

    def end(self):
        """What plug-ins hand over at the end."""
        self.put("down", output=plain(getattr(self.config, "workeroutput", {})))
