"""Queries that tell records apart, one maker for each clause of the query language.

A maker draws a query and *plants*: fields for records between which the query has to choose. A
focused program stores the plants; the random machine plants some into the records it has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from taskdb_spec.conformance.generation.values import TEXT_PLACES, TIME_PLACES, Pools
from taskdb_spec.language.errors import QueryError
from taskdb_spec.language.parser import parse_query


@dataclass(frozen=True)
class Sample:
    """A query, and fields of records that it has to tell apart."""

    query: dict[str, Any]
    plants: tuple[dict[str, Any], ...]


Maker: TypeAlias = Callable[[Pools], Sample]
MAKERS: dict[str, Maker] = {}


def maker(*clauses: str) -> Callable[[Maker], Maker]:
    """Register the maker of queries that exercise these clauses."""

    def register(function: Maker) -> Maker:
        MAKERS.update(dict.fromkeys(clauses, function))
        return function

    return register


def sample(place: str, condition: Any, *values: Any) -> Sample:
    """A query on one root field, and that field's values in the plants."""
    return Sample({place: condition}, tuple({place: value} for value in values))


def scalar_place(pools: Pools) -> tuple[str, Any, Any]:
    """A text or time field, a value for it, and another that is near."""
    if pools.chance(6):
        place, value = pools.one_of(TEXT_PLACES), pools.word()
        return place, value, pools.near(value)
    place, at = pools.one_of(TIME_PLACES), pools.instant(offsets=False)
    return place, at, pools.near(at)


def merged(plants: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """A record that has the fields of all of them, the last where they differ."""
    return {name: value for plant in plants for name, value in plant.items()}


def is_claimed(pools: Pools, query: dict[str, Any]) -> bool:
    """Whether the backend claims to take that query."""
    try:
        parse_query(query, capabilities=pools.capabilities)
    except QueryError:
        return False
    return True


def claimed(pools: Pools, queries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of the queries that the backend claims to take."""
    return [query for query in queries if is_claimed(pools, query)]


def twin(value: Any) -> Any:
    """A query that is equal to Python, or but for the order of keys, and asks something else.

    >>> twin({"header": {"a": 1, "b": "c"}})
    {'header': {'b': 'c', 'a': True}}
    """
    if isinstance(value, dict):
        return {key: twin(item) for key, item in reversed(value.items())}
    if isinstance(value, list):
        return [twin(item) for item in value]
    if isinstance(value, bool):
        return int(value)
    return bool(value) if isinstance(value, int) and value in (0, 1) else value


SIMPLE = ("EQ-1", "EQ-3", "NE-1", "NE-3", "LT-1", "GTE-1", "IN-1", "NIN-2", "CMP-1", "EQ-2")
"""Clauses whose queries are parts of larger ones."""
