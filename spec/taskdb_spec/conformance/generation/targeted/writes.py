"""Programs that write records and read them back."""

from __future__ import annotations

from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.conformance.core.program import Method, Operation, StoreAction
from taskdb_spec.conformance.generation import invalid as faults
from taskdb_spec.conformance.generation.builders import (
    HISTORY,
    add,
    change,
    drop,
    find,
    get,
    ids,
    looks,
    purge,
    some_records,
    targeted_program,
)
from taskdb_spec.conformance.generation.records import FIELDS, record, update
from taskdb_spec.conformance.generation.values import (
    ABSENT_IDS,
    BUFFER_PLACES,
    DICT_PLACES,
    LONG_ID,
    TEXT_PLACES,
    TIME_PLACES,
    ValueGenerator,
)


@targeted_program("ADD-1", "GET-1", "GET-2", "ERR-2", "ERR-5")
def add_and_get(generator: ValueGenerator) -> list[Operation]:
    one, other = ids(generator, 2)
    unknown = get(generator.next_in_rotation((*ABSENT_IDS, generator.similar_value(one))))
    steps = [add(one, record(generator, 0)), get(one), unknown, get(other)]
    return [*steps, change(other, {"label": "a"}), drop(other), drop(one), get(one)]


@targeted_program("RET-1")
def written(generator: ValueGenerator) -> list[Operation]:
    return [*add_and_get(generator), purge({"label": "a"}), Operation(Method.close)]


@targeted_program("REC-1", "REC-2")
def sparse_and_full(generator: ValueGenerator) -> list[Operation]:
    one, other = ids(generator, 2)
    sparse = {name: generator.field_value(name) for name in generator.choices(FIELDS, 0, 2)}
    full = {name: generator.field_value(name) for name in FIELDS}
    return [add(one, sparse), add(other, full), get(one), get(other)]


@targeted_program("REC-3")
def fields_of_none(generator: ValueGenerator) -> list[Operation]:
    one, other = ids(generator, 2)
    chosen = generator.choices(FIELDS, 1, 4)
    steps = [add(one, dict.fromkeys(chosen)), add(other, dict.fromkeys(FIELDS))]
    values = {name: generator.field_value(name) for name in chosen}
    return [*steps, change(one, values), change(one, dict.fromkeys(chosen))]


@targeted_program("UPD-1", "UPD-2", "UPD-3")
def updates(generator: ValueGenerator) -> list[Operation]:
    one, other = ids(generator, 2)
    name = generator.choice(FIELDS)
    steps = [
        add(one, {**record(generator, 2), name: _full(generator, name)}),
        add(other, record(generator, 2)),
    ]
    look = generator.choice(
        _lookups(generator, name)
    )  # what is remembered must not outlive an update
    steps += [
        look,
        change(one, {name: generator.field_value(name)}),
        change(other, update(generator)),
    ]
    steps += [look, change(one, {name: None}), look]
    place = generator.choice(DICT_PLACES)
    steps.append(change(one, {place: {"a": {"b": "c", "d": ["e"]}, "f": [1, 2]}}))
    steps += [change(one, {place: {"f": [3], "a": {"g": "h"}}}), get(one)]
    same = {name: [b"a", b"ab"] for name in BUFFER_PLACES}  # what is equal may be kept once
    steps += [change(one, same), change(other, same), change(one, {generator.choice((*same,)): []})]
    return [*steps, *looks(generator, steps)]


def _lookups(generator: ValueGenerator, name: str) -> list[Operation]:
    """Queries of which the answer changes as the field changes, some in depth."""
    scalar = name in (*TEXT_PLACES, *TIME_PLACES)
    if not scalar and not {Capability.documents, Capability.arrays} <= generator.capabilities:
        name = "label"  # L-25
    there = {name: {"$ne": None}}
    queries: list[dict[str, Any]] = [{}, there, {"label": {"$ne": "zz"}}]
    if Capability.logic in generator.capabilities:
        queries += [{"$or": [{"msg_id": "zz"}, there]}, {"$nor": [there]}]
    return [find(query) for query in queries]


def _full(generator: ValueGenerator, name: str) -> Any:
    value = generator.field_value(name)
    if name in DICT_PLACES and not value:
        return {"a": "b", "c": {"d": "e"}}
    return value or generator.field_value(name)


@targeted_program("UPD-4")
def empty_update(generator: ValueGenerator) -> list[Operation]:
    one, other = ids(generator, 2)
    return [add(one, record(generator)), add(other, record(generator)), change(one, {}), get(one)]


CONFUSED = (
    *(("%", "a", "ab"), ("_", "a", "b"), ("a%", "ab", "a"), (".", "a", "b"), ("*", "a", "b")),
    *(("[ab]", "a", "b"), ("a_", "ab", "aa"), ("a", "ab", "a.b"), ("b", "ab", "a b")),
)
"""Ids of which the first stands for the others with some stores, as a pattern or a part of them."""


@targeted_program("UPD-5", "DROP-2", "DROP-1", "ADD-4")
def absent_ids(generator: ValueGenerator) -> list[Operation]:
    one, other, third = (
        generator.next_in_rotation(CONFUSED) if generator.chance(3) else ids(generator, 3)
    )
    absent = generator.next_in_rotation((third, *ABSENT_IDS))
    shared = {"buffers": [b"a", b"bc"]}  # what is equal may be kept once
    steps = [add(msg_id, {**record(generator), **shared}) for msg_id in (one, other)]
    steps.append(change(absent, update(generator)))
    steps += [change(absent, {}), drop(absent), change(one, update(generator)), drop(one)]
    steps += [change(one, {"label": "a"}), drop(one), find({}), *looks(generator, steps)]
    steps += [add(one, record(generator, 1)), get(one), *looks(generator, steps)]
    return [*steps, change(one, update(generator)), HISTORY]


@targeted_program("ADD-2", "ADD-3", "ERR-1")
def duplicates(generator: ValueGenerator) -> list[Operation]:
    one, other = ids(generator, 2)
    if generator.chance(2):
        one = LONG_ID
    first = record(generator)
    whole = {"msg_id": one, **{name: generator.field_value(name) for name in FIELDS}}
    again = generator.choice(
        (first, record(generator), {}, {**first, "label": "other"}, whole, whole)
    )
    steps = [add(one, first), add(other, record(generator)), add(one, again), get(one)]
    return [*steps, add(f"{one}a" if one == LONG_ID else generator.similar_value(one), {})]


@targeted_program("CLOSE-1", "NODB-5")
def closing(generator: ValueGenerator) -> list[Operation]:
    return [*some_records(generator, 0, 2), get(ABSENT_IDS[0]), Operation(Method.close)]


@targeted_program("KEEP-1")
def crowded(generator: ValueGenerator) -> list[Operation]:
    return [Operation(StoreAction.capacity, (1100,))]


@targeted_program("REC-5")
def another_id(generator: ValueGenerator) -> list[Operation]:
    one, other = ids(generator, 2)
    like = (one + " ", one.upper(), one.lower(), one[:-1], f"{one}\x00")
    near: Any = generator.next_in_rotation((other, None, *like, "", one.encode(), [one]))
    wrong = near if near != one else "other"
    steps = [
        change(one, {"label": "a", "msg_id": wrong}),
        change(one, {"msg_id": one}, target_clause="REC-5"),
    ]
    steps += [
        add(other, {"msg_id": other}, target_clause="REC-5"),
        add("g", {"msg_id": wrong, "queue": "b"}),
    ]
    return [add(one, record(generator)), *generator.shuffled(steps)]


@targeted_program("REC-11")
def no_ids(generator: ValueGenerator) -> list[Operation]:
    pairs = generator.choices(faults.NO_IDS, 3, 3)
    steps = [add(live, record(generator, 1)) for live in {live: None for live, _ in pairs}]
    for live, bad in pairs:
        calls = [get(bad), drop(bad), change(bad, {"label": "a"})]
        steps += [*generator.shuffled(calls), add(bad, {"label": "a"}), get(live)]
        steps += [drop(live), add(bad, {"label": "a"}), get(live)]
    return steps


@targeted_program("REC-10", "ERR-3")
def refused_and_unchanged(generator: ValueGenerator) -> list[Operation]:
    one, other = ids(generator, 2)
    bad = faults.bad_fields(generator)
    if generator.chance(4):  # refused late by many a store, as it measures the buffers
        bad = {"label": "x", "buffers": [b"a", generator.choice((5, None))], "queue": "y"}
    steps = [add(one, record(generator)), change(one, bad), get(one), add(other, bad), get(other)]
    return [*steps, add(other, record(generator)), get(other)]  # a refused add does not take the id
