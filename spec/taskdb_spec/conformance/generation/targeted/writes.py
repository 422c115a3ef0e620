"""Programs that write records, with valid and invalid arguments, and read them back."""

from __future__ import annotations

from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.conformance.core.program import Method, Operation, StoreAction
from taskdb_spec.conformance.generation.builders import (
    GET_HISTORY,
    add,
    add_records,
    draw_ids,
    drop,
    find,
    find_written_values,
    get,
    purge,
    update,
)
from taskdb_spec.conformance.generation.invalid import NON_STRING_IDS, draw_invalid_fields
from taskdb_spec.conformance.generation.records import (
    FIELDS_WITHOUT_ID,
    draw_record,
    draw_update,
)
from taskdb_spec.conformance.generation.targeted.registry import targeted_program
from taskdb_spec.conformance.generation.values import (
    ABSENT_IDS,
    BUFFER_FIELDS,
    DICT_FIELDS,
    LONG_ID,
    TEXT_FIELDS,
    TIMESTAMP_FIELDS,
    ValueGenerator,
)

CAPACITY_RECORDS = 1_100
"""The number of records for KEEP-1: just above 1,024, the default limit of ipyparallel's stores."""
CONFUSABLE_IDS = (
    *(("%", "a", "ab"), ("_", "a", "b"), ("a%", "ab", "a"), (".", "a", "b"), ("*", "a", "b")),
    *(("[ab]", "a", "b"), ("a_", "ab", "aa"), ("a", "ab", "a.b"), ("b", "ab", "a b")),
)
"""Three ids each: the first matches the others if a store treats it as a pattern or as a part."""


@targeted_program("ADD-1", "GET-1", "GET-2", "ERR-2", "ERR-5")
def add_and_get(generator: ValueGenerator) -> list[Operation]:
    """Add a record and read it, and read, update and drop absent ones."""
    one, other = draw_ids(generator, 2)
    unknown = get(generator.next_in_rotation((*ABSENT_IDS, generator.similar_value(one))))
    steps = [add(one, draw_record(generator, 0)), get(one), unknown, get(other)]
    return [*steps, update(other, {"label": "a"}), drop(other), drop(one), get(one)]


@targeted_program("RET-1")
def all_writing_calls(generator: ValueGenerator) -> list[Operation]:
    """Make each writing call, all of which must return None."""
    return [*add_and_get(generator), purge({"label": "a"}), Operation(Method.close)]


@targeted_program("REC-1", "REC-2")
def sparse_and_full_records(generator: ValueGenerator) -> list[Operation]:
    """Add a record with at most two fields, and one with all fields."""
    one, other = draw_ids(generator, 2)
    sparse = {
        name: generator.field_value(name) for name in generator.choices(FIELDS_WITHOUT_ID, 0, 2)
    }
    full = {name: generator.field_value(name) for name in FIELDS_WITHOUT_ID}
    return [add(one, sparse), add(other, full), get(one), get(other)]


@targeted_program("REC-3")
def fields_set_to_none(generator: ValueGenerator) -> list[Operation]:
    """Set fields to None, to a value, and to None again."""
    one, other = draw_ids(generator, 2)
    chosen = generator.choices(FIELDS_WITHOUT_ID, 1, 4)
    steps = [add(one, dict.fromkeys(chosen)), add(other, dict.fromkeys(FIELDS_WITHOUT_ID))]
    values = {name: generator.field_value(name) for name in chosen}
    return [*steps, update(one, values), update(one, dict.fromkeys(chosen))]


@targeted_program("UPD-1", "UPD-2", "UPD-3")
def updates(generator: ValueGenerator) -> list[Operation]:
    """Replace a field repeatedly, with searches in between, and replace documents and buffers."""
    one, other = draw_ids(generator, 2)
    name = generator.choice(FIELDS_WITHOUT_ID)
    steps = [
        add(one, {**draw_record(generator, 2), name: _draw_nonempty_value(generator, name)}),
        add(other, draw_record(generator, 2)),
    ]
    # The same search before and after each update: a cached answer must not survive the update.
    search = generator.choice(_searches_for_field(generator, name))
    steps += [search, update(one, {name: generator.field_value(name)})]
    steps += [update(other, draw_update(generator)), search, update(one, {name: None}), search]
    # The second document shares a key with the first: a store that merges documents shows here.
    document_field = generator.choice(DICT_FIELDS)
    steps.append(update(one, {document_field: {"a": {"b": "c", "d": ["e"]}, "f": [1, 2]}}))
    steps += [update(one, {document_field: {"f": [3], "a": {"g": "h"}}}), get(one)]
    # A store that keeps equal buffers once must not drop them while another record has them.
    same = {name: [b"a", b"ab"] for name in BUFFER_FIELDS}
    steps += [update(one, same), update(other, same), update(one, {generator.choice((*same,)): []})]
    return [*steps, *find_written_values(generator, steps)]


def _searches_for_field(generator: ValueGenerator, name: str) -> list[Operation]:
    """Return searches whose answers depend on the field, or on another if it cannot be queried."""
    is_scalar = name in (*TEXT_FIELDS, *TIMESTAMP_FIELDS)
    if not is_scalar and not {Capability.documents, Capability.arrays} <= generator.capabilities:
        name = "label"  # L-25
    is_set = {name: {"$ne": None}}
    queries: list[dict[str, Any]] = [{}, is_set, {"label": {"$ne": "zz"}}]
    if Capability.logic in generator.capabilities:
        queries += [{"$or": [{"msg_id": "zz"}, is_set]}, {"$nor": [is_set]}]
    return [find(query) for query in queries]


def _draw_nonempty_value(generator: ValueGenerator, name: str) -> Any:
    """Draw a value of the field that is not empty, or may still be if two draws are."""
    value = generator.field_value(name)
    if name in DICT_FIELDS and not value:
        return {"a": "b", "c": {"d": "e"}}
    return value or generator.field_value(name)


@targeted_program("UPD-4")
def empty_update(generator: ValueGenerator) -> list[Operation]:
    """Update a record with no fields."""
    one, other = draw_ids(generator, 2)
    adds = [add(one, draw_record(generator)), add(other, draw_record(generator))]
    return [*adds, update(one, {}), get(one)]


@targeted_program("UPD-5", "DROP-2", "DROP-1", "ADD-4")
def absent_ids(generator: ValueGenerator) -> list[Operation]:
    """Update and drop ids that were never added, and ids that were dropped; then add these."""
    one, other, third = (
        generator.next_in_rotation(CONFUSABLE_IDS)
        if generator.chance(0.3)
        else draw_ids(generator, 3)
    )
    absent = generator.next_in_rotation((third, *ABSENT_IDS))
    # A store that keeps equal buffers once must not drop them with the first record.
    shared = {"buffers": [b"a", b"bc"]}
    # The record that is dropped has any place among two or three.
    stored = generator.permutation([one, other, *generator.next_in_rotation(([], ["spare"]))])
    steps = [add(msg_id, {**draw_record(generator), **shared}) for msg_id in stored]
    steps.append(update(absent, draw_update(generator)))
    steps += [update(absent, {}), drop(absent), update(one, draw_update(generator)), drop(one)]
    refused = [update(one, {"label": "a"}), drop(one)]
    steps += [*refused, find({}), *find_written_values(generator, steps)]
    again = [add(one, draw_record(generator, 1)), get(one)]
    steps += [*again, *find_written_values(generator, steps)]
    return [*steps, update(one, draw_update(generator)), GET_HISTORY]


@targeted_program("ADD-2", "ADD-3", "ERR-1")
def duplicate_ids(generator: ValueGenerator) -> list[Operation]:
    """Add an id twice, with equal and with other fields, and add an id that is near it."""
    one, other = draw_ids(generator, 2)
    if generator.chance(0.2):  # a store may compare a prefix of long ids only
        one = LONG_ID
    first = draw_record(generator)
    full = {"msg_id": one, **{name: generator.field_value(name) for name in FIELDS_WITHOUT_ID}}
    # `full` twice: only a record that sets every field shows which of the two was kept.
    again = generator.choice(
        (first, draw_record(generator), {}, {**first, "label": "other"}, full, full)
    )
    steps = [add(one, first), add(other, draw_record(generator)), add(one, again), get(one)]
    near = f"{one}a" if one == LONG_ID else generator.similar_value(one)
    return [*steps, add(near, {})]


@targeted_program("CLOSE-1", "NODB-5")
def close(generator: ValueGenerator) -> list[Operation]:
    """Use the store, then close it; the check closes it once more."""
    return [*add_records(generator, 0, 2), get(ABSENT_IDS[0]), Operation(Method.close)]


@targeted_program("KEEP-1")
def capacity(_generator: ValueGenerator) -> list[Operation]:
    """Add more records than a store with a default limit keeps."""
    return [Operation(StoreAction.capacity, (CAPACITY_RECORDS,))]


@targeted_program("REC-5")
def mismatched_ids(generator: ValueGenerator) -> list[Operation]:
    """Write fields with a `msg_id` that is not the id of the call, and with one that is."""
    one, other = draw_ids(generator, 2)
    similar = (one + " ", one.upper(), one.lower(), one[:-1], f"{one}\x00")
    near: Any = generator.next_in_rotation((other, None, *similar, "", one.encode(), [one]))
    wrong = near if near != one else "other"
    steps = [
        update(one, {"label": "a", "msg_id": wrong}),
        update(one, {"msg_id": one}, target_clause="REC-5"),
        add(other, {"msg_id": other}, target_clause="REC-5"),
        add("g", {"msg_id": wrong, "queue": "b"}),
    ]
    return [add(one, draw_record(generator)), *generator.permutation(steps)]


@targeted_program("REC-11")
def non_string_ids(generator: ValueGenerator) -> list[Operation]:
    """Pass ids that are not strings, while the id that they look like is stored, and after."""
    pairs = generator.choices(NON_STRING_IDS, 3, 3)
    stored_ids = dict.fromkeys(stored for stored, _ in pairs)
    steps = [add(stored, draw_record(generator, 1)) for stored in stored_ids]
    for stored, bad in pairs:
        calls = [get(bad), drop(bad), update(bad, {"label": "a"})]
        steps += [*generator.permutation(calls), add(bad, {"label": "a"}), get(stored)]
        steps += [drop(stored), add(bad, {"label": "a"}), get(stored)]
    return steps


@targeted_program("REC-10", "ERR-3")
def refused_writes(generator: ValueGenerator) -> list[Operation]:
    """Add and update with invalid fields, read, and add the refused record with valid fields."""
    one, other = draw_ids(generator, 2)
    bad = draw_invalid_fields(generator)
    if generator.chance(0.4):
        # Some stores measure buffers last, when they have written the fields before them.
        bad = {"label": "x", "buffers": [b"a", generator.choice((5, None))], "queue": "y"}
    steps = [add(one, draw_record(generator)), update(one, bad), get(one)]
    steps += [add(other, bad), get(other)]
    # A refused add must not reserve the id.
    return [*steps, add(other, draw_record(generator)), get(other)]
