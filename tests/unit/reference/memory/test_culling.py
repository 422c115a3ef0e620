"""Culling: what goes, what stays, and what is said of it."""

import logging
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskdb_reference import DictDB
from taskdb_spec import RecordCulled
from tests.support.culling_cases import (
    DAY,
    at,
    done,
    expect_culled_after_a_refusal,
    expect_culled_until_added,
    expect_never_culled,
)

LOG = logging.getLogger("taskdb_reference.tests")


def pending(hour: int, **fields: Any) -> dict[str, Any]:
    return {"submitted": at(hour), **fields}


def filled_with(count: int, **traits: Any) -> DictDB:
    db = DictDB(log=LOG, **traits)
    for number in range(count):
        db.add_record(str(number), done(number % 24))
    return db


def test_nothing_is_culled_without_limits() -> None:
    db = filled_with(2000)
    db.update_record("0", {"buffers": [bytes(10**7)]})
    assert len(db.get_history()) == 2000


@pytest.mark.parametrize(
    ("limit", "fraction", "left"),
    [(10, 0.1, 9), (10, 0.25, 7), (10, 1, 1), (10, 1e-9, 9), (5, 0.1, 4), (1, 0.1, 1), (2, 0.5, 1)],
)
def test_records_go_down_to_the_fraction(limit: int, fraction: float, left: int) -> None:
    db = filled_with(limit, record_limit=limit, cull_fraction=fraction)
    assert len(db.get_history()) == limit
    db.add_record("new", done(23))
    assert len(db.get_history()) == left
    assert "new" in db.get_history()


LINE = {
    "no date, done": {"completed": at(9)},
    "done 2": done(2),
    "done 3": done(3),
    "done 4": done(4),
    "no date, pending": {},
    "pending 1": pending(1),
    "pending 5": pending(5),
}
"""Records in the order in which they are to go."""


@pytest.mark.parametrize("gone", range(1, 8))
def test_completed_go_before_pending_and_oldest_first(gone: int) -> None:
    db = DictDB(log=LOG, record_limit=7, cull_fraction=(gone - 1) / 7 or 5e-324)
    for msg_id in reversed(LINE):
        db.add_record(msg_id, LINE[msg_id])
    db.add_record("new", done(0))
    assert set(db.get_history()) == {"new", *list(LINE)[gone:]}


def test_size_goes_down_to_the_fraction() -> None:
    db = filled_with(10)
    one = db.size // 10
    db.size_limit, db.cull_fraction = 10 * one + one // 2, 0.3
    db.add_record("new", done(23))
    assert db.size <= 0.7 * db.size_limit
    assert db.size + one > 0.7 * db.size_limit, "no more went than had to"
    assert db.get_history() == ["4", "5", "6", "7", "8", "9", "new"]


def test_a_store_as_large_as_the_limits_is_not_above_them() -> None:
    db = filled_with(10)
    db.size_limit = db.size
    db.record_limit = 10
    db.update_record("0", {"label": None})
    assert len(db.get_history()) == 10


def test_a_cull_by_size_stops_at_the_fraction() -> None:
    db = filled_with(4)
    db.size_limit, db.cull_fraction = db.size, 0.5
    db.add_record("4", done(4))
    assert db.size == db.size_limit // 2
    assert db.get_history() == ["3", "4"]


@pytest.mark.parametrize("field", ["buffers", "header", "stdout"])
def test_size_counts_every_field(field: str) -> None:
    value: Any = {"buffers": [bytes(9000)], "header": {"k": "x" * 9000}, "stdout": "x" * 9000}
    db = filled_with(3, size_limit=10_000)
    db.add_record("new", {field: value[field]})
    assert "0" not in db.get_history()
    assert db.size <= 10_000


def test_an_oversize_record_stays_and_the_log_warns(caplog: pytest.LogCaptureFixture) -> None:
    db = filled_with(3, size_limit=5000)
    with caplog.at_level(logging.INFO, LOG.name):
        db.add_record("huge", {"buffers": [bytes(6000)]})
    assert db.get_history() == ["huge"]
    assert any(
        entry.levelno == logging.WARNING and "huge" in entry.getMessage()
        for entry in caplog.records
    )


@pytest.mark.parametrize("limits", [{"record_limit": 3}, {"size_limit": 3000}])
def test_an_update_never_culls_its_own_record(limits: dict[str, int]) -> None:
    db = filled_with(3)
    db.set_trait("record_limit", limits.get("record_limit"))
    db.set_trait("size_limit", limits.get("size_limit"))
    db.update_record("0", {"buffers": [bytes(2500)]})
    assert "0" in db.get_history()
    assert db.get_record("0")["buffers"] == [bytes(2500)]
    assert len(db.get_history()) == (3 if "record_limit" in limits else 1)


def test_a_limit_set_later_holds_from_the_next_write() -> None:
    db = filled_with(5)
    db.record_limit = 2
    assert len(db.get_history()) == 5
    db.update_record("0", {"label": "x"})
    assert db.get_history() == ["0"]


def test_a_culled_id_says_so_until_it_is_added_again() -> None:
    expect_culled_until_added(filled_with(2, record_limit=2), "0")


def test_a_refused_add_of_a_culled_id_leaves_it_culled() -> None:
    expect_culled_after_a_refusal(filled_with(2, record_limit=1), "0")


def test_culled_ids_are_each_stores_own() -> None:
    db, other = filled_with(2, record_limit=1), DictDB()
    with pytest.raises(RecordCulled):
        db.get_record("0")
    expect_never_culled(other, "0")


def test_the_log_names_up_to_ten(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, LOG.name):
        db = filled_with(10, record_limit=10, cull_fraction=0.9)
        db.add_record("new", done(23))
    [entry] = caplog.records
    assert entry.getMessage().endswith("culled 10: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9")


def test_the_log_says_what_went_and_why(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, LOG.name):
        db = filled_with(20, record_limit=20, cull_fraction=0.6)
        assert caplog.records == []
        db.add_record("new", done(23))
    [entry] = caplog.records
    assert entry.levelno == logging.INFO
    assert entry.getMessage() == (
        "21 records exceed record_limit, 20; culled 13: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 3 more"
    )


def test_the_log_warns_of_pending_records_that_went(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, LOG.name):
        db = DictDB(log=LOG, record_limit=1)
        db.add_record("waited for", pending(1))
        db.add_record("new", pending(2))
    [entry] = caplog.records
    assert entry.levelno == logging.WARNING
    assert entry.getMessage().endswith("culled 1: waited for")


TASKS = st.fixed_dictionaries(
    {"submitted": st.none() | st.integers(0, 5).map(at)},
    optional={"completed": st.just(DAY), "buffers": st.just([bytes(500)])},
)


@settings(deadline=None)
@given(
    tasks=st.lists(TASKS, max_size=15),
    record_limit=st.none() | st.integers(1, 8),
    size_limit=st.none() | st.integers(1, 8000),
    fraction=st.floats(0, 1, exclude_min=True),
)
def test_a_cull_takes_the_first_in_line_and_no_more(
    tasks: list[dict[str, Any]],
    record_limit: int | None,
    size_limit: int | None,
    fraction: float,
) -> None:
    db = DictDB(record_limit=record_limit, size_limit=size_limit, cull_fraction=fraction, log=LOG)
    unlimited = DictDB()
    for number, task in enumerate(tasks):
        msg_id = str(number)
        db.add_record(msg_id, task)
        unlimited.add_record(msg_id, task)
        history, left = unlimited.get_history(), db.find_records({})
        line = sorted(history, key=lambda i: unlimited.get_record(i)["completed"] is None)
        line.remove(msg_id)
        assert msg_id in left
        gone = len(history) - len(left)
        assert set(left) == {msg_id, *line[gone:]}
        assert record_limit is None or len(left) <= record_limit
        assert size_limit is None or db.size <= size_limit or list(left) == [msg_id]
        for culled in line[:gone]:
            with pytest.raises(RecordCulled):
                db.get_record(culled)
            unlimited.drop_record(culled)
