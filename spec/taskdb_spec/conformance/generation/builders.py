"""Steps of programs, and the table of the programs that are made for one clause."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from taskdb_spec.conformance.core.program import RECORD_CALLS, Call, Operation, Program
from taskdb_spec.conformance.generation.records import record
from taskdb_spec.conformance.generation.values import Pools

Scenario: TypeAlias = Callable[[Pools], list[Operation]]
SCENARIOS: dict[str, Scenario] = {}
LIMITED: dict[str, Callable[[Pools], Program]] = {}


def scenario(*names: str) -> Callable[[Scenario], Scenario]:
    def register(function: Scenario) -> Scenario:
        SCENARIOS.update(dict.fromkeys(names, function))
        return function

    return register


def add(msg_id: str, fields: dict[str, Any] | None = None, **more: Any) -> Operation:
    return Operation(Call.add, (msg_id, fields or {}), **more)


def change(msg_id: str, fields: dict[str, Any], **more: Any) -> Operation:
    return Operation(Call.update, (msg_id, fields), **more)


def get(msg_id: Any, **more: Any) -> Operation:
    return Operation(Call.get, (msg_id,), **more)


def drop(msg_id: Any, **more: Any) -> Operation:
    return Operation(Call.drop, (msg_id,), **more)


def find(check: Any, *keys: Any, **more: Any) -> Operation:
    return Operation(Call.find, (check, *keys), **more)


def purge(check: Any, **more: Any) -> Operation:
    return Operation(Call.purge, (check,), **more)


HISTORY = Operation(Call.history)


def ids(pools: Pools, count: int) -> list[str]:
    found: list[str] = []
    while len(found) < count:
        msg_id = pools.msg_id()
        if msg_id not in found:
            found.append(msg_id)
    return found


INDEXED_TEXTS = ("client_uuid", "engine_uuid", "label", "queue")
INDEXED = (*INDEXED_TEXTS[:2], "completed", "submitted", *INDEXED_TEXTS[2:])
"""Fields that a store may well have an index of."""


def looks(pools: Pools, steps: list[Operation]) -> list[Operation]:
    """Queries for values that the records have, or had: an index may have gone stale."""
    given = [step.args[1] for step in steps if step.call in RECORD_CALLS]
    values = [(name, fields.get(name)) for fields in given for name in INDEXED]
    keys: tuple[tuple[list[str], ...], ...] = ((), (["label"],))
    return [find({name: value}, *pools.one_of(keys)) for name, value in pools.sample(values, 2, 4)]


def some_records(pools: Pools, low: int = 1, high: int = 4) -> list[Operation]:
    return [add(msg_id, record(pools, 2)) for msg_id in ids(pools, pools.between(low, high))]
