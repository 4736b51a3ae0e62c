"""The fixtures of pytest-cov, for where it is not installed."""

import pytest


@pytest.fixture
def no_cover():
    """Tests that use it are not measured."""


@pytest.fixture
def cov(request):
    """The coverage object that measures this worker, or None."""
    return getattr(request.config, "cov_run_coverage", None)
