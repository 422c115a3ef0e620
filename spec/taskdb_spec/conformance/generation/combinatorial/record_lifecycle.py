"""Every call for an id at every stage of its life."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeAlias

from taskdb_spec.conformance.core.program import Operation
from taskdb_spec.conformance.generation.builders import GET_HISTORY, add, update, drop, find, get, purge
from taskdb_spec.conformance.generation.records import FIELDS_WITHOUT_ID
from taskdb_spec.conformance.generation.values import (
    BUFFER_FIELDS,
    DICT_FIELDS,
    EPOCH,
    TEXT_FIELDS,
    TIMESTAMP_FIELDS,
)

Stage: TypeAlias = Callable[[str], list[Operation]]

FIRST: dict[str, Any] = {"label": "a", "header": {"a": "b"}, "buffers": [b"a"], "submitted": EPOCH}
NOTHING: dict[str, Any] = dict.fromkeys(FIELDS_WITHOUT_ID)
WHOLE: dict[str, Any] = {
    **{name: {"c": [1, None]} for name in DICT_FIELDS},
    **{name: [b"b", b""] for name in BUFFER_FIELDS},
    **dict.fromkeys(TIMESTAMP_FIELDS, EPOCH),
    **dict.fromkeys(TEXT_FIELDS, "d"),
}

STAGES: tuple[Stage, ...] = (
    lambda one: [],
    lambda one: [add(one, FIRST)],
    lambda one: [add(one, WHOLE), update(one, {"label": "b", "error": None})],
    lambda one: [add(one, FIRST), update(one, {"queue": "q"}), drop(one)],
    lambda one: [add(one, FIRST), purge({"msg_id": one})],
    lambda one: [add(one, FIRST), update(one, {"queue": "q"}), drop(one), add(one, {"label": "c"})],
    lambda one: [add(one, FIRST), update(one, WHOLE), purge({"msg_id": one}), add(one, {})],
    lambda one: [add(one, FIRST), purge({})],
    lambda one: [add(one, NOTHING), purge({}), add(one, {}), drop(one)],
)


def _calls(one: str) -> list[Operation]:
    named = {**dict(list(WHOLE.items())[:9]), "msg_id": one, **WHOLE}
    updates: list[dict[str, Any]] = [{}, {"label": "x"}, {"msg_id": one}, FIRST, NOTHING, WHOLE]
    updates += [{"msg_id": one, **NOTHING}, named, {"label": "y", "msg_id": one, "queue": "z"}]
    updates += [{"header": None, "label": "x"}, {"buffers": [], "stdout": None, "error": {}}]
    additions: list[dict[str, Any]] = [{}, FIRST, {"msg_id": one, **NOTHING}, WHOLE, named]
    return [
        *(update(one, fields) for fields in updates),
        *(add(one, fields) for fields in additions),
        *(get(one), find({"msg_id": one}), find({"msg_id": {"$in": [one, "never"]}}, ["label"])),
        *(drop(one), purge({"msg_id": one}), purge({"msg_id": {"$in": [one]}})),
    ]


def life_tables() -> Iterator[Callable[[], Iterator[Operation]]]:
    """A program for each stage; in it, one id for each call."""
    return (partial(_of_stage, stage) for stage in STAGES)


def _of_stage(stage: Stage) -> Iterator[Operation]:
    for number in range(len(_calls(""))):
        one = f"id{number}"
        yield from (*stage(one), _calls(one)[number], get(one), find({"msg_id": one}, ["label"]))
    for number in (0, 5, 9):
        yield from (drop(f"id{number}"), GET_HISTORY)  # the first, and others that have neighbours
    yield find({})
