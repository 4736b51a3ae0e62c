from __future__ import annotations

import io
from http import HTTPStatus

import pytest

from api.http import BODY_LIMIT, HttpError, Request, Response


def environ(**more):
    return {"REQUEST_METHOD": "get", "PATH_INFO": "/x", "wsgi.input": io.BytesIO(), **more}


def test_a_request_is_read_from_its_environment():
    request = Request.from_environ(
        environ(
            QUERY_STRING="q=open&empty=",
            HTTP_IF_NONE_MATCH='"3"',
            CONTENT_LENGTH="2",
            REMOTE_ADDR="127.0.0.1",
            **{"wsgi.input": io.BytesIO(b"{}and more")},
        )
    )
    assert request.method == "GET"
    assert request.query == {"q": "open", "empty": ""}
    assert request.headers == {"if-none-match": '"3"'}
    assert request.json() == {}
    assert request.client == "127.0.0.1"


def test_a_request_without_a_body_does_not_read_one():
    assert Request.from_environ(environ(**{"wsgi.input": None})).body == b""


def test_a_body_that_is_too_long_is_not_read():
    with pytest.raises(HttpError) as caught:
        Request.from_environ(environ(CONTENT_LENGTH=str(BODY_LIMIT + 1)))
    assert caught.value.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


@pytest.mark.parametrize("body", [b"", b"{", b"\xff"], ids=["empty", "torn", "not UTF-8"])
def test_a_body_that_is_not_json_is_a_bad_request(body):
    with pytest.raises(HttpError, match="body is not JSON"):
        Request("POST", "/", body=body).json()


class TestNumber:
    def test_has_a_default(self):
        assert Request("GET", "/").number("limit", default=50, low=1, high=100) == 50

    @pytest.mark.parametrize("text", ["1", "100"])
    def test_may_be_its_bounds(self, text):
        request = Request("GET", "/", query={"limit": text})
        assert request.number("limit", default=50, low=1, high=100) == int(text)

    @pytest.mark.parametrize("text", ["0", "101", "ten", ""])
    def test_may_be_nothing_else(self, text):
        request = Request("GET", "/", query={"limit": text})
        with pytest.raises(HttpError, match="^limit is not"):
            request.number("limit", default=50, low=1, high=100)


def test_a_response_knows_its_length():
    response = Response.of_json({"a": "ü"}, HTTPStatus.CREATED)
    assert response.status_line == "201 Created"
    assert ("Content-Length", "12") in response.header_list()
