"""Tables of malformed queries, at every position where a store may fail to check them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.clauses import clauses
from taskdb_spec.conformance.core.program import Operation
from taskdb_spec.conformance.generation.builders import add, find, purge
from taskdb_spec.conformance.generation.invalid import INVALID_QUERIES, NON_QUERIES
from taskdb_spec.conformance.generation.values import ValueGenerator
from taskdb_spec.language.tree import LOGICAL_OPERATORS

INPUTS_AT_EVERY_POSITION, INPUTS_AT_ONE_POSITION = 3, 20
"""Invalid inputs of a clause that are tried at every position, and at one position each.

One of the first takes some 20 queries, so there are few; the others go through more of the table.
"""


def invalid_query_tables(
    generator: ValueGenerator,
) -> Iterator[Callable[[], Iterator[Operation]]]:
    """Yield a table for each clause that refuses queries, and one of branches that are no dicts."""
    for name in INVALID_QUERIES:
        # QRY-8 is about queries that are not a dict, which cannot be part of a larger query.
        if name != "QRY-8" and clauses()[name].applies_with(generator.capabilities):
            yield partial(_clause_program, generator, name)
    if Capability.logic in generator.capabilities:
        yield _non_query_branches_program


def _non_query_branches_program() -> Iterator[Operation]:
    """Search with `$and`, `$or` and `$nor` of branches that are not a dict."""
    yield add("a", {"label": "a"})
    good = {"label": "a"}
    for name, bad in product(LOGICAL_OPERATORS, NON_QUERIES):
        yield from (find({name: branches}) for branches in ([good, bad], [bad, good], [bad]))


def _clause_program(generator: ValueGenerator, clause: str) -> Iterator[Operation]:
    """Search and purge with malformed queries, on an empty store and then with a record."""

    def draw_at_all_positions() -> tuple[dict[str, Any], ...]:
        bad, _ = INVALID_QUERIES[clause](generator)
        return tuple(_positions(generator, bad))

    queries = [query for _ in range(INPUTS_AT_EVERY_POSITION) for query in draw_at_all_positions()]
    yield from map(find, queries)
    yield from (
        find(generator.choice(draw_at_all_positions())) for _ in range(INPUTS_AT_ONE_POSITION)
    )
    yield add("a", {"label": "a", "queue": "a"})
    for query in queries:
        yield from (find(query), purge(query))


def _positions(generator: ValueGenerator, bad: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the malformed query itself, and larger queries that contain it."""
    good: dict[str, Any] = {"label": "a"}
    yield from (bad, {**bad, "msg_id": "a"}, {"msg_id": "never", **bad})
    if Capability.logic in generator.capabilities:
        yield from ({"$nor": [bad, {}]}, {"$or": [{}, {"$nor": [good, bad]}]})
        yield {"$and": [{"label": "never"}, {"$or": [good, {"$and": [good, bad]}]}]}
    for field, condition in bad.items():
        if isinstance(condition, dict) and any(str(name)[:1] == "$" for name in condition):
            yield from ({field: larger} for larger in _larger_conditions(generator, condition))


def _larger_conditions(
    generator: ValueGenerator, condition: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Yield the malformed condition beside valid operators, and inside other conditions."""
    yield from ({"$eq": "never", **condition}, {**condition, "$nin": ["never"]})
    yield {"$in": [], **condition}
    if Capability.presence in generator.capabilities:
        yield from ({"$exists": False, **condition}, {"$exists": True, **condition})
    if Capability.logic in generator.capabilities:
        yield from ({"$not": condition}, {"$not": {"$not": condition}})
        yield {"$not": {"$eq": "a", **condition}}
    if Capability.arrays in generator.capabilities:
        yield from ({"$elemMatch": condition}, {"$elemMatch": {"y": condition}})
