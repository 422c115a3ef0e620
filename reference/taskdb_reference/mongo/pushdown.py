"""Pushdown: translate the part of a query that the server evaluates by the same rules.

The result is a `ServerFilter`, which matches *at least* the records that the query selects. If it
is exact, it matches no others. Otherwise the caller must evaluate the query on the found records.
The following is left to the caller:

- datetimes, because a document has only their milliseconds;
- patterns other than plain text: PCRE differs from Python's `re`, and it gives up on a long search
  without an error;
- paths with an empty name: on a list, the server reads ``x.`` as the list itself;
- queries that are deeper or larger than the server accepts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from bson import encode

from taskdb_reference.mongo.codec import CODEC_OPTIONS, Document, encode_value
from taskdb_reference.mongo.key_escaping import escape_key
from taskdb_reference.mongo.pattern_pushdown import translate_glob, translate_regex
from taskdb_spec.language import tree
from taskdb_spec.records.traversal import iter_values

MAX_QUERY_DEPTH = 30
"""In levels of a query. The server stops at 100 of its own, and one of ours may be three."""

MAX_PATH_LENGTH = 50
"""In names."""

MAX_FILTER_BYTES = 12 << 20
"""The server accepts 16 MiB for the whole message."""

MAX_SIZE = 2**31 - 1
"""The largest operand of the server's ``$size``."""


class ServerFilter(NamedTuple):
    """A filter, and whether it matches only what the query selects."""

    filter: Document
    is_exact: bool


TranslateCondition: TypeAlias = Callable[[Any, int], ServerFilter]
"""Translates a condition that is at a depth of the query."""

MATCH_ALL = ServerFilter({}, is_exact=False)
"""The server returns every record, and the caller decides."""
MATCH_NONE = ServerFilter({"$in": []}, is_exact=True)
"""For the conditions of a field: no value matches."""


def make_server_filter(query: tree.Query) -> ServerFilter:
    r"""Translate a parsed query.

    >>> from taskdb_spec import parse_query
    >>> make_server_filter(parse_query({"completed": None, "label": {"$glob": "fit-*"}})).filter
    {'$and': [{'completed': {'$eq': None}}, {'label': {'$regex': '^fit\\-'}}]}
    """
    found = _translate_query(query, 0)
    size = len(encode(found.filter, codec_options=CODEC_OPTIONS))
    return found if size <= MAX_FILTER_BYTES else MATCH_ALL


# Queries


def _translate_query(query: tree.Query, depth: int) -> ServerFilter:
    if depth > MAX_QUERY_DEPTH:
        return MATCH_ALL
    if isinstance(query, tree.Field):
        return _translate_field(query, depth)
    parts = [_translate_query(part, depth + 1) for part in query.parts]
    if isinstance(query, tree.And):
        return _combine_and(parts)
    return _combine_or(parts) if isinstance(query, tree.Or) else _combine_nor(parts)


def _combine_and(parts: Sequence[ServerFilter]) -> ServerFilter:
    filters = [part.filter for part in parts if part.filter]
    is_exact = all(part.is_exact for part in parts)
    if len(filters) == 1:
        return ServerFilter(filters[0], is_exact)
    return ServerFilter({"$and": filters} if filters else {}, is_exact)


def _combine_or(parts: Sequence[ServerFilter]) -> ServerFilter:
    is_exact = all(part.is_exact for part in parts)
    return ServerFilter({"$or": [part.filter for part in parts]}, is_exact)


def _combine_nor(parts: Sequence[ServerFilter]) -> ServerFilter:
    # The complement of a filter that matches too much would match too little: leave it out.
    filters = [part.filter for part in parts if part.is_exact]
    return ServerFilter({"$nor": filters} if filters else {}, is_exact=len(filters) == len(parts))


def _translate_field(query: tree.Field, depth: int) -> ServerFilter:
    names = (query.path.root, *query.path.rest)
    if not all(names) or len(names) > MAX_PATH_LENGTH:
        return MATCH_ALL
    path = ".".join(map(escape_key, names))
    conditions = [_translate_condition(condition, depth + 1) for condition in query.tests]
    return _combine_and(
        [ServerFilter({path: c.filter} if c.filter else {}, c.is_exact) for c in conditions]
    )


# Conditions. The filter of each is a dict of operators for a field.


def _translate_condition(condition: tree.Test, depth: int) -> ServerFilter:
    return MATCH_ALL if depth > MAX_QUERY_DEPTH else _TRANSLATORS[type(condition)](condition, depth)


def _merge_conditions(conditions: Iterable[tree.Test], depth: int) -> ServerFilter:
    """Put all conditions into one dict of operators; leave out those whose operator it has."""
    merged, is_exact = ServerFilter({}, is_exact=True), True
    for condition in conditions:
        found = _translate_condition(condition, depth)
        fits = merged.filter.keys().isdisjoint(found.filter)
        is_exact = is_exact and found.is_exact and fits
        merged = ServerFilter({**merged.filter, **(found.filter if fits else {})}, is_exact)
    return merged


def _compare_operand(operator: str) -> TranslateCondition:
    """Translate a comparison that truncated datetimes satisfy if the true ones do."""

    def translate(condition: tree.Eq, _depth: int) -> ServerFilter:
        operand = condition.operand
        return ServerFilter({operator: _encode(operand)}, is_exact=not _has_datetime(operand))

    return translate


def _compare_operands(operator: str) -> TranslateCondition:
    def translate(condition: tree.In | tree.All, _depth: int) -> ServerFilter:
        operands = [_encode(operand) for operand in condition.operands]
        is_exact = not any(map(_has_datetime, condition.operands))
        return ServerFilter({operator: operands}, is_exact)

    return translate


def _complement(translate: TranslateCondition, operator: str) -> TranslateCondition:
    """Translate to the server's `operator`, the complement of the one of `translate`."""

    def translate_complement(condition: Any, depth: int) -> ServerFilter:
        found = translate(condition, depth)
        if not found.is_exact:
            return MATCH_ALL
        [operand] = found.filter.values()
        return ServerFilter({operator: operand}, is_exact=True)

    return translate_complement


def _compare_order(operator: str, loose: str, *, is_exact: bool) -> TranslateCondition:
    """Translate an order comparison.

    Args:
        operator: The server's operator.
        loose: The operator for a datetime, which also matches those truncated to the operand.
        is_exact: Whether `operator` is exact for a datetime of whole milliseconds.
    """

    def translate(condition: tree.Lt | tree.Lte | tree.Gt | tree.Gte, _depth: int) -> ServerFilter:
        operand = condition.operand
        if not isinstance(operand, datetime):
            # Truncation may change the order of lists and dicts that hold datetimes.
            if _has_datetime(operand):
                return MATCH_ALL
            return ServerFilter({operator: _encode(operand)}, is_exact=True)
        is_whole = is_exact and operand.microsecond % 1000 == 0
        return ServerFilter({operator if is_whole else loose: operand}, is_whole)

    return translate


def _translate_exists(condition: tree.Exists, _depth: int) -> ServerFilter:
    return ServerFilter({"$exists": condition.present}, is_exact=True)


def _translate_mod(condition: tree.Mod, _depth: int) -> ServerFilter:
    return ServerFilter({"$mod": [condition.divisor, condition.remainder]}, is_exact=True)


def _translate_size(condition: tree.Size, _depth: int) -> ServerFilter:
    if condition.length > MAX_SIZE:
        return MATCH_NONE
    return ServerFilter({"$size": condition.length}, is_exact=True)


def _translate_not(condition: tree.Not, depth: int) -> ServerFilter:
    found = _merge_conditions(condition.tests, depth + 1)
    return ServerFilter({"$not": found.filter}, is_exact=True) if found.is_exact else MATCH_ALL


def _translate_elem_match(condition: tree.ElemMatch, depth: int) -> ServerFilter:
    found = _merge_conditions(condition.tests, depth + 1)
    return ServerFilter({"$elemMatch": found.filter or {"$exists": True}}, found.is_exact)


def _translate_elem_query(condition: tree.ElemQuery, depth: int) -> ServerFilter:
    found = _translate_query(condition.query, depth + 1)
    return ServerFilter({"$elemMatch": found.filter}, found.is_exact)


_translate_eq, _translate_in = _compare_operand("$eq"), _compare_operands("$in")

_TRANSLATORS: dict[type, TranslateCondition] = {
    tree.Eq: _translate_eq,
    tree.Ne: _complement(_translate_eq, "$ne"),
    tree.Lt: _compare_order("$lt", "$lte", is_exact=True),
    tree.Lte: _compare_order("$lte", "$lte", is_exact=False),
    tree.Gt: _compare_order("$gt", "$gte", is_exact=False),
    tree.Gte: _compare_order("$gte", "$gte", is_exact=True),
    tree.In: _translate_in,
    tree.Nin: _complement(_translate_in, "$nin"),
    tree.All: _compare_operands("$all"),
    tree.Exists: _translate_exists,
    tree.Mod: _translate_mod,
    tree.Size: _translate_size,
    tree.Regex: lambda condition, _depth: ServerFilter(*translate_regex(condition)),
    tree.Glob: lambda condition, _depth: ServerFilter(*translate_glob(condition)),
    tree.Not: _translate_not,
    tree.ElemMatch: _translate_elem_match,
    tree.ElemQuery: _translate_elem_query,
}


def _encode(operand: Any) -> Any:
    return encode_value(operand)[0]


def _has_datetime(value: Any) -> bool:
    return any(isinstance(item, datetime) for item in iter_values(value))
