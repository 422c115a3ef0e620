"""Adapter for ipyparallel's own task stores. It does not hide their defects.

The adapter only bridges the differences between the two interfaces. It returns found records as a
dict, where ipyparallel returns a list. It replaces a plain KeyError about an id by the exception of
the specification. It passes on arguments and results unchanged.

ipyparallel's SQLiteDB registers adapters and converters with the sqlite3 module, for the whole
process: adapters of dict, list and datetime, and the converters ``dict``, ``bufs`` and
``timestamp``. It needs them as long as it is open. Another store in the same process is not
affected if it binds no values of these classes and leaves ``detect_types`` off.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from taskdb_spec import DuplicateRecord, RecordNotFound, TaskRecord


class AdapterError(RuntimeError):
    """A store's result cannot be converted to a dict by msg_id without hiding a defect."""


class IPyParallelStore:
    """One of ipyparallel's stores as a `TaskDB`.

    >>> class Store:
    ...     def find_records(self, check, keys):
    ...         return [{"msg_id": "a"}, {"msg_id": "b"}]
    >>> IPyParallelStore(Store()).find_records({})
    {'a': {'msg_id': 'a'}, 'b': {'msg_id': 'b'}}
    """

    def __init__(self, store: Any) -> None:
        self._store = store

    def add_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """Call the store.

        Raises:
            DuplicateRecord: The store raised a KeyError.
        """
        with _key_error_as(DuplicateRecord):
            self._store.add_record(msg_id, rec)

    def get_record(self, msg_id: str) -> TaskRecord:
        """Call the store.

        Raises:
            RecordNotFound: The store raised a KeyError.
        """
        with _key_error_as(RecordNotFound):
            record: TaskRecord = self._store.get_record(msg_id)
        return record

    def update_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """Call the store."""
        self._store.update_record(msg_id, rec)

    def drop_record(self, msg_id: str) -> None:
        """Call the store."""
        self._store.drop_record(msg_id)

    def drop_matching_records(self, check: dict[str, Any]) -> None:
        """Call the store."""
        self._store.drop_matching_records(check)

    def find_records(
        self, check: dict[str, Any], keys: Iterable[str] | None = None
    ) -> dict[str, TaskRecord]:
        """Call the store, and convert its list to a dict by msg_id.

        Raises:
            AdapterError: A record has no msg_id, or two have the same.
        """
        return _index_by_id(self._store.find_records(check, keys))

    def get_history(self) -> list[str]:
        """Call the store."""
        history: list[str] = self._store.get_history()
        return history

    def close(self) -> None:
        """Call the store."""
        self._store.close()


def open_dict(_workdir: Path) -> IPyParallelStore:
    """Create an ipyparallel DictDB. It keeps no files."""
    return IPyParallelStore(import_controller_module("dictdb").DictDB())


def open_sqlite(workdir: Path) -> IPyParallelStore:
    """Open the ipyparallel SQLiteDB in a folder."""
    store_class = import_controller_module("sqlitedb").SQLiteDB

    def create() -> Any:
        return store_class(location=str(workdir), filename="tasks.db", table="tasks")

    return IPyParallelStore(_call_in_event_loop(create))


def import_controller_module(name: str) -> Any:
    """Import the module `name` of ``ipyparallel.controller``.

    Raises:
        ImportError: ipyparallel is not installed. The text says how to install it.
    """
    try:
        return import_module(f"ipyparallel.controller.{name}")
    except ImportError as error:
        raise ImportError(
            "this store needs ipyparallel: pip install 'taskdb-spec[ipyparallel]'"
        ) from error


def _call_in_event_loop(create: Callable[[], Any]) -> Any:
    """Call a function while an event loop runs. SQLiteDB starts a timer on the current loop.

    Without a running loop, tornado would create a loop, set it for the thread and leave it open,
    and Python 3.12 warns about that. A loop created here is closed at once, so the timer never
    fires. The loop of a caller would run the timer. SQLiteDB.close() commits in both cases.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        pass
    else:
        return create()

    async def call() -> Any:
        return create()

    loop = import_module("tornado.ioloop").IOLoop(make_current=False)
    try:
        return loop.run_sync(call)
    finally:
        loop.close()


@contextmanager
def _key_error_as(error_class: type[KeyError]) -> Iterator[None]:
    """Replace a plain KeyError. A subclass is more specific and passes unchanged."""
    try:
        yield
    except KeyError as error:
        if type(error) is not KeyError:
            raise
        raise error_class(*error.args) from error


def _index_by_id(found: object) -> dict[str, TaskRecord]:
    if not isinstance(found, list):
        raise AdapterError(f"find_records returned a {type(found).__name__}, not a list of records")
    records: dict[str, TaskRecord] = {}
    for record in found:
        msg_id = record.get("msg_id") if isinstance(record, dict) else None
        if not isinstance(msg_id, str):
            raise AdapterError(f"find_records returned something without a msg_id: {record!r}")
        if msg_id in records:
            raise AdapterError(f"find_records returned two records of msg_id {msg_id!r}")
        records[msg_id] = record
    return records
