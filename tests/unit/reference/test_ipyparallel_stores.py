"""The adapter to ipyparallel's stores bridges the interfaces and hides nothing."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from taskdb_reference.adapters.ipyparallel import (
    AdapterError,
    IPyParallelStore,
    open_dict,
    open_sqlite,
)
from taskdb_spec import DuplicateRecord, RecordNotFound, new_record


class RecordingStore:
    """A store that notes its calls and answers, or raises, what it is told to."""

    def __init__(self, answer: Any = None) -> None:
        self.answer = answer
        self.calls: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any) -> Any:
            self.calls.append((name, *arguments))
            if isinstance(self.answer, BaseException):
                raise self.answer
            return self.answer

        return call


class SpecialKeyError(KeyError):
    pass


CALLS: dict[str, tuple[Any, ...]] = {
    "add_record": ("a", {"header": {}}),
    "get_record": ("a",),
    "update_record": ("a", {"header": {}}),
    "drop_record": ("a",),
    "drop_matching_records": ({"msg_id": "a"},),
    "find_records": ({"msg_id": "a"}, ["header"]),
    "get_history": (),
    "close": (),
}


@pytest.mark.parametrize("name", CALLS)
def test_arguments_and_answers_are_handed_on_as_they_are(name: str) -> None:
    answer = [{"msg_id": "a"}] if name == "find_records" else object()
    store = RecordingStore(answer)
    got = getattr(IPyParallelStore(store), name)(*CALLS[name])
    [(called, *given)] = store.calls
    assert called == name
    assert all(a is b for a, b in zip(given, CALLS[name], strict=True))
    if name in ("get_record", "get_history"):
        assert got is answer
    elif name == "find_records":
        assert got["a"] is answer[0]  # type: ignore[index]
    else:
        assert got is None


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    "kind", [TypeError, ValueError, sqlite3.IntegrityError, SpecialKeyError, RuntimeError]
)
def test_errors_pass_through_untouched(name: str, kind: type[Exception]) -> None:
    error = kind("wrong")
    with pytest.raises(kind) as caught:
        getattr(IPyParallelStore(RecordingStore(error)), name)(*CALLS[name])
    assert caught.value is error


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("add_record", DuplicateRecord),
        ("get_record", RecordNotFound),
        ("update_record", KeyError),
        ("drop_record", KeyError),
        ("drop_matching_records", KeyError),
        ("find_records", KeyError),
        ("get_history", KeyError),
    ],
)
def test_key_errors(name: str, kind: type[KeyError]) -> None:
    error = KeyError("No such msg_id 'a'")
    with pytest.raises(KeyError) as caught:
        getattr(IPyParallelStore(RecordingStore(error)), name)(*CALLS[name])
    assert type(caught.value) is kind
    assert "No such msg_id 'a'" in str(caught.value)
    assert caught.value is error or caught.value.__cause__ is error


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        ([{"header": {}}], "without a msg_id"),
        ([{"msg_id": None}], "without a msg_id"),
        ([{"msg_id": {"not": "hashable"}}], "without a msg_id"),
        ([None], "without a msg_id"),
        ([{"msg_id": "a"}, {"msg_id": "b"}, {"msg_id": "a"}], "two records of msg_id 'a'"),
        (None, "a NoneType, not a list"),
        ({"a": {"msg_id": "a"}}, "a dict, not a list"),
    ],
)
def test_what_cannot_be_put_by_id_is_a_fault(found: Any, fault: str) -> None:
    with pytest.raises(AdapterError, match=fault):
        IPyParallelStore(RecordingStore(found)).find_records({})
    assert not issubclass(AdapterError, KeyError | ValueError | TypeError), "no refusal of a query"


@pytest.fixture(params=[open_dict, open_sqlite])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[IPyParallelStore]:
    store = request.param(tmp_path)
    yield store
    store.close()


def test_a_real_store(store: IPyParallelStore) -> None:
    store.add_record("a", dict(new_record("a", header={"x": 1}, client_uuid="c")))
    store.add_record("b", dict(new_record("b", client_uuid="d")))
    store.update_record("a", {"stdout": "hello"})
    assert store.get_record("a")["stdout"] == "hello"
    assert list(store.find_records({"client_uuid": "c"})) == ["a"]
    found: Any = store.find_records({"client_uuid": "c"}, ["header"])
    assert found == {"a": {"msg_id": "a", "header": {"x": 1}}}
    store.drop_record("b")
    with pytest.raises(RecordNotFound):
        store.get_record("b")


def test_the_dict_stores_duplicate(tmp_path: Path) -> None:
    store = open_dict(tmp_path)
    store.add_record("a", dict(new_record("a")))
    with pytest.raises(DuplicateRecord, match="Already have"):
        store.add_record("a", dict(new_record("a")))


def test_the_sqlite_stores_duplicate_stays_what_it_is(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path)
    store.add_record("a", dict(new_record("a")))
    with pytest.raises(sqlite3.IntegrityError):
        store.add_record("a", dict(new_record("a")))
    store.close()


def test_the_sqlite_stores_second_close_stays_what_it_is(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path)
    store.close()
    with pytest.raises(sqlite3.ProgrammingError):
        store.close()


def test_the_sqlite_store_writes_to_the_folder(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path)
    store.add_record("a", dict(new_record("a", label="x")))
    store.close()
    file = sqlite3.connect(tmp_path / "tasks.db")
    assert file.execute("SELECT msg_id, label FROM tasks").fetchall() == [("a", "x")]
    file.close()


def use_sqlite(workdir: Path) -> list[str]:
    store = open_sqlite(workdir)
    store.add_record("a", dict(new_record("a")))
    history = store.get_history()
    store.close()
    return history


def test_opening_leaves_the_threads_loop_alone(tmp_path: Path) -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        assert use_sqlite(tmp_path) == ["a"]
        assert asyncio.get_event_loop() is loop
        assert not loop.is_closed()
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def test_opening_in_a_running_loop(tmp_path: Path) -> None:
    async def main() -> list[str]:
        return use_sqlite(tmp_path)

    assert asyncio.run(main()) == ["a"]


def test_opening_in_another_thread(tmp_path: Path) -> None:
    histories: list[list[str]] = []
    thread = Thread(target=lambda: histories.append(use_sqlite(tmp_path)))
    thread.start()
    thread.join()
    assert histories == [["a"]]


def test_opening_leaks_no_loop(tmp_path: Path) -> None:
    """In a process of its own, where no other test has set a loop; -X dev warns of open ones."""
    program = (
        "import sys, pathlib, gc, asyncio\n"
        "from taskdb_reference.adapters.ipyparallel import open_sqlite\n"
        "made = []\n"
        "new = asyncio.new_event_loop\n"
        "asyncio.new_event_loop = lambda: made.append(new()) or made[-1]\n"
        "for name in 'ab':\n"
        "    folder = pathlib.Path(sys.argv[1]) / name\n"
        "    folder.mkdir()\n"
        "    open_sqlite(folder).close()\n"
        "assert made and all(loop.is_closed() for loop in made), made\n"
    )
    run = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize(("opened", "module"), [(open_dict, "dictdb"), (open_sqlite, "sqlitedb")])
def test_without_ipyparallel_the_extra_is_named(
    opened: Any, module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, f"ipyparallel.controller.{module}", None)
    with pytest.raises(ImportError, match=r"pip install 'taskdb-spec\[ipyparallel\]'"):
        opened(tmp_path)
