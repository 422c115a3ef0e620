"""Several processes on one file, several threads on one store: no call sees another's half."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from taskdb_reference.sqlite import SQLiteDB
from tests.support import processes
from tests.support.concurrency import at_once, share

PROCESSES = Path(processes.__file__).parent


@pytest.mark.parametrize(("processes", "threads"), [(1, 6), (2, 3), (6, 1)])
def test_no_call_is_lost_and_none_counts_twice(
    tmp_path: Path, processes: int, threads: int
) -> None:
    db = SQLiteDB(filename=tmp_path / "tasks.db")
    share(db, ["sqlite", str(tmp_path / "tasks.db")], processes, threads)
    db.close()


def test_processes_make_one_file_together(tmp_path: Path) -> None:
    script = [str(PROCESSES / "concurrent_open.py"), str(tmp_path / "tasks.db")]
    at_once([[*script, str(number)] for number in range(6)])
    db = SQLiteDB(filename=tmp_path / "tasks.db")
    assert db.get_history() == [str(number) for number in range(6)]
    db.close()


def test_what_is_found_is_one_state_of_the_store(tmp_path: Path) -> None:
    db = SQLiteDB(filename=tmp_path / "tasks.db")
    other = SQLiteDB(filename=tmp_path / "tasks.db")
    start, seen = Barrier(2), []

    def write() -> None:
        start.wait()
        for n in range(60):
            for msg_id in ("a", "b"):  # first a, then b: no state has b without a
                db.add_record(f"{msg_id}{n}", {"header": {"n": n}})
        db.drop_matching_records({})

    def read() -> None:
        start.wait()
        while writer.is_alive():
            found: Any = other.find_records({"header.n": {"$gte": 0}}, keys=["header"])
            seen.append(set(found))

    writer, reader = Thread(target=write), Thread(target=read)
    for thread in (writer, reader):
        thread.start()
    for thread in (writer, reader):
        thread.join()
    for found in seen:
        assert {msg_id[1:] for msg_id in found if msg_id[0] == "b"} <= {
            msg_id[1:] for msg_id in found if msg_id[0] == "a"
        }
    assert other.get_history() == []
    for store in (db, other):
        store.close()


def test_a_store_does_not_follow_a_fork(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(PROCESSES / "fork_with_open_store.py"), str(tmp_path / "tasks.db")],
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.returncode) == ("the child was refused\n['a']\n", 0), done.stderr
