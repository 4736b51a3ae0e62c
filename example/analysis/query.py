"""A small query language: `severity >= high and (service = api or tag = "disk full")`."""

from __future__ import annotations

import operator
import re
from datetime import datetime, timezone
from typing import Any, Callable, Dict, List, NamedTuple

from analysis.model import Incident, Severity
from analysis.timestamps import parse_duration, parse_timestamp

Predicate = Callable[[Incident], bool]


class QueryError(ValueError):
    """A query that cannot be understood; `column` is 1-based."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(f"column {column}: {message}")
        self.column = column


class _Token(NamedTuple):
    kind: str
    text: str
    column: int


_TOKEN = re.compile(
    r"""(?P<string>"[^"]*") | (?P<operator><=|>=|!=|=|<|>) | (?P<paren>[()])
      | (?P<word>[^\s()"<>=!]+)""",
    re.VERBOSE,
)

_OPERATORS: Dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _tokens(query: str) -> List[_Token]:
    tokens = []
    end = 0
    while True:
        while end < len(query) and query[end].isspace():
            end += 1
        if end == len(query):
            tokens.append(_Token("end", "end of query", end + 1))
            return tokens
        match = _TOKEN.match(query, end)
        if match is None:
            raise QueryError(f"unexpected {query[end]!r}", end + 1)
        text = match.group()
        kind = str(match.lastgroup)
        if kind == "string":
            kind, text = "value", text[1:-1]
        elif kind == "word" and text.lower() in ("and", "or", "not"):
            kind, text = "keyword", text.lower()
        tokens.append(_Token(kind, text, end + 1))
        end = match.end()


class _Parser:
    """Recursive descent: `or` binds weakest, then `and`, then `not`."""

    def __init__(self, query: str) -> None:
        self._tokens = _tokens(query)
        self._index = 0

    def __repr__(self) -> str:
        return f"<_Parser at {self._tokens[self._index]}>"

    def _peek(self) -> _Token:
        return self._tokens[self._index]

    def _next(self) -> _Token:
        token = self._tokens[self._index]
        self._index += 1
        return token

    def _accept(self, kind: str, text: str) -> bool:
        token = self._peek()
        if token.kind == kind and token.text == text:
            self._index += 1
            return True
        return False

    def parse(self) -> Predicate:
        predicate = self._either()
        token = self._peek()
        if token.kind != "end":
            raise QueryError(f"unexpected {token.text!r}", token.column)
        return predicate

    def _either(self) -> Predicate:
        options = [self._every()]
        while self._accept("keyword", "or"):
            options.append(self._every())
        if len(options) == 1:
            return options[0]
        return lambda incident: any(option(incident) for option in options)

    def _every(self) -> Predicate:
        conditions = [self._term()]
        while self._accept("keyword", "and"):
            conditions.append(self._term())
        if len(conditions) == 1:
            return conditions[0]
        return lambda incident: all(condition(incident) for condition in conditions)

    def _term(self) -> Predicate:
        if self._accept("keyword", "not"):
            negated = self._term()
            return lambda incident: not negated(incident)
        if self._accept("paren", "("):
            inner = self._either()
            token = self._next()
            if token.text != ")":
                raise QueryError(f"expected ')', found {token.text!r}", token.column)
            return inner
        token = self._next()
        if token.kind != "word":
            raise QueryError(f"expected a field, found {token.text!r}", token.column)
        if token.text.lower() == "open":
            return lambda incident: incident.is_open
        return self._comparison(token)

    def _comparison(self, field: _Token) -> Predicate:
        symbol = self._next()
        if symbol.kind != "operator":
            raise QueryError(f"expected an operator, found {symbol.text!r}", symbol.column)
        value = self._next()
        if value.kind not in ("word", "value"):
            raise QueryError(f"expected a value, found {value.text!r}", value.column)
        try:
            return _comparison(field.text.lower(), symbol.text, value.text)
        except ValueError as error:
            raise QueryError(str(error), value.column) from error


def _comparison(field: str, symbol: str, text: str) -> Predicate:
    compare = _OPERATORS[symbol]
    if field == "severity":
        severity = Severity.parse(text)
        return lambda incident: compare(incident.severity, severity)
    if field == "opened":
        moment = parse_timestamp(text)
        return lambda incident: compare(incident.opened, moment)
    if field in ("age", "duration"):
        limit = parse_duration(text)
        now = datetime.now(timezone.utc)
        return lambda incident: compare((incident.resolved or now) - incident.opened, limit)
    if symbol not in ("=", "!="):
        raise ValueError(f"{field} has no order, use = or !=")
    wanted = text.lower()
    if field == "service":
        return lambda incident: compare(incident.service, wanted)
    if field == "tag":
        return lambda incident: compare(wanted in incident.tags, True)
    if field == "summary":
        return lambda incident: compare(wanted in incident.summary.lower(), True)
    raise ValueError(f"unknown field {field!r}")


def compile_query(query: str) -> Predicate:
    """The question as a function of an incident; an empty query is true of all."""
    if not query.strip():
        return lambda incident: True
    return _Parser(query).parse()
