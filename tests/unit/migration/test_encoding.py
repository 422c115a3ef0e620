"""Tests of the encoding: it is equal for equal records only."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

import pytest

from taskdb_spec import new_record
from taskdb_spec.migration.digests import encode_record
from taskdb_spec.model import Model
from tests.support.migration_records import NOON


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (True, 1),
        (1, 1.0),
        (0, False),
        ("1", 1),
        ("a", b"a"),
        (None, ""),
        ([], {}),
        ([], None),
        ("2024-05-01T12:00:00.123456+00:00", NOON),
        (NOON, NOON + timedelta(microseconds=1)),
        ({"x": 1, "y": 2}, {"y": 2, "x": 1}),
        ({"x": {}}, {"x": []}),
        (["a", "b"], ["ab"]),
        (["ab"], ["a", "b"]),
        ([["a"], "b"], [["a", "b"]]),
        (2**53 + 1, float(2**53)),
        (float("nan"), "nan"),
        (float("inf"), float("-inf")),
    ],
)
def test_different_values_have_different_encodings(a: Any, b: Any) -> None:
    assert encode_record(new_record("a", header={"v": a})) != encode_record(
        new_record("a", header={"v": b})
    )


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (float("nan"), -float("nan")),
        (0.0, -0.0),
        (NOON, NOON.astimezone(timezone(timedelta(hours=5)))),
    ],
)
def test_equal_values_have_equal_encodings(a: Any, b: Any) -> None:
    assert encode_record(new_record("a", header={"v": a})) == encode_record(
        new_record("a", header={"v": b})
    )


def test_every_field_counts() -> None:
    stored = Model()
    stored.add_record("a", {})
    changes: list[dict[str, Any]] = [
        {"stdout": "x"},
        {"label": ""},
        {"result_buffers": []},
        {"arrived": NOON},
    ]
    encodings = {encode_record(new_record("a", **change)) for change in changes}
    assert len(encodings | {encode_record(stored.get_record("a"))}) == 5
