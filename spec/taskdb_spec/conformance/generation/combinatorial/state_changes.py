"""Tables of changes: the same searches again, after each change of a record.

What a store has derived from a record, such as an index or a cached answer, must not become stale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import pairwise, product
from typing import Any

from taskdb_spec import queries
from taskdb_spec.conformance.core.program import Operation
from taskdb_spec.conformance.core.vocabulary import EPOCH
from taskdb_spec.conformance.generation.builders import (
    GET_HISTORY,
    LIKELY_INDEXED_FIELDS,
    LIKELY_INDEXED_TEXT_FIELDS,
    add,
    drop,
    find,
    get,
    purge,
    update,
)
from taskdb_spec.conformance.generation.combinatorial.value_groups import (
    Group,
    select_claimed_values,
)
from taskdb_spec.conformance.generation.invalid import NON_QUERIES
from taskdb_spec.conformance.generation.queries.registry import select_claimed
from taskdb_spec.conformance.generation.records import FIELDS_WITHOUT_ID
from taskdb_spec.conformance.generation.values import (
    BUFFER_FIELDS,
    DICT_FIELDS,
    TIMESTAMP_FIELDS,
    UTC_OFFSETS,
    ValueGenerator,
)

VALUE_SEQUENCE = (0, 1, 2, 0, 2, 1, 1, 0, 0)
"""Numbers of the three values that a field goes through: each follows each, and itself."""
HUB_QUERIES: tuple[dict[str, Any], ...] = (
    *(
        queries.pending(),
        queries.completed(),
        queries.outstanding("a"),
        queries.mia(),
        queries.unassigned(),
    ),
    *(
        queries.queued_on("a"),
        queries.finished_on("a"),
        {**queries.finished_on(""), "engine_uuid": None},
    ),
)
BRANCHED_QUERIES: tuple[dict[str, Any], ...] = (
    *({"queue": None, name: [{"label": "a"}]} for name in ("$or", "$and", "$nor")),
    *({"$or": [{"queue": "a"}, {"label": "a"}]}, {"queue": None, "label": {"$not": {"$eq": "a"}}}),
)
"""Queries on `label` in a branch or under `$not`, beside another field."""
NESTED_VALUE_SEQUENCE: Group = (
    "a",
    ["b"],
    {"y": "a"},
    ["a", "b"],
    None,
    [{"y": "a"}],
    "b",
    [],
    "a",
)
"""Values that a member of a dict goes through, of another shape each time."""
FULL_TASK: dict[str, Any] = {
    **dict.fromkeys(LIKELY_INDEXED_TEXT_FIELDS, "a"),
    **dict.fromkeys(("submitted", "completed"), EPOCH),
}
RELATED_IDS = (
    *("a", "a/1", "a/", "a.b", "a:1", "a-1", "a_", "a%", "a ", " a", "a\n", "a\tb", "a\x00"),
    *("aa", "ba", "A"),
)
"""Ids that share a beginning or an end, or contain a separator or a wildcard."""


def state_change_tables(generator: ValueGenerator) -> Iterator[Callable[[], Iterator[Operation]]]:
    """Yield the tables of fields, of removed and re-added records, and of other changes."""
    for field in FIELDS_WITHOUT_ID:
        yield partial(_field_program, generator, field)
    for remove in REMOVALS:
        yield partial(_readded_record_program, remove)
    yield partial(_path_program, generator)
    yield _related_ids_program
    yield _keys_program
    yield partial(_purges_program, generator)
    yield _equal_values_program


def _values_of_class(field: str) -> tuple[Any, Any, Any]:
    """Return None, and two values of the class that the field holds."""
    if field in DICT_FIELDS:
        return None, {"a": "b"}, {"a": "c"}
    if field in BUFFER_FIELDS:
        return None, [b"a"], [b"b"]
    if field in TIMESTAMP_FIELDS:
        return None, EPOCH, EPOCH + timedelta(hours=1)
    return None, "a", "b"


def _field_program(generator: ValueGenerator, field: str) -> Iterator[Operation]:
    """Change a field of one record repeatedly, while other records keep its values."""
    values = _values_of_class(field)
    conditions = [*values, {"$ne": None}, {"$ne": values[1]}, {"$in": [None, values[2]]}]
    field_queries = [{field: condition} for condition in conditions]
    if field in ("client_uuid", "engine_uuid", "completed", "arrived"):
        field_queries += HUB_QUERIES
    if field == "label":
        field_queries += BRANCHED_QUERIES
    searches = [*map(find, select_claimed(generator, field_queries))]
    for number, value in enumerate(values):
        yield add(f"id{number}", {field: value})
    yield add("a", {field: values[VALUE_SEQUENCE[0]]})
    for before, after in pairwise(VALUE_SEQUENCE):
        yield from searches
        yield find({}, ["submitted", "completed"] if field in TIMESTAMP_FIELDS else [field])
        yield update("a", {field: values[after]} if before != after else {"stderr": "e"})
        yield from (find({}, [field]), GET_HISTORY)
    yield from searches


def _path_program(generator: ValueGenerator) -> Iterator[Operation]:
    """Change a member of a dict repeatedly; remove and re-add the record each time."""
    paths, tests = ("header.x", "header.x.y", "header.x.0"), ("a", "b", None, {"$ne": "a"})
    path_queries = ({path: test} for path, test in product(paths, tests))
    searches = [*map(find, select_claimed(generator, path_queries))]
    yield from (add("a", {}), add("b", {"header": {"x": "a"}}))
    for value in select_claimed_values(generator, NESTED_VALUE_SEQUENCE):
        yield from (*searches, update("a", {"header": {"x": value}}), *searches)
        yield from (purge({"msg_id": "a"}), add("a", {"header": {"x": "b"}}))
        yield from (*searches, drop("a"), add("a", {"header": {"x": value}}))


REMOVALS: tuple[Callable[[str], list[Operation]], ...] = (
    lambda one: [drop(one)],
    lambda one: [purge({"msg_id": one})],
    lambda one: [purge({"msg_id": one, "stdout": ""})],
    lambda _one: [purge({"label": "a"}), add("other", {"label": "a"})],
    lambda _one: [purge({}), add("other", {"label": "a"})],
)
"""Steps that remove a record; the last two remove and re-add another record as well."""


def _readded_record_program(remove: Callable[[str], list[Operation]]) -> Iterator[Operation]:
    """Search for a record, remove it, search for it or not, and re-add it with any fields."""
    cases = product((True, False), ({}, FULL_TASK, {"label": "b"}))
    for number, (is_searched_while_removed, fields) in enumerate(cases):
        one = f"id{number}"
        searches = [find({"label": "a"}), find({"label": None}), find({"msg_id": one}, ["label"])]
        searches += [find({name: FULL_TASK[name]}) for name in LIKELY_INDEXED_FIELDS]
        searches += [*map(find, HUB_QUERIES), find({}), GET_HISTORY]
        yield from (add(one, FULL_TASK), add("other", {"label": "a"}), *searches, get(one))
        yield from (
            *remove(one),
            *(searches if is_searched_while_removed else ()),
            add(one, fields),
            *searches,
            get(one),
        )
        yield from (*remove(one), add(one, fields), purge({"label": "a"}), *searches, purge({}))


def _related_ids_program() -> Iterator[Operation]:
    """Change, drop, purge and re-add each of the related ids; the others must stay."""
    yield from (add(one, {"label": one}) for one in RELATED_IDS)
    for one in RELATED_IDS:
        yield from (update(one, {"queue": one}), find({"msg_id": one}, ["queue"]))
        yield from (drop(one), GET_HISTORY, find({}), add(one, {"label": one}))
        yield from (purge({"msg_id": one}), GET_HISTORY, find({}), add(one, {}))


def _keys_program() -> Iterator[Operation]:
    """Search with each key alone, repeated, and beside the next key."""
    yield from (
        add("a", {name: _values_of_class(name)[1] for name in FIELDS_WITHOUT_ID}),
        add("b", {}),
    )
    for name, after in pairwise(("msg_id", *FIELDS_WITHOUT_ID, "msg_id")):
        yield from (find({}, [name]), find({}, (name, name, after)), find({}, [after, name]))


def _purges_program(generator: ValueGenerator) -> Iterator[Operation]:
    """Purge with one query after the other, each time from the same records."""
    matches_all: dict[str, Any] = {"msg_id": {"$ne": "never"}, "queue": {"$ne": "never"}}
    purges: list[dict[str, Any]] = [
        *({"msg_id": {"$in": ids}} for ids in (["a", "a", "b"], ("b", "z", "a"), ["z"], [])),
        *({"msg_id": {"$nin": ["a", "a"]}}, {"msg_id": {"$ne": "a"}}, {"label": {"$nin": ["a"]}}),
        *({"label": {"$in": ["a", "a", None]}}, {"msg_id": "a", "label": "b"}, {"label": None}),
        *({**matches_all, "label": "a"}, {**matches_all, "label": {"$gt": "a"}}, *HUB_QUERIES),
        *({"$or": [{"label": "a"}, {"msg_id": "a"}]}, {"$nor": [{"label": "a"}, {"msg_id": "c"}]}),
        *({"label": {"$not": {"$eq": "a"}}}, {"label": {"$not": {"$glob": "a"}}}),
    ]
    malformed: tuple[dict[str, Any], ...] = ({"nope": 1}, {"label": {"$foo": 1}}, {"$foo": 1})
    records: list[dict[str, Any]] = [
        {},
        FULL_TASK,
        {**FULL_TASK, "completed": None},
        {"label": "b"},
    ]
    records += [{"completed": EPOCH}, {"client_uuid": "a", "arrived": EPOCH, "submitted": EPOCH}]
    for query in (
        *select_claimed(generator, purges),
        *({**matches_all, **bad} for bad in malformed),
    ):
        yield from (add(msg_id, record) for msg_id, record in zip("abcdef", records, strict=True))
        yield from (
            update("c", {"completed": at}) for at in (EPOCH, None)
        )  # completed, then pending again
        yield from (find(query), purge(query), find(query), GET_HISTORY, find({}), purge({}))
    yield add("a", {})
    yield from (purge(query) for query in NON_QUERIES)


EQUAL_IN_PYTHON: tuple[tuple[Any, ...], ...] = (
    *((1, 1.0, True, 1), (0, 0.0, False, 0), ({"a": 1}, {"a": True}, {"a": 1.0}, {"a": 1})),
    *(([1], [True], [1.0]), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), (2**53, 2.0**53, 2**53)),
    (EPOCH, EPOCH.astimezone(UTC_OFFSETS[1]), EPOCH),
)
"""Groups of values that Python considers equal, but that are different values of the domain."""


def _equal_values_program() -> Iterator[Operation]:
    """Replace values by equal ones, which a store may treat as no change."""
    for number, group in enumerate(EQUAL_IN_PYTHON):
        one = f"id{number}"
        yield add(one, {"header": {"a": group[0]}})
        yield from (update(one, {"header": {"a": value}}) for value in group[1:])
    yield find({})
