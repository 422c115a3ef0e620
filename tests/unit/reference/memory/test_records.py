"""DictDB's calls: isolation, refusals that change nothing, the history's order."""

import gc
from copy import deepcopy
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from taskdb_reference import DictDB
from taskdb_spec import (
    TASK_FIELDS,
    DuplicateRecord,
    QueryError,
    RecordError,
    RecordNotFound,
    TaskDB,
    new_record,
)

DAY = datetime(2024, 5, 17, tzinfo=UTC)


@pytest.fixture
def db() -> DictDB:
    db = DictDB()
    db.add_record("a", {"header": {"deep": [{"x": 1}]}, "buffers": [b"12345"], "submitted": DAY})
    return db


def everything(db: DictDB) -> tuple[Any, ...]:
    """All that can be seen, as it is now: a store that shared its records could change it later."""
    return deepcopy((db.find_records({}), db.get_history(), db.size))


def test_is_a_task_store(db: DictDB) -> None:
    store: TaskDB = db
    assert store.get_history() == ["a"]


def test_a_record_is_total_and_filled(db: DictDB) -> None:
    record = db.get_record("a")
    assert tuple(record) == TASK_FIELDS
    assert record == new_record("a", header={"deep": [{"x": 1}]}, buffers=[b"12345"], submitted=DAY)


def test_nothing_is_shared_with_what_is_given() -> None:
    db = DictDB()
    given: dict[str, Any] = {"header": {"deep": [{"x": 1}]}, "buffers": [bytearray(b"12345")]}
    db.add_record("a", given)
    db.add_record("b", {})
    db.update_record("b", given)
    before = everything(db)
    given["header"]["deep"][0]["x"] = 2
    given["buffers"][0][:] = b""
    given["buffers"].append(b"more")
    given["label"] = "new"
    assert everything(db) == before
    assert db.get_record("b")["header"] == {"deep": [{"x": 1}]}
    assert db.get_record("b")["buffers"] == [b"12345"]


@pytest.mark.parametrize(
    "read",
    [
        lambda db: db.get_record("a"),
        lambda db: db.find_records({})["a"],
        lambda db: db.find_records({}, ["header", "buffers"])["a"],
    ],
    ids=["get", "find", "find keys"],
)
def test_nothing_is_shared_with_what_is_returned(db: DictDB, read: Any) -> None:
    before = everything(db)
    record = read(db)
    record["header"]["deep"][0]["x"] = 2
    record["header"]["new"] = record["buffers"].pop()
    record["stdout"] = "changed"
    db.get_history().clear()
    assert everything(db) == before


def test_arguments_are_not_modified(db: DictDB) -> None:
    local = datetime(2024, 5, 17, 12, tzinfo=timezone(timedelta(hours=2)))
    rec: dict[str, Any] = {"submitted": local, "buffers": [bytearray(b"x")]}
    keys = ["header"]
    check = {"msg_id": {"$in": ["a", None]}}
    db.add_record("b", rec)
    db.find_records(check, keys)
    db.drop_matching_records(check)
    assert rec == {"submitted": local, "buffers": [bytearray(b"x")]}
    assert rec["submitted"].utcoffset() == timedelta(hours=2)
    assert keys == ["header"]
    assert check == {"msg_id": {"$in": ["a", None]}}


@pytest.mark.parametrize(
    ("call", "refusal"),
    [
        (lambda db: db.add_record("a", {"label": "other"}), DuplicateRecord),
        (lambda db: db.add_record("b", {"label": "fine", "nonsense": 1}), RecordError),
        (lambda db: db.add_record("b", {"msg_id": "c"}), RecordError),
        (lambda db: db.add_record("b", {"header": {"x": {1, 2}}}), RecordError),
        (lambda db: db.add_record(None, {}), RecordError),
        (lambda db: db.update_record("a", {"label": "fine", "started": "today"}), RecordError),
        (lambda db: db.update_record("a", {"label": "fine", "header.deep": 1}), RecordError),
        (lambda db: db.update_record("a", {"buffers": [b"1", "2"]}), RecordError),
        (lambda db: db.update_record("a", {"msg_id": "b"}), RecordError),
        (lambda db: db.update_record("b", {"label": "x"}), RecordNotFound),
        (lambda db: db.get_record("b"), RecordNotFound),
        (lambda db: db.get_record({"$ne": None}), RecordNotFound),
        (lambda db: db.drop_record("b"), RecordNotFound),
        (lambda db: db.drop_record({"$ne": None}), RecordNotFound),
        (lambda db: db.drop_matching_records({"msg_id": "a", "label": {"$x": 1}}), QueryError),
        (lambda db: db.find_records({}, "header"), QueryError),
        (lambda db: db.find_records({"label": "none"}, ["header.deep"]), QueryError),
    ],
)
def test_a_refused_call_changes_nothing(db: DictDB, call: Any, refusal: type[Exception]) -> None:
    before = everything(db)
    with pytest.raises(refusal):
        call(db)
    assert everything(db) == before


def test_an_update_replaces_whole_fields(db: DictDB) -> None:
    db.update_record("a", {"header": {"y": 2}, "submitted": None})
    record = db.get_record("a")
    assert record["header"] == {"y": 2}
    assert record["submitted"] is None
    assert record["buffers"] == [b"12345"]


def test_an_empty_update_changes_nothing(db: DictDB) -> None:
    before = everything(db)
    db.update_record("a", {})
    assert everything(db) == before


def test_keys_select_the_fields(db: DictDB) -> None:
    found: Any = db.find_records({}, ["label"])
    assert found == {"a": {"msg_id": "a", "label": None}}
    found = db.find_records({}, ("msg_id",))
    assert found == {"a": {"msg_id": "a"}}
    assert db.find_records({}, []) == {"a": db.get_record("a")}


def test_dropping_a_query_drops_what_it_finds(db: DictDB) -> None:
    db.add_record("b", {"engine_uuid": "e", "completed": DAY})
    db.add_record("c", {"engine_uuid": "e"})
    db.drop_matching_records({"engine_uuid": "e", "completed": {"$ne": None}})
    assert sorted(db.find_records({})) == ["a", "c"]
    db.drop_matching_records({})
    assert db.find_records({}) == {}
    assert db.size == 0


def test_a_dropped_id_may_be_added_again(db: DictDB) -> None:
    db.drop_record("a")
    with pytest.raises(RecordNotFound):
        db.get_record("a")
    db.add_record("a", {"label": "second"})
    assert db.get_record("a") == new_record("a", label="second")


def test_the_history_ascends_and_starts_with_none() -> None:
    db = DictDB()
    ahead = timezone(timedelta(hours=9))
    db.add_record("late", {"submitted": DAY + timedelta(hours=1)})
    db.add_record("x", {})
    db.add_record("first", {"submitted": (DAY - timedelta(hours=1)).astimezone(ahead)})
    db.add_record("y", {})
    db.add_record("tie", {"submitted": (DAY + timedelta(hours=1)).astimezone(ahead)})
    assert db.get_history() == ["x", "y", "first", "late", "tie"]
    db.update_record("x", {"submitted": DAY})
    assert db.get_history() == ["y", "first", "x", "late", "tie"]


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_is_left_as_it_was(enabled: bool) -> None:
    db = DictDB()
    for number in range(200):
        db.add_record(str(number), {})
    (gc.enable if enabled else gc.disable)()
    try:
        assert len(db.find_records({})) == len(db.find_records({}, ["label"])) == 200
        assert gc.isenabled() == enabled
    finally:
        gc.enable()


def test_closing_twice_is_fine(db: DictDB) -> None:
    db.close()
    db.close()
