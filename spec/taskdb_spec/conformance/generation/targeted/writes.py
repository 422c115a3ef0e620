"""Programs that write records and read them back."""

from __future__ import annotations

from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.conformance.core.program import Call, Operation
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
    scenario,
    some_records,
)
from taskdb_spec.conformance.generation.records import FIELDS, record, update
from taskdb_spec.conformance.generation.values import (
    BUFFER_PLACES,
    DICT_PLACES,
    LONG_ID,
    NEVER,
    TEXT_PLACES,
    TIME_PLACES,
    Pools,
)


@scenario("ADD-1", "GET-1", "GET-2", "ERR-2", "ERR-5")
def add_and_get(pools: Pools) -> list[Operation]:
    one, other = ids(pools, 2)
    unknown = get(pools.deal((*NEVER, pools.near(one))))
    steps = [add(one, record(pools, 0)), get(one), unknown, get(other)]
    return [*steps, change(other, {"label": "a"}), drop(other), drop(one), get(one)]


@scenario("RET-1")
def written(pools: Pools) -> list[Operation]:
    return [*add_and_get(pools), purge({"label": "a"}), Operation(Call.close)]


@scenario("REC-1", "REC-2")
def sparse_and_full(pools: Pools) -> list[Operation]:
    one, other = ids(pools, 2)
    sparse = {name: pools.field_value(name) for name in pools.some(FIELDS, 0, 2)}
    full = {name: pools.field_value(name) for name in FIELDS}
    return [add(one, sparse), add(other, full), get(one), get(other)]


@scenario("REC-3")
def fields_of_none(pools: Pools) -> list[Operation]:
    one, other = ids(pools, 2)
    chosen = pools.some(FIELDS, 1, 4)
    steps = [add(one, dict.fromkeys(chosen)), add(other, dict.fromkeys(FIELDS))]
    values = {name: pools.field_value(name) for name in chosen}
    return [*steps, change(one, values), change(one, dict.fromkeys(chosen))]


@scenario("UPD-1", "UPD-2", "UPD-3")
def updates(pools: Pools) -> list[Operation]:
    one, other = ids(pools, 2)
    name = pools.one_of(FIELDS)
    steps = [add(one, {**record(pools, 2), name: _full(pools, name)}), add(other, record(pools, 2))]
    look = pools.one_of(_lookups(pools, name))  # what is remembered must not outlive an update
    steps += [look, change(one, {name: pools.field_value(name)}), change(other, update(pools))]
    steps += [look, change(one, {name: None}), look]
    place = pools.one_of(DICT_PLACES)
    steps.append(change(one, {place: {"a": {"b": "c", "d": ["e"]}, "f": [1, 2]}}))
    steps += [change(one, {place: {"f": [3], "a": {"g": "h"}}}), get(one)]
    same = {name: [b"a", b"ab"] for name in BUFFER_PLACES}  # what is equal may be kept once
    steps += [change(one, same), change(other, same), change(one, {pools.one_of((*same,)): []})]
    return [*steps, *looks(pools, steps)]


def _lookups(pools: Pools, name: str) -> list[Operation]:
    """Queries of which the answer changes as the field changes, some in depth."""
    scalar = name in (*TEXT_PLACES, *TIME_PLACES)
    if not scalar and not {Capability.documents, Capability.arrays} <= pools.capabilities:
        name = "label"  # L-25
    there = {name: {"$ne": None}}
    queries: list[dict[str, Any]] = [{}, there, {"label": {"$ne": "zz"}}]
    if Capability.logic in pools.capabilities:
        queries += [{"$or": [{"msg_id": "zz"}, there]}, {"$nor": [there]}]
    return [find(query) for query in queries]


def _full(pools: Pools, name: str) -> Any:
    value = pools.field_value(name)
    if name in DICT_PLACES and not value:
        return {"a": "b", "c": {"d": "e"}}
    return value or pools.field_value(name)


@scenario("UPD-4")
def empty_update(pools: Pools) -> list[Operation]:
    one, other = ids(pools, 2)
    return [add(one, record(pools)), add(other, record(pools)), change(one, {}), get(one)]


CONFUSED = (
    *(("%", "a", "ab"), ("_", "a", "b"), ("a%", "ab", "a"), (".", "a", "b"), ("*", "a", "b")),
    *(("[ab]", "a", "b"), ("a_", "ab", "aa"), ("a", "ab", "a.b"), ("b", "ab", "a b")),
)
"""Ids of which the first stands for the others with some stores, as a pattern or a part of them."""


@scenario("UPD-5", "DROP-2", "DROP-1", "ADD-4")
def absent_ids(pools: Pools) -> list[Operation]:
    one, other, third = pools.deal(CONFUSED) if pools.chance(3) else ids(pools, 3)
    absent = pools.deal((third, *NEVER))
    shared = {"buffers": [b"a", b"bc"]}  # what is equal may be kept once
    steps = [add(msg_id, {**record(pools), **shared}) for msg_id in (one, other)]
    steps.append(change(absent, update(pools)))
    steps += [change(absent, {}), drop(absent), change(one, update(pools)), drop(one)]
    steps += [change(one, {"label": "a"}), drop(one), find({}), *looks(pools, steps)]
    steps += [add(one, record(pools, 1)), get(one), *looks(pools, steps)]
    return [*steps, change(one, update(pools)), HISTORY]


@scenario("ADD-2", "ADD-3", "ERR-1")
def duplicates(pools: Pools) -> list[Operation]:
    one, other = ids(pools, 2)
    if pools.chance(2):
        one = LONG_ID
    first = record(pools)
    whole = {"msg_id": one, **{name: pools.field_value(name) for name in FIELDS}}
    again = pools.one_of((first, record(pools), {}, {**first, "label": "other"}, whole, whole))
    steps = [add(one, first), add(other, record(pools)), add(one, again), get(one)]
    return [*steps, add(f"{one}a" if one == LONG_ID else pools.near(one), {})]


@scenario("CLOSE-1", "NODB-5")
def closing(pools: Pools) -> list[Operation]:
    return [*some_records(pools, 0, 2), get(NEVER[0]), Operation(Call.close)]


@scenario("KEEP-1")
def crowded(pools: Pools) -> list[Operation]:
    return [Operation(Call.crowd, (1100,))]


@scenario("REC-5")
def another_id(pools: Pools) -> list[Operation]:
    one, other = ids(pools, 2)
    like = (one + " ", one.upper(), one.lower(), one[:-1], f"{one}\x00")
    near: Any = pools.deal((other, None, *like, "", one.encode(), [one]))
    wrong = near if near != one else "other"
    steps = [
        change(one, {"label": "a", "msg_id": wrong}),
        change(one, {"msg_id": one}, aim="REC-5"),
    ]
    steps += [add(other, {"msg_id": other}, aim="REC-5"), add("g", {"msg_id": wrong, "queue": "b"})]
    return [add(one, record(pools)), *pools.shuffled(steps)]


@scenario("REC-11")
def no_ids(pools: Pools) -> list[Operation]:
    pairs = pools.some(faults.NO_IDS, 3, 3)
    steps = [add(live, record(pools, 1)) for live in {live: None for live, _ in pairs}]
    for live, bad in pairs:
        calls = [get(bad), drop(bad), change(bad, {"label": "a"})]
        steps += [*pools.shuffled(calls), add(bad, {"label": "a"}), get(live)]
        steps += [drop(live), add(bad, {"label": "a"}), get(live)]
    return steps


@scenario("REC-10", "ERR-3")
def refused_and_unchanged(pools: Pools) -> list[Operation]:
    one, other = ids(pools, 2)
    bad = faults.bad_fields(pools)
    if pools.chance(4):  # refused late by many a store, as it measures the buffers
        bad = {"label": "x", "buffers": [b"a", pools.one_of((5, None))], "queue": "y"}
    steps = [add(one, record(pools)), change(one, bad), get(one), add(other, bad), get(other)]
    return [*steps, add(other, record(pools)), get(other)]  # a refused add does not take the id
