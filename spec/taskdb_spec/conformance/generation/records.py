"""Records and updates as the Hub writes them at some stage of a task, with a few random fields.

A real task sets few fields, in a known order. Values that follow this order make queries such as
"completed, on this engine" match; the random fields reach everything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taskdb_spec.conformance.generation.values import ValueGenerator
from taskdb_spec.records.fields import TASK_FIELDS

FIELDS_WITHOUT_ID = TASK_FIELDS[1:]
"""All fields of a record but `msg_id`, which is an argument of its own."""
CLIENT_UUIDS = ("c1", "c2")
ENGINE_UUIDS = ("e1", "e2")


def draw_record(generator: ValueGenerator, max_random_fields: int = 3) -> dict[str, Any]:
    """Draw the fields of a record.

    Args:
        generator: where the choices come from.
        max_random_fields: the number of fields that may get any value of their class, or None.
    """
    # 0: nothing known, 1: submitted, 2: started, 3 and 4: completed. Completed tasks are drawn
    # twice as often, because more fields are set.
    stage = generator.randbelow(5)
    fields: dict[str, Any] = {}
    if stage >= 1:
        fields = {"client_uuid": generator.choice(CLIENT_UUIDS), "submitted": generator.timestamp()}
    if stage >= 2:
        fields |= {"engine_uuid": generator.choice(ENGINE_UUIDS), "started": generator.timestamp()}
    if stage >= 3:
        fields |= {"completed": generator.timestamp(), "result_header": {"status": "ok"}}
    return fields | draw_fields(generator, FIELDS_WITHOUT_ID, max_random_fields)


def draw_update(generator: ValueGenerator) -> dict[str, Any]:
    """Draw the fields of an update."""
    # The first five kinds have random fields; the other five are updates that the Hub makes, or
    # that move a record in an index.
    kind = generator.randbelow(10)
    if kind == 5:
        return {"submitted": draw_field_or_none(generator, "submitted")}
    if kind == 6:
        return {"client_uuid": generator.choice(CLIENT_UUIDS), "label": generator.word()}
    if kind == 7:
        return {"completed": None, "engine_uuid": None}
    if kind == 8:
        return {"engine_uuid": generator.choice(ENGINE_UUIDS), "started": generator.timestamp()}
    if kind == 9:
        return {"completed": generator.timestamp(), "result_content": generator.document(1)}
    return draw_fields(generator, FIELDS_WITHOUT_ID, 3)


def draw_fields(generator: ValueGenerator, names: Sequence[str], most: int) -> dict[str, Any]:
    """Draw values for at most `most` of the named fields; each value may be None."""
    return {name: draw_field_or_none(generator, name) for name in generator.choices(names, 0, most)}


def draw_keys(generator: ValueGenerator) -> Sequence[str] | None:
    """Draw the argument `keys` of a search: None, a list or a tuple of at most three names."""
    names = generator.choices(TASK_FIELDS, 0, 3)
    return generator.choice((None, names, tuple(names)))


def draw_field_or_none(generator: ValueGenerator, name: str) -> Any:
    """Draw a value of the field's class, or None in two cases out of ten."""
    return None if generator.chance(0.2) else generator.field_value(name)
