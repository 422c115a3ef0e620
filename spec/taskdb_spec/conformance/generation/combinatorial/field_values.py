"""Tables of values: every field, with each value that it may hold and each that it may not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import product
from typing import Any

from taskdb_spec.conformance.core.program import Operation
from taskdb_spec.conformance.core.vocabulary import EPOCH, LOOKALIKES
from taskdb_spec.conformance.generation.builders import (
    GET_HISTORY,
    add,
    drop,
    find,
    get,
    purge,
    update,
)
from taskdb_spec.conformance.generation.invalid import (
    NAIVE_DATETIME,
    PLACEMENTS,
    VALUES_OUTSIDE_DOMAIN,
)
from taskdb_spec.conformance.generation.records import FIELDS_WITHOUT_ID
from taskdb_spec.conformance.generation.values import (
    BUFFER_CONSTRUCTORS,
    BUFFER_FIELDS,
    BYTES,
    DICT_FIELDS,
    EXTREME_TIMESTAMPS,
    FLOATS,
    IDS,
    INTS,
    LONG_ID,
    LONG_WORDS,
    TAGGED_DOCUMENTS,
    TIMESTAMP_FIELDS,
    UNUSUAL_IDS,
    UNUSUAL_KEYS,
    UNUSUAL_WORDS,
    UTC_OFFSETS,
    WORDS,
    ValueGenerator,
)

ALL_TEXTS = (*WORDS, *UNUSUAL_WORDS, *LOOKALIKES, *LONG_WORDS)
MEMBER_VALUES: tuple[Any, ...] = (
    *(*INTS, *FLOATS, *BYTES, True, False, None, EPOCH, EPOCH.astimezone(UTC_OFFSETS[1])),
    *([], {}, [[]], [None], [{}], {"a": {}}, [1, "a", b"a"], {"b": 1, "a": 2}, *TAGGED_DOCUMENTS),
    *({"a": {"c": 2}, "a.b": 1}, {"a.b": 1, "a": 2}, [{"a": 1}, {"b": 2}], [[1], [2, [3]]]),
    *(dict.fromkeys("igecabdfh", 1), {f"k{7 * number % 40}": number for number in range(40)}),
    *(
        *EXTREME_TIMESTAMPS,
        [EXTREME_TIMESTAMPS[0]],
        {"a": EXTREME_TIMESTAMPS[-1]},
        datetime(8000, 5, 5, 1, 2, 3, 123000, tzinfo=UTC),
    ),
)
"""Values for members of documents: all but the texts."""
VALUES_OF_OTHER_CLASSES: tuple[Any, ...] = (
    *(5, 1.5, True, b"a", "a", [], ["a"], [b"a"], [None], {}, {"a": 1}, ("a",), {"a"}),
    *(EPOCH, EPOCH.date(), NAIVE_DATETIME),
)
"""Values of all classes, most of which a given field must refuse."""
SIMILAR_IDS = (
    *("task-0001", "task-0002-a", "a/b/c", "../a", "y" * 300),
    *(*IDS, *UNUSUAL_IDS, LONG_ID, f"{LONG_ID}a", "_", "*", "?", "[ab]", "a_", "a%", "aa", "abc"),
    *("B", "\u00c9", "e", " a", "a\x00", "a\n", "01", "1", "1.0", "None", "null", "true", "--"),
)
"""Ids that differ little, or that are patterns, parts or conversions of each other."""


def field_value_tables(generator: ValueGenerator) -> Iterator[Callable[[], Iterator[Operation]]]:
    """Yield the tables of ids, equal timestamps, invalid fields, and the values of each field."""
    yield partial(_similar_ids_program, generator)
    yield partial(_equal_timestamps_program, generator)
    yield _unknown_fields_program
    yield _values_outside_domain_program
    for field in FIELDS_WITHOUT_ID:
        yield partial(_values_program, generator, field)
    # Six fields per program, so that a program is not much longer than the others.
    for first in range(0, len(FIELDS_WITHOUT_ID), 6):
        yield partial(_other_classes_program, FIELDS_WITHOUT_ID[first : first + 6])


def _valid_values(generator: ValueGenerator, field: str) -> Iterator[Any]:
    """Yield all values of the pools that the field may hold."""
    if field in DICT_FIELDS:
        yield from ({"a": value} for value in (*ALL_TEXTS, *MEMBER_VALUES))
        yield from ({}, *({key: "x", "b": "y"} for key in UNUSUAL_KEYS))
    elif field in BUFFER_FIELDS:
        yield from ([kind(content)] for kind, content in product(BUFFER_CONSTRUCTORS, BYTES))
        yield from ([b"x" * 70_000], [b"y" * 70_000, b""])
        # One byte below, at and above 64 KiB and 128 KiB: files and columns use such blocks.
        yield from ([b"x" * (2**16 * blocks + more)] for blocks in (1, 2) for more in (-1, 0, 1))
        # Buffers that are equal but for the last, or the first, byte.
        yield from ([b"x" * 64 + b"1", b"x" * 64 + b"2"], [b"1" + b"x" * 64, b"2" + b"x" * 64])
        yield from ([], [*BYTES], [b"", b""], [b"%d" % number for number in range(12)])
    elif field in TIMESTAMP_FIELDS:
        yield from _timestamps(generator)
    if field not in (*DICT_FIELDS, *BUFFER_FIELDS, *TIMESTAMP_FIELDS) or field == "resubmitted":
        yield from ALL_TEXTS


def _timestamps(generator: ValueGenerator) -> Iterator[datetime]:
    """Yield timestamps at each offset."""
    for at in (EPOCH, EPOCH + generator.tick, EPOCH - generator.tick, *EXTREME_TIMESTAMPS):
        yield from (at.astimezone(offset) for offset in UTC_OFFSETS)


def _values_program(generator: ValueGenerator, field: str) -> Iterator[Operation]:
    """Write each value with an add, then with an update of another record."""
    values = list(_valid_values(generator, field))
    for number, value in enumerate(values):
        yield add(f"id{number}", {field: value})
    yield find({})
    for number, value in enumerate(values):
        yield update(f"id{(number + 1) % len(values)}", {field: value})


def _other_classes_program(fields: tuple[str, ...]) -> Iterator[Operation]:
    """Write values of all classes to the fields, with an add and with an update each."""
    yield add("a", {})
    for number, (field, value) in enumerate(product(fields, VALUES_OF_OTHER_CLASSES)):
        yield update("a", {field: value})
        yield add(f"id{number}", {field: value})


def _values_outside_domain_program() -> Iterator[Operation]:
    """Write values outside the domain at every depth, alone and beside valid fields."""
    yield from (add("a", {"header": {"b": 1}}), add("b", {"submitted": EPOCH}), GET_HISTORY)
    valid = {
        "label": "c",
        "client_uuid": "c",
        "completed": EPOCH,
        "submitted": EXTREME_TIMESTAMPS[-1],
    }
    for number, (value, placement) in enumerate(
        product((*VALUES_OUTSIDE_DOMAIN, NAIVE_DATETIME), PLACEMENTS)
    ):
        field = DICT_FIELDS[number % len(DICT_FIELDS)]
        bad = {field: placement(value)}
        yield from (update("a", {**valid, **bad} if number % 3 else bad), add(f"id{number}", bad))
    yield from (GET_HISTORY, find({"client_uuid": "c"}), find({"completed": None}), find({}))
    for field, value in product(DICT_FIELDS, (bytearray(b"a"), NAIVE_DATETIME, {5: "a"})):
        yield add("c", {field: {"a": value}})


def _unknown_fields_program() -> Iterator[Operation]:
    """Write unknown fields, alone and before or after valid ones."""
    yield add("a", {"label": "b"})
    names: tuple[Any, ...] = ("nope", "_id", "", "header.a", 1, None, b"label", "Label")
    for number, name in enumerate(names):
        others: tuple[dict[Any, Any], ...] = ({}, {"msg_id": "a"}, {"label": "c", "queue": None})
        for more in others:
            yield from (update("a", {**more, name: "x"}), update("a", {name: None, **more}))
        yield from (add(f"id{number}", {name: "x"}), add(f"id{number}", {"label": "c", name: None}))


def _equal_timestamps_program(generator: ValueGenerator) -> Iterator[Operation]:
    """List a history of 160 records, most of them with equal timestamps or none.

    It is longer than a usual page, and equal timestamps must keep their order (HIST-5).
    """
    submitted = (
        [EPOCH] * 120 + [None] * 20 + [EPOCH + generator.tick * number for number in range(20)]
    )
    for number, at in enumerate(generator.permutation(submitted)):
        yield add(f"id{number}", {"submitted": at})
    for number in range(0, 150, 25):
        one = f"id{number}"
        yield from (
            GET_HISTORY,
            find({"msg_id": one}),
            GET_HISTORY,
            find({}, ["label"]),
            GET_HISTORY,
            get(one),
        )
        yield from (update(one, {"submitted": EPOCH}), GET_HISTORY, drop(f"id{number + 1}"))
    yield from (GET_HISTORY, find({}))


def _similar_ids_program(generator: ValueGenerator) -> Iterator[Operation]:
    """Store records under all similar ids at once, then change and remove some of them."""
    msg_ids = generator.permutation(list(dict.fromkeys(SIMILAR_IDS)))
    for msg_id in msg_ids:
        yield add(msg_id, {"label": msg_id})
    for msg_id in msg_ids:
        yield from (get(msg_id), find({"msg_id": msg_id}), find({"label": msg_id}))
        yield from (get(near) for near in (msg_id[:-1], f"{msg_id}x", msg_id.swapcase()))
    yield from (drop(msg_ids[0]), GET_HISTORY, drop(msg_ids[-1]), find({}))
    for changed, dropped in zip(msg_ids[2:-3:3], msg_ids[1:-3:3], strict=False):
        yield from (update(changed, {"label": "b"}), drop(dropped), get(dropped), GET_HISTORY)
    yield from (purge({"msg_id": {"$in": msg_ids[2::6]}}), find({}), GET_HISTORY)
