"""Requests and responses, as little of HTTP as the application needs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Dict, List, Mapping, Optional, Tuple
from urllib.parse import parse_qsl

BODY_LIMIT = 1 << 20  # bytes; an incident is far below it, a mistake is often above


class HttpError(Exception):
    """An answer that is not a success, raised from wherever it is found out."""

    def __init__(
        self, status: HTTPStatus, message: str, headers: Optional[Mapping[str, str]] = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """The error as the client sees it."""
        body = {"error": str(self), "status": int(self.status)}
        return Response.of_json(body, self.status, self.headers)


@dataclass(frozen=True)
class Request:
    """What a handler may know of a request."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    client: str = ""

    @classmethod
    def from_environ(cls, environ: Mapping[str, Any]) -> Request:
        """Read a WSGI environment, the body with it; header names become lower case."""
        try:
            length = int(environ.get("CONTENT_LENGTH") or 0)
        except ValueError:
            raise HttpError(HTTPStatus.BAD_REQUEST, "Content-Length is not a number") from None
        if length > BODY_LIMIT:
            raise HttpError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {BODY_LIMIT} bytes")
        return cls(
            method=environ["REQUEST_METHOD"].upper(),
            path=environ.get("PATH_INFO") or "/",
            query=dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)),
            headers={
                key[5:].replace("_", "-").lower(): value
                for key, value in environ.items()
                if key.startswith("HTTP_")
            },
            body=environ["wsgi.input"].read(length) if length else b"",
            client=environ.get("REMOTE_ADDR", ""),
        )

    def json(self) -> Any:
        """The body read as JSON."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise HttpError(HTTPStatus.BAD_REQUEST, f"body is not JSON: {error}") from error

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number of the query string between two bounds, both allowed."""
        text = self.query.get(name, str(default))
        try:
            value = int(text)
        except ValueError:
            raise HttpError(HTTPStatus.BAD_REQUEST, f"{name} is not a number") from None
        if not low <= value <= high:
            raise HttpError(HTTPStatus.BAD_REQUEST, f"{name} is not between {low} and {high}")
        return value


@dataclass
class Response:
    """An answer, whole; nothing here is long enough to be streamed."""

    body: bytes = b""
    status: HTTPStatus = HTTPStatus.OK
    headers: Dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_json(
        cls,
        value: Any,
        status: HTTPStatus = HTTPStatus.OK,
        headers: Optional[Mapping[str, str]] = None,
    ) -> Response:
        """An answer of JSON, with a line feed at its end for those who read it in a terminal."""
        text = json.dumps(value, ensure_ascii=False) + "\n"
        return cls(text.encode(), status, {"Content-Type": "application/json", **(headers or {})})

    @property
    def status_line(self) -> str:
        """As WSGI wants it: `404 Not Found`."""
        return f"{self.status.value} {self.status.phrase}"

    def header_list(self) -> List[Tuple[str, str]]:
        """The headers, the length of the body with them."""
        return [*self.headers.items(), ("Content-Length", str(len(self.body)))]
