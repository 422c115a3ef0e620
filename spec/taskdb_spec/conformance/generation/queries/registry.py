"""Queries that tell records apart, one maker for each clause of the query language.

A maker draws a query and *plants*: fields for records between which the query has to choose. A
focused program stores the plants; the random machine plants some into the records it has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from taskdb_spec.conformance.generation.values import TEXT_FIELDS, TIMESTAMP_FIELDS, ValueGenerator
from taskdb_spec.language.errors import QueryError
from taskdb_spec.language.parser import parse_query


@dataclass(frozen=True)
class QueryCase:
    """A query, and fields of records that it has to tell apart."""

    query: dict[str, Any]
    witnesses: tuple[dict[str, Any], ...]


QueryGenerator: TypeAlias = Callable[[ValueGenerator], QueryCase]
QUERY_GENERATORS: dict[str, QueryGenerator] = {}


def query_generator(*clauses: str) -> Callable[[QueryGenerator], QueryGenerator]:
    """Register the maker of queries that exercise these clauses."""

    def register(function: QueryGenerator) -> QueryGenerator:
        QUERY_GENERATORS.update(dict.fromkeys(clauses, function))
        return function

    return register


def query_case(place: str, condition: Any, *values: Any) -> QueryCase:
    """A query on one root field, and that field's values in the plants."""
    return QueryCase({place: condition}, tuple({place: value} for value in values))


def scalar_field(generator: ValueGenerator) -> tuple[str, Any, Any]:
    """A text or time field, a value for it, and another that is near."""
    if generator.chance(0.6):
        place, value = generator.choice(TEXT_FIELDS), generator.word()
        return place, value, generator.similar_value(value)
    place, at = generator.choice(TIMESTAMP_FIELDS), generator.timestamp(with_offset=False)
    return place, at, generator.similar_value(at)


def merge_witnesses(witnesses: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """A record that has the fields of all of them, the last where they differ."""
    return {name: value for plant in witnesses for name, value in plant.items()}


def _is_claimed(generator: ValueGenerator, query: dict[str, Any]) -> bool:
    """Whether the backend claims to take that query."""
    try:
        parse_query(query, capabilities=generator.capabilities)
    except QueryError:
        return False
    return True


def select_claimed(generator: ValueGenerator, queries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of the queries that the backend claims to take."""
    return [query for query in queries if _is_claimed(generator, query)]


def lookalike_query(value: Any) -> Any:
    """A query that is equal to Python, or but for the order of keys, and asks something else.

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


SIMPLE_QUERY_CLAUSES = ("EQ-1", "EQ-3", "NE-1", "NE-3", "LT-1", "GTE-1", "IN-1", "NIN-2", "CMP-1", "EQ-2")
"""Clauses whose queries are parts of larger ones."""
