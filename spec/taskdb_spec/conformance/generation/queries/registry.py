"""The registry of query generators, and what several of them need.

A query generator draws a `QueryCase`: a query and its *witnesses*, the fields of records that the
query must tell apart. A targeted program stores the witnesses as records; the random walk updates
the records that it has with some of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from taskdb_spec.capabilities import Capability
from taskdb_spec.conformance.generation.values import TEXT_FIELDS, TIMESTAMP_FIELDS, ValueGenerator
from taskdb_spec.language.errors import QueryError
from taskdb_spec.language.parser import parse_query
from taskdb_spec.language.tree import LOGICAL_OPERATORS
from taskdb_spec.records.fields import BUFFER_FIELDS, DICT_FIELDS


@dataclass(frozen=True)
class QueryCase:
    """A query, and fields of records that it must tell apart.

    A targeted program stores the first witness always, and some of the others.
    """

    query: dict[str, Any]
    witnesses: tuple[dict[str, Any], ...]


QueryGenerator: TypeAlias = Callable[[ValueGenerator], QueryCase]
QUERY_GENERATORS: dict[str, QueryGenerator] = {}
"""The generators, by clause. Sort the clauses before you iterate: the order is that of imports."""


def query_generator(*clauses: str) -> Callable[[QueryGenerator], QueryGenerator]:
    """Register a function as the generator of queries that exercise these clauses."""

    def register(function: QueryGenerator) -> QueryGenerator:
        QUERY_GENERATORS.update(dict.fromkeys(clauses, function))
        return function

    return register


def query_case(field: str, condition: Any, *values: Any) -> QueryCase:
    """Return a case with a condition on a root field, and with the field's values as witnesses."""
    return QueryCase({field: condition}, tuple({field: value} for value in values))


def draw_scalar_field_values(generator: ValueGenerator) -> tuple[str, Any, Any]:
    """Draw a text or timestamp field, a value for it, and a similar value."""
    if generator.chance(0.6):
        field, value = generator.choice(TEXT_FIELDS), generator.word()
        return field, value, generator.similar_value(value)
    field, at = generator.choice(TIMESTAMP_FIELDS), generator.timestamp(with_offset=False)
    return field, at, generator.similar_value(at)


def merge_witnesses(witnesses: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return a record with the fields of all witnesses; the last one wins."""
    return {name: value for witness in witnesses for name, value in witness.items()}


def is_claimed(query: dict[str, Any], capabilities: frozenset[Capability]) -> bool:
    """Return whether the query needs no other capabilities than these."""
    try:
        parse_query(query, capabilities=capabilities)
    except QueryError:
        return False
    return True


def is_asked(check: object, capabilities: frozenset[Capability]) -> bool:
    """Return whether the suite asks a backend this query (ledger entry L-25).

    A store that cannot compare dicts may refuse any query on a field that holds one, and likewise
    for lists. An invalid query is asked: such a store refuses it too.

    >>> is_asked({"header": None}, frozenset()), is_asked({"label": None}, frozenset())
    (False, True)
    """
    if not isinstance(check, dict) or not is_claimed(check, capabilities):
        return True
    fields = set(_iter_fields(check))
    return not (
        (Capability.documents not in capabilities and fields.intersection(DICT_FIELDS))
        or (Capability.arrays not in capabilities and fields.intersection(BUFFER_FIELDS))
    )


def _iter_fields(check: dict[str, Any]) -> Iterator[str]:
    """Yield the names of the conditions of a query, also those inside of ``$and`` and the like."""
    for name, condition in check.items():
        yield name
        if name in LOGICAL_OPERATORS:
            for part in condition:
                yield from _iter_fields(part)


def select_claimed(
    generator: ValueGenerator, queries: Iterable[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the queries for which the backend claims all capabilities."""
    return [query for query in queries if is_claimed(query, generator.capabilities)]


def lookalike_query(value: Any) -> Any:
    """Return a query that Python considers equal, up to the order of keys, but that differs.

    A cache of answers that compares queries with `==` serves the wrong answer to one of the two.

    >>> lookalike_query({"header": {"a": 1, "b": "c"}})
    {'header': {'b': 'c', 'a': True}}
    """
    if isinstance(value, dict):
        return {key: lookalike_query(item) for key, item in reversed(value.items())}
    if isinstance(value, list):
        return [lookalike_query(item) for item in value]
    if isinstance(value, bool):
        return int(value)
    return bool(value) if isinstance(value, int) and value in (0, 1) else value


SIMPLE_QUERY_CLAUSES = (
    "EQ-1",
    "EQ-3",
    "NE-1",
    "NE-3",
    "LT-1",
    "GTE-1",
    "IN-1",
    "NIN-2",
    "CMP-1",
    "EQ-2",
)
"""Clauses whose queries are combined into larger ones: one condition on one root field each."""
