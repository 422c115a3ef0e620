"""Queries that combine and negate others."""

from __future__ import annotations

from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.conformance.generation.queries.registry import (
    MAKERS,
    SIMPLE,
    Maker,
    Sample,
    maker,
    merged,
    sample,
    scalar_place,
)
from taskdb_spec.conformance.generation.values import Pools
from taskdb_spec.language.tree import LOGICAL_OPERATORS, ORDER_OPERATORS


def _combination(operator: str) -> Maker:
    def combine(pools: Pools) -> Sample:
        parts = [MAKERS[pools.one_of(SIMPLE)](pools) for _ in range(pools.between(1, 3))]
        if pools.chance(3):  # two conditions on one field
            parts.append(sample(*_same_place(pools, parts[0])))
        queries = [part.query for part in parts]
        if pools.chance(2):
            queries.append({})
        if pools.chance(2):
            queries = [{pools.one_of(LOGICAL_OPERATORS): queries}]
        if pools.chance(2):
            queries.append(queries[0])  # a branch may be there twice
        if pools.chance(1):
            queries = [_deeply(queries)]
        query: dict[str, Any] = {operator: queries}
        if pools.chance(2):  # beside another combination
            parts.append(MAKERS[pools.one_of(SIMPLE)](pools))
            query = {pools.one_of(LOGICAL_OPERATORS): [parts[-1].query], **query}
        if pools.chance(4):  # beside conditions of its own
            parts.append(MAKERS[pools.one_of(SIMPLE)](pools))
            query |= parts[-1].query
        plants = [plant for part in parts for plant in part.plants[:3]]
        first, second = (merged(part.plants[:2][i] for part in parts) for i in (0, -1))
        # Records for which all depends on one part.
        lone = [first | pools.one_of(part.plants) for part in parts]
        lone += [second | pools.one_of(part.plants) for part in parts]
        return Sample(query, (first, second, *lone, *pools.some(plants, 2, 4)))

    return combine


def _deeply(queries: list[dict[str, Any]]) -> dict[str, Any]:
    """The same inside forty combinations that change nothing."""
    query: dict[str, Any] = {"$or": queries}
    for _ in range(40):
        query = {"$and": [query]}
    return query


def _same_place(pools: Pools, part: Sample) -> tuple[Any, ...]:
    place = next(iter(part.query))
    value = next((p[place] for p in part.plants if p.get(place) is not None), None)
    return place, {pools.one_of(("$ne", "$eq", "$gte", "$lte")): value}, value


for _clause, _operator in (("AND-1", "$and"), ("OR-1", "$or"), ("NOR-1", "$nor")):
    MAKERS[_clause] = _combination(_operator)


@maker("NOT-1")
def negation(pools: Pools) -> Sample:
    part = MAKERS[pools.one_of(("QRY-3", "LT-1", "GTE-1", "IN-1", "NE-1", "EQ-2", "QRY-3"))](pools)
    ((place, condition),) = part.query.items()
    negated = {"$not": {"$not": condition}} if pools.chance(2) else {"$not": condition}
    return Sample({place: negated}, part.plants)


@maker("NOT-2")
def negation_of_none(pools: Pools) -> Sample:
    place, value, _ = scalar_place(pools)
    tests: list[dict[str, Any]] = [{operator: value} for operator in (*ORDER_OPERATORS, "$eq")]
    if Capability.regex in pools.capabilities:
        tests.append({"$regex": "a"})
    if Capability.glob in pools.capabilities:
        tests.append({"$glob": "*"})
    return sample(place, {"$not": pools.deal(tests)}, None, value)
