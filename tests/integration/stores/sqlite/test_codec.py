"""What is written is read back: every value of the domain, equal and of the same type."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskdb_reference.sql.buffer_codec import decode_buffers, encode_buffers
from taskdb_reference.sql.columns import read_fields, to_cells
from taskdb_reference.sql.json_codec import decode_json, encode_json
from taskdb_reference.sql.nul_escaping import escape_nul, get_prefix_end, unescape_nul
from taskdb_spec import TASK_FIELDS, new_record
from taskdb_spec.records.domain import normalize, strictly_equal
from taskdb_spec.records.timestamps import from_microseconds, to_microseconds
from tests.support.value_strategies import blobs, instants, sure, texts, values

ODD_TEXT = st.text(st.sampled_from("\x00\x01\x02ab\ud7ff\ue000\U0010ffff"), max_size=5) | texts

LIKE_TAGS: list[Any] = [
    {"$date": 1},
    {"$bytes": "YQ=="},
    {"$float": "nan"},
    {"$dict": [["a", 1]]},
    {"$dict": {"$dict": {"$date": "x"}}},
    {"$date": 1, "a": 2},
    {"a": "$date"},
    {"$dict": float("nan")},
    '{"$date":1}',
    {"$bytes": b"a"},
]


@sure
@given(values)
def test_values_come_back_the_same(value: Any) -> None:
    value = normalize(value)
    assert strictly_equal(decode_json(encode_json(value)), value)


@pytest.mark.parametrize("value", LIKE_TAGS, ids=repr)
def test_what_looks_like_a_tag_comes_back_the_same(value: Any) -> None:
    assert strictly_equal(decode_json(encode_json(value)), value)
    assert strictly_equal(decode_json(encode_json([{"x": value}])), [{"x": value}])


@sure
@given(values)
def test_the_text_is_json_without_nul(value: Any) -> None:
    text = encode_json({"value": normalize(value), "nul": "\x00"})
    assert "\x00" not in text

    def no_constant(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    json.loads(text, parse_constant=no_constant)


def test_the_sign_of_zero_and_the_order_of_keys_stay() -> None:
    assert str(decode_json(encode_json(-0.0))) == "-0.0"
    assert list(decode_json(encode_json({"b": b"", "a": 1}))) == ["b", "a"]


def test_values_nested_as_deep_as_they_may_come_back() -> None:
    value: Any = {"$date": b"x"}
    for _ in range(49):
        value = {"$dict": [value]}
    value = normalize(value)
    assert strictly_equal(decode_json(encode_json(value)), value)


@sure
@given(ODD_TEXT, ODD_TEXT)
def test_escaped_texts_keep_their_order(one: str, other: str) -> None:
    assert unescape_nul(escape_nul(one)) == one
    assert "\x00" not in escape_nul(one)
    assert (one < other) == (escape_nul(one).encode() < escape_nul(other).encode())
    assert one.startswith(other) == escape_nul(one).startswith(escape_nul(other))


@sure
@given(ODD_TEXT, ODD_TEXT)
def test_a_prefix_is_a_range(text: str, prefix: str) -> None:
    after = get_prefix_end(prefix)
    assert text.startswith(prefix) == (prefix <= text and (after is None or text < after))


@sure
@given(st.lists(blobs, max_size=4))
def test_buffers_come_back(buffers: list[bytes]) -> None:
    assert decode_buffers(encode_buffers(buffers)) == buffers


@sure
@given(instants)
def test_instants_come_back(instant: datetime) -> None:
    assert from_microseconds(to_microseconds(instant)) == instant


def test_the_ends_of_the_calendar_come_back() -> None:
    for end in (datetime.min, datetime.max):
        instant = end.replace(tzinfo=UTC)
        assert from_microseconds(to_microseconds(instant)) == instant


@pytest.mark.parametrize("resubmitted", [None, "b", "", datetime(2024, 1, 1, tzinfo=UTC)])
def test_a_whole_record_comes_back(resubmitted: object) -> None:
    record = new_record(
        "a\x00",
        resubmitted=resubmitted,
        buffers=[b"x", b""],
        result_buffers=[],
        header={"": [None]},
    )
    cells = to_cells(record)
    assert strictly_equal(read_fields(TASK_FIELDS, iter(cells.values())), dict(record))
