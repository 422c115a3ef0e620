"""Every field, given each value of its class, and each of another; ids that are nearly the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import product
from typing import Any

from taskdb_spec.conformance.core.program import Operation
from taskdb_spec.conformance.generation.builders import HISTORY, add, change, drop, find, get, purge
from taskdb_spec.conformance.generation.invalid import BEYOND, INSIDE, NAIVE
from taskdb_spec.conformance.generation.records import FIELDS
from taskdb_spec.conformance.generation.values import (
    BUFFER_KINDS,
    BUFFER_PLACES,
    BYTES,
    DICT_PLACES,
    EPOCH,
    FAR,
    FLOATS,
    IDS,
    INTS,
    LONG_ID,
    LONG_WORDS,
    LOOKALIKES,
    ODD_IDS,
    ODD_KEYS,
    ODD_WORDS,
    OFFSETS,
    TAGGED,
    TIME_PLACES,
    WORDS,
    ValueGenerator,
)

TEXTS = (*WORDS, *ODD_WORDS, *LOOKALIKES, *LONG_WORDS)
MEMBERS: tuple[Any, ...] = (
    *(*INTS, *FLOATS, *BYTES, True, False, None, EPOCH, EPOCH.astimezone(OFFSETS[1])),
    *([], {}, [[]], [None], [{}], {"a": {}}, [1, "a", b"a"], {"b": 1, "a": 2}, *TAGGED),
    *({"a": {"c": 2}, "a.b": 1}, {"a.b": 1, "a": 2}, [{"a": 1}, {"b": 2}], [[1], [2, [3]]]),
    *(dict.fromkeys("igecabdfh", 1), {f"k{7 * number % 40}": number for number in range(40)}),
    *(*FAR, [FAR[0]], {"a": FAR[-1]}, datetime(8000, 5, 5, 1, 2, 3, 123000, tzinfo=UTC)),
)
VALUES_OF_OTHER_CLASSES: tuple[Any, ...] = (
    *(5, 1.5, True, b"a", "a", [], ["a"], [b"a"], [None], {}, {"a": 1}, ("a",), {"a"}),
    *(EPOCH, EPOCH.date(), NAIVE),
)
"""Values of all classes, of which each field may hold a few."""
NEAR_IDS = (
    *("task-0001", "task-0002-a", "a/b/c", "../a", "y" * 300),
    *(*IDS, *ODD_IDS, LONG_ID, f"{LONG_ID}a", "_", "*", "?", "[ab]", "a_", "a%", "aa", "abc"),
    *("B", "\u00c9", "e", " a", "a\x00", "a\n", "01", "1", "1.0", "None", "null", "true", "--"),
)


def record_tables(generator: ValueGenerator) -> Iterator[Callable[[], Iterator[Operation]]]:
    """Programs that write records and read them back."""
    yield partial(_of_ids, generator)
    yield partial(_of_ties, generator)
    yield _of_unknown_fields
    yield _of_no_values
    for field in FIELDS:
        yield partial(_of_values, generator, field)
    for first in range(0, len(FIELDS), 6):
        yield partial(_of_strangers, FIELDS[first : first + 6])


def _values(generator: ValueGenerator, field: str) -> Iterator[Any]:
    if field in DICT_PLACES:
        yield from ({"a": value} for value in (*TEXTS, *MEMBERS))
        yield from ({}, *({key: "x", "b": "y"} for key in ODD_KEYS))
    elif field in BUFFER_PLACES:
        yield from ([kind(content)] for kind, content in product(BUFFER_KINDS, BYTES))
        yield from ([b"x" * 70_000], [b"y" * 70_000, b""])
        yield from ([b"x" * (2**16 * blocks + more)] for blocks in (1, 2) for more in (-1, 0, 1))
        yield from ([b"x" * 64 + b"1", b"x" * 64 + b"2"], [b"1" + b"x" * 64, b"2" + b"x" * 64])
        yield from ([], [*BYTES], [b"", b""], [b"%d" % number for number in range(12)])
    elif field in TIME_PLACES:
        yield from _instants(generator)
    if field not in (*DICT_PLACES, *BUFFER_PLACES, *TIME_PLACES) or field == "resubmitted":
        yield from TEXTS


def _instants(generator: ValueGenerator) -> Iterator[datetime]:
    for at in (EPOCH, EPOCH + generator.tick, EPOCH - generator.tick, *FAR):
        yield from (at.astimezone(offset) for offset in OFFSETS)


def _of_values(generator: ValueGenerator, field: str) -> Iterator[Operation]:
    """Each value by an add, then by an update of another record."""
    values = list(_values(generator, field))
    for number, value in enumerate(values):
        yield add(f"id{number}", {field: value})
    yield find({})
    for number, value in enumerate(values):
        yield change(f"id{(number + 1) % len(values)}", {field: value})


def _of_strangers(fields: tuple[str, ...]) -> Iterator[Operation]:
    yield add("a", {})
    for number, (field, value) in enumerate(product(fields, VALUES_OF_OTHER_CLASSES)):
        yield change("a", {field: value})
        yield add(f"id{number}", {field: value})


def _of_no_values() -> Iterator[Operation]:
    """What is of no class that a record may hold, at each depth, and beside what is fine."""
    yield from (add("a", {"header": {"b": 1}}), add("b", {"submitted": EPOCH}), HISTORY)
    fine = {"label": "c", "client_uuid": "c", "completed": EPOCH, "submitted": FAR[-1]}
    for number, (value, shape) in enumerate(product((*BEYOND, NAIVE), INSIDE)):
        field = DICT_PLACES[number % len(DICT_PLACES)]
        bad = {field: shape(value)}
        yield from (change("a", {**fine, **bad} if number % 3 else bad), add(f"id{number}", bad))
    yield from (HISTORY, find({"client_uuid": "c"}), find({"completed": None}), find({}))
    for field, value in product(DICT_PLACES, (bytearray(b"a"), NAIVE, {5: "a"})):
        yield add("c", {field: {"a": value}})


def _of_unknown_fields() -> Iterator[Operation]:
    yield add("a", {"label": "b"})
    names: tuple[Any, ...] = ("nope", "_id", "", "header.a", 1, None, b"label", "Label")
    for number, name in enumerate(names):
        others: tuple[dict[Any, Any], ...] = ({}, {"msg_id": "a"}, {"label": "c", "queue": None})
        for more in others:
            yield from (change("a", {**more, name: "x"}), change("a", {name: None, **more}))
        yield from (add(f"id{number}", {name: "x"}), add(f"id{number}", {"label": "c", name: None}))


def _of_ties(generator: ValueGenerator) -> Iterator[Operation]:
    """A history longer than a page, most of it at the same instant or at none."""
    instants = (
        [EPOCH] * 120 + [None] * 20 + [EPOCH + generator.tick * number for number in range(20)]
    )
    for number, at in enumerate(generator.shuffled(instants)):
        yield add(f"id{number}", {"submitted": at})
    for number in range(0, 150, 25):
        one = f"id{number}"
        yield from (HISTORY, find({"msg_id": one}), HISTORY, find({}, ["label"]), HISTORY, get(one))
        yield from (change(one, {"submitted": EPOCH}), HISTORY, drop(f"id{number + 1}"))
    yield from (HISTORY, find({}))


def _of_ids(generator: ValueGenerator) -> Iterator[Operation]:
    """Records under all ids at once, of which some are changed, and others go."""
    ids = generator.shuffled(list(dict.fromkeys(NEAR_IDS)))
    for msg_id in ids:
        yield add(msg_id, {"label": msg_id})
    for msg_id in ids:
        yield from (get(msg_id), find({"msg_id": msg_id}), find({"label": msg_id}))
        yield from (get(near) for near in (msg_id[:-1], f"{msg_id}x", msg_id.swapcase()))
    yield from (drop(ids[0]), HISTORY, drop(ids[-1]), find({}))
    for changed, dropped in zip(ids[2:-3:3], ids[1:-3:3], strict=False):
        yield from (change(changed, {"label": "b"}), drop(dropped), get(dropped), HISTORY)
    yield from (purge({"msg_id": {"$in": ids[2::6]}}), find({}), HISTORY)
