"""Records survive being made documents, and names keep their order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import combinations
from typing import Any

import pytest
from bson import decode, encode

from taskdb_reference.mongo.codec import CODEC_OPTIONS, MICROSECONDS, to_document, to_fields
from taskdb_reference.mongo.key_escaping import escape_key, unescape_key
from taskdb_spec.records.domain import MAX_DEPTH, strictly_equal
from taskdb_spec.records.fields import new_record
from tests.support.query_strategies import NAMES, Draw

ODD = (
    *NAMES,
    "$ref\x00",
    "$ref\x01",
    "$ref\x01\x01",
    "$refa",
    "$re",
    "\x00\x00",
    "\x01\x00",
    "\x02",
)


def there_and_back(fields: Mapping[str, Any]) -> dict[str, Any]:
    return to_fields(decode(encode(to_document(fields)), codec_options=CODEC_OPTIONS))


def test_random_records_survive() -> None:
    draw = Draw(0)
    for _ in range(300):
        record = new_record("a", **draw.record())
        assert strictly_equal(there_and_back(record), record)


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1, "b": 1.0, "c": True, "d": b"", "e": 2**40, "f": -(2**63), "g": 2**63 - 1},
        {"$ref": "a", "$id": 1, "$db": "b"},
        {"b": 1, "$id": 1, "$ref": "a"},
        {"a.b": {"": {"$set": 1}}, "\x00": {"\x01": []}},
        {
            "at": datetime(2024, 2, 29, 12, 0, 0, 123_456, UTC),
            "a": [[datetime.min.replace(tzinfo=UTC)]],
        },
        {
            "0": [
                datetime.max.replace(tzinfo=UTC),
                {"0": datetime(1969, 12, 31, 23, 59, 59, 1, UTC)},
            ]
        },
    ],
    ids=repr,
)
def test_a_value_survives_with_its_types_and_order(value: dict[str, Any]) -> None:
    assert strictly_equal(there_and_back({"header": value})["header"], value)


def test_the_deepest_value_survives() -> None:
    value: Any = datetime(2024, 2, 29, 12, 0, 0, 1, UTC)
    for _ in range(MAX_DEPTH):
        value = {"a": value}
    record = new_record("a", header=value)
    assert strictly_equal(there_and_back(record), record)


@pytest.mark.parametrize("name", ODD)
def test_a_name_is_read_back(name: str) -> None:
    assert unescape_key(escape_key(name)) == name
    assert "\x00" not in escape_key(name)


def test_names_keep_their_order() -> None:
    for a, b in combinations(ODD, 2):
        assert (escape_key(a) < escape_key(b)) is (a < b), (a, b)


def test_whole_milliseconds_need_no_more() -> None:
    record = new_record("a", submitted=datetime(2024, 2, 29, 12, 0, 0, 5000, UTC))
    assert to_document(record)[MICROSECONDS] == {}
