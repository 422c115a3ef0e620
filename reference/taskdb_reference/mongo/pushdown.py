"""What of a query the server is asked: what it and this specification understand alike.

A `Relay` is a filter that finds *at least* what the query selects. Where it is `exact`, it finds
that and nothing else; otherwise the caller decides on what it found. Left to the caller are:

- instants, where a document has only their milliseconds,
- patterns, apart from plain text: PCRE is not Python's `re`, and it gives up on a long search
  without saying so,
- names in paths that are empty: on a list the server takes ``x.`` for the list,
- queries nested deeper, or larger, than the server takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from bson import encode

from taskdb_reference.mongo.codec import OPTIONS, Document, encoded
from taskdb_reference.mongo.key_escaping import written
from taskdb_reference.mongo.pattern_pushdown import glob, regex
from taskdb_spec.language import tree

DEEPEST = 30  # the server stops at 100, and one of our levels may be three of its own
LONGEST = 50  # members of a path
LARGEST = 12 << 20  # bytes; the server takes 16 MiB, all in all
SIZE_MAX = 2**31 - 1


class Relay(NamedTuple):
    """A filter, and whether it finds nothing but what the query selects."""

    filter: Document
    exact: bool


ALL = Relay({}, exact=False)
"""Finds everything: the caller decides."""
NONE = Relay({"$in": []}, exact=True)
"""As the tests of a field: finds nothing."""


def relay(query: tree.Query) -> Relay:
    """What to ask the server for a parsed query.

    >>> from taskdb_spec import parse_query
    >>> relay(parse_query({"completed": None, "label": {"$glob": "fit-*"}})).filter
    {'$and': [{'completed': {'$eq': None}}, {'label': {'$regex': '^fit\\\\-'}}]}
    """
    found = _query(query, 0)
    return found if len(encode(found.filter, codec_options=OPTIONS)) <= LARGEST else ALL


# Queries


def _query(query: tree.Query, depth: int) -> Relay:
    if depth > DEEPEST:
        return ALL
    if isinstance(query, tree.Field):
        return _field(query, depth)
    parts = [_query(part, depth + 1) for part in query.parts]
    if isinstance(query, tree.And):
        return _and(parts)
    return _or(parts) if isinstance(query, tree.Or) else _nor(parts)


def _and(parts: Sequence[Relay]) -> Relay:
    filters = [part.filter for part in parts if part.filter]
    exact = all(part.exact for part in parts)
    if len(filters) == 1:
        return Relay(filters[0], exact)
    return Relay({"$and": filters} if filters else {}, exact)


def _or(parts: Sequence[Relay]) -> Relay:
    return Relay({"$or": [part.filter for part in parts]}, all(part.exact for part in parts))


def _nor(parts: Sequence[Relay]) -> Relay:
    """Of what finds too much, the complement would find too little: it is left out."""
    filters = [part.filter for part in parts if part.exact]
    return Relay({"$nor": filters} if filters else {}, exact=len(filters) == len(parts))


def _field(query: tree.Field, depth: int) -> Relay:
    names = (query.path.root, *query.path.rest)
    if not all(names) or len(names) > LONGEST:
        return ALL
    path = ".".join(map(written, names))
    tests = [_test(test, depth + 1) for test in query.tests]
    return _and([Relay({path: t.filter} if t.filter else {}, t.exact) for t in tests])


# Tests: the filter of each is that of a field, a dict of operators


def _test(test: tree.Test, depth: int) -> Relay:
    return ALL if depth > DEEPEST else _TESTS[type(test)](test, depth)


def _merged(tests: Iterable[tree.Test], depth: int) -> Relay:
    """All of the tests in one dict of operators; what has no room in it is left out."""
    merged, exact = Relay({}, exact=True), True
    for test in tests:
        found = _test(test, depth)
        room = merged.filter.keys().isdisjoint(found.filter)
        exact = exact and found.exact and room
        merged = Relay({**merged.filter, **(found.filter if room else {})}, exact)
    return merged


def _value(name: str) -> Callable[[Any, int], Relay]:
    """A comparison that floored instants pass where the true ones do; maybe others as well."""

    def test(test: tree.Eq, depth: int) -> Relay:
        return Relay({name: _operand(test.operand)}, exact=not _has_instant(test.operand))

    return test


def _values(name: str) -> Callable[[Any, int], Relay]:
    def test(test: tree.In | tree.All, depth: int) -> Relay:
        operands = [_operand(operand) for operand in test.operands]
        return Relay({name: operands}, exact=not any(map(_has_instant, test.operands)))

    return test


def _complement(of: Callable[[Any, int], Relay], name: str) -> Callable[[Any, int], Relay]:
    """The server's operator `name`, which is the complement of the test `of`."""

    def test(test: Any, depth: int) -> Relay:
        found = of(test, depth)
        return Relay({name: next(iter(found.filter.values()))}, True) if found.exact else ALL

    return test


def _ordered(name: str, loose: str, exact: bool) -> Callable[[Any, int], Relay]:
    """An order comparison, for instants `loose`; on whole milliseconds `name`, where `exact`.

    Lists and dicts that hold instants may change their order when those are floored.
    """

    def test(test: tree.Lt | tree.Lte | tree.Gt | tree.Gte, depth: int) -> Relay:
        operand = test.operand
        if not isinstance(operand, datetime):
            return ALL if _has_instant(operand) else Relay({name: _operand(operand)}, exact=True)
        whole = exact and operand.microsecond % 1000 == 0
        return Relay({name if whole else loose: operand}, exact=whole)

    return test


def _exists(test: tree.Exists, depth: int) -> Relay:
    return Relay({"$exists": test.present}, exact=True)


def _mod(test: tree.Mod, depth: int) -> Relay:
    return Relay({"$mod": [test.divisor, test.remainder]}, exact=True)


def _size(test: tree.Size, depth: int) -> Relay:
    return Relay({"$size": test.length}, exact=True) if test.length <= SIZE_MAX else NONE


def _not(test: tree.Not, depth: int) -> Relay:
    found = _merged(test.tests, depth + 1)
    return Relay({"$not": found.filter}, exact=True) if found.exact else ALL


def _elem_match(test: tree.ElemMatch, depth: int) -> Relay:
    found = _merged(test.tests, depth + 1)
    return Relay({"$elemMatch": found.filter or {"$exists": True}}, found.exact)


def _elem_query(test: tree.ElemQuery, depth: int) -> Relay:
    found = _query(test.query, depth + 1)
    return Relay({"$elemMatch": found.filter}, found.exact)


_eq, _in = _value("$eq"), _values("$in")

_TESTS: dict[type, Callable[[Any, int], Relay]] = {
    tree.Eq: _eq,
    tree.Ne: _complement(_eq, "$ne"),
    tree.Lt: _ordered("$lt", "$lte", exact=True),
    tree.Lte: _ordered("$lte", "$lte", exact=False),
    tree.Gt: _ordered("$gt", "$gte", exact=False),
    tree.Gte: _ordered("$gte", "$gte", exact=True),
    tree.In: _in,
    tree.Nin: _complement(_in, "$nin"),
    tree.All: _values("$all"),
    tree.Exists: _exists,
    tree.Mod: _mod,
    tree.Size: _size,
    tree.Regex: lambda test, depth: Relay(*regex(test)),
    tree.Glob: lambda test, depth: Relay(*glob(test)),
    tree.Not: _not,
    tree.ElemMatch: _elem_match,
    tree.ElemQuery: _elem_query,
}


def _operand(operand: Any) -> Any:
    return encoded(operand)[0]


def _has_instant(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_instant, value.values()))
    if isinstance(value, list):
        return any(map(_has_instant, value))
    return isinstance(value, datetime)
