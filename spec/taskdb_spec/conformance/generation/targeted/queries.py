"""Programs with queries, and programs whose calls must be refused.

`query_program`, `invalid_query_program` and `invalid_record_program` serve every clause of their
kind. The registered functions serve the clauses about where a query must be refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.clauses import clauses
from taskdb_spec.conformance.core.program import Method, Operation
from taskdb_spec.conformance.generation.builders import (
    add,
    add_records,
    draw_ids,
    find,
    purge,
    update,
)
from taskdb_spec.conformance.generation.invalid import (
    ID_OUTSIDE_DOMAIN,
    INVALID_KEYS,
    INVALID_QUERIES,
    INVALID_RECORDS,
    RARE_INVALID_RECORDS,
    applicable_invalid_queries,
    draw_rare_operand_outside_domain,
)
from taskdb_spec.conformance.generation.queries import QUERY_GENERATORS
from taskdb_spec.conformance.generation.queries.rare_queries import draw_rare_queries
from taskdb_spec.conformance.generation.queries.registry import QueryCase, lookalike_query
from taskdb_spec.conformance.generation.records import draw_record
from taskdb_spec.conformance.generation.targeted.registry import targeted_program
from taskdb_spec.conformance.generation.values import ValueGenerator
from taskdb_spec.language.tree import LOGICAL_OPERATORS

NO_RECORD_MATCHES = {"msg_id": "never"}
INVALID_CALLS_PER_PROGRAM = 8
"""Enough that the 16 programs of the smallest profile try most inputs of the longest table."""


def query_program(clause: str, generator: ValueGenerator) -> list[Operation]:
    """Store records that the queries of a clause must tell apart, then execute the queries."""
    cases = [QUERY_GENERATORS[clause](generator) for _ in range(generator.integer(1, 2))]
    # The first witness is stored once or twice: some stores find only one of two equal records.
    witnesses = [
        witness for case in cases for witness in case.witnesses[:1] * generator.choice((1, 2))
    ]
    for case in cases:
        witnesses += generator.sample(case.witnesses or ({},), 3, 7)
    adds = [
        add(msg_id, {**draw_record(generator, 0), **witness})
        for msg_id, witness in zip(draw_ids(generator, len(witnesses)), witnesses, strict=True)
    ]
    steps = generator.permutation(adds)
    # A search by ids before the others: it shows that the records are stored.
    steps.append(find({"msg_id": {"$in": [step.args[0] for step in steps[:2]]}}))
    steps += [find(case.query, target_clause=clause) for case in cases]
    if clause in ADDITIONAL_QUERIES:
        ids = [step.args[0] for step in steps if step.call is Method.add]
        additional = ADDITIONAL_QUERIES[clause](cases[0], ids)
        steps += [find(query, target_clause=clause) for query in additional]
    # Stores often implement a purge by other code than a search. GLB-7 is about the purge.
    if clause == "GLB-7" or generator.chance(0.2):
        steps.append(purge(cases[0].query, target_clause=clause))
    return [*steps, *_rare_steps(clause, generator)]


def _rare_steps(clause: str, generator: ValueGenerator) -> Iterator[Operation]:
    """Yield steps that store records, and ask what the generator of the clause never draws."""
    for rare in draw_rare_queries(clause, generator):
        for number, witness in enumerate(rare.witnesses):
            yield add(f"rare{number}", witness)
        for query in rare.queries:
            yield find(query, target_clause=clause)


def _combine_with_ids(case: QueryCase, ids: list[str]) -> list[dict[str, Any]]:
    """Return the query with a condition on one id, and on many: a store may ignore either part."""
    conditions: tuple[Any, ...] = (ids[0], {"$in": ["zz", *ids]})
    return [{"msg_id": condition, **case.query} for condition in conditions]


def _query_each_text(case: QueryCase, _ids: list[str]) -> list[dict[str, Any]]:
    """Return a query for each text: a store may confuse two texts in one direction only."""
    [field] = case.query
    return [{field: witness[field]} for witness in case.witnesses]


def _query_lookalike(case: QueryCase, _ids: list[str]) -> list[dict[str, Any]]:
    """Return the lookalike of the query, which a cached answer must not serve."""
    return [lookalike_query(case.query)]


ADDITIONAL_QUERIES: dict[str, Callable[[QueryCase, list[str]], list[dict[str, Any]]]] = {
    "QRY-2": _combine_with_ids,
    "EQ-4": _query_each_text,
    "NUM-5": _query_lookalike,
    "DOC-2": _query_lookalike,
}
"""Functions that return more queries for a clause, from a case and the ids of all records."""


def invalid_query_program(clause: str, generator: ValueGenerator) -> list[Operation]:
    """Search and purge with invalid queries, or search with invalid keys, and with valid ones."""
    if clause in INVALID_KEYS:
        bad, good = INVALID_KEYS[clause](generator)
        query = generator.choice(({}, NO_RECORD_MATCHES))
        # Twice: a store that caches validated keys may accept them the second time.
        twice = [find(query, bad), find(query, bad)]
        return [*add_records(generator), *twice, find(query, good, target_clause=clause)]
    steps = add_records(generator)
    for _ in range(INVALID_CALLS_PER_PROGRAM):
        bad, good = INVALID_QUERIES[clause](generator)
        steps.append(find(bad))
        if good is not None:
            steps.append(find(good, target_clause=clause))
    if Capability.logic in generator.capabilities and isinstance(bad, dict):
        # A store may validate the query as a whole, but not its parts.
        parts = {generator.choice(LOGICAL_OPERATORS): [bad]}
        steps += [find(query) for query in (parts, *islice(_negate(bad), 1))]
    if clause == "QRY-7":
        steps.append(find(draw_rare_operand_outside_domain(generator)))
    return [*steps, purge(bad)]


def invalid_record_program(clause: str, generator: ValueGenerator) -> list[Operation]:
    """Add and update with invalid fields and with their valid counterparts."""
    one, *others = draw_ids(generator, 3)
    steps = [add(one, draw_record(generator, 1))]
    # Two inputs are used in an add and an update, two more in an update alone.
    for other in (*others, None, None):
        bad, good = INVALID_RECORDS[clause](generator)
        updates = [update(one, bad), update(one, good, target_clause=clause)]
        steps += generator.permutation(updates)
        if other is not None and clause != "UPD-6":  # UPD-6 is about updates
            steps += [add(other, bad), add(other, good, target_clause=clause)]
    return [*steps, *_rare_invalid_records(one, generator)] if clause == "REC-8" else steps


def _rare_invalid_records(stored: str, generator: ValueGenerator) -> Iterator[Operation]:
    """Yield writes of what is no record, or is just outside the domain, and an id outside it."""
    for number, bad in enumerate(generator.item_of_turn(RARE_INVALID_RECORDS)):
        # `add` takes what is false for no fields.
        yield from (update(stored, bad), Operation(Method.add, (f"rare{number}", bad)))
    # No other call: it may be refused as one of an unknown id, or as one outside the domain.
    yield add(ID_OUTSIDE_DOMAIN, {})


def _draw_invalid_query(
    generator: ValueGenerator, *, allow_non_dict: bool = False
) -> tuple[Any, Any]:
    """Draw a malformed query that uses claimed capabilities only, and its valid counterpart."""
    applicable = [
        clause
        for clause in applicable_invalid_queries(generator.capabilities)
        if (allow_non_dict or clause != "QRY-8") and clauses()[clause].lacks is None
    ]
    return INVALID_QUERIES[generator.next_in_rotation(applicable)](generator)


@targeted_program("QRY-9")
def invalid_query_on_empty_store(generator: ValueGenerator) -> list[Operation]:
    """Execute a malformed query while there is no record to evaluate it on."""
    bad, good = _draw_invalid_query(generator, allow_non_dict=True)
    return [find(bad), purge(bad), find(good, target_clause="QRY-9")]


@targeted_program("QRY-10")
def invalid_condition_beside_false_one(generator: ValueGenerator) -> list[Operation]:
    """Execute a malformed condition beside one that no record meets."""
    bad, good = _draw_invalid_query(generator)
    false: dict[str, Any] = generator.choice(({"msg_id": {"$in": []}}, {"queue": {"$in": []}}))
    queries = [{**NO_RECORD_MATCHES, **bad}, {**bad, **false, **bad}, {**false, **bad}]
    for field, condition in bad.items():
        if _has_only_operators(condition):
            queries.append({field: {"$in": [], **condition}})
    query = generator.choice(queries)
    valid = find({**NO_RECORD_MATCHES, **good}, target_clause="QRY-10")
    return [*add_records(generator), find(query, target_clause="QRY-10"), valid]


def _has_only_operators(condition: Any) -> bool:
    return isinstance(condition, dict) and all(str(name).startswith("$") for name in condition)


def _negate(bad: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the malformed condition under `$not`, alone and beside a valid operator."""
    for field, condition in bad.items():
        if _has_only_operators(condition):
            yield {field: {"$not": condition}}
            yield {field: {"$not": {"$ne": None, **condition}}}


@targeted_program("LOG-2")
def invalid_query_in_branch(generator: ValueGenerator) -> list[Operation]:
    """Execute a malformed query in a branch whose result cannot change the answer."""
    bad, good = _draw_invalid_query(generator)
    queries: list[dict[str, Any]] = [
        *({"$or": [{}, bad]}, {"$and": [NO_RECORD_MATCHES, bad]}),
        *({"$nor": [{}, bad]}, {"$or": [bad, {}]}),
        *_negate(bad),
    ]
    query = generator.next_in_rotation(queries)
    valid = find({"$or": [{}, good]}, target_clause="LOG-2")
    return [*add_records(generator), find(query, target_clause="LOG-2"), valid]


@targeted_program("PURGE-3", "ERR-4")
def invalid_purge(generator: ValueGenerator) -> list[Operation]:
    """Purge with malformed queries, one of which begins with conditions that records meet."""
    steps = add_records(generator)
    for _ in range(3):
        bad, _ = _draw_invalid_query(generator)
        steps += [purge(bad), find(bad)]
        # A store that evaluates while it parses would drop records before it refuses.
        steps.append(purge({"msg_id": {"$ne": "never"}, "queue": {"$ne": "never"}, **bad}))
    non_dict, _ = INVALID_QUERIES["QRY-8"](generator)
    keys, _ = INVALID_KEYS["KEYS-4"](generator)
    return [*steps, purge(non_dict), find({}, keys), purge({"label": "a"}, target_clause="PURGE-3")]
