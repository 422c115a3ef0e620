"""Queries that combine and negate others."""

from __future__ import annotations

from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.conformance.generation.queries.registry import (
    QUERY_GENERATORS,
    SIMPLE_QUERY_CLAUSES,
    QueryCase,
    QueryGenerator,
    merge_witnesses,
    query_case,
    query_generator,
    scalar_field,
)
from taskdb_spec.conformance.generation.values import ValueGenerator
from taskdb_spec.language.tree import LOGICAL_OPERATORS, ORDER_OPERATORS


def _combination(operator: str) -> QueryGenerator:
    def combine(generator: ValueGenerator) -> QueryCase:
        parts = [
            QUERY_GENERATORS[generator.choice(SIMPLE_QUERY_CLAUSES)](generator)
            for _ in range(generator.integer(1, 3))
        ]
        if generator.chance(0.3):  # two conditions on one field
            parts.append(query_case(*_same_place(generator, parts[0])))
        queries = [part.query for part in parts]
        if generator.chance(0.2):
            queries.append({})
        if generator.chance(0.2):
            queries = [{generator.choice(LOGICAL_OPERATORS): queries}]
        if generator.chance(0.2):
            queries.append(queries[0])  # a branch may be there twice
        if generator.chance(0.1):
            queries = [_deeply(queries)]
        query: dict[str, Any] = {operator: queries}
        if generator.chance(0.2):  # beside another combination
            parts.append(QUERY_GENERATORS[generator.choice(SIMPLE_QUERY_CLAUSES)](generator))
            query = {generator.choice(LOGICAL_OPERATORS): [parts[-1].query], **query}
        if generator.chance(0.4):  # beside conditions of its own
            parts.append(QUERY_GENERATORS[generator.choice(SIMPLE_QUERY_CLAUSES)](generator))
            query |= parts[-1].query
        witnesses = [plant for part in parts for plant in part.witnesses[:3]]
        first, second = (merge_witnesses(part.witnesses[:2][i] for part in parts) for i in (0, -1))
        # Records for which all depends on one part.
        lone = [first | generator.choice(part.witnesses) for part in parts]
        lone += [second | generator.choice(part.witnesses) for part in parts]
        return QueryCase(query, (first, second, *lone, *generator.choices(witnesses, 2, 4)))

    return combine


def _deeply(queries: list[dict[str, Any]]) -> dict[str, Any]:
    """The same inside forty combinations that change nothing."""
    query: dict[str, Any] = {"$or": queries}
    for _ in range(40):
        query = {"$and": [query]}
    return query


def _same_place(generator: ValueGenerator, part: QueryCase) -> tuple[Any, ...]:
    place = next(iter(part.query))
    value = next((p[place] for p in part.witnesses if p.get(place) is not None), None)
    return place, {generator.choice(("$ne", "$eq", "$gte", "$lte")): value}, value


for _clause, _operator in (("AND-1", "$and"), ("OR-1", "$or"), ("NOR-1", "$nor")):
    QUERY_GENERATORS[_clause] = _combination(_operator)


@query_generator("NOT-1")
def negation(generator: ValueGenerator) -> QueryCase:
    part = QUERY_GENERATORS[
        generator.choice(("QRY-3", "LT-1", "GTE-1", "IN-1", "NE-1", "EQ-2", "QRY-3"))
    ](generator)
    ((place, condition),) = part.query.items()
    negated = {"$not": {"$not": condition}} if generator.chance(0.2) else {"$not": condition}
    return QueryCase({place: negated}, part.witnesses)


@query_generator("NOT-2")
def negation_of_none(generator: ValueGenerator) -> QueryCase:
    place, value, _ = scalar_field(generator)
    tests: list[dict[str, Any]] = [{operator: value} for operator in (*ORDER_OPERATORS, "$eq")]
    if Capability.regex in generator.capabilities:
        tests.append({"$regex": "a"})
    if Capability.glob in generator.capabilities:
        tests.append({"$glob": "*"})
    return query_case(place, {"$not": generator.next_in_rotation(tests)}, None, value)
