"""Programs that query, and that are refused."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.clauses import by_id, clauses
from taskdb_spec.conformance.core.program import Call, Operation
from taskdb_spec.conformance.generation import invalid as faults
from taskdb_spec.conformance.generation.builders import (
    add,
    change,
    find,
    ids,
    purge,
    scenario,
    some_records,
)
from taskdb_spec.conformance.generation.queries import MAKERS
from taskdb_spec.conformance.generation.queries.registry import Sample, twin
from taskdb_spec.conformance.generation.records import record
from taskdb_spec.conformance.generation.values import Pools


def query_program(clause: str, pools: Pools) -> list[Operation]:
    samples = [MAKERS[clause](pools) for _ in range(pools.between(1, 2))]
    plants = [p for sample in samples for p in sample.plants[:1] * pools.one_of((1, 1, 2))]
    for sample in samples:
        plants += pools.sample(sample.plants or ({},), 3, 7)
    query = samples[0].query
    steps = [
        add(msg_id, {**record(pools, 0), **plant})
        for msg_id, plant in zip(ids(pools, len(plants)), plants, strict=True)
    ]
    steps = pools.shuffled(steps)
    steps.append(find({"msg_id": {"$in": [step.args[0] for step in steps[:2]]}}))
    steps += [find(sample.query, aim=clause) for sample in samples]
    if clause in MORE:
        added = [step.args[0] for step in steps if step.call is Call.add]
        steps += [find(check, aim=clause) for check in MORE[clause](samples[0], added)]
    if clause == "GLB-7" or pools.chance(2):
        steps.append(purge(query, aim=clause))
    return steps


def _with_ids(one: Sample, added: list[str]) -> list[dict[str, Any]]:
    """The query beside an id, and beside a list of them: neither is enough."""
    ids: tuple[Any, ...] = (added[0], {"$in": ["zz", *added]})
    return [{"msg_id": condition, **one.query} for condition in ids]


def _each_text(one: Sample, added: list[str]) -> list[dict[str, Any]]:
    """One query for each text: any two of them may be taken for each other, either way."""
    [place] = one.query
    return [{place: plant[place]} for plant in one.plants]


def _twin(one: Sample, added: list[str]) -> list[dict[str, Any]]:
    return [twin(one.query)]


MORE = {"QRY-2": _with_ids, "EQ-4": _each_text, "NUM-5": _twin, "DOC-2": _twin}
"""What else the programs of a clause ask, given a sample and the ids that were added."""


def query_fault(clause: str, pools: Pools) -> list[Operation]:
    if clause in faults.KEYS:
        bad, good = faults.KEYS[clause](pools)
        check = pools.one_of(({}, {"msg_id": "never"}))
        twice = [find(check, bad), find(check, bad)]  # what was refused may be remembered as fine
        return [*some_records(pools), *twice, find(check, good, aim=clause)]
    steps = some_records(pools)
    for _ in range(8):
        bad, good = faults.QUERIES[clause](pools)
        steps.append(find(bad))
        if good is not None:
            steps.append(find(good, aim=clause))
    if Capability.logic in pools.capabilities and isinstance(bad, dict):
        steps += [find(check) for check in islice(_negated(bad), 1)]
    return [*steps, purge(bad)]


def record_fault(clause: str, pools: Pools) -> list[Operation]:
    one, *others = ids(pools, 3)
    steps = [add(one, record(pools, 1))]
    for other in (*others, None, None):
        bad, good = faults.RECORDS[clause](pools)
        steps += pools.shuffled([change(one, bad), change(one, good, aim=clause)])
        if other is not None and clause != "UPD-6":
            steps += [add(other, bad), add(other, good, aim=clause)]
    return steps


def _any_fault(pools: Pools, *, whole: bool = False) -> tuple[Any, Any]:
    """A malformed query of a capability that is at hand; a dict, unless it is used as it is."""
    at_hand = [
        clause
        for clause in sorted(faults.QUERIES, key=by_id)
        if (whole or clause != "QRY-8") and clauses()[clause].lacks is None
        if clauses()[clause].applies_with(pools.capabilities)
    ]
    return faults.QUERIES[pools.deal(at_hand)](pools)


@scenario("QRY-9")
def refused_when_empty(pools: Pools) -> list[Operation]:
    bad, good = _any_fault(pools, whole=True)
    return [find(bad), purge(bad), find(good, aim="QRY-9")]


@scenario("QRY-10")
def refused_when_unreachable(pools: Pools) -> list[Operation]:
    bad, good = _any_fault(pools)
    nowhere: dict[str, Any] = pools.one_of(({"msg_id": {"$in": []}}, {"queue": {"$in": []}}))
    checks = [{"msg_id": "never", **bad}, {**bad, **nowhere, **bad}, {**nowhere, **bad}]
    for place, condition in bad.items():
        if isinstance(condition, dict) and all(str(name).startswith("$") for name in condition):
            checks.append({place: {"$in": [], **condition}})
    check = pools.one_of(checks)
    fine = find({"msg_id": "never", **good}, aim="QRY-10")
    return [*some_records(pools), find(check, aim="QRY-10"), fine]


def _negated(bad: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The fault under `$not`, alone and beside an operator that is fine."""
    for place, condition in bad.items():
        if isinstance(condition, dict) and all(str(name).startswith("$") for name in condition):
            yield {place: {"$not": condition}}
            yield {place: {"$not": {"$ne": None, **condition}}}


@scenario("LOG-2")
def refused_in_every_branch(pools: Pools) -> list[Operation]:
    bad, good = _any_fault(pools)
    never = {"msg_id": "never"}
    checks: list[dict[str, Any]] = [
        *({"$or": [{}, bad]}, {"$and": [never, bad]}, {"$nor": [{}, bad]}, {"$or": [bad, {}]}),
        *_negated(bad),
    ]
    check = pools.deal(checks)
    fine = find({"$or": [{}, good]}, aim="LOG-2")
    return [*some_records(pools), find(check, aim="LOG-2"), fine]


@scenario("PURGE-3", "ERR-4")
def malformed_purge(pools: Pools) -> list[Operation]:
    steps = some_records(pools)
    for _ in range(3):
        bad, _ = _any_fault(pools, whole=True)
        steps += [purge(bad), find(bad)]
        if isinstance(bad, dict):  # refused before anything goes by what comes before the fault
            steps.append(purge({"msg_id": {"$ne": "never"}, "queue": {"$ne": "never"}, **bad}))
    keys, _ = faults.KEYS["KEYS-4"](pools)
    return [*steps, find({}, keys), purge({"label": "a"}, aim="PURGE-3")]
