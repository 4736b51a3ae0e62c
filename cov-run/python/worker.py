"""Entry of a worker process: a real pytest session that is driven by cov-run over a socket of its own."""

import os
import signal
import sys


HERE = os.path.dirname(os.path.abspath(__file__))


def import_plugin():
    """Import our package, and leave sys.path as the `pytest` command would have it."""
    sys.path.insert(0, HERE)
    try:
        from cov_run_worker import plugin
    finally:
        sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != HERE]
    return plugin


def open_channel():
    """The socket that cov-run left open for us."""
    sys.path.insert(0, HERE)
    from cov_run_worker import protocol

    socket, lifeline = (int(number) for number in os.environ.pop("COV_RUN_FDS").split(","))
    lifeline = protocol.live_no_longer_than(lifeline)
    return protocol.Channel(socket, lifeline)


def pretend_to_be_pytest(args):
    sys.argv[:] = [os.path.join(os.path.dirname(sys.executable), "pytest")] + args


def run_plain(args):
    """pytest as it is, for a command line that only prints something; it understands our options all the same."""
    plugin = import_plugin()
    import pytest

    pretend_to_be_pytest(args)
    return pytest.main(args, plugins=[plugin.TakenOverOptions()])


def list_tests(destination, args):
    """pytest collects, and runs nothing; the ids go to a file."""
    import_plugin()
    import pytest
    from cov_run_worker.listing import Listing

    args = ["--collect-only"] + args
    pretend_to_be_pytest(args)
    return pytest.main(args, plugins=[Listing(destination)])


def run_reporter():
    """A session that runs no test, for plug-ins that report."""
    channel = open_channel()
    order = channel.receive()
    pretend_to_be_pytest(order["args"])
    import_plugin()
    import pytest
    from cov_run_worker import ending
    from cov_run_worker.reporter import Reporter

    ending.end(int(pytest.main(order["args"], plugins=[Reporter(channel, order)])))


def main():
    if sys.argv[1:2] == ["--plain"]:
        return run_plain(sys.argv[2:])
    if sys.argv[1:2] == ["--list"]:
        return list_tests(sys.argv[2], sys.argv[3:])
    if sys.argv[1:2] == ["--reporter"]:
        run_reporter()
    channel = open_channel()
    order = channel.receive()
    channel.open(order["events"])
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        # Scripts start what runs in their background so. It is our way to end a test.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    pretend_to_be_pytest(order["args"])
    try:
        import pytest
    except ImportError as error:
        channel.send("no_pytest", message=str(error), python=sys.executable)
        return 4
    plugin = import_plugin()
    from cov_run_worker import ending

    if plugin.asks_for_information_only(order["args"]):
        channel.send("plain")
        return 0
    worker = plugin.Worker(channel, order)
    try:
        status = pytest.main(order["args"], plugins=[worker])
    except plugin.Refused:
        return 0
    worker.close(int(status))
    ending.end(int(status))


if __name__ == "__main__":
    sys.exit(main())
