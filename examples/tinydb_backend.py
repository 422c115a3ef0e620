"""A task store on TinyDB: one JSON file, which is in memory while the store is open.

Check the store in the root of the repository::

    taskdb check examples.tinydb_backend:backend --profile quick
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Any

from tinydb import JSONStorage, TinyDB, where
from tinydb.middlewares import CachingMiddleware

from taskdb_spec import (
    TASK_FIELDS,
    Backend,
    DuplicateRecord,
    RecordNotFound,
    TaskRecord,
    check_keys,
    checked_fields,
    compile_query,
    new_record,
)
from taskdb_spec.capabilities import QUERY_CAPABILITIES


class TinyDBStore:
    """A store in the file ``tasks.json`` of a folder.

    The file is written after 1,000 writes and on `close`. If the process is killed, the writes
    since then are lost. Therefore the backend claims `durable`, but not `crash_safe`.
    """

    def __init__(self, folder: Path) -> None:
        storage = CachingMiddleware(TaggedStorage)  # type: ignore[no-untyped-call]
        self._database = TinyDB(folder / "tasks.json", storage=storage, encoding="utf-8")
        self._is_open = True

    def add_record(self, msg_id: str, rec: Mapping[str, Any], /) -> None:
        """Store a new record."""
        record = new_record(msg_id, **checked_fields(msg_id, rec))
        if self._database.contains(where("msg_id") == msg_id):
            raise DuplicateRecord(f"there is a record {msg_id!r} already")
        self._database.insert(record)

    def get_record(self, msg_id: str, /) -> TaskRecord:
        """Return a copy of the whole record: the cache holds the record itself."""
        for record in self._database:
            if record["msg_id"] == msg_id:
                copy: TaskRecord = deepcopy(dict(record))  # type: ignore[assignment]
                return copy
        raise RecordNotFound(f"there is no record {msg_id!r}")

    def update_record(self, msg_id: str, rec: Mapping[str, Any], /) -> None:
        """Replace the fields that `rec` names."""
        fields = checked_fields(msg_id, rec)
        if not self._database.update(fields, where("msg_id") == msg_id):
            raise RecordNotFound(f"there is no record {msg_id!r}")

    def drop_record(self, msg_id: str, /) -> None:
        """Remove the record."""
        self.get_record(msg_id)
        self._database.remove(where("msg_id") == msg_id)

    def drop_matching_records(self, check: dict[str, Any], /) -> None:
        """Remove the records that the query matches. A predicate is a query that TinyDB accepts."""
        self._database.remove(compile_query(check))

    def find_records(
        self, check: dict[str, Any], keys: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """Return the records that the query matches, by id: whole, or the fields in `keys`."""
        matches = compile_query(check)
        names = ("msg_id", *(check_keys(keys) or TASK_FIELDS))
        # Not `search`: it hashes the query, and a list in a query has no hash.
        found = [record for record in self._database if matches(record)]
        return {r["msg_id"]: {name: deepcopy(r[name]) for name in names} for r in found}

    def get_history(self) -> list[str]:
        """Return all ids by `submitted`; those without it come first."""
        # The ids make the order of records that were submitted at the same instant a stable one.
        times = [(r["submitted"], r["msg_id"]) for r in self._database]
        return [i for _, _, i in sorted((time is not None, time or 0, i) for time, i in times)]

    def close(self) -> None:
        """Write the file and close it."""
        if self._is_open:  # TinyDB cannot close twice
            self._database.close()
        self._is_open = False


class TaggedStorage(JSONStorage):
    """A JSON file that keeps bytes and datetimes as objects with one key, which is a tag."""

    def read(self) -> Any:
        """Return the tables of the file, or None if it is new."""
        return decode(super().read())

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Replace the content of the file."""
        super().write(encode(data))


def encode(value: Any) -> Any:
    """Return a value in the types of JSON."""
    if isinstance(value, dict):
        items = {key: encode(item) for key, item in value.items()}
        # A dict of the user may look like a tag, so it gets a tag of its own.
        return {"$dict": [*items.items()]} if any(key[:1] == "$" for key in items) else items
    if isinstance(value, list):
        return [encode(item) for item in value]
    if isinstance(value, bytes):
        return {"$bytes": b64encode(value).decode()}
    return {"$date": value.isoformat()} if isinstance(value, datetime) else value


def decode(value: Any) -> Any:
    """Return the value that `encode` has encoded."""
    match value:
        case {"$dict": pairs}:
            return {key: decode(item) for key, item in pairs}
        case {"$bytes": text}:
            return b64decode(text)
        case {"$date": text}:
            return datetime.fromisoformat(text)
        case dict():
            return {key: decode(item) for key, item in value.items()}
    return [decode(item) for item in value] if isinstance(value, list) else value


backend = Backend(name="tinydb", open=TinyDBStore, capabilities=QUERY_CAPABILITIES | {"durable"})
