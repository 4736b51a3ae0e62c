from __future__ import annotations

from http import HTTPStatus

import pytest

from api.http import HttpError, Request, Response
from api.routing import Router


@pytest.fixture(scope="module")
def router():
    def named(name):
        return lambda request, **arguments: Response(f"{name} {arguments}".encode())

    router = Router()
    router.add("GET", "/items", named("list"))
    router.add("POST", "/items", named("add"))
    router.add("GET", "/items/{item}.json", named("show"))
    router.add("GET", "/items/{item}/parts/{part}", named("part"))
    return router


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/items", b"list {}"),
        ("HEAD", "/items", b"list {}"),
        ("POST", "/items", b"add {}"),
        ("GET", "/items/7.json", b"show {'item': '7'}"),
        ("GET", "/items/7/parts/a b", b"part {'item': '7', 'part': 'a b'}"),
    ],
)
def test_the_handler_is_found(router, method, path, body):
    assert router.dispatch(Request(method, path)).body == body


@pytest.mark.parametrize("path", ["/", "/items/", "/items/7xjson", "/items/7/parts/a/b"])
def test_other_paths_are_not_found(router, path):
    with pytest.raises(HttpError) as caught:
        router.match("GET", path)
    assert caught.value.status == HTTPStatus.NOT_FOUND


def test_other_methods_are_told_the_allowed_ones(router):
    with pytest.raises(HttpError) as caught:
        router.match("DELETE", "/items")
    assert caught.value.status == HTTPStatus.METHOD_NOT_ALLOWED
    assert caught.value.headers == {"Allow": "GET, POST"}


def test_a_template_begins_with_a_slash(router):
    with pytest.raises(ValueError, match="slash"):
        router.add("GET", "items", lambda request: Response())
