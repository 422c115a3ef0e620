"""Functions that build operations, one for each call of the interface, and common groups of them.

All kinds of generators use them. The keyword arguments `**options` are those of `Operation`.
"""

from __future__ import annotations

from typing import Any

from taskdb_spec.conformance.core.program import RECORD_CALLS, Method, Operation
from taskdb_spec.conformance.generation.records import draw_record
from taskdb_spec.conformance.generation.values import IDS, MORE_IDS, ValueGenerator

GET_HISTORY = Operation(Method.history)

LIKELY_INDEXED_TEXT_FIELDS = ("client_uuid", "engine_uuid", "label", "queue")
LIKELY_INDEXED_FIELDS = (
    *(*LIKELY_INDEXED_TEXT_FIELDS[:2], "completed", "submitted", *LIKELY_INDEXED_TEXT_FIELDS[2:]),
)
"""Fields that a store is likely to index, because the Hub searches them or users filter by them."""


def add(msg_id: str, fields: dict[str, Any] | None = None, **options: Any) -> Operation:
    """Return a call of `add_record`."""
    return Operation(Method.add, (msg_id, fields or {}), **options)


def update(msg_id: str, fields: dict[str, Any], **options: Any) -> Operation:
    """Return a call of `update_record`."""
    return Operation(Method.update, (msg_id, fields), **options)


def get(msg_id: Any, **options: Any) -> Operation:
    """Return a call of `get_record`."""
    return Operation(Method.get, (msg_id,), **options)


def drop(msg_id: Any, **options: Any) -> Operation:
    """Return a call of `drop_record`."""
    return Operation(Method.drop, (msg_id,), **options)


def find(query: Any, *keys: Any, **options: Any) -> Operation:
    """Return a call of `find_records`, with the argument `keys` if one is given."""
    return Operation(Method.find, (query, *keys), **options)


def purge(query: Any, **options: Any) -> Operation:
    """Return a call of `drop_matching_records`."""
    return Operation(Method.purge, (query,), **options)


def draw_ids(generator: ValueGenerator, count: int) -> list[str]:
    """Draw different ids."""
    ids: list[str] = []
    for _ in range(count):
        msg_id = generator.msg_id()
        if msg_id in ids:
            # Not drawn again until it differs: a source that always chooses 0 would never end.
            msg_id = generator.choice([other for other in (*IDS, *MORE_IDS) if other not in ids])
        ids.append(msg_id)
    return ids


def add_records(generator: ValueGenerator, low: int = 1, high: int = 4) -> list[Operation]:
    """Return calls that add `low` to `high` records."""
    count = generator.integer(low, high)
    return [add(msg_id, draw_record(generator, 2)) for msg_id in draw_ids(generator, count)]


def find_written_values(generator: ValueGenerator, steps: list[Operation]) -> list[Operation]:
    """Return two to four searches for values that the steps write.

    The records may have lost these values since. If a store does not update an index on each
    write, such a search returns too much or too little.
    """
    written = [step.args[1] for step in steps if step.call in RECORD_CALLS]
    values = [(name, fields.get(name)) for fields in written for name in LIKELY_INDEXED_FIELDS]
    keys: tuple[tuple[list[str], ...], ...] = ((), (["label"],))
    return [
        find({name: value}, *generator.choice(keys))
        for name, value in generator.sample(values, 2, 4)
    ]
