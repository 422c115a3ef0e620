"""Tests of ``taskdb copy``."""

import io
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result

from taskdb_reference.adapters.ipyparallel import open_sqlite
from taskdb_reference.sqlite import SQLiteDB
from taskdb_spec import new_record
from taskdb_spec.cli.copy import CopyProgress
from taskdb_spec.conformance.reporting.console import make_console
from taskdb_spec.migration import CopyReport
from tests.support.migration_records import NOON, RECORDS, filled

Taskdb = Callable[..., Result]

MODULE = """
from taskdb_reference import DictDB
from taskdb_spec.records.timestamps import truncate_all_to_milliseconds


class Failing(DictDB):
    error = ConnectionError("the server went away")
    left = 12

    def add_record(self, msg_id, rec):
        self.left -= 1
        if not self.left:
            raise self.error
        super().add_record(msg_id, rec)


class Interrupted(Failing):
    error = KeyboardInterrupt()
    left = 4


class Shut(DictDB):
    def find_records(self, check, keys=None):
        raise ConnectionError("the server is away")


class Milliseconds(DictDB):
    def add_record(self, msg_id, rec):
        super().add_record(msg_id, truncate_all_to_milliseconds(rec))


def broken():
    raise RuntimeError("no luck")
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of records, to be copied into the folder of each test."""
    file = tmp_path_factory.mktemp("copy") / "source.db"
    filled(SQLiteDB(filename=file)).close()
    return file


@pytest.fixture(autouse=True)
def folder(stores: Path, source: Path) -> Path:
    """The current folder, with a file of records and a module of stores."""
    shutil.copy(source, stores)
    (stores / "made_targets.py").write_text(MODULE)
    (stores / "empty.db").touch()
    return stores


def history(file: str) -> list[str]:
    with closing(SQLiteDB(filename=file)) as store:
        return store.get_history()


def expect(result: Result, status: int, *texts: str) -> None:
    """The command ended with this status, and all of this is in what it said."""
    assert result.exit_code == status, result.output
    for text in texts:
        assert text in result.output


def test_copy_from_file_to_file(taskdb: Taskdb) -> None:
    result = taskdb("copy", "sqlite:source.db", "sqlite:target.db")
    assert result.exit_code == 0
    *progress, counts, source, target = result.output.splitlines()
    assert progress == ["10 of 25 records", "25 of 25 records"]
    assert counts == "25 records: 25 copied, 0 there already, 0 in conflict, 0 not copied"
    assert source.partition(": ")[0] == "sha256 of 25 records in the source"
    assert source.partition(": ")[2] == target.partition(": ")[2]
    assert sorted(history("target.db")) == sorted(RECORDS)
    again = taskdb("copy", "sqlite:source.db", "sqlite:target.db")
    expect(again, 0, "25 records: 0 copied, 25 there already, 0 in conflict")


def test_a_conflict(taskdb: Taskdb) -> None:
    target = SQLiteDB(filename="target.db")
    target.add_record("r03", {"label": "mine"})
    target.close()
    result = taskdb("copy", "sqlite:source.db", "sqlite:target.db")
    conflict = "conflict: r03 differs in header, buffers, submitted, label"
    expect(result, 1, conflict, "24 copied, 0 there already, 1 in conflict")


def test_an_empty_source(taskdb: Taskdb) -> None:
    result = taskdb("copy", "taskdb_reference:DictDB", "sqlite:target.db")
    expect(result, 0, "0 records: 0 copied")


def test_copy_from_a_file_of_ipyparallel(taskdb: Taskdb, tmp_path: Path) -> None:
    theirs = open_sqlite(tmp_path)
    theirs.add_record("a", dict(new_record("a", label="x", buffers=[b"x"], submitted=NOON)))
    theirs.add_record("b", dict(new_record("b", header={"x": [1, None]})))
    theirs.close()
    result = taskdb("copy", "ipyparallel-sqlite:tasks.db", "sqlite:target.db")
    expect(result, 0, "2 records: 2 copied")
    target = SQLiteDB(filename="target.db")
    assert target.get_record("a")["buffers"] == [b"x"]
    assert target.get_record("a")["submitted"] == NOON
    target.close()


def test_unreadable_records_in_a_file_of_ipyparallel(taskdb: Taskdb, tmp_path: Path) -> None:
    theirs = open_sqlite(tmp_path)
    for msg_id in "ab":
        theirs.add_record(msg_id, dict(new_record(msg_id, header={"x": 1})))
    theirs.close()
    with closing(sqlite3.connect("tasks.db")) as file, file:
        file.execute("UPDATE tasks SET header = 'no JSON' WHERE msg_id = 'a'")
    result = taskdb("copy", "ipyparallel-sqlite:tasks.db", "sqlite:target.db")
    counts = "2 records: 1 copied, 0 there already, 0 in conflict, 1 not copied"
    expect(result, 1, "not copied: 'a' header: is not JSON text", counts)


def test_milliseconds(taskdb: Taskdb) -> None:
    result = taskdb("copy", "sqlite:source.db", "made_targets:Milliseconds")
    differs = "altered by the target: r00 differs in header, submitted, by"
    expect(result, 1, differs, "stopped early, because the target alters records")
    result = taskdb("copy", "--milliseconds", "sqlite:source.db", "made_targets:Milliseconds")
    expect(result, 0, "25 with truncated timestamps")


@pytest.mark.parametrize(
    ("target", "status", "message"),
    [
        ("Failing", 1, "11 records copied, then: ConnectionError: the server went away; run"),
        (
            "Interrupted",
            1,
            "3 records copied, then: interrupted; run the command again to continue",
        ),
        ("Shut", 2, "nothing was copied: ConnectionError: the server is away"),
        ("broken", 2, "made_targets:broken: opening it failed with RuntimeError: no luck"),
    ],
)
def test_stores_that_fail(taskdb: Taskdb, target: str, status: int, message: str) -> None:
    result = taskdb("copy", "sqlite:source.db", f"made_targets:{target}")
    expect(result, status, f"Error: {message}")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("source.db", "this names no store; write kind:place, such as sqlite:tasks.db"),
        ("sqlite:none.db", "there is no file 'none.db' to copy from"),
        ("sqlite:made_targets.py", "made_targets.py is no SQLite file"),
        ("ipyparallel-sqlite:none.db", "there is no file 'none.db' to copy from"),
        ("ipyparallel-sqlite:empty.db", "holds no table of tasks that ipyparallel wrote"),
        ("nosuch:store", "there is no module 'nosuch'"),
        ("made_targets:nosuch", "has no attribute 'nosuch'"),
        ("taskdb_reference:NoDB", "NoDB stores nothing"),
    ],
)
def test_invalid_sources(taskdb: Taskdb, name: str, message: str, folder: Path) -> None:
    result = taskdb("copy", name, "taskdb_reference:DictDB")
    expect(result, 2, message)
    assert not (folder / "none.db").exists()


def test_invalid_targets(taskdb: Taskdb) -> None:
    result = taskdb("copy", "sqlite:source.db", "ipyparallel-sqlite:target.db")
    expect(result, 2, "such a file can only be read")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_a_progress_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    screen = Terminal()
    with CopyProgress(make_console(screen)) as progress:
        progress(CopyReport(total=4, copied=3))
    assert "3/4" in screen.getvalue()
    assert screen.getvalue().endswith("\x1b[2K"), "the bar is taken off the screen"
