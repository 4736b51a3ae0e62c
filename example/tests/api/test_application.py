from __future__ import annotations

import io
import json
from wsgiref.util import setup_testing_defaults

import pytest

from analysis.model import Severity
from api.application import Application
from api.limits import RateLimit
from api.store import Store
from tests.builders import at, incident


class Client:
    """Calls an application as a server would."""

    def __init__(self, application):
        self.application = application
        self.status = 0
        self.headers = {}
        self.body = b""

    def request(self, method, path, body=None, **headers):
        path, _, query = path.partition("?")
        data = b"" if body is None else json.dumps(body).encode()
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(data)),
            "wsgi.input": io.BytesIO(data),
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }
        setup_testing_defaults(environ)

        def start_response(status, headers):
            self.status = int(status.split()[0])
            self.headers = dict(headers)

        self.body = b"".join(self.application(environ, start_response))
        return json.loads(self.body) if self.body else None

    def get(self, path, **headers):
        return self.request("GET", path, **headers)

    def post(self, path, body=None):
        return self.request("POST", path, body)


@pytest.fixture
def store():
    return Store(
        [
            incident("a", opened=at("Mon 10:00"), severity=Severity.HIGH),
            incident("b", opened=at("Mon 10:05"), minutes=10, service="login"),
            incident("c", opened=at("Mon 10:10"), minutes=30),
            incident("d", opened=at("Mon 10:12")),
        ]
    )


@pytest.fixture
def client(store):
    return Client(Application(store, now=lambda: at("Tue 12:00")))


def test_health(client):
    assert client.get("/health") == {"incidents": 4, "version": 4}
    assert client.status == 200


class TestListing:
    def test_all(self, client):
        answer = client.get("/incidents")
        assert [row["id"] for row in answer["incidents"]] == ["a", "b", "c", "d"]
        assert answer["total"] == 4

    def test_a_page_of_a_query(self, client):
        answer = client.get("/incidents?q=service%20%3D%20search&offset=1&limit=1")
        assert [row["id"] for row in answer["incidents"]] == ["c"]
        assert answer["total"] == 3

    def test_a_version_that_the_client_has_is_not_sent_again(self, client, store):
        client.get("/incidents")
        tag = client.headers["ETag"]
        assert client.get("/incidents", if_none_match=tag) is None
        assert client.status == 304
        store.add(incident("e"))
        assert client.get("/incidents", if_none_match=tag)["total"] == 5

    @pytest.mark.parametrize("query", ["q=and", "limit=0", "limit=501", "offset=-1", "offset=x"])
    def test_a_bad_query_is_a_bad_request(self, client, query):
        name = query.partition("=")[0]
        assert client.get(f"/incidents?{query}")["error"].startswith(name)
        assert client.status == 400

    def test_head_has_the_headers_and_no_body(self, client):
        assert client.request("HEAD", "/incidents") is None
        assert client.status == 200
        assert int(client.headers["Content-Length"]) > 0


class TestAdding:
    ROW = {"id": "e", "service": "mail", "severity": "low", "opened": "2024-03-05T00:00:00Z"}

    def test_it_is_there_afterwards(self, client):
        client.post("/incidents", self.ROW)
        assert client.status == 201
        assert client.get(client.headers["Location"])["service"] == "mail"

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ([], 400),
            ({**ROW, "id": "a"}, 409),
            ({**ROW, "severity": "?"}, 422),
            ({"id": "e"}, 422),
        ],
        ids=["no object", "taken", "bad field", "incomplete"],
    )
    def test_what_is_wrong_is_not_added(self, client, store, body, status):
        assert "error" in client.post("/incidents", body)
        assert client.status == status
        assert len(store) == 4


class TestResolving:
    def test_now(self, client):
        assert client.post("/incidents/a/resolve")["resolved"] == "2024-03-05T12:00:00Z"

    def test_at_a_time(self, client):
        answer = client.post("/incidents/a/resolve", {"at": "2024-03-04T11:00:00Z"})
        assert answer["resolved"] == "2024-03-04T11:00:00Z"

    @pytest.mark.parametrize(
        ("identifier", "body", "status"),
        [
            ("b", None, 409),
            ("z", None, 404),
            ("a", {"at": "never"}, 400),
            ("a", {"on": 1}, 400),
            ("a", {"at": "2024-03-01"}, 409),
        ],
        ids=["resolved", "unknown", "no time", "no field", "too early"],
    )
    def test_what_is_wrong_changes_nothing(self, client, store, identifier, body, status):
        client.post(f"/incidents/{identifier}/resolve", body)
        assert client.status == status
        assert store.version == 4


def test_one_incident(client):
    assert client.get("/incidents/a")["severity"] == "high"


def test_an_unknown_incident_is_not_found(client):
    assert client.get("/incidents/z") == {"error": "no incident z", "status": 404}
    assert client.status == 404


def test_a_summary(client):
    answer = client.get("/summary?q=not%20open")
    assert answer["total"] == 2
    assert answer["median_seconds"] == 1200
    assert answer["trend"] == "unknown"


def test_bursts(client):
    (burst,) = client.get("/bursts?window=15m&q=severity%20%3E%3D%20low")["bursts"]
    assert burst["incidents"] == ["a", "c", "d"]
    assert burst["worst"] == "high"


@pytest.mark.parametrize("query", ["window=soon", "threshold=1", "q=("])
def test_bursts_of_a_bad_query(client, query):
    client.get(f"/bursts?{query}")
    assert client.status == 400


class TestLimit:
    def test_too_many_requests_are_told_when_to_come_again(self, store):
        client = Client(Application(store, RateLimit(0.1, 1, clock=lambda: 5.0)))
        client.get("/summary")
        assert client.status == 200
        client.get("/summary")
        assert client.status == 429
        assert client.headers["Retry-After"] == "10"

    def test_never_is_not_a_time(self, store):
        client = Client(Application(store, RateLimit(0, 1)))
        client.get("/summary")
        client.get("/summary")
        assert client.status == 429
        assert "Retry-After" not in client.headers

    def test_health_is_not_limited(self, store):
        client = Client(Application(store, RateLimit(0, 1)))
        for _ in range(3):
            client.get("/health")
            assert client.status == 200


class TestInternalError:
    @pytest.fixture
    def broken(self, store, monkeypatch):
        def fail(*_):
            raise ZeroDivisionError("the reason")

        monkeypatch.setattr(store, "find", fail)
        return store

    def test_is_answered_without_its_reason(self, broken):
        client = Client(Application(broken))
        assert client.get("/summary")["error"] == "internal error"
        assert client.status == 500

    def test_tells_its_reason_when_debugging(self, broken, capsys):
        client = Client(Application(broken, debug=True))
        assert "ZeroDivisionError: the reason" in client.get("/summary")["error"]
        assert "the reason" in capsys.readouterr().err
