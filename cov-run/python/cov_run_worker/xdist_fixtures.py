"""The fixtures of pytest-xdist, for where it is not installed."""

import pytest


@pytest.fixture(scope="session")
def worker_id(request):
    """The id of this worker: gw0, gw1, ..."""
    return request.config.workerinput["workerid"]


@pytest.fixture(scope="session")
def testrun_uid(request):
    """An id that all workers of this run share."""
    return request.config.workerinput["testrunuid"]
