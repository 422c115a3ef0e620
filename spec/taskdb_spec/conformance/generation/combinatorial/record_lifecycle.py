"""Tables of calls: every call, for an id at every stage of its life."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeAlias

from taskdb_spec.conformance.core.program import Operation
from taskdb_spec.conformance.core.vocabulary import EPOCH
from taskdb_spec.conformance.generation.builders import (
    GET_HISTORY,
    add,
    drop,
    find,
    get,
    purge,
    update,
)
from taskdb_spec.conformance.generation.records import FIELDS_WITHOUT_ID
from taskdb_spec.conformance.generation.values import (
    BUFFER_FIELDS,
    DICT_FIELDS,
    TEXT_FIELDS,
    TIMESTAMP_FIELDS,
)

StageSteps: TypeAlias = Callable[[str], list[Operation]]

SMALL_RECORD: dict[str, Any] = {
    "label": "a",
    "header": {"a": "b"},
    "buffers": [b"a"],
    "submitted": EPOCH,
}
RECORD_OF_NONE: dict[str, Any] = dict.fromkeys(FIELDS_WITHOUT_ID)
FULL_RECORD: dict[str, Any] = {
    **{name: {"c": [1, None]} for name in DICT_FIELDS},
    **{name: [b"b", b""] for name in BUFFER_FIELDS},
    **dict.fromkeys(TIMESTAMP_FIELDS, EPOCH),
    **dict.fromkeys(TEXT_FIELDS, "d"),
}

STAGES: tuple[StageSteps, ...] = (
    lambda _one: [],
    lambda one: [add(one, SMALL_RECORD)],
    lambda one: [add(one, FULL_RECORD), update(one, {"label": "b", "error": None})],
    lambda one: [add(one, SMALL_RECORD), update(one, {"queue": "q"}), drop(one)],
    lambda one: [add(one, SMALL_RECORD), purge({"msg_id": one})],
    lambda one: [
        add(one, SMALL_RECORD),
        update(one, {"queue": "q"}),
        drop(one),
        add(one, {"label": "c"}),
    ],
    lambda one: [
        add(one, SMALL_RECORD),
        update(one, FULL_RECORD),
        purge({"msg_id": one}),
        add(one, {}),
    ],
    lambda one: [add(one, SMALL_RECORD), purge({})],
    lambda one: [add(one, RECORD_OF_NONE), purge({}), add(one, {}), drop(one)],
)
"""Steps that make an id absent, stored, updated, removed in some way, or re-added."""


def _calls_for(one: str) -> list[Operation]:
    """Return every kind of call for the id."""
    # The id among the other fields: a store may expect it first.
    id_in_middle = {**dict(list(FULL_RECORD.items())[:9]), "msg_id": one, **FULL_RECORD}
    updates: list[dict[str, Any]] = [
        {},
        {"label": "x"},
        {"msg_id": one},
        SMALL_RECORD,
        RECORD_OF_NONE,
        FULL_RECORD,
    ]
    updates += [
        {"msg_id": one, **RECORD_OF_NONE},
        id_in_middle,
        {"label": "y", "msg_id": one, "queue": "z"},
    ]
    updates += [{"header": None, "label": "x"}, {"buffers": [], "stdout": None, "error": {}}]
    additions: list[dict[str, Any]] = [
        {},
        SMALL_RECORD,
        {"msg_id": one, **RECORD_OF_NONE},
        FULL_RECORD,
        id_in_middle,
    ]
    return [
        *(update(one, fields) for fields in updates),
        *(add(one, fields) for fields in additions),
        *(get(one), find({"msg_id": one}), find({"msg_id": {"$in": [one, "never"]}}, ["label"])),
        *(drop(one), purge({"msg_id": one}), purge({"msg_id": {"$in": [one]}})),
    ]


def lifecycle_tables() -> Iterator[Callable[[], Iterator[Operation]]]:
    """Return a table for each stage."""
    return (partial(_stage_program, stage) for stage in STAGES)


def _stage_program(stage: StageSteps) -> Iterator[Operation]:
    """Generate a program with an id for each call, all of them at the same stage."""
    for number in range(len(_calls_for(""))):
        one = f"id{number}"
        yield from (
            *stage(one),
            _calls_for(one)[number],
            get(one),
            find({"msg_id": one}, ["label"]),
        )
    for number in (0, 5, 9):
        # The first id, and two with other ids on both sides: the others must stay.
        yield from (drop(f"id{number}"), GET_HISTORY)
    yield find({})
