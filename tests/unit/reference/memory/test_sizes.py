"""The byte count: what it is made of, and that no call can lead it astray."""

import logging
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskdb_reference import DictDB
from taskdb_reference.record_size import measure_size

DAY = datetime(2024, 5, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "size"),
    [
        (None, 8),
        (True, 8),
        (2**62, 8),
        (float("nan"), 8),
        (DAY, 8),
        ("", 8),
        ("abc", 11),
        ("\N{SNOWMAN}", 11),
        ("\0" * 5, 13),
        (b"\xff\0", 10),
        ([], 8),
        ({}, 8),
        ([None] * 100, 808),
        ({"\N{SNOWMAN}": None}, 19),
        ({"a": {"b": [b"xyz", "xyz"]}}, 8 + 1 + 8 + 1 + 8 + 11 + 11),
    ],
)
def test_sizes_of_values(value: object, size: int) -> None:
    assert measure_size(value) == size


@pytest.mark.parametrize(
    "fields",
    [
        {"header": {"text": "x" * 1000}},
        {"content": {"k" * 1000: None}},
        {"metadata": {"deep": [[b"x" * 1000]]}},
        {"stdout": "x" * 1000},
        {"result_buffers": [bytearray(600), memoryview(bytes(400))]},
    ],
)
def test_all_fields_count(fields: dict[str, Any]) -> None:
    empty, full = DictDB(), DictDB()
    empty.add_record("a", {})
    full.add_record("a", fields)
    assert full.size - empty.size >= 1000


MSG_IDS = st.sampled_from("abc")
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "label": st.sampled_from(["x", "\N{SNOWMAN}" * 3]),
        "header": st.dictionaries(st.text(max_size=3), st.integers() | st.text(), max_size=2),
        "buffers": st.lists(st.binary(max_size=20) | st.none(), max_size=2),
        "nonsense": st.none(),
    },
)
CALLS: st.SearchStrategy[Callable[[DictDB], None]] = st.one_of(
    st.builds(lambda i, f: lambda db: db.add_record(i, f), MSG_IDS, FIELDS),
    st.builds(lambda i, f: lambda db: db.update_record(i, f), MSG_IDS, FIELDS),
    st.builds(lambda i: lambda db: db.drop_record(i), MSG_IDS),
    st.builds(lambda i: lambda db: db.drop_matching_records({"label": i}), st.just("x")),
)


@settings(deadline=None)
@given(calls=st.lists(CALLS, max_size=20), limit=st.sampled_from([None, 1, 2, 1000]))
def test_the_count_is_the_sum_whatever_was_called(
    calls: list[Callable[[DictDB], None]], limit: int | None
) -> None:
    db = DictDB(record_limit=limit, size_limit=limit and limit * 400)
    for call in calls:
        before = deepcopy((db.size, db.find_records({})))
        try:
            call(db)
        except (KeyError, ValueError):
            assert (db.size, db.find_records({})) == before
        assert db.size == sum(map(measure_size, db.find_records({}).values()))


class _BrokenLog(logging.Logger):
    def handle(self, record: logging.LogRecord) -> None:
        raise OSError("disk full")


def test_the_count_survives_a_log_that_raises() -> None:
    db = DictDB(record_limit=1, log=_BrokenLog("broken"))
    db.add_record("a", {})
    with pytest.raises(OSError, match="disk full"):
        db.add_record("b", {})
    assert db.get_history() == ["b"]
    assert db.size == measure_size(db.get_record("b"))
    with pytest.raises(KeyError, match="culled"):
        db.get_record("a")
