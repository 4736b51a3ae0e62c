from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from api.application import Application
from api.limits import RateLimit
from api.server import load, serving
from api.store import Store

# Without a proxy, whatever the environment says: these requests do not leave the machine.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def get(address):
    with OPENER.open(address, timeout=30) as answer:
        return json.load(answer)


def test_a_quarter_is_served(server, quarter):
    assert get(f"{server}/health")["incidents"] == len(quarter)


def test_services_add_up(server, quarter):
    services = get(f"{server}/summary")["by_service"]
    assert sum(services.values()) == len(quarter)


@pytest.mark.slow
def test_many_clients_at_once(server, quarter):
    def page(number):
        answer = get(f"{server}/incidents?offset={number * 100}&limit=100")
        return [row["id"] for row in answer["incidents"]]

    with ThreadPoolExecutor(6) as pool:
        found = [identifier for part in pool.map(page, range(20)) for identifier in part]
    oldest_first = sorted(quarter, key=lambda one: (one.opened, one.identifier))
    assert found == [one.identifier for one in oldest_first]


def test_an_error_is_json_too(server):
    with pytest.raises(urllib.error.HTTPError) as caught:
        get(f"{server}/nothing")
    with caught.value as answer:
        assert answer.code == 404
        assert json.load(answer)["error"] == "nothing at /nothing"


@pytest.mark.slow
def test_a_client_that_waits_as_told_is_served():
    with serving(Application(Store(), RateLimit(rate=1.25, burst=1))) as address:
        get(f"{address}/summary")
        with pytest.raises(urllib.error.HTTPError) as caught:
            get(f"{address}/summary")
        with caught.value as answer:
            assert answer.code == 429
            assert answer.headers["Retry-After"] == "1"
        time.sleep(0.81)  # the header is in whole seconds, the next token is there after 0.8
        assert get(f"{address}/summary")["total"] == 0


def test_files_are_loaded(quarter_files, quarter):
    assert len(load(quarter_files)) == len(quarter)
