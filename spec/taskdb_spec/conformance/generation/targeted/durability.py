"""Programs that close a durable store and open it again."""

from __future__ import annotations

from typing import Any

from taskdb_spec.conformance.core.program import Operation, StoreAction
from taskdb_spec.conformance.generation.builders import (
    GET_HISTORY,
    add,
    add_records,
    drop,
    find,
    find_written_values,
    get,
    purge,
    update,
)
from taskdb_spec.conformance.generation.records import (
    FIELDS_WITHOUT_ID,
    draw_record,
    draw_update,
)
from taskdb_spec.conformance.generation.targeted.registry import targeted_program
from taskdb_spec.conformance.generation.values import (
    BUFFER_FIELDS,
    DICT_FIELDS,
    TAGGED_DOCUMENTS,
    TEXT_FIELDS,
    UNUSUAL_IDS,
    ValueGenerator,
)

EMPTY_VALUES: dict[str, Any] = {
    **dict.fromkeys(TEXT_FIELDS, ""),
    **{name: {} for name in DICT_FIELDS},
    **{name: [] for name in BUFFER_FIELDS},
}
"""Values that are false and not None. A store may write them as if they were None."""


@targeted_program("DUR-1", "DUR-2")
def reopen(generator: ValueGenerator) -> list[Operation]:
    """Write, reopen the store in the middle and at the end, and read everything."""
    steps = add_records(generator, 2, 4)
    one, other = steps[0].args[0], steps[1].args[0]
    # With the argument 2, the store is closed twice before it is opened again (CLOSE-1).
    again = Operation(StoreAction.reopen, generator.choice(((), (2,))))
    steps += [drop(one)]
    steps += [update(other, draw_update(generator)), update(other, draw_update(generator))]
    steps += [add("g", _full_record(generator)), add("h", {"metadata": {"a": 1}})]
    # A store that escapes its own tags when it writes may forget to when it reads its file.
    start = generator.item_of_turn((0, 3, 6, 9))
    tagged = TAGGED_DOCUMENTS[start:] + TAGGED_DOCUMENTS[:start]
    steps.append(
        add("tags", {**dict(zip(DICT_FIELDS, tagged, strict=False)), "content": {"a": [*tagged]}})
    )
    steps.append(update("h", {"metadata": {"b": 2}}))
    unusual = generator.next_in_rotation(UNUSUAL_IDS)
    if unusual not in [step.args[0] for step in steps]:
        steps.append(add(unusual, draw_record(generator, 1)))
    if generator.chance(0.5):
        steps.append(purge(generator.choice(({}, {"completed": None}, {"msg_id": other}))))
    steps.insert(generator.integer(1, len(steps)), again)
    steps += [again, *find_written_values(generator, steps)]
    return [*steps, GET_HISTORY, find({}), add(one, draw_record(generator)), again, get(one)]


def _full_record(generator: ValueGenerator) -> dict[str, Any]:
    """Return a record with a value for each field, or with an empty value for each."""
    if generator.chance(0.5):
        return {name: generator.field_value(name) for name in FIELDS_WITHOUT_ID}
    return {name: EMPTY_VALUES[name] for name in FIELDS_WITHOUT_ID if name in EMPTY_VALUES}
