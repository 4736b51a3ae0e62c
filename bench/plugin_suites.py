"""Small suites of tests, one for each plug-in, which use what it is for. Each has a test that fails."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Suite:
    """The suite of a plug-in: its package, the name to load it by, and its files."""

    name: str
    package: str
    plugin: str
    files: dict[str, str]
    ini: str = ""
    args: list[str] = field(default_factory=list)


ASYNCIO = """
import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def resource():
    await asyncio.sleep(0)
    yield [1]
    await asyncio.sleep(0)


@pytest.mark.asyncio
async def test_awaits(resource):
    resource.append(await asyncio.sleep(0, 2))
    assert resource == [1, 2]


@pytest.mark.asyncio
@pytest.mark.parametrize("times", [1, 2])
async def test_gathers(times):
    assert await asyncio.gather(*(asyncio.sleep(0, n) for n in range(times))) == list(range(times))


@pytest.mark.asyncio
async def test_fails(resource):
    await asyncio.sleep(0)
    assert resource == []


def test_is_not_async():
    pass
"""

MOCK = """
import json
import os


def test_patches(mocker):
    mocker.patch("os.getcwd", return_value="/elsewhere")
    assert os.getcwd() == "/elsewhere"


def test_is_undone():
    assert os.getcwd() != "/elsewhere"


def test_spies(mocker):
    spy = mocker.spy(json, "dumps")
    json.dumps([1])
    spy.assert_called_once_with([1])


def test_stops_what_runners_need(mocker):
    for name in ["os.write", "os.read", "os.getpid", "json.dumps", "time.perf_counter", "time.time", "builtins.open"]:
        mocker.patch(name)


def test_fails(mocker):
    mocker.stub("never_called").assert_called_once_with(1)
"""

# Which of them fail depends on the seed that each test begins with.
RANDOMLY = """
import random

import pytest


@pytest.mark.parametrize("number", range(8))
def test_begins_with_a_seed_of_its_own(number):
    assert random.random() < 0.5


class TestClass:
    def test_one(self):
        pass

    def test_fails(self):
        assert random.random() > 1
"""

TIMEOUT = """
import time

import pytest


def test_in_time():
    pass


@pytest.mark.timeout(0.3)
def test_fails_late():
    time.sleep(20)


@pytest.mark.timeout(0.3, method="signal")
def test_fails_by_signal():
    while True:
        time.sleep(0.01)


@pytest.fixture
def slow():
    time.sleep(0.02)


@pytest.mark.timeout(10, func_only=True)
def test_after(slow):
    pass
"""

RERUNFAILURES = """
import pytest

counts = {}


def count(name):
    counts[name] = counts.get(name, 0) + 1
    return counts[name]


@pytest.mark.flaky(reruns=3)
def test_passes_the_third_time():
    assert count("third") == 3


@pytest.mark.flaky(reruns=2)
def test_fails_each_time():
    assert count("each") > 3


def test_passes():
    pass


def test_fails():
    assert False
"""

REPEATED = ("test_passes_the_third_time", "test_fails_each_time")

DJANGO_SETTINGS = """
SECRET_KEY = "none"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
ROOT_URLCONF = "urls"
USE_TZ = True
"""

DJANGO_URLS = """
from django.http import HttpResponse
from django.urls import path

urlpatterns = [path("hello", lambda request: HttpResponse("hello"))]
"""

DJANGO = """
import pytest
from django.contrib.auth.models import User
from django.test import TestCase, TransactionTestCase


@pytest.mark.django_db
def test_writes():
    User.objects.create(username="one")
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_is_rolled_back():
    assert User.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_commits(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert not User.objects.exists()


def test_serves(client):
    assert client.get("/hello").content == b"hello"


def test_settings(settings):
    settings.SECRET_KEY = "other"
    assert settings.SECRET_KEY == "other"


def test_fails_without_the_mark():
    User.objects.count()


class TestOfDjango(TestCase):
    @classmethod
    def setUpTestData(cls):
        User.objects.create(username="two")

    def test_sees_its_data(self):
        self.assertEqual(User.objects.count(), 1)


class TestOfTransactions(TransactionTestCase):
    def test_is_empty(self):
        self.assertEqual(User.objects.count(), 0)
"""

# The table of a model that a test module declares is made when the first test asks for the database.
DJANGO_LATE_MODEL = """
import pytest
from django.db import models


class Late(models.Model):
    class Meta:
        app_label = "auth"


@pytest.mark.django_db
def test_has_a_table():
    assert Late.objects.count() == 0
"""

HYPOTHESIS = """
from hypothesis import given, settings, strategies


@given(strategies.lists(strategies.integers()))
def test_sorts(numbers):
    assert sorted(sorted(numbers)) == sorted(numbers)


@settings(max_examples=20, derandomize=True, database=None)
@given(strategies.integers())
def test_fails(number):
    assert number < 100


class TestClass:
    @given(text=strategies.text(max_size=5))
    def test_method(self, text):
        assert text == text[::-1][::-1]
"""

SUBTESTS = """
import unittest


def test_all_pass(subtests):
    for number in range(3):
        with subtests.test(number=number):
            pass


def test_one_fails(subtests):
    for number in range(3):
        with subtests.test("of three", number=number):
            assert number != 1


def test_fails_after(subtests):
    with subtests.test():
        pass
    assert False


class TestCase(unittest.TestCase):
    def test_two_fail(self):
        for number in range(3):
            with self.subTest(number=number):
                self.assertEqual(number, 1)
"""

BENCHMARK = """
def test_measures(benchmark):
    assert benchmark(sum, range(10)) == 45


def test_in_rounds(benchmark):
    benchmark.pedantic(sum, args=[range(10)], rounds=2, iterations=2)


def test_fails(benchmark):
    assert benchmark(sum, range(10)) == 44
"""

XDIST = """
import os

import pytest


def test_worker(worker_id, testrun_uid):
    assert worker_id == os.environ.get("PYTEST_XDIST_WORKER", "master")
    assert testrun_uid


def test_is_worker(request):
    import xdist

    assert xdist.is_xdist_worker(request) == (xdist.get_xdist_worker_id(request) != "master")
    assert not xdist.is_xdist_controller(request) or xdist.get_xdist_worker_id(request) == "master"


@pytest.mark.xdist_group("database")
@pytest.mark.parametrize("number", range(3))
def test_in_group(number, tmp_path):
    (tmp_path / "file").write_text("")


def test_fails(worker_id):
    assert worker_id is None
"""

COV = """
import pytest


def test_cov(cov):
    assert cov is None or cov.get_data() is not None


@pytest.mark.no_cover
def test_not_measured():
    pass


def test_not_measured_either(no_cover):
    pass


def test_fails():
    assert False
"""


def twice(text: str) -> dict[str, str]:
    """The same tests in two files, so that two workers have something to do."""
    return {"test_one.py": text, "test_two.py": text}


SUITES = [
    Suite("asyncio", "pytest-asyncio", "pytest_asyncio.plugin", twice(ASYNCIO), "asyncio_mode = strict\n"),
    Suite("mock", "pytest-mock", "pytest_mock", twice(MOCK)),
    Suite("randomly", "pytest-randomly", "pytest_randomly", twice(RANDOMLY), args=["--randomly-seed=7"]),
    Suite("timeout", "pytest-timeout", "pytest_timeout", twice(TIMEOUT)),
    Suite("rerunfailures", "pytest-rerunfailures", "pytest_rerunfailures", twice(RERUNFAILURES)),
    Suite(
        "django",
        "pytest-django",
        "pytest_django.plugin",
        {**twice(DJANGO), "test_z_late.py": DJANGO_LATE_MODEL, "settings.py": DJANGO_SETTINGS, "urls.py": DJANGO_URLS},
        "DJANGO_SETTINGS_MODULE = settings\n",
        ["--no-migrations"],
    ),
    Suite("hypothesis", "hypothesis", "_hypothesis_pytestplugin", twice(HYPOTHESIS)),
    Suite("subtests", "pytest-subtests", "pytest_subtests", twice(SUBTESTS)),
    Suite("benchmark", "pytest-benchmark", "pytest_benchmark.plugin", twice(BENCHMARK), args=["--benchmark-max-time=0.01", "--benchmark-min-rounds=2"]),
    Suite("xdist", "pytest-xdist", "xdist.plugin", twice(XDIST)),
    Suite("cov", "pytest-cov", "pytest_cov.plugin", twice(COV), args=["--cov=."]),
]
