"""Generators of records, updates and ids that must be refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import product
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from taskdb_spec.conformance.generation.invalid.registry import (
    NAIVE_DATETIME,
    InvalidInputGenerator,
    invalid_input,
)
from taskdb_spec.conformance.generation.values import (
    DICT_FIELDS,
    TEXT_FIELDS,
    TIMESTAMP_FIELDS,
    TIMESTAMPS_BEYOND_UTC,
    ValueGenerator,
    nest_levels,
)
from taskdb_spec.records.domain import MAX_DEPTH

INVALID_RECORDS: dict[str, InvalidInputGenerator] = {}


def _mix_with_valid_fields(generator: ValueGenerator, name: Any, value: Any) -> dict[Any, Any]:
    """Return the field among valid ones, at any position: a store may stop at the first field."""
    good = {"label": generator.word(), "client_uuid": "c9", "completed": generator.timestamp()}
    fields = [
        (name, value),
        *((k, v) for k, v in good.items() if k != name and generator.chance(0.6)),
    ]
    return dict(generator.permutation(fields))


def _with_counterpart(
    generator: ValueGenerator, field: str, bad: Any, good: Any
) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """Return records with the bad and with the good value of a field, among valid fields."""
    return (
        _mix_with_valid_fields(generator, field, bad),
        _mix_with_valid_fields(generator, field, good),
    )


@invalid_input(INVALID_RECORDS, "REC-4")
def unknown_record_field(generator: ValueGenerator) -> tuple[Any, Any]:
    """Draw a record with a name that is not a root field."""
    name: Any = generator.next_in_rotation(
        (
            *("nope", "_id", "Label", "", "label ", "label = 'x' --", "msg_ids", "$set"),
            "__class__",
            *(1, None, b"label", ("label",)),
        )
    )
    value = generator.choice(("a", None))
    return _mix_with_valid_fields(generator, name, value), _mix_with_valid_fields(
        generator, "queue", "a"
    )


@invalid_input(INVALID_RECORDS, "UPD-6")
def dotted_field(generator: ValueGenerator) -> tuple[Any, Any]:
    """Draw an update with a dotted name."""
    name = generator.next_in_rotation(("header.a", "label.", "content.a.b", "buffers.0"))
    value = generator.choice(("a", None))
    return _mix_with_valid_fields(generator, name, value), _mix_with_valid_fields(
        generator, "header", {"a": "b"}
    )


@invalid_input(INVALID_RECORDS, "REC-6")
def non_datetime(generator: ValueGenerator) -> tuple[Any, Any]:
    """Draw a record with a value that is not a datetime in a timestamp field."""
    at = generator.timestamp()
    text = at.isoformat()
    # What other interfaces accept as a date, and what is false like None.
    values: tuple[Any, ...] = (text, 1709208000, 0.0, "", {}, [at], False, at.date(), text[:10])
    bad, field = generator.next_in_rotation(tuple(product(values, TIMESTAMP_FIELDS[:5])))
    return _with_counterpart(generator, field, bad, at)


@invalid_input(INVALID_RECORDS, "REC-7")
def wrong_field_class(generator: ValueGenerator) -> tuple[Any, Any]:
    """Draw a record with a value of the wrong class in any other field."""
    if generator.chance(0.4):
        field = generator.choice(DICT_FIELDS)
        good: Any = {"a": "b"}
        bad: Any = generator.choice(("a", [], 5, True))
    elif generator.chance(0.4):
        field, bad, good = "buffers", generator.choice((b"a", "a", {}, 5)), [b"a"]
    else:
        field, bad, good = (
            generator.choice(TEXT_FIELDS),
            generator.choice((5, {}, b"a", True, [])),
            "a",
        )
    return _with_counterpart(generator, field, bad, good)


TOO_DEEP_LIST: list[Any] = []
for _ in range(MAX_DEPTH):  # one level more than values may nest (L-24)
    TOO_DEEP_LIST = [TOO_DEEP_LIST]


@invalid_input(INVALID_RECORDS, "REC-8")
def value_outside_domain(generator: ValueGenerator) -> tuple[Any, Any]:
    """Draw a record with a value outside the domain, in a document or among the buffers."""
    field = generator.choice(DICT_FIELDS)
    if generator.chance(0.2):
        buffers = [b"a", generator.choice(("a", None, 5))]
        return _mix_with_valid_fields(generator, "buffers", buffers), {"buffers": [b"a"]}
    bad, placement = generator.next_in_rotation(tuple(product(VALUES_OUTSIDE_DOMAIN, PLACEMENTS)))
    good = {"a": 2**63 - 1}
    return _with_counterpart(generator, field, placement(bad), good)


VALUES_OUTSIDE_DOMAIN: tuple[Any, ...] = (
    *({"a"}, object(), 2**63, -(2**63) - 1, 2**64, -(2**100), 1 + 2j, ("a",)),
    *("\ud800", {"\ud800": 1}, {5: "a"}, {None: 1}, TOO_DEEP_LIST),
    *(
        bytearray(b"a"),
        memoryview(b"a"),
        NAIVE_DATETIME.date(),
        timedelta(1),
        range(3),
        frozenset("a"),
    ),
    *(Decimal("1.5"), UUID(int=1), SimpleNamespace(a=1), int, Ellipsis),
)
"""Values that no document may hold; pickle, JSON or BSON accept some of them."""
PLACEMENTS: tuple[Callable[[Any], dict[str, Any]], ...] = (
    *(lambda bad: {"a": bad}, lambda bad: {"a": [bad]}, lambda bad: {"a": {"b": ["c", bad]}}),
    *(lambda bad: {"a": ["c", bad, "d"]}, lambda bad: {"a": [{"b": bad}]}),
)
"""Functions that put a value into a document, at some depth and position."""


RARE_INVALID_RECORDS: tuple[tuple[Any, ...], ...] = (
    ([], None, {"header": nest_levels(MAX_DEPTH + 1)}),
    ("", [("label", "a")], {"submitted": TIMESTAMPS_BEYOND_UTC[0]}),
    ((), "label", {"header": {"a": [TIMESTAMPS_BEYOND_UTC[1]]}}),
    (0, [{"label": "a"}], {"header": {"a": TIMESTAMPS_BEYOND_UTC[0]}, "label": "x"}),
)
"""Arguments in place of a record: no dicts, or with values just outside the domain (REC-8).

A program tries one row. Those that are false could pass for an empty record.
"""
ID_OUTSIDE_DOMAIN = "\ud800"
"""A lone surrogate. The id is a field of the record, so it is in the domain too."""


@invalid_input(INVALID_RECORDS, "REC-9")
def naive_datetime(generator: ValueGenerator) -> tuple[Any, Any]:
    """Draw a record with a naive datetime, as a field or inside a document."""
    good = generator.timestamp()
    if generator.chance(0.5):
        field = generator.choice(TIMESTAMP_FIELDS)
        return _with_counterpart(generator, field, NAIVE_DATETIME, good)
    placement, field = generator.randbelow(3), generator.choice(DICT_FIELDS)
    bad_value, good_value = (
        ({"a": at}, {"a": [at]}, {"a": {"b": at}})[placement] for at in (NAIVE_DATETIME, good)
    )
    return _with_counterpart(generator, field, bad_value, good_value)


def draw_invalid_fields(generator: ValueGenerator) -> Any:
    """Draw fields that any backend must refuse.

    Fields of the wrong class are left out, because REC-7 is a SHOULD.
    """
    bad, _ = INVALID_RECORDS[generator.choice(sorted(INVALID_RECORDS.keys() - {"REC-7"}))](
        generator
    )
    return bad


NON_STRING_IDS: tuple[tuple[str, Any], ...] = (
    *(("a", b"a"), ("a", ["a"]), ("a", ("a",)), ("a", {"$ne": None}), ("a", {"$eq": "a"})),
    *(("10", 10), ("None", None), ("1.5", 1.5), ("True", True), ("a", bytearray(b"a"))),
)
"""Ids of records, each with a value that is not a str but that a store may treat as this id."""
