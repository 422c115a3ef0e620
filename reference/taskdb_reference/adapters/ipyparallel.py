"""ipyparallel's task stores, seen through this interface, with their defects left in sight.

The adapter changes what the two interfaces say differently and nothing else: records come as a
dict where ipyparallel has a list, and a plain KeyError about an id becomes the specification's.
Arguments are handed on as they are, results are handed back as they are.

ipyparallel's SQLiteDB registers adapters of dict, list and datetime and the converters ``dict``,
``bufs`` and ``timestamp`` with the sqlite3 module, for the whole process, and needs them as long
as it is open. A store that shares the process must bind none of those classes, and must leave
``detect_types`` off: then it never meets them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from taskdb_spec import DuplicateRecord, RecordNotFound, TaskRecord


class StoreFault(RuntimeError):
    """A store's answer that cannot be put as a dict by msg_id without hiding what is wrong."""


class IPyParallelStore:
    """A store of ipyparallel's as a `TaskDB`.

    >>> class Store:
    ...     def find_records(self, check, keys):
    ...         return [{"msg_id": "a"}, {"msg_id": "b"}]
    >>> IPyParallelStore(Store()).find_records({})
    {'a': {'msg_id': 'a'}, 'b': {'msg_id': 'b'}}
    """

    def __init__(self, store: Any) -> None:
        self._store = store

    def add_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """As the store does it, where a KeyError is a `DuplicateRecord`."""
        with _key_error_as(DuplicateRecord):
            self._store.add_record(msg_id, rec)

    def get_record(self, msg_id: str) -> TaskRecord:
        """As the store does it, where a KeyError is a `RecordNotFound`."""
        with _key_error_as(RecordNotFound):
            record: TaskRecord = self._store.get_record(msg_id)
        return record

    def update_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """As the store does it."""
        self._store.update_record(msg_id, rec)

    def drop_record(self, msg_id: str) -> None:
        """As the store does it."""
        self._store.drop_record(msg_id)

    def drop_matching_records(self, check: dict[str, Any]) -> None:
        """As the store does it."""
        self._store.drop_matching_records(check)

    def find_records(
        self, check: dict[str, Any], keys: Iterable[str] | None = None
    ) -> dict[str, TaskRecord]:
        """What the store found, by msg_id.

        Raises `StoreFault` for a record without msg_id, and for two that have the same.
        """
        return _by_id(self._store.find_records(check, keys))

    def get_history(self) -> list[str]:
        """As the store does it."""
        history: list[str] = self._store.get_history()
        return history

    def close(self) -> None:
        """As the store does it."""
        self._store.close()


def open_dict(workdir: Path) -> IPyParallelStore:
    """A new DictDB of ipyparallel's; it keeps nothing under `workdir`."""
    return IPyParallelStore(imported("dictdb").DictDB())


def open_sqlite(workdir: Path) -> IPyParallelStore:
    """The SQLiteDB of ipyparallel's that is kept under `workdir`."""
    make = imported("sqlitedb").SQLiteDB

    def store() -> Any:
        return make(location=str(workdir), filename="tasks.db", table="tasks")

    return IPyParallelStore(_in_a_loop(store))


def imported(module: str) -> Any:
    try:
        return import_module(f"ipyparallel.controller.{module}")
    except ImportError as error:
        raise ImportError(
            "this store needs ipyparallel: pip install 'taskdb-spec[ipyparallel]'"
        ) from error


def _in_a_loop(make: Callable[[], Any]) -> Any:
    """Call `make` with an event loop running: SQLiteDB starts a timer, which looks for one.

    Without one, tornado would make a loop, set it for the thread and leave it open, and Python
    3.12 warns of that. A loop of our own is closed at once, so the timer never fires; a caller's
    loop would run it. The commits of SQLiteDB.close() do not depend on it.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        pass
    else:
        return make()

    async def made() -> Any:
        return make()

    loop = import_module("tornado.ioloop").IOLoop(make_current=False)
    try:
        return loop.run_sync(made)
    finally:
        loop.close()


@contextmanager
def _key_error_as(kind: type[KeyError]) -> Iterator[None]:
    """Raise `kind` for a plain KeyError; a subclass of KeyError says more, and stays."""
    try:
        yield
    except KeyError as error:
        if type(error) is not KeyError:
            raise
        raise kind(*error.args) from error


def _by_id(found: object) -> dict[str, TaskRecord]:
    if not isinstance(found, list):
        raise StoreFault(f"find_records returned a {type(found).__name__}, not a list of records")
    records: dict[str, TaskRecord] = {}
    for record in found:
        msg_id = record.get("msg_id") if isinstance(record, dict) else None
        if not isinstance(msg_id, str):
            raise StoreFault(f"find_records returned something without a msg_id: {record!r}")
        if msg_id in records:
            raise StoreFault(f"find_records returned two records of msg_id {msg_id!r}")
        records[msg_id] = record
    return records
