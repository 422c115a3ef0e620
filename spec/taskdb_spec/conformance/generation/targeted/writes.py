"""Programs that write records and read them back."""

from __future__ import annotations

from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.conformance.core.program import Method, Operation, StoreAction
from taskdb_spec.conformance.generation import invalid as faults
from taskdb_spec.conformance.generation.builders import (
    GET_HISTORY,
    add,
    update,
    drop,
    find,
    get,
    draw_ids,
    find_written_values,
    purge,
    add_records,
    targeted_program,
)
from taskdb_spec.conformance.generation.records import FIELDS_WITHOUT_ID, draw_record, draw_update
from taskdb_spec.conformance.generation.values import (
    ABSENT_IDS,
    BUFFER_FIELDS,
    DICT_FIELDS,
    LONG_ID,
    TEXT_FIELDS,
    TIMESTAMP_FIELDS,
    ValueGenerator,
)


@targeted_program("ADD-1", "GET-1", "GET-2", "ERR-2", "ERR-5")
def add_and_get(generator: ValueGenerator) -> list[Operation]:
    one, other = draw_ids(generator, 2)
    unknown = get(generator.next_in_rotation((*ABSENT_IDS, generator.similar_value(one))))
    steps = [add(one, draw_record(generator, 0)), get(one), unknown, get(other)]
    return [*steps, update(other, {"label": "a"}), drop(other), drop(one), get(one)]


@targeted_program("RET-1")
def written(generator: ValueGenerator) -> list[Operation]:
    return [*add_and_get(generator), purge({"label": "a"}), Operation(Method.close)]


@targeted_program("REC-1", "REC-2")
def sparse_and_full(generator: ValueGenerator) -> list[Operation]:
    one, other = draw_ids(generator, 2)
    sparse = {name: generator.field_value(name) for name in generator.choices(FIELDS_WITHOUT_ID, 0, 2)}
    full = {name: generator.field_value(name) for name in FIELDS_WITHOUT_ID}
    return [add(one, sparse), add(other, full), get(one), get(other)]


@targeted_program("REC-3")
def fields_of_none(generator: ValueGenerator) -> list[Operation]:
    one, other = draw_ids(generator, 2)
    chosen = generator.choices(FIELDS_WITHOUT_ID, 1, 4)
    steps = [add(one, dict.fromkeys(chosen)), add(other, dict.fromkeys(FIELDS_WITHOUT_ID))]
    values = {name: generator.field_value(name) for name in chosen}
    return [*steps, update(one, values), update(one, dict.fromkeys(chosen))]


@targeted_program("UPD-1", "UPD-2", "UPD-3")
def updates(generator: ValueGenerator) -> list[Operation]:
    one, other = draw_ids(generator, 2)
    name = generator.choice(FIELDS_WITHOUT_ID)
    steps = [
        add(one, {**draw_record(generator, 2), name: _full(generator, name)}),
        add(other, draw_record(generator, 2)),
    ]
    look = generator.choice(
        _lookups(generator, name)
    )  # what is remembered must not outlive an update
    steps += [
        look,
        update(one, {name: generator.field_value(name)}),
        update(other, draw_update(generator)),
    ]
    steps += [look, update(one, {name: None}), look]
    place = generator.choice(DICT_FIELDS)
    steps.append(update(one, {place: {"a": {"b": "c", "d": ["e"]}, "f": [1, 2]}}))
    steps += [update(one, {place: {"f": [3], "a": {"g": "h"}}}), get(one)]
    same = {name: [b"a", b"ab"] for name in BUFFER_FIELDS}  # what is equal may be kept once
    steps += [update(one, same), update(other, same), update(one, {generator.choice((*same,)): []})]
    return [*steps, *find_written_values(generator, steps)]


def _lookups(generator: ValueGenerator, name: str) -> list[Operation]:
    """Queries of which the answer changes as the field changes, some in depth."""
    scalar = name in (*TEXT_FIELDS, *TIMESTAMP_FIELDS)
    if not scalar and not {Capability.documents, Capability.arrays} <= generator.capabilities:
        name = "label"  # L-25
    there = {name: {"$ne": None}}
    queries: list[dict[str, Any]] = [{}, there, {"label": {"$ne": "zz"}}]
    if Capability.logic in generator.capabilities:
        queries += [{"$or": [{"msg_id": "zz"}, there]}, {"$nor": [there]}]
    return [find(query) for query in queries]


def _full(generator: ValueGenerator, name: str) -> Any:
    value = generator.field_value(name)
    if name in DICT_FIELDS and not value:
        return {"a": "b", "c": {"d": "e"}}
    return value or generator.field_value(name)


@targeted_program("UPD-4")
def empty_update(generator: ValueGenerator) -> list[Operation]:
    one, other = draw_ids(generator, 2)
    return [add(one, draw_record(generator)), add(other, draw_record(generator)), update(one, {}), get(one)]


CONFUSED = (
    *(("%", "a", "ab"), ("_", "a", "b"), ("a%", "ab", "a"), (".", "a", "b"), ("*", "a", "b")),
    *(("[ab]", "a", "b"), ("a_", "ab", "aa"), ("a", "ab", "a.b"), ("b", "ab", "a b")),
)
"""Ids of which the first stands for the others with some stores, as a pattern or a part of them."""


@targeted_program("UPD-5", "DROP-2", "DROP-1", "ADD-4")
def absent_ids(generator: ValueGenerator) -> list[Operation]:
    one, other, third = (
        generator.next_in_rotation(CONFUSED) if generator.chance(0.3) else draw_ids(generator, 3)
    )
    absent = generator.next_in_rotation((third, *ABSENT_IDS))
    shared = {"buffers": [b"a", b"bc"]}  # what is equal may be kept once
    steps = [add(msg_id, {**draw_record(generator), **shared}) for msg_id in (one, other)]
    steps.append(update(absent, draw_update(generator)))
    steps += [update(absent, {}), drop(absent), update(one, draw_update(generator)), drop(one)]
    steps += [update(one, {"label": "a"}), drop(one), find({}), *find_written_values(generator, steps)]
    steps += [add(one, draw_record(generator, 1)), get(one), *find_written_values(generator, steps)]
    return [*steps, update(one, draw_update(generator)), GET_HISTORY]


@targeted_program("ADD-2", "ADD-3", "ERR-1")
def duplicates(generator: ValueGenerator) -> list[Operation]:
    one, other = draw_ids(generator, 2)
    if generator.chance(0.2):
        one = LONG_ID
    first = draw_record(generator)
    whole = {"msg_id": one, **{name: generator.field_value(name) for name in FIELDS_WITHOUT_ID}}
    again = generator.choice(
        (first, draw_record(generator), {}, {**first, "label": "other"}, whole, whole)
    )
    steps = [add(one, first), add(other, draw_record(generator)), add(one, again), get(one)]
    return [*steps, add(f"{one}a" if one == LONG_ID else generator.similar_value(one), {})]


@targeted_program("CLOSE-1", "NODB-5")
def closing(generator: ValueGenerator) -> list[Operation]:
    return [*add_records(generator, 0, 2), get(ABSENT_IDS[0]), Operation(Method.close)]


@targeted_program("KEEP-1")
def crowded(generator: ValueGenerator) -> list[Operation]:
    return [Operation(StoreAction.capacity, (1100,))]


@targeted_program("REC-5")
def another_id(generator: ValueGenerator) -> list[Operation]:
    one, other = draw_ids(generator, 2)
    like = (one + " ", one.upper(), one.lower(), one[:-1], f"{one}\x00")
    near: Any = generator.next_in_rotation((other, None, *like, "", one.encode(), [one]))
    wrong = near if near != one else "other"
    steps = [
        update(one, {"label": "a", "msg_id": wrong}),
        update(one, {"msg_id": one}, target_clause="REC-5"),
    ]
    steps += [
        add(other, {"msg_id": other}, target_clause="REC-5"),
        add("g", {"msg_id": wrong, "queue": "b"}),
    ]
    return [add(one, draw_record(generator)), *generator.permutation(steps)]


@targeted_program("REC-11")
def no_ids(generator: ValueGenerator) -> list[Operation]:
    pairs = generator.choices(faults.NON_STRING_IDS, 3, 3)
    steps = [add(live, draw_record(generator, 1)) for live in {live: None for live, _ in pairs}]
    for live, bad in pairs:
        calls = [get(bad), drop(bad), update(bad, {"label": "a"})]
        steps += [*generator.permutation(calls), add(bad, {"label": "a"}), get(live)]
        steps += [drop(live), add(bad, {"label": "a"}), get(live)]
    return steps


@targeted_program("REC-10", "ERR-3")
def refused_and_unchanged(generator: ValueGenerator) -> list[Operation]:
    one, other = draw_ids(generator, 2)
    bad = faults.invalid_fields(generator)
    if generator.chance(0.4):  # refused late by many a store, as it measures the buffers
        bad = {"label": "x", "buffers": [b"a", generator.choice((5, None))], "queue": "y"}
    steps = [add(one, draw_record(generator)), update(one, bad), get(one), add(other, bad), get(other)]
    return [*steps, add(other, draw_record(generator)), get(other)]  # a refused add does not take the id
