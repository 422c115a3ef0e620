"""Records and updates that have to be refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import product
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from taskdb_spec.conformance.generation.invalid.registry import NAIVE_DATETIME, InvalidInputGenerator, invalid_input
from taskdb_spec.conformance.generation.values import (
    DICT_FIELDS,
    TEXT_FIELDS,
    TIMESTAMP_FIELDS,
    ValueGenerator,
)
from taskdb_spec.records.domain import MAX_DEPTH

RECORDS: dict[str, InvalidInputGenerator] = {}


def _add_valid_fields(generator: ValueGenerator, name: Any, value: Any) -> dict[Any, Any]:
    """A fault somewhere among fields that are fine."""
    good = {"label": generator.word(), "client_uuid": "c9", "completed": generator.timestamp()}
    fields = [
        (name, value),
        *((k, v) for k, v in good.items() if k != name and generator.chance(0.6)),
    ]
    return dict(generator.permutation(fields))


@invalid_input(RECORDS, "REC-4")
def unknown_record_field(generator: ValueGenerator) -> tuple[Any, Any]:
    name: Any = generator.next_in_rotation(
        (
            *("nope", "_id", "Label", "", "label ", "label = 'x' --", "msg_ids", "$set"),
            "__class__",
            *(1, None, b"label", ("label",)),
        )
    )
    value = generator.choice(("a", None))
    return _add_valid_fields(generator, name, value), _add_valid_fields(generator, "queue", "a")


@invalid_input(RECORDS, "UPD-6")
def dotted_field(generator: ValueGenerator) -> tuple[Any, Any]:
    name = generator.next_in_rotation(("header.a", "label.", "content.a.b", "buffers.0"))
    value = generator.choice(("a", None))
    return _add_valid_fields(generator, name, value), _add_valid_fields(generator, "header", {"a": "b"})


@invalid_input(RECORDS, "REC-6")
def non_datetime(generator: ValueGenerator) -> tuple[Any, Any]:
    at = generator.timestamp()
    text = at.isoformat()
    values: tuple[Any, ...] = (text, 1709208000, 0.0, "", {}, [at], False, at.date(), text[:10])
    bad, place = generator.next_in_rotation(tuple(product(values, TIMESTAMP_FIELDS[:5])))
    return _add_valid_fields(generator, place, bad), _add_valid_fields(generator, place, at)


@invalid_input(RECORDS, "REC-7")
def wrong_field_class(generator: ValueGenerator) -> tuple[Any, Any]:
    if generator.chance(0.4):
        place = generator.choice(DICT_FIELDS)
        good: Any = {"a": "b"}
        bad: Any = generator.choice(("a", [], 5, True))
    elif generator.chance(0.4):
        place, bad, good = "buffers", generator.choice((b"a", "a", {}, 5)), [b"a"]
    else:
        place, bad, good = (
            generator.choice(TEXT_FIELDS),
            generator.choice((5, {}, b"a", True, [])),
            "a",
        )
    return _add_valid_fields(generator, place, bad), _add_valid_fields(generator, place, good)


TOO_DEEP_LIST: list[Any] = []
for _ in range(MAX_DEPTH):
    TOO_DEEP_LIST = [TOO_DEEP_LIST]  # deeper than values may nest (L-24)


@invalid_input(RECORDS, "REC-8")
def value_outside_domain(generator: ValueGenerator) -> tuple[Any, Any]:
    place = generator.choice(DICT_FIELDS)
    if generator.chance(0.2):
        buffers = [b"a", generator.choice(("a", None, 5))]
        return _add_valid_fields(generator, "buffers", buffers), {"buffers": [b"a"]}
    bad, shape = generator.next_in_rotation(tuple(product(VALUES_OUTSIDE_DOMAIN, PLACEMENTS)))
    good = {"a": 2**63 - 1}
    return _add_valid_fields(generator, place, shape(bad)), _add_valid_fields(generator, place, good)


VALUES_OUTSIDE_DOMAIN: tuple[Any, ...] = (
    *({"a"}, object(), 2**63, -(2**63) - 1, 2**64, -(2**100), 1 + 2j, ("a",)),
    *("\ud800", {"\ud800": 1}, {5: "a"}, {None: 1}, TOO_DEEP_LIST),
    *(bytearray(b"a"), memoryview(b"a"), NAIVE_DATETIME.date(), timedelta(1), range(3), frozenset("a")),
    *(Decimal("1.5"), UUID(int=1), SimpleNamespace(a=1), int, Ellipsis),
)
PLACEMENTS: tuple[Callable[[Any], dict[str, Any]], ...] = (
    *(lambda bad: {"a": bad}, lambda bad: {"a": [bad]}, lambda bad: {"a": {"b": ["c", bad]}}),
    *(lambda bad: {"a": ["c", bad, "d"]}, lambda bad: {"a": [{"b": bad}]}),
)


@invalid_input(RECORDS, "REC-9")
def naive_datetime(generator: ValueGenerator) -> tuple[Any, Any]:
    good = generator.timestamp()
    if generator.chance(0.5):
        place = generator.choice(TIMESTAMP_FIELDS)
        return _add_valid_fields(generator, place, NAIVE_DATETIME), _add_valid_fields(generator, place, good)
    shape, place = generator.randbelow(3), generator.choice(DICT_FIELDS)
    bad_value, good_value = (
        ({"a": at}, {"a": [at]}, {"a": {"b": at}})[shape] for at in (NAIVE_DATETIME, good)
    )
    return _add_valid_fields(generator, place, bad_value), _add_valid_fields(generator, place, good_value)


def invalid_fields(generator: ValueGenerator) -> Any:
    """What any backend has to refuse; a field of another class, not all have to (clause REC-7)."""
    bad, _ = RECORDS[generator.choice(sorted(RECORDS.keys() - {"REC-7"}))](generator)
    return bad


NON_STRING_IDS: tuple[tuple[str, Any], ...] = (
    *(("a", b"a"), ("a", ["a"]), ("a", ("a",)), ("a", {"$ne": None}), ("a", {"$eq": "a"})),
    *(("10", 10), ("None", None), ("1.5", 1.5), ("True", True), ("a", bytearray(b"a"))),
)
"""An id that is there, and what no str is but may be taken for it (clause REC-11)."""
