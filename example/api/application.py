"""The WSGI application: incidents to list, add, resolve and sum up."""

from __future__ import annotations

import math
import traceback
from datetime import datetime, timezone
from http import HTTPStatus
from typing import Any, Callable, Iterable, Mapping, Optional

from analysis.aggregate import daily_counts, summarize, trend
from analysis.bursts import find_bursts
from analysis.model import Incident, RecordError
from analysis.query import Predicate, QueryError, compile_query
from analysis.timestamps import parse_duration, parse_timestamp
from api.http import HttpError, Request, Response
from api.limits import RateLimit
from api.routing import Router
from api.store import Conflict, Store

PAGE_LIMIT = 500


class Application:
    """Serves a store; with `debug`, an internal error is answered with its traceback."""

    def __init__(
        self,
        store: Store,
        limit: Optional[RateLimit] = None,
        debug: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self.store = store
        self.limit = limit
        self.debug = debug
        self._now = now
        self._router = Router()
        self._router.add("GET", "/health", self.health)
        self._router.add("GET", "/incidents", self.list_incidents)
        self._router.add("POST", "/incidents", self.add_incident)
        self._router.add("GET", "/incidents/{identifier}", self.show_incident)
        self._router.add("POST", "/incidents/{identifier}/resolve", self.resolve_incident)
        self._router.add("GET", "/summary", self.show_summary)
        self._router.add("GET", "/bursts", self.list_bursts)

    def __call__(
        self, environ: Mapping[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        response = self.respond(environ)
        start_response(response.status_line, response.header_list())
        if environ["REQUEST_METHOD"] == "HEAD":
            return []
        return [response.body]

    def respond(self, environ: Mapping[str, Any]) -> Response:
        """Answer a request; whatever goes wrong becomes an answer too."""
        try:
            request = Request.from_environ(environ)
            self._admit(request)
            return self._router.dispatch(request)
        except HttpError as error:
            return error.response()
        except Exception as error:
            message = "internal error"
            if self.debug:
                message = "".join(traceback.format_exception(type(error), error, None))
                traceback.print_exc()
            return HttpError(HTTPStatus.INTERNAL_SERVER_ERROR, message).response()

    def _admit(self, request: Request) -> None:
        if self.limit is None or request.path == "/health":
            return
        wait = self.limit.take(request.client)
        if wait:
            headers = {} if math.isinf(wait) else {"Retry-After": str(math.ceil(wait))}
            raise HttpError(HTTPStatus.TOO_MANY_REQUESTS, "too many requests", headers)

    def health(self, request: Request) -> Response:
        """Say that we are alive, and of what store."""
        return Response.of_json({"incidents": len(self.store), "version": self.store.version})

    def list_incidents(self, request: Request) -> Response:
        """A page of the incidents that `q` asks for; 304 if the client has this version."""
        tag = f'"{self.store.version}"'
        if request.headers.get("if-none-match") == tag:
            return Response(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": tag})
        offset = request.number("offset", default=0, low=0, high=10**9)
        limit = request.number("limit", default=50, low=1, high=PAGE_LIMIT)
        page = self.store.find(_predicate(request), offset, limit)
        body = {
            "incidents": [incident.to_mapping() for incident in page.incidents],
            "total": page.total,
        }
        return Response.of_json(body, headers={"ETag": tag})

    def add_incident(self, request: Request) -> Response:
        """Add the incident in the body; 409 if its identifier is taken."""
        row = request.json()
        if not isinstance(row, dict):
            raise HttpError(HTTPStatus.BAD_REQUEST, "expected an object")
        try:
            incident = Incident.from_mapping(row)
            self.store.add(incident)
        except RecordError as error:
            raise HttpError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
        except Conflict as error:
            raise HttpError(HTTPStatus.CONFLICT, str(error)) from error
        headers = {"Location": f"/incidents/{incident.identifier}"}
        return Response.of_json(incident.to_mapping(), HTTPStatus.CREATED, headers)

    def show_incident(self, request: Request, identifier: str) -> Response:
        """One incident."""
        try:
            return Response.of_json(self.store.get(identifier).to_mapping())
        except KeyError:
            raise HttpError(HTTPStatus.NOT_FOUND, f"no incident {identifier}") from None

    def resolve_incident(self, request: Request, identifier: str) -> Response:
        """Resolve one incident, now or at the time that the body names in `at`."""
        try:
            incident = self.store.resolve(identifier, self._time_of(request))
        except KeyError:
            raise HttpError(HTTPStatus.NOT_FOUND, f"no incident {identifier}") from None
        except RecordError as error:
            raise HttpError(HTTPStatus.CONFLICT, str(error)) from error
        return Response.of_json(incident.to_mapping())

    def _time_of(self, request: Request) -> datetime:
        if not request.body:
            return self._now()
        row = request.json()
        if not isinstance(row, dict) or "at" not in row:
            raise HttpError(HTTPStatus.BAD_REQUEST, "expected an object with the field at")
        try:
            return parse_timestamp(row["at"])
        except ValueError as error:
            raise HttpError(HTTPStatus.BAD_REQUEST, f"at: {error}") from error

    def show_summary(self, request: Request) -> Response:
        """The numbers of the incidents that `q` asks for."""
        incidents = self.store.find(_predicate(request)).incidents
        body = summarize(incidents).to_mapping()
        body["trend"] = trend(list(daily_counts(incidents).values()))
        return Response.of_json(body)

    def list_bursts(self, request: Request) -> Response:
        """The bursts among the incidents that `q` asks for; `window` is a duration."""
        threshold = request.number("threshold", default=3, low=2, high=1000)
        try:
            window = parse_duration(request.query.get("window", "15m"))
            bursts = find_bursts(self.store.find(_predicate(request)).incidents, window, threshold)
        except ValueError as error:
            raise HttpError(HTTPStatus.BAD_REQUEST, str(error)) from error
        return Response.of_json({"bursts": [burst.to_mapping() for burst in bursts]})


def _predicate(request: Request) -> Predicate:
    try:
        return compile_query(request.query.get("q", ""))
    except QueryError as error:
        raise HttpError(HTTPStatus.BAD_REQUEST, f"q: {error}") from error
