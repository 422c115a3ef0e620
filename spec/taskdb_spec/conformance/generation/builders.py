"""Steps of programs, and the table of the programs that are made for one clause."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from taskdb_spec.conformance.core.program import RECORD_CALLS, Method, Operation, Program
from taskdb_spec.conformance.generation.records import record
from taskdb_spec.conformance.generation.values import ValueGenerator

StepGenerator: TypeAlias = Callable[[ValueGenerator], list[Operation]]
STEP_GENERATORS: dict[str, StepGenerator] = {}
LIMITED_PROGRAMS: dict[str, Callable[[ValueGenerator], Program]] = {}


def targeted_program(*names: str) -> Callable[[StepGenerator], StepGenerator]:
    def register(function: StepGenerator) -> StepGenerator:
        STEP_GENERATORS.update(dict.fromkeys(names, function))
        return function

    return register


def add(msg_id: str, fields: dict[str, Any] | None = None, **more: Any) -> Operation:
    return Operation(Method.add, (msg_id, fields or {}), **more)


def change(msg_id: str, fields: dict[str, Any], **more: Any) -> Operation:
    return Operation(Method.update, (msg_id, fields), **more)


def get(msg_id: Any, **more: Any) -> Operation:
    return Operation(Method.get, (msg_id,), **more)


def drop(msg_id: Any, **more: Any) -> Operation:
    return Operation(Method.drop, (msg_id,), **more)


def find(check: Any, *keys: Any, **more: Any) -> Operation:
    return Operation(Method.find, (check, *keys), **more)


def purge(check: Any, **more: Any) -> Operation:
    return Operation(Method.purge, (check,), **more)


HISTORY = Operation(Method.history)


def ids(generator: ValueGenerator, count: int) -> list[str]:
    found: list[str] = []
    while len(found) < count:
        msg_id = generator.msg_id()
        if msg_id not in found:
            found.append(msg_id)
    return found


INDEXED_TEXTS = ("client_uuid", "engine_uuid", "label", "queue")
INDEXED = (*INDEXED_TEXTS[:2], "completed", "submitted", *INDEXED_TEXTS[2:])
"""Fields that a store may well have an index of."""


def looks(generator: ValueGenerator, steps: list[Operation]) -> list[Operation]:
    """Queries for values that the records have, or had: an index may have gone stale."""
    given = [step.args[1] for step in steps if step.call in RECORD_CALLS]
    values = [(name, fields.get(name)) for fields in given for name in INDEXED]
    keys: tuple[tuple[list[str], ...], ...] = ((), (["label"],))
    return [
        find({name: value}, *generator.choice(keys))
        for name, value in generator.sample(values, 2, 4)
    ]


def some_records(generator: ValueGenerator, low: int = 1, high: int = 4) -> list[Operation]:
    return [
        add(msg_id, record(generator, 2)) for msg_id in ids(generator, generator.integer(low, high))
    ]
