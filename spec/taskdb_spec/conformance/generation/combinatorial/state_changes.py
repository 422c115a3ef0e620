"""The same questions, asked again after each change: what a store has noted may have gone stale."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import pairwise, product
from typing import Any

from taskdb_spec import queries as named
from taskdb_spec.conformance.core.program import Operation
from taskdb_spec.conformance.generation.builders import (
    GET_HISTORY,
    LIKELY_INDEXED_FIELDS,
    LIKELY_INDEXED_TEXT_FIELDS,
    add,
    update,
    drop,
    find,
    get,
    purge,
)
from taskdb_spec.conformance.generation.combinatorial.value_groups import Group, claimed_nests
from taskdb_spec.conformance.generation.invalid import NON_QUERIES
from taskdb_spec.conformance.generation.queries.registry import select_claimed
from taskdb_spec.conformance.generation.records import FIELDS_WITHOUT_ID
from taskdb_spec.conformance.generation.values import (
    BUFFER_FIELDS,
    DICT_FIELDS,
    EPOCH,
    UTC_OFFSETS,
    TIMESTAMP_FIELDS,
    ValueGenerator,
)

STATES = (0, 1, 2, 0, 2, 1, 1, 0, 0)
"""The values that a record goes through, by number: each after each, and after itself."""
HUB: tuple[dict[str, Any], ...] = (
    *(named.pending(), named.completed(), named.outstanding("a"), named.mia(), named.unassigned()),
    *(named.queued_on("a"), named.finished_on("a"), {**named.finished_on(""), "engine_uuid": None}),
)
BRANCHED: tuple[dict[str, Any], ...] = (
    *({"queue": None, name: [{"label": "a"}]} for name in ("$or", "$and", "$nor")),
    *({"$or": [{"queue": "a"}, {"label": "a"}]}, {"queue": None, "label": {"$not": {"$eq": "a"}}}),
)
"""Queries that name the field in a branch, beside another field."""
NESTED: Group = ("a", ["b"], {"y": "a"}, ["a", "b"], None, [{"y": "a"}], "b", [], "a")
"""Values that a member of a dict goes through."""
FILLED: dict[str, Any] = {
    **dict.fromkeys(LIKELY_INDEXED_TEXT_FIELDS, "a"),
    **dict.fromkeys(("submitted", "completed"), EPOCH),
}
RELATED = (
    *("a", "a/1", "a/", "a.b", "a:1", "a-1", "a_", "a%", "a ", " a", "a\n", "a\tb", "a\x00"),
    *("aa", "ba", "A"),
)
"""Ids that begin or end alike, or have parts that may mean something."""


def change_tables(generator: ValueGenerator) -> Iterator[Callable[[], Iterator[Operation]]]:
    """A program for each field, one for each way to go and to come back, and some of a kind."""
    for field in FIELDS_WITHOUT_ID:
        yield partial(_of_field, generator, field)
    for leave in LEAVING:
        yield partial(_of_returns, leave)
    yield partial(_of_a_path, generator)
    yield _of_relatives
    yield _of_keys
    yield partial(_of_purges, generator)
    yield _of_twins


def _values(field: str) -> tuple[Any, Any, Any]:
    """None, and two values of the class that the field holds."""
    if field in DICT_FIELDS:
        return None, {"a": "b"}, {"a": "c"}
    if field in BUFFER_FIELDS:
        return None, [b"a"], [b"b"]
    if field in TIMESTAMP_FIELDS:
        return None, EPOCH, EPOCH + timedelta(hours=1)
    return None, "a", "b"


def _of_field(generator: ValueGenerator, field: str) -> Iterator[Operation]:
    """A record whose field takes one value after the other, among some that keep theirs."""
    values = _values(field)
    conditions = [*values, {"$ne": None}, {"$ne": values[1]}, {"$in": [None, values[2]]}]
    queries = [{field: condition} for condition in conditions]
    if field in ("client_uuid", "engine_uuid", "completed", "arrived"):
        queries += HUB
    if field == "label":
        queries += BRANCHED
    asked = [*map(find, select_claimed(generator, queries))]
    for number, value in enumerate(values):
        yield add(f"id{number}", {field: value})
    yield add("a", {field: values[STATES[0]]})
    for before, after in pairwise(STATES):
        yield from asked
        yield find({}, ["submitted", "completed"] if field in TIMESTAMP_FIELDS else [field])
        yield update("a", {field: values[after]} if before != after else {"stderr": "e"})
        yield from (find({}, [field]), GET_HISTORY)
    yield from asked


def _of_a_path(generator: ValueGenerator) -> Iterator[Operation]:
    """A member of a dict takes one value after the other; then it goes, and comes back."""
    paths, tests = ("header.x", "header.x.y", "header.x.0"), ("a", "b", None, {"$ne": "a"})
    queries = ({path: test} for path, test in product(paths, tests))
    asked = [*map(find, select_claimed(generator, queries))]
    yield from (add("a", {}), add("b", {"header": {"x": "a"}}))
    for value in claimed_nests(generator, NESTED):
        yield from (*asked, update("a", {"header": {"x": value}}), *asked)
        yield from (purge({"msg_id": "a"}), add("a", {"header": {"x": "b"}}))
        yield from (*asked, drop("a"), add("a", {"header": {"x": value}}))


LEAVING: tuple[Callable[[str], list[Operation]], ...] = (
    lambda one: [drop(one)],
    lambda one: [purge({"msg_id": one})],
    lambda one: [purge({"msg_id": one, "stdout": ""})],
    lambda one: [purge({"label": "a"}), add("other", {"label": "a"})],
    lambda one: [purge({}), add("other", {"label": "a"})],
)
"""How a record goes, and with it, now and then, another."""


def _of_returns(leave: Callable[[str], list[Operation]]) -> Iterator[Operation]:
    """A record is asked for, goes, is asked for or not, comes back as it was or not, and so on."""
    lives = product((True, False), ({}, FILLED, {"label": "b"}))
    for number, (asked_away, back) in enumerate(lives):
        one = f"id{number}"
        asked = [find({"label": "a"}), find({"label": None}), find({"msg_id": one}, ["label"])]
        asked += [find({name: FILLED[name]}) for name in LIKELY_INDEXED_FIELDS]
        asked += [*map(find, HUB), find({}), GET_HISTORY]
        yield from (add(one, FILLED), add("other", {"label": "a"}), *asked, get(one))
        yield from (*leave(one), *(asked if asked_away else ()), add(one, back), *asked, get(one))
        yield from (*leave(one), add(one, back), purge({"label": "a"}), *asked, purge({}))


def _of_relatives() -> Iterator[Operation]:
    """Each of the ids that are related is changed, asked for, and goes, while the others stay."""
    yield from (add(one, {"label": one}) for one in RELATED)
    for one in RELATED:
        yield from (update(one, {"queue": one}), find({"msg_id": one}, ["queue"]))
        yield from (drop(one), GET_HISTORY, find({}), add(one, {"label": one}))
        yield from (purge({"msg_id": one}), GET_HISTORY, find({}), add(one, {}))


def _of_keys() -> Iterator[Operation]:
    """Each key alone, twice, and beside another, of records with a value and without."""
    yield from (add("a", {name: _values(name)[1] for name in FIELDS_WITHOUT_ID}), add("b", {}))
    for name, after in pairwise(("msg_id", *FIELDS_WITHOUT_ID, "msg_id")):
        yield from (find({}, [name]), find({}, (name, name, after)), find({}, [after, name]))


def _of_purges(generator: ValueGenerator) -> Iterator[Operation]:
    """One purge after the other, each of a store that holds what it has to choose from."""
    unlike: dict[str, Any] = {"msg_id": {"$ne": "never"}, "queue": {"$ne": "never"}}
    purges: list[dict[str, Any]] = [
        *({"msg_id": {"$in": ids}} for ids in (["a", "a", "b"], ("b", "z", "a"), ["z"], [])),
        *({"msg_id": {"$nin": ["a", "a"]}}, {"msg_id": {"$ne": "a"}}, {"label": {"$nin": ["a"]}}),
        *({"label": {"$in": ["a", "a", None]}}, {"msg_id": "a", "label": "b"}, {"label": None}),
        *({**unlike, "label": "a"}, {**unlike, "label": {"$gt": "a"}}, *HUB),
        *({"$or": [{"label": "a"}, {"msg_id": "a"}]}, {"$nor": [{"label": "a"}, {"msg_id": "c"}]}),
        *({"label": {"$not": {"$eq": "a"}}}, {"label": {"$not": {"$glob": "a"}}}),
    ]
    faults: tuple[dict[str, Any], ...] = ({"nope": 1}, {"label": {"$foo": 1}}, {"$foo": 1})
    records: list[dict[str, Any]] = [{}, FILLED, {**FILLED, "completed": None}, {"label": "b"}]
    records += [{"completed": EPOCH}, {"client_uuid": "a", "arrived": EPOCH, "submitted": EPOCH}]
    for check in (*select_claimed(generator, purges), *({**unlike, **fault} for fault in faults)):
        yield from (add(msg_id, record) for msg_id, record in zip("abcdef", records, strict=True))
        yield from (update("c", {"completed": at}) for at in (EPOCH, None))  # pending again
        yield from (find(check), purge(check), find(check), GET_HISTORY, find({}), purge({}))
    yield add("a", {})
    yield from (purge(check) for check in NON_QUERIES)


TWINS: tuple[tuple[Any, ...], ...] = (
    *((1, 1.0, True, 1), (0, 0.0, False, 0), ({"a": 1}, {"a": True}, {"a": 1.0}, {"a": 1})),
    *(([1], [True], [1.0]), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), (2**53, 2.0**53, 2**53)),
    (EPOCH, EPOCH.astimezone(UTC_OFFSETS[1]), EPOCH),
)
"""Values that are equal to Python, and are not the same."""


def _of_twins() -> Iterator[Operation]:
    """One is replaced by the other, which the store may take for no change."""
    for number, twins in enumerate(TWINS):
        one = f"id{number}"
        yield add(one, {"header": {"a": twins[0]}})
        yield from (update(one, {"header": {"a": twin}}) for twin in twins[1:])
    yield find({})
