"""Culling is as in DictDB: what goes, what stays, and what is said of it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from traitlets import TraitError

from taskdb_reference import DictDB
from taskdb_reference.sqlite import SQLiteDB
from taskdb_spec import RecordCulled
from tests.support.culling_cases import (
    DAY,
    at,
    done,
    expect_culled_after_a_refusal,
    expect_culled_until_added,
)
from tests.support.value_strategies import sure

LOG = logging.getLogger("taskdb_reference.tests.sqlite")


OPENED: list[SQLiteDB] = []


@pytest.fixture(autouse=True)
def closed():
    yield
    while OPENED:
        OPENED.pop().close()


def memory(**traits: Any) -> SQLiteDB:
    OPENED.append(SQLiteDB(filename=":memory:", log=LOG, **traits))
    return OPENED[-1]


def filled_with(count: int, **traits: Any) -> SQLiteDB:
    db = memory(**traits)
    for number in range(count):
        db.add_record(f"{number:03}", done(number % 24))
    return db


WRITES = st.lists(
    st.tuples(
        st.sampled_from(["add", "update"]),
        st.fixed_dictionaries(
            {},
            optional={
                # No instant twice: ties are each store's own.
                "submitted": st.none(),
                "completed": st.sampled_from([None, DAY]),
                "buffers": st.sampled_from([[], [bytes(500)]]),
                "header": st.sampled_from([None, {"k": "\u00e9" * 200}]),
                "resubmitted": st.sampled_from(["x", DAY]),
            },
        ),
    ),
    max_size=15,
)


@sure
@given(
    writes=WRITES,
    record_limit=st.none() | st.integers(1, 8),
    size_limit=st.none() | st.integers(1, 8000),
    fraction=st.floats(0, 1, exclude_min=True),
)
def test_it_culls_what_dictdb_culls(
    writes: list[tuple[str, dict[str, Any]]],
    record_limit: int | None,
    size_limit: int | None,
    fraction: float,
) -> None:
    traits: dict[str, Any] = {
        "record_limit": record_limit,
        "size_limit": size_limit,
        "cull_fraction": fraction,
    }
    stores = memory(**traits), DictDB(log=LOG, **traits)
    for number, (call, fields) in enumerate(writes):
        history = stores[0].get_history()
        for db in stores:
            if call == "update" and history:
                db.update_record(history[-1], fields)
            else:
                db.add_record(f"{number:02}", {"submitted": at(number), **fields})
    ours, theirs = stores
    assert ours.get_history() == theirs.get_history()
    assert ours.find_records({}) == theirs.find_records({})
    assert ours.size == theirs.size
    ours.close()


def test_what_is_said_is_what_dictdb_says(caplog: pytest.LogCaptureFixture) -> None:
    said = []
    for make in (memory, lambda **traits: DictDB(log=LOG, **traits)):
        caplog.clear()
        with caplog.at_level(logging.INFO, LOG.name):
            db = make(record_limit=12, size_limit=20_000, cull_fraction=0.95)
            for number in range(13):
                db.add_record(f"{number:03}", done(number))
            db.add_record("pending", {"submitted": at(1)})
            db.add_record("huge", {"stdout": "x" * 30_000})
        said.append([(entry.levelname, entry.getMessage()) for entry in caplog.records])
    ours, theirs = said
    assert ours == theirs
    assert [level for level, _ in ours] == ["INFO", "WARNING", "WARNING"]
    assert "culled 12: 000, 001, 002, 003, 004, 005, 006, 007, 008, 009 and 2 more" in ours[0][1]


def test_nothing_is_culled_without_limits() -> None:
    db = filled_with(300)
    db.update_record("000", {"buffers": [bytes(10**6)]})
    assert len(db.get_history()) == 300


def test_a_culled_id_says_so_until_it_is_added_again() -> None:
    expect_culled_until_added(filled_with(2, record_limit=2), "000")


def test_a_refused_add_of_a_culled_id_leaves_it_culled() -> None:
    expect_culled_after_a_refusal(filled_with(2, record_limit=1), "000")


def test_culled_ids_are_remembered_in_the_file(tmp_path: Path) -> None:
    db = SQLiteDB(filename=tmp_path / "tasks.db", record_limit=1, log=LOG)
    db.add_record("a\x00", done(1))
    db.add_record("b", done(2))
    db.close()
    db = SQLiteDB(filename=tmp_path / "tasks.db")
    with pytest.raises(RecordCulled):
        db.get_record("a\x00")
    assert db.get_history() == ["b"]
    db.close()


def test_a_limit_set_later_counts_what_was_there_before(tmp_path: Path) -> None:
    db = SQLiteDB(filename=tmp_path / "tasks.db", log=LOG)
    for number in range(5):
        db.add_record(str(number), done(number, buffers=[bytes(1000)]))
    db.update_record("0", {"buffers": None})
    db.drop_record("1")
    db.drop_matching_records({"msg_id": "2"})
    before = db.size
    db.close()
    db = SQLiteDB(filename=tmp_path / "tasks.db", size_limit=1, log=LOG)
    assert db.size == before
    db.update_record("0", {"label": "x"})
    assert db.get_history() == ["0"]
    db.close()


def test_a_log_that_fails_does_not_undo_the_write() -> None:
    class Failing(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise OSError("the disk of the log is full")

    log = logging.Logger("failing")
    log.addHandler(Failing())
    db = memory(record_limit=1)
    db.log = log
    db.add_record("a", done(1))
    with pytest.raises(OSError, match="log is full"):
        db.add_record("b", done(2))
    assert db.get_history() == ["b"]
    with pytest.raises(RecordCulled):
        db.get_record("a")


@pytest.mark.parametrize("trait", ["record_limit", "size_limit", "cull_fraction"])
def test_no_limit(trait: str) -> None:
    with pytest.raises(TraitError, match=trait):
        memory(**{trait: 0})
