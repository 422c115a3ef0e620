"""Query generators for `$and`, `$or`, `$nor` and `$not`."""

from __future__ import annotations

from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.conformance.generation.queries.registry import (
    QUERY_GENERATORS,
    SIMPLE_QUERY_CLAUSES,
    QueryCase,
    QueryGenerator,
    draw_scalar_field_values,
    merge_witnesses,
    query_case,
    query_generator,
)
from taskdb_spec.conformance.generation.values import ValueGenerator
from taskdb_spec.language.tree import LOGICAL_OPERATORS, ORDER_OPERATORS


def _combination_with(operator: str) -> QueryGenerator:
    """Return a generator of combinations with this operator, of one to three simple queries."""

    def generate(generator: ValueGenerator) -> QueryCase:
        parts = [
            QUERY_GENERATORS[generator.choice(SIMPLE_QUERY_CLAUSES)](generator)
            for _ in range(generator.integer(1, 3))
        ]
        if generator.chance(0.3):  # a second condition on the same field
            parts.append(query_case(*_condition_on_field_of(generator, parts[0])))
        queries = [part.query for part in parts]
        if generator.chance(0.2):
            queries.append({})
        if generator.chance(0.2):
            queries = [{generator.choice(LOGICAL_OPERATORS): queries}]
        if generator.chance(0.2):
            queries.append(queries[0])  # the same branch twice
        if generator.chance(0.1):
            queries = [_nest_deeply(queries)]
        query: dict[str, Any] = {operator: queries}
        if generator.chance(0.2):  # beside another combination
            parts.append(QUERY_GENERATORS[generator.choice(SIMPLE_QUERY_CLAUSES)](generator))
            query = {generator.choice(LOGICAL_OPERATORS): [parts[-1].query], **query}
        if generator.chance(0.4):  # beside conditions of its own
            parts.append(QUERY_GENERATORS[generator.choice(SIMPLE_QUERY_CLAUSES)](generator))
            query |= parts[-1].query
        witnesses = [witness for part in parts for witness in part.witnesses[:3]]
        first, second = (merge_witnesses(part.witnesses[:2][i] for part in parts) for i in (0, -1))
        # Records that differ in the fields of one part only, so that this part decides.
        decisive = [first | generator.choice(part.witnesses) for part in parts]
        decisive += [second | generator.choice(part.witnesses) for part in parts]
        return QueryCase(query, (first, second, *decisive, *generator.choices(witnesses, 2, 4)))

    return generate


def _nest_deeply(queries: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the same query inside forty `$and` of one branch, which change nothing."""
    query: dict[str, Any] = {"$or": queries}
    # Deeper than a query that anybody writes by hand; no clause limits the depth.
    for _ in range(40):
        query = {"$and": [query]}
    return query


def _condition_on_field_of(generator: ValueGenerator, part: QueryCase) -> tuple[Any, ...]:
    """Return a field of the part, a condition on it, and a value: arguments of `query_case`."""
    field = next(iter(part.query))
    value = next(
        (witness[field] for witness in part.witnesses if witness.get(field) is not None), None
    )
    return field, {generator.choice(("$ne", "$eq", "$gte", "$lte")): value}, value


for _clause, _operator in (("AND-1", "$and"), ("OR-1", "$or"), ("NOR-1", "$nor")):
    QUERY_GENERATORS[_clause] = _combination_with(_operator)


@query_generator("NOT-1")
def negation(generator: ValueGenerator) -> QueryCase:
    """Draw `$not`, or a double `$not`, of a condition."""
    # QRY-3 twice: a store may apply `$not` to each of several operators.
    part = QUERY_GENERATORS[
        generator.choice(("QRY-3", "LT-1", "GTE-1", "IN-1", "NE-1", "EQ-2", "QRY-3"))
    ](generator)
    ((field, condition),) = part.query.items()
    negated = {"$not": {"$not": condition}} if generator.chance(0.2) else {"$not": condition}
    return QueryCase({field: negated}, part.witnesses)


@query_generator("NOT-2")
def negation_on_none(generator: ValueGenerator) -> QueryCase:
    """Draw `$not` of an operator that is false on None, and a record without the field."""
    field, value, _ = draw_scalar_field_values(generator)
    tests: list[dict[str, Any]] = [{operator: value} for operator in (*ORDER_OPERATORS, "$eq")]
    if Capability.regex in generator.capabilities:
        tests.append({"$regex": "a"})
    if Capability.glob in generator.capabilities:
        tests.append({"$glob": "*"})
    return query_case(field, {"$not": generator.next_in_rotation(tests)}, None, value)
