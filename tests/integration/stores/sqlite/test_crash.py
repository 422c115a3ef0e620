"""What returned is there after SIGKILL, whenever it comes."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from taskdb_reference.sqlite import SQLiteDB
from taskdb_spec import RecordNotFound
from tests.support import processes
from tests.support.concurrency import running

WRITER = Path(processes.__file__).with_name("endless_writer.py")


def killed_after(lines: int, filename: Path, writers: int) -> list[list[str]]:
    """What each of some processes had said when it was killed, the first after so many lines."""
    with running(
        [[str(WRITER), str(filename), str(number)] for number in range(writers)]
    ) as processes:
        said: list[list[str]] = [[] for _ in processes]
        for process, lines_said in zip(processes, said, strict=True):
            assert process.stdout is not None
            lines_said += [process.stdout.readline() for _ in range(lines)]
        for process in processes:
            process.kill()  # while it writes on
        for process, lines_said in zip(processes, said, strict=True):
            assert process.stdout is not None
            lines_said += process.stdout.readlines()
    return said


def last_said(lines: list[str]) -> dict[str, str]:
    """The last thing that was said of each id. A line that was cut short was not said."""
    return {msg_id: what for what, msg_id in (line.split() for line in lines if line[-1:] == "\n")}


@pytest.mark.parametrize(("lines", "writers"), [(1, 1), (25, 1), (150, 1), (40, 2)])
def test_what_returned_is_there_after_a_kill(tmp_path: Path, lines: int, writers: int) -> None:
    filename = tmp_path / "tasks.db"
    said = killed_after(lines, filename, writers)
    db = SQLiteDB(filename=filename)
    history = set(db.get_history())
    for lines_said in said:
        told = last_said(lines_said)
        for msg_id, what in told.items():
            check(db, msg_id, what, last=msg_id == list(told)[-1])
        # One call at most was on its way when each was killed.
        assert len({i for i in history if i[0] == lines_said[0].split()[1][0]} - set(told)) <= 1
    assert db.size == sum(size for (size,) in sizes(filename))
    db.close()


def check(db: SQLiteDB, msg_id: str, what: str, last: bool) -> None:
    """The record is as it was said, or, if it is the last, as the next call left it."""
    n = int(msg_id.partition("-")[2])
    try:
        record = db.get_record(msg_id)
    except RecordNotFound:
        assert what == "dropped" or (last and n % 5 == 0), msg_id
        return
    assert what != "dropped", msg_id
    assert (record["header"], record["buffers"]) == ({"n": n}, [bytes(n % 5000)])
    if what == "updated":
        assert (record["label"], record["result_buffers"]) == (f"updated {n}", [b"x" * 3000])
    elif not last:
        assert record["label"] is None


def sizes(filename: Path) -> list[tuple[int]]:
    connection = sqlite3.connect(filename)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return connection.execute("SELECT size FROM records").fetchall()
    finally:
        connection.close()
