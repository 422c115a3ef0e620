"""A process that forks while it has a store open: nothing that was committed is lost by it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from taskdb_reference.sqlite import SQLiteDB
from tests.support import processes
from tests.support.concurrency import running

# Newer Pythons warn of every fork beside threads, which is what is tested here.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")

HEIR = str(Path(processes.__file__).with_name("fork_then_close.py"))
KILLED = (
    "import sys; from taskdb_reference.sqlite import SQLiteDB\n"
    "db = SQLiteDB(filename=sys.argv[1]); db.add_record('b', {}); db.add_record('c', {})\n"
    "print('written', flush=True); sys.stdin.readline()\n"
)


def history(filename: Path) -> list[str]:
    db = SQLiteDB(filename=filename)
    try:
        return db.get_history()
    finally:
        db.close()


def forked(work: Callable[[], object]) -> int:
    """The status of a child that does this work, of which nothing else may come."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("end", ["close", "exit"])
def test_a_child_that_ends_takes_nothing_of_others_with_it(tmp_path: Path, end: str) -> None:
    filename = tmp_path / "tasks.db"
    with running([[HEIR, str(filename), end]]) as [heir]:
        assert heir.stdout is not None
        assert heir.stdout.readline() == "ready\n"
        with running([["-c", KILLED, str(filename)]]) as [killed]:
            assert killed.stdout is not None
            assert killed.stdout.readline() == "written\n"
            killed.kill()
        heir.communicate("end\n")
    assert heir.returncode == 0
    assert history(filename) == ["a", "b", "c"]


def test_a_child_shares_the_file_by_a_store_of_its_own(tmp_path: Path) -> None:
    filename = tmp_path / "tasks.db"
    with running([[HEIR, str(filename), "own"]]) as [heir]:
        assert heir.stdin is not None
        assert heir.stdout is not None
        assert heir.stdout.readline() == "ready\n"
        heir.stdin.write("write\n")
        heir.stdin.flush()
        assert heir.stdout.readline() == "['a', 'b', 'c']\n"
        db = SQLiteDB(filename=filename)
        db.add_record("d", {})
        db.close()
        heir.communicate("end\n")
    assert history(filename) == ["a", "b", "c", "d"]


def test_threads_go_on_while_the_process_forks(tmp_path: Path) -> None:
    filename = tmp_path / "tasks.db"
    db = SQLiteDB(filename=filename)

    def add(name: str, count: int) -> None:
        for number in range(count):
            db.add_record(f"{name}{number}", {})

    def add_own(msg_id: str) -> None:
        own = SQLiteDB(filename=filename)
        own.add_record(msg_id, {})
        own.close()

    threads = [Thread(target=add, args=(name, 40)) for name in "ab"]
    for thread in threads:
        thread.start()
    statuses = [forked(lambda number=number: add_own(f"c{number}")) for number in range(5)]
    for thread in threads:
        thread.join()
    db.close()
    assert statuses == [0] * 5
    expected = {f"{name}{number}" for name in "ab" for number in range(40)}
    assert set(history(filename)) == expected | {f"c{number}" for number in range(5)}


def test_after_a_fork_the_file_is_the_same_in_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path)
    db = SQLiteDB(filename="tasks.db")
    db.add_record("a", {})
    monkeypatch.chdir(tmp_path / "other")
    assert forked(lambda: None) == 0
    assert db.get_history() == ["a"]
    db.close()
    assert not list(Path.cwd().iterdir())


def test_a_store_in_memory_is_kept_over_a_fork() -> None:
    db = SQLiteDB(filename=":memory:")
    db.add_record("a", {})
    assert forked(db.close) == 0
    assert db.get_history() == ["a"]
    db.close()


def test_a_store_that_was_closed_stays_closed_over_a_fork(tmp_path: Path) -> None:
    db = SQLiteDB(filename=tmp_path / "tasks.db")
    db.close()
    (tmp_path / "tasks.db").unlink()
    assert forked(db.close) == 0
    assert not list(tmp_path.iterdir())


def test_a_fork_in_the_midst_of_a_call_leaves_it_whole(tmp_path: Path) -> None:
    """As a handler of signals may do."""
    db = SQLiteDB(filename=tmp_path / "tasks.db")
    db.add_record("a", {})
    with db._begin_write() as run:
        run("UPDATE records SET label = 'new'", ())
        assert forked(lambda: None) == 0
    assert db.get_record("a")["label"] == "new"
    db.close()
