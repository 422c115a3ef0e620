"""Every field, given each value of its class, and each of another; ids that are nearly the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import product
from typing import Any

from taskdb_spec.conformance.core.program import Operation
from taskdb_spec.conformance.generation.builders import GET_HISTORY, add, update, drop, find, get, purge
from taskdb_spec.conformance.generation.invalid import VALUES_OUTSIDE_DOMAIN, PLACEMENTS, NAIVE_DATETIME
from taskdb_spec.conformance.generation.records import FIELDS_WITHOUT_ID
from taskdb_spec.conformance.generation.values import (
    BUFFER_CONSTRUCTORS,
    BUFFER_FIELDS,
    BYTES,
    DICT_FIELDS,
    EPOCH,
    EXTREME_TIMESTAMPS,
    FLOATS,
    IDS,
    INTS,
    LONG_ID,
    LONG_WORDS,
    LOOKALIKES,
    UNUSUAL_IDS,
    UNUSUAL_KEYS,
    UNUSUAL_WORDS,
    UTC_OFFSETS,
    TAGGED_DOCUMENTS,
    TIMESTAMP_FIELDS,
    WORDS,
    ValueGenerator,
)

TEXTS = (*WORDS, *UNUSUAL_WORDS, *LOOKALIKES, *LONG_WORDS)
MEMBERS: tuple[Any, ...] = (
    *(*INTS, *FLOATS, *BYTES, True, False, None, EPOCH, EPOCH.astimezone(UTC_OFFSETS[1])),
    *([], {}, [[]], [None], [{}], {"a": {}}, [1, "a", b"a"], {"b": 1, "a": 2}, *TAGGED_DOCUMENTS),
    *({"a": {"c": 2}, "a.b": 1}, {"a.b": 1, "a": 2}, [{"a": 1}, {"b": 2}], [[1], [2, [3]]]),
    *(dict.fromkeys("igecabdfh", 1), {f"k{7 * number % 40}": number for number in range(40)}),
    *(*EXTREME_TIMESTAMPS, [EXTREME_TIMESTAMPS[0]], {"a": EXTREME_TIMESTAMPS[-1]}, datetime(8000, 5, 5, 1, 2, 3, 123000, tzinfo=UTC)),
)
VALUES_OF_OTHER_CLASSES: tuple[Any, ...] = (
    *(5, 1.5, True, b"a", "a", [], ["a"], [b"a"], [None], {}, {"a": 1}, ("a",), {"a"}),
    *(EPOCH, EPOCH.date(), NAIVE_DATETIME),
)
"""Values of all classes, of which each field may hold a few."""
NEAR_IDS = (
    *("task-0001", "task-0002-a", "a/b/c", "../a", "y" * 300),
    *(*IDS, *UNUSUAL_IDS, LONG_ID, f"{LONG_ID}a", "_", "*", "?", "[ab]", "a_", "a%", "aa", "abc"),
    *("B", "\u00c9", "e", " a", "a\x00", "a\n", "01", "1", "1.0", "None", "null", "true", "--"),
)


def record_tables(generator: ValueGenerator) -> Iterator[Callable[[], Iterator[Operation]]]:
    """Programs that write records and read them back."""
    yield partial(_of_ids, generator)
    yield partial(_of_ties, generator)
    yield _of_unknown_fields
    yield _of_no_values
    for field in FIELDS_WITHOUT_ID:
        yield partial(_of_values, generator, field)
    for first in range(0, len(FIELDS_WITHOUT_ID), 6):
        yield partial(_of_strangers, FIELDS_WITHOUT_ID[first : first + 6])


def _values(generator: ValueGenerator, field: str) -> Iterator[Any]:
    if field in DICT_FIELDS:
        yield from ({"a": value} for value in (*TEXTS, *MEMBERS))
        yield from ({}, *({key: "x", "b": "y"} for key in UNUSUAL_KEYS))
    elif field in BUFFER_FIELDS:
        yield from ([kind(content)] for kind, content in product(BUFFER_CONSTRUCTORS, BYTES))
        yield from ([b"x" * 70_000], [b"y" * 70_000, b""])
        yield from ([b"x" * (2**16 * blocks + more)] for blocks in (1, 2) for more in (-1, 0, 1))
        yield from ([b"x" * 64 + b"1", b"x" * 64 + b"2"], [b"1" + b"x" * 64, b"2" + b"x" * 64])
        yield from ([], [*BYTES], [b"", b""], [b"%d" % number for number in range(12)])
    elif field in TIMESTAMP_FIELDS:
        yield from _instants(generator)
    if field not in (*DICT_FIELDS, *BUFFER_FIELDS, *TIMESTAMP_FIELDS) or field == "resubmitted":
        yield from TEXTS


def _instants(generator: ValueGenerator) -> Iterator[datetime]:
    for at in (EPOCH, EPOCH + generator.tick, EPOCH - generator.tick, *EXTREME_TIMESTAMPS):
        yield from (at.astimezone(offset) for offset in UTC_OFFSETS)


def _of_values(generator: ValueGenerator, field: str) -> Iterator[Operation]:
    """Each value by an add, then by an update of another record."""
    values = list(_values(generator, field))
    for number, value in enumerate(values):
        yield add(f"id{number}", {field: value})
    yield find({})
    for number, value in enumerate(values):
        yield update(f"id{(number + 1) % len(values)}", {field: value})


def _of_strangers(fields: tuple[str, ...]) -> Iterator[Operation]:
    yield add("a", {})
    for number, (field, value) in enumerate(product(fields, VALUES_OF_OTHER_CLASSES)):
        yield update("a", {field: value})
        yield add(f"id{number}", {field: value})


def _of_no_values() -> Iterator[Operation]:
    """What is of no class that a record may hold, at each depth, and beside what is fine."""
    yield from (add("a", {"header": {"b": 1}}), add("b", {"submitted": EPOCH}), GET_HISTORY)
    fine = {"label": "c", "client_uuid": "c", "completed": EPOCH, "submitted": EXTREME_TIMESTAMPS[-1]}
    for number, (value, shape) in enumerate(product((*VALUES_OUTSIDE_DOMAIN, NAIVE_DATETIME), PLACEMENTS)):
        field = DICT_FIELDS[number % len(DICT_FIELDS)]
        bad = {field: shape(value)}
        yield from (update("a", {**fine, **bad} if number % 3 else bad), add(f"id{number}", bad))
    yield from (GET_HISTORY, find({"client_uuid": "c"}), find({"completed": None}), find({}))
    for field, value in product(DICT_FIELDS, (bytearray(b"a"), NAIVE_DATETIME, {5: "a"})):
        yield add("c", {field: {"a": value}})


def _of_unknown_fields() -> Iterator[Operation]:
    yield add("a", {"label": "b"})
    names: tuple[Any, ...] = ("nope", "_id", "", "header.a", 1, None, b"label", "Label")
    for number, name in enumerate(names):
        others: tuple[dict[Any, Any], ...] = ({}, {"msg_id": "a"}, {"label": "c", "queue": None})
        for more in others:
            yield from (update("a", {**more, name: "x"}), update("a", {name: None, **more}))
        yield from (add(f"id{number}", {name: "x"}), add(f"id{number}", {"label": "c", name: None}))


def _of_ties(generator: ValueGenerator) -> Iterator[Operation]:
    """A history longer than a page, most of it at the same instant or at none."""
    instants = (
        [EPOCH] * 120 + [None] * 20 + [EPOCH + generator.tick * number for number in range(20)]
    )
    for number, at in enumerate(generator.permutation(instants)):
        yield add(f"id{number}", {"submitted": at})
    for number in range(0, 150, 25):
        one = f"id{number}"
        yield from (GET_HISTORY, find({"msg_id": one}), GET_HISTORY, find({}, ["label"]), GET_HISTORY, get(one))
        yield from (update(one, {"submitted": EPOCH}), GET_HISTORY, drop(f"id{number + 1}"))
    yield from (GET_HISTORY, find({}))


def _of_ids(generator: ValueGenerator) -> Iterator[Operation]:
    """Records under all ids at once, of which some are changed, and others go."""
    ids = generator.permutation(list(dict.fromkeys(NEAR_IDS)))
    for msg_id in ids:
        yield add(msg_id, {"label": msg_id})
    for msg_id in ids:
        yield from (get(msg_id), find({"msg_id": msg_id}), find({"label": msg_id}))
        yield from (get(near) for near in (msg_id[:-1], f"{msg_id}x", msg_id.swapcase()))
    yield from (drop(ids[0]), GET_HISTORY, drop(ids[-1]), find({}))
    for changed, dropped in zip(ids[2:-3:3], ids[1:-3:3], strict=False):
        yield from (update(changed, {"label": "b"}), drop(dropped), get(dropped), GET_HISTORY)
    yield from (purge({"msg_id": {"$in": ids[2::6]}}), find({}), GET_HISTORY)
