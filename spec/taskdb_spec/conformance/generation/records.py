"""Records and updates in the shape of a task's life, with a few fields of any value."""

from __future__ import annotations

from typing import Any

from taskdb_spec.conformance.generation.values import ValueGenerator
from taskdb_spec.records.fields import TASK_FIELDS

FIELDS = TASK_FIELDS[1:]
CLIENTS = ("c1", "c2")
ENGINES = ("e1", "e2")


def record(generator: ValueGenerator, odd: int = 3) -> dict[str, Any]:
    """The argument of an add: a task at some stage, and up to `odd` fields of any value."""
    stage = generator.below(5)
    rec: dict[str, Any] = {}
    if stage >= 1:
        rec = {"client_uuid": generator.choice(CLIENTS), "submitted": generator.timestamp()}
    if stage >= 2:
        rec |= {"engine_uuid": generator.choice(ENGINES), "started": generator.timestamp()}
    if stage >= 3:
        rec |= {"completed": generator.timestamp(), "result_header": {"status": "ok"}}
    for name in generator.choices(FIELDS, 0, odd):
        rec[name] = any_value(generator, name)
    return rec


def update(generator: ValueGenerator) -> dict[str, Any]:
    """The argument of an update: what the Hub writes at some stage, or any fields."""
    kind = generator.below(8)
    if kind == 0:
        return {"engine_uuid": generator.choice(ENGINES), "started": generator.timestamp()}
    if kind == 1:
        return {"completed": generator.timestamp(), "result_content": generator.document(1)}
    if kind == 2:
        return {"completed": None, "engine_uuid": None}
    if kind == 3:
        return {"submitted": any_value(generator, "submitted")}
    if kind == 4:
        return {"client_uuid": generator.choice(CLIENTS), "label": generator.word()}
    return {name: any_value(generator, name) for name in generator.choices(FIELDS, 0, 3)}


def any_value(generator: ValueGenerator, name: str) -> Any:
    """A value of the field's class, or, two in ten, None."""
    return None if generator.chance(2) else generator.field_value(name)
