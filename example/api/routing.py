"""From a method and a path to the handler and what the path names."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Callable, Dict, List, NamedTuple, Pattern, Tuple

from api.http import HttpError, Request, Response

Handler = Callable[..., Response]


class _Route(NamedTuple):
    method: str
    pattern: Pattern[str]
    handler: Handler


class Router:
    """Routes such as `/incidents/{id}`; `{id}` is one part of the path, given by name."""

    def __init__(self) -> None:
        self._routes: List[_Route] = []

    def __repr__(self) -> str:
        return f"<Router of {len(self._routes)} routes>"

    def add(self, method: str, template: str, handler: Handler) -> None:
        """Answer `method` of the paths that `template` describes."""
        if not template.startswith("/"):
            raise ValueError(f"{template!r} does not begin with a slash")
        literal = re.escape(template).replace(r"\{", "{").replace(r"\}", "}")
        pattern = re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", literal))
        self._routes.append(_Route(method, pattern, handler))

    def match(self, method: str, path: str) -> Tuple[Handler, Dict[str, str]]:
        """The handler and its arguments; HttpError 404 or 405 if there is none."""
        allowed = set()
        for route in self._routes:
            found = route.pattern.fullmatch(path)
            if found is None:
                continue
            if route.method == method or (method == "HEAD" and route.method == "GET"):
                return route.handler, found.groupdict()
            allowed.add(route.method)
        if allowed:
            methods = ", ".join(sorted(allowed))
            raise HttpError(
                HTTPStatus.METHOD_NOT_ALLOWED, f"{path} answers {methods}", {"Allow": methods}
            )
        raise HttpError(HTTPStatus.NOT_FOUND, f"nothing at {path}")

    def dispatch(self, request: Request) -> Response:
        """Let the handler answer."""
        handler, arguments = self.match(request.method, request.path)
        return handler(request, **arguments)
