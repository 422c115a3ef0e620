"""Records and updates in the shape of a task's life, with a few fields of any value."""

from __future__ import annotations

from typing import Any

from taskdb_spec.conformance.generation.values import Pools
from taskdb_spec.records.fields import TASK_FIELDS

FIELDS = TASK_FIELDS[1:]
CLIENTS = ("c1", "c2")
ENGINES = ("e1", "e2")


def record(pools: Pools, odd: int = 3) -> dict[str, Any]:
    """The argument of an add: a task at some stage, and up to `odd` fields of any value."""
    stage = pools.below(5)
    rec: dict[str, Any] = {}
    if stage >= 1:
        rec = {"client_uuid": pools.one_of(CLIENTS), "submitted": pools.instant()}
    if stage >= 2:
        rec |= {"engine_uuid": pools.one_of(ENGINES), "started": pools.instant()}
    if stage >= 3:
        rec |= {"completed": pools.instant(), "result_header": {"status": "ok"}}
    for name in pools.some(FIELDS, 0, odd):
        rec[name] = any_value(pools, name)
    return rec


def update(pools: Pools) -> dict[str, Any]:
    """The argument of an update: what the Hub writes at some stage, or any fields."""
    kind = pools.below(8)
    if kind == 0:
        return {"engine_uuid": pools.one_of(ENGINES), "started": pools.instant()}
    if kind == 1:
        return {"completed": pools.instant(), "result_content": pools.document(1)}
    if kind == 2:
        return {"completed": None, "engine_uuid": None}
    if kind == 3:
        return {"submitted": any_value(pools, "submitted")}
    if kind == 4:
        return {"client_uuid": pools.one_of(CLIENTS), "label": pools.word()}
    return {name: any_value(pools, name) for name in pools.some(FIELDS, 0, 3)}


def any_value(pools: Pools, name: str) -> Any:
    """A value of the field's class, or, two in ten, None."""
    return None if pools.chance(2) else pools.field_value(name)
