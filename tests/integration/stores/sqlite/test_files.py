"""Files: their versions, those that are refused, and what a call that fails leaves behind."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from traitlets import TraitError

from taskdb_reference.errors import StoreClosed, StoreRefused, StoreUnavailable
from taskdb_reference.sql.columns import list_columns
from taskdb_reference.sqlite import SQLiteDB, schema
from taskdb_spec import TASK_FIELDS, DuplicateRecord, RecordError
from tests.support.sample_calls import CALLS


@pytest.fixture
def filename(tmp_path: Path) -> Path:
    return tmp_path / "tasks.db"


def filled_file(filename: Path) -> None:
    db = SQLiteDB(filename=filename)
    db.add_record("a", {"label": "x"})
    db.close()


def files(filename: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(filename.parent.iterdir())}


def run(filename: Path, *statements: str) -> list[Any]:
    connection = sqlite3.connect(filename, isolation_level=None)
    try:
        return [connection.execute(statement).fetchall() for statement in statements]
    finally:
        connection.close()


def test_the_table_has_the_columns_of_all_fields(filename: Path) -> None:
    filled_file(filename)
    [rows] = run(filename, "SELECT name FROM pragma_table_info('records')")
    assert [name for (name,) in rows] == [*list_columns(TASK_FIELDS), "size"]


def test_a_file_says_whose_it_is_and_waits_for_the_disk(filename: Path) -> None:
    db = SQLiteDB(filename=filename)
    with db._begin_read() as execute:
        settings = {
            name: execute(f"PRAGMA {name}", ()).fetchone()[0]
            for name in ("application_id", "user_version", "journal_mode", "synchronous")
        }
    db.close()
    assert settings == {
        "application_id": schema.APPLICATION_ID,
        "user_version": 1,
        "journal_mode": "wal",
        "synchronous": 2,
    }


def test_a_file_of_an_older_version_is_brought_up_to_date(
    filename: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled_file(filename)
    steps = (
        ("ALTER TABLE records ADD COLUMN extra TEXT DEFAULT 'new'",),
        ("CREATE TABLE more (x)", "INSERT INTO more SELECT msg_id FROM records"),
    )
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, *steps))
    db = SQLiteDB(filename=filename)
    assert db.get_record("a")["label"] == "x"
    db.add_record("b", {})
    db.close()
    rows = run(filename, "SELECT extra FROM records", "SELECT x FROM more", "PRAGMA user_version")
    assert rows == [[("new",), ("new",)], [("a",)], [(3,)]]


def test_a_step_that_fails_leaves_the_file_as_it_was(
    filename: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled_file(filename)
    before = files(filename)
    steps = (("CREATE TABLE more (x)",), ("DROP TABLE culled", "DROP TABLE never_there"))
    with monkeypatch.context() as patched:
        patched.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, *steps))
        with pytest.raises(StoreUnavailable, match="never_there"):
            SQLiteDB(filename=filename)
    assert files(filename) == before
    db = SQLiteDB(filename=filename)
    assert db.get_history() == ["a"]
    db.close()


def test_a_file_of_a_newer_version_is_refused_and_left_as_it_was(filename: Path) -> None:
    filled_file(filename)
    run(filename, "PRAGMA user_version = 99")
    before = files(filename)
    with pytest.raises(StoreRefused, match=r"newer version of taskdb-spec \(its schema is 99"):
        SQLiteDB(filename=filename)
    assert files(filename) == before


@pytest.mark.parametrize(
    "statement", ["CREATE TABLE t (x)", "PRAGMA application_id = 7", "PRAGMA user_version = 1"]
)
def test_a_file_of_another_application_is_refused_and_left_as_it_was(
    filename: Path, statement: str
) -> None:
    run(filename, "PRAGMA journal_mode = DELETE", "VACUUM", statement)
    before = files(filename)
    with pytest.raises(StoreRefused, match=r"not one of this store: choose another filename"):
        SQLiteDB(filename=filename)
    assert files(filename) == before


def test_a_file_that_is_not_of_sqlite_is_refused_and_left_as_it_was(filename: Path) -> None:
    filename.write_bytes(b"a diary, and no database" * 100)
    before = files(filename)
    with pytest.raises(StoreRefused, match="is no SQLite file: choose another filename"):
        SQLiteDB(filename=filename)
    assert files(filename) == before


def test_an_empty_file_is_taken(filename: Path) -> None:
    filename.touch()
    filled_file(filename)
    db = SQLiteDB(filename=filename)
    assert db.get_history() == ["a"]
    db.close()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"nowhere/tasks\.db: unable to open"):
        SQLiteDB(filename=tmp_path / "nowhere" / "tasks.db")


def test_a_store_in_memory_is_each_its_own() -> None:
    one, other = SQLiteDB(filename=":memory:"), SQLiteDB(filename=":memory:")
    one.add_record("a", {})
    assert other.get_history() == []
    one.close()
    other.close()


@pytest.mark.parametrize("value", ["", "a\0b", 5, None, b"tasks.db"])
def test_no_filename(value: Any) -> None:
    with pytest.raises(TraitError, match="filename must be a path"):
        SQLiteDB(filename=value)


@pytest.mark.parametrize("value", [-1, "5", True, float("nan"), float("inf"), None])
def test_no_timeout(value: Any) -> None:
    with pytest.raises(TraitError, match="timeout must be a number of seconds"):
        SQLiteDB(filename=":memory:", timeout=value)


@pytest.mark.parametrize("call", CALLS)
def test_a_closed_store_says_so(filename: Path, call: str) -> None:
    db = SQLiteDB(filename=filename)
    db.close()
    db.close()
    with pytest.raises(StoreClosed, match=r"tasks\.db was closed; make a new one to open it"):
        getattr(db, call)(*CALLS[call])


def test_a_write_waits_no_longer_than_its_timeout_for_another(filename: Path) -> None:
    db = SQLiteDB(filename=filename, timeout=0)
    other = sqlite3.connect(filename, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="written to by another process"):
        db.add_record("a", {})
    assert db.get_history() == []
    other.execute("ROLLBACK")
    other.close()
    db.add_record("a", {})
    assert db.get_history() == ["a"]
    db.close()


@pytest.mark.parametrize("call", ["add_record", "update_record", "drop_matching_records"])
def test_a_call_that_fails_half_way_leaves_the_store_as_it_was(filename: Path, call: str) -> None:
    filled_file(filename)
    trigger = "CREATE TRIGGER {0}s AFTER {0} ON records BEGIN SELECT RAISE(FAIL, 'no more'); END"
    run(filename, *(trigger.format(event) for event in ("INSERT", "UPDATE", "DELETE")))
    db = SQLiteDB(filename=filename, record_limit=1)
    before, size = db.find_records({}), db.size
    with pytest.raises(StoreUnavailable, match="no more; nothing was changed"):
        getattr(db, call)(*CALLS[call])
    assert (db.find_records({}), db.size) == (before, size)
    with pytest.raises(DuplicateRecord):
        db.add_record("a", {"label": "y"})
    assert db.find_records({}) == before
    db.close()


@pytest.mark.parametrize("call", ["add_record", "update_record"])
def test_a_record_larger_than_sqlite_takes_is_refused(filename: Path, call: str) -> None:
    filled_file(filename)
    db = SQLiteDB(filename=filename)
    assert db._connection._connection is not None
    db._connection._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 10_000)
    before = db.find_records({})
    with pytest.raises(RecordError, match="too large for SQLite: string or blob too big"):
        getattr(db, call)(CALLS[call][0], {"buffers": [bytes(20_000)], "label": "y"})
    assert db.find_records({}) == before
    db.close()
