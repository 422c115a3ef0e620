"""A first version of the store on TinyDB. Do not copy it: it has these faults.

- The queries of TinyDB compare None and any two classes: CMP-1, CMP-2, CMP-3, CMP-4.
- The answers are the objects in the cache: ISO-3, ISO-4.
- A dict of the user can look like a tag in the file: DUR-1.

See them in the root of the repository::

    taskdb check examples.first_versions.tinydb_backend:backend --profile quick
"""

from __future__ import annotations

import json
import operator as op
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from tinydb import JSONStorage, TinyDB, where
from tinydb.middlewares import CachingMiddleware
from tinydb.queries import QueryInstance

from taskdb_spec import (
    TASK_FIELDS,
    Backend,
    DuplicateRecord,
    RecordNotFound,
    check_keys,
    checked_fields,
    new_record,
    parse_query,
)

FAULTS = {
    "CMP-1": "`<` between None and the operand raises TypeError",
    "CMP-2": "`<` between a text and a datetime raises TypeError",
    "CMP-3": "`<=` with None raises TypeError",
    "CMP-4": "`<` with None raises TypeError",
    "ISO-3": "`get_record` returns the object in the cache",
    "ISO-4": "`find_records` returns the objects in the cache",
    "DUR-1": "a dict of the user with the key `$bytes` or `$date` is read back as another value",
}
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "$eq": op.eq,
    "$ne": op.ne,
    "$lt": op.lt,
    "$lte": op.le,
    "$gt": op.gt,
    "$gte": op.ge,
    "$in": lambda field, operands: field.one_of(operands),
    "$nin": lambda field, operands: ~field.one_of(operands),
}


class FirstTinyDBStore:
    """A store in the file ``tasks.json`` of a folder."""

    def __init__(self, folder: Path) -> None:
        storage = CachingMiddleware(TaggedStorage)  # type: ignore[no-untyped-call]
        self._database = TinyDB(folder / "tasks.json", storage=storage, default=tag)
        self._is_open = True

    def add_record(self, msg_id: str, rec: Mapping[str, Any], /) -> None:
        """Store a new record."""
        record = new_record(msg_id, **checked_fields(msg_id, rec))
        if self._database.contains(where("msg_id") == msg_id):
            raise DuplicateRecord(f"there is a record {msg_id!r} already")
        self._database.insert(record)

    def get_record(self, msg_id: str, /) -> Any:
        """Return the whole record."""
        for record in self._database:
            if record["msg_id"] == msg_id:
                return dict(record)
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
        """Remove the records that the query matches."""
        self._database.remove(translate(check))

    def find_records(
        self, check: dict[str, Any], keys: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """Return the records that the query matches, by id."""
        query, names = translate(check), ("msg_id", *(check_keys(keys) or TASK_FIELDS))
        found = [record for record in self._database if query(record)]
        return {r["msg_id"]: {name: r[name] for name in names} for r in found}

    def get_history(self) -> list[str]:
        """Return all ids by `submitted`; those without it come first."""
        times = [(r["submitted"], r["msg_id"]) for r in self._database]
        return [i for _, _, i in sorted((time is not None, time or 0, i) for time, i in times)]

    def close(self) -> None:
        """Write the file and close it."""
        if self._is_open:
            self._database.close()
        self._is_open = False


def translate(check: dict[str, Any]) -> QueryInstance:
    """Return the query of TinyDB that means the same."""
    parse_query(check, capabilities=())
    query = where("msg_id").exists()
    for name, condition in check.items():
        tests = condition if isinstance(condition, dict) else {"$eq": condition}
        for key, operand in tests.items():
            query &= OPERATORS[key](where(name), operand)
    return query


class TaggedStorage(JSONStorage):
    """A JSON file that keeps bytes and datetimes as objects with one key, which is a tag."""

    def read(self) -> Any:
        """Return the tables of the file, or None if it is new."""
        self._handle.seek(0)
        text = self._handle.read()
        return json.loads(text, object_hook=untag) if text else None


def tag(value: Any) -> dict[str, str]:
    """Return an object for a value that JSON does not have."""
    if isinstance(value, bytes):
        return {"$bytes": b64encode(value).decode()}
    return {"$date": value.isoformat()}


def untag(items: dict[str, Any]) -> Any:
    """Return the value of an object with a tag."""
    if "$bytes" in items:
        return b64decode(items["$bytes"])
    return datetime.fromisoformat(items["$date"]) if "$date" in items else items


backend = Backend(name="first-tinydb", open=FirstTinyDBStore, capabilities={"durable"})
