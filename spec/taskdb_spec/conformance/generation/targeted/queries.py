"""Programs that query, and that are refused."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.clauses import by_id, clauses
from taskdb_spec.conformance.core.program import Method, Operation
from taskdb_spec.conformance.generation import invalid as faults
from taskdb_spec.conformance.generation.builders import (
    add,
    change,
    find,
    ids,
    purge,
    some_records,
    targeted_program,
)
from taskdb_spec.conformance.generation.queries import QUERY_GENERATORS
from taskdb_spec.conformance.generation.queries.registry import QueryCase, lookalike_query
from taskdb_spec.conformance.generation.records import record
from taskdb_spec.conformance.generation.values import ValueGenerator


def query_program(clause: str, generator: ValueGenerator) -> list[Operation]:
    samples = [QUERY_GENERATORS[clause](generator) for _ in range(generator.integer(1, 2))]
    witnesses = [
        p for sample in samples for p in sample.witnesses[:1] * generator.choice((1, 1, 2))
    ]
    for sample in samples:
        witnesses += generator.sample(sample.witnesses or ({},), 3, 7)
    query = samples[0].query
    steps = [
        add(msg_id, {**record(generator, 0), **plant})
        for msg_id, plant in zip(ids(generator, len(witnesses)), witnesses, strict=True)
    ]
    steps = generator.shuffled(steps)
    steps.append(find({"msg_id": {"$in": [step.args[0] for step in steps[:2]]}}))
    steps += [find(sample.query, target_clause=clause) for sample in samples]
    if clause in MORE:
        added = [step.args[0] for step in steps if step.call is Method.add]
        steps += [find(check, target_clause=clause) for check in MORE[clause](samples[0], added)]
    if clause == "GLB-7" or generator.chance(2):
        steps.append(purge(query, target_clause=clause))
    return steps


def _with_ids(one: QueryCase, added: list[str]) -> list[dict[str, Any]]:
    """The query beside an id, and beside a list of them: neither is enough."""
    ids: tuple[Any, ...] = (added[0], {"$in": ["zz", *added]})
    return [{"msg_id": condition, **one.query} for condition in ids]


def _each_text(one: QueryCase, added: list[str]) -> list[dict[str, Any]]:
    """One query for each text: any two of them may be taken for each other, either way."""
    [place] = one.query
    return [{place: plant[place]} for plant in one.witnesses]


def _twin(one: QueryCase, added: list[str]) -> list[dict[str, Any]]:
    return [lookalike_query(one.query)]


MORE = {"QRY-2": _with_ids, "EQ-4": _each_text, "NUM-5": _twin, "DOC-2": _twin}
"""What else the programs of a clause ask, given a sample and the ids that were added."""


def query_fault(clause: str, generator: ValueGenerator) -> list[Operation]:
    if clause in faults.KEYS:
        bad, good = faults.KEYS[clause](generator)
        check = generator.choice(({}, {"msg_id": "never"}))
        twice = [find(check, bad), find(check, bad)]  # what was refused may be remembered as fine
        return [*some_records(generator), *twice, find(check, good, target_clause=clause)]
    steps = some_records(generator)
    for _ in range(8):
        bad, good = faults.QUERIES[clause](generator)
        steps.append(find(bad))
        if good is not None:
            steps.append(find(good, target_clause=clause))
    if Capability.logic in generator.capabilities and isinstance(bad, dict):
        steps += [find(check) for check in islice(_negated(bad), 1)]
    return [*steps, purge(bad)]


def record_fault(clause: str, generator: ValueGenerator) -> list[Operation]:
    one, *others = ids(generator, 3)
    steps = [add(one, record(generator, 1))]
    for other in (*others, None, None):
        bad, good = faults.RECORDS[clause](generator)
        steps += generator.shuffled([change(one, bad), change(one, good, target_clause=clause)])
        if other is not None and clause != "UPD-6":
            steps += [add(other, bad), add(other, good, target_clause=clause)]
    return steps


def _any_fault(generator: ValueGenerator, *, whole: bool = False) -> tuple[Any, Any]:
    """A malformed query of a capability that is at hand; a dict, unless it is used as it is."""
    at_hand = [
        clause
        for clause in sorted(faults.QUERIES, key=by_id)
        if (whole or clause != "QRY-8") and clauses()[clause].lacks is None
        if clauses()[clause].applies_with(generator.capabilities)
    ]
    return faults.QUERIES[generator.next_in_rotation(at_hand)](generator)


@targeted_program("QRY-9")
def refused_when_empty(generator: ValueGenerator) -> list[Operation]:
    bad, good = _any_fault(generator, whole=True)
    return [find(bad), purge(bad), find(good, target_clause="QRY-9")]


@targeted_program("QRY-10")
def refused_when_unreachable(generator: ValueGenerator) -> list[Operation]:
    bad, good = _any_fault(generator)
    nowhere: dict[str, Any] = generator.choice(({"msg_id": {"$in": []}}, {"queue": {"$in": []}}))
    checks = [{"msg_id": "never", **bad}, {**bad, **nowhere, **bad}, {**nowhere, **bad}]
    for place, condition in bad.items():
        if isinstance(condition, dict) and all(str(name).startswith("$") for name in condition):
            checks.append({place: {"$in": [], **condition}})
    check = generator.choice(checks)
    fine = find({"msg_id": "never", **good}, target_clause="QRY-10")
    return [*some_records(generator), find(check, target_clause="QRY-10"), fine]


def _negated(bad: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The fault under `$not`, alone and beside an operator that is fine."""
    for place, condition in bad.items():
        if isinstance(condition, dict) and all(str(name).startswith("$") for name in condition):
            yield {place: {"$not": condition}}
            yield {place: {"$not": {"$ne": None, **condition}}}


@targeted_program("LOG-2")
def refused_in_every_branch(generator: ValueGenerator) -> list[Operation]:
    bad, good = _any_fault(generator)
    never = {"msg_id": "never"}
    checks: list[dict[str, Any]] = [
        *({"$or": [{}, bad]}, {"$and": [never, bad]}, {"$nor": [{}, bad]}, {"$or": [bad, {}]}),
        *_negated(bad),
    ]
    check = generator.next_in_rotation(checks)
    fine = find({"$or": [{}, good]}, target_clause="LOG-2")
    return [*some_records(generator), find(check, target_clause="LOG-2"), fine]


@targeted_program("PURGE-3", "ERR-4")
def malformed_purge(generator: ValueGenerator) -> list[Operation]:
    steps = some_records(generator)
    for _ in range(3):
        bad, _ = _any_fault(generator, whole=True)
        steps += [purge(bad), find(bad)]
        if isinstance(bad, dict):  # refused before anything goes by what comes before the fault
            steps.append(purge({"msg_id": {"$ne": "never"}, "queue": {"$ne": "never"}, **bad}))
    keys, _ = faults.KEYS["KEYS-4"](generator)
    return [*steps, find({}, keys), purge({"label": "a"}, target_clause="PURGE-3")]
