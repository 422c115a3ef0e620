"""Malformed queries, each at every place where one may be overlooked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.clauses import clauses
from taskdb_spec.conformance.core.program import Operation
from taskdb_spec.conformance.generation.builders import add, find, purge
from taskdb_spec.conformance.generation.invalid import NON_QUERIES, QUERIES
from taskdb_spec.conformance.generation.values import ValueGenerator
from taskdb_spec.language.tree import LOGICAL_OPERATORS

EVERYWHERE, SOMEWHERE = 3, 20
"""How many faults of a clause are tried at all places, and how many at one."""


def refusal_tables(generator: ValueGenerator) -> Iterator[Callable[[], Iterator[Operation]]]:
    """A program for each clause that refuses queries, and one of parts that are no queries."""
    for name in QUERIES:
        # What is no dict is part of no query.
        if name != "QRY-8" and clauses()[name].applies_with(generator.capabilities):
            yield partial(_of_clause, generator, name)
    if Capability.logic in generator.capabilities:
        yield _of_parts


def _of_parts() -> Iterator[Operation]:
    yield add("a", {"label": "a"})
    good = {"label": "a"}
    for name, part in product(LOGICAL_OPERATORS, NON_QUERIES):
        yield from (find({name: parts}) for parts in ([good, part], [part, good], [part]))


def _of_clause(generator: ValueGenerator, clause: str) -> Iterator[Operation]:
    def placed() -> tuple[dict[str, Any], ...]:
        bad, _ = QUERIES[clause](generator)
        return tuple(_places(generator, bad))

    asked = [query for _ in range(EVERYWHERE) for query in placed()]
    yield from map(find, asked)
    yield from (find(generator.choice(placed())) for _ in range(SOMEWHERE))
    yield add("a", {"label": "a", "queue": "a"})
    for query in asked:
        yield from (find(query), purge(query))


def _places(generator: ValueGenerator, bad: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The query itself, and others that it is a part of."""
    good: dict[str, Any] = {"label": "a"}
    yield from (bad, {**bad, "msg_id": "a"}, {"msg_id": "never", **bad})
    if Capability.logic in generator.capabilities:
        yield from ({"$nor": [bad, {}]}, {"$or": [{}, {"$nor": [good, bad]}]})
        yield {"$and": [{"label": "never"}, {"$or": [good, {"$and": [good, bad]}]}]}
    for place, condition in bad.items():
        if isinstance(condition, dict) and any(str(name)[:1] == "$" for name in condition):
            yield from ({place: inside} for inside in _beside(generator, condition))


def _beside(generator: ValueGenerator, condition: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The condition beside others on the field, and inside of others."""
    yield from ({"$eq": "never", **condition}, {**condition, "$nin": ["never"]})
    yield {"$in": [], **condition}
    if Capability.presence in generator.capabilities:
        yield from ({"$exists": False, **condition}, {"$exists": True, **condition})
    if Capability.logic in generator.capabilities:
        yield from ({"$not": condition}, {"$not": {"$not": condition}})
        yield {"$not": {"$eq": "a", **condition}}
    if Capability.arrays in generator.capabilities:
        yield from ({"$elemMatch": condition}, {"$elemMatch": {"y": condition}})
