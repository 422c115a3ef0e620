"""Tasks to cull, and what has to be true of culled ids in every store that culls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from taskdb_spec import DuplicateRecord, RecordCulled, RecordNotFound, TaskDB

DAY = datetime(2024, 5, 17, tzinfo=UTC)


def at(hour: int) -> datetime:
    return DAY + timedelta(hours=hour)


def done(hour: int, **fields: Any) -> dict[str, Any]:
    return {"submitted": at(hour), "completed": at(hour), **fields}


def expect_never_culled(db: TaskDB, msg_id: str) -> None:
    """The id is not there, and not because it was culled."""
    with pytest.raises(RecordNotFound) as missing:
        db.get_record(msg_id)
    assert not isinstance(missing.value, RecordCulled)


def expect_culled_until_added(db: TaskDB, first: str) -> None:
    """`db` has two tasks, one of them `first`, and no room for more: the next add culls both."""
    db.add_record("new", done(5))
    assert db.get_history() == ["new"]
    for call in (db.get_record, db.drop_record, lambda i: db.update_record(i, {"label": "x"})):
        with pytest.raises(RecordCulled, match=f"'{first}' was culled"):
            call(first)
    expect_never_culled(db, "never there")

    db.add_record(first, done(7, label="again"))
    assert db.get_record(first)["label"] == "again"
    assert list(db.find_records({"label": "again"})) == [first]
    assert db.get_history() == ["new", first]
    with pytest.raises(DuplicateRecord):
        db.add_record(first, {})
    db.drop_record(first)
    expect_never_culled(db, first)


def expect_culled_after_a_refusal(db: TaskDB, first: str) -> None:
    """A refused add of a culled id leaves it culled."""
    with pytest.raises(ValueError, match="nonsense"):
        db.add_record(first, {"nonsense": 1})
    with pytest.raises(RecordCulled):
        db.get_record(first)
