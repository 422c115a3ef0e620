"""A task store on diskcache: one pickle for each record, in an SQLite file.

A pickle can execute code: do not open a folder that others can write to. Check the store
in the root of the repository::

    taskdb check examples.diskcache_backend:backend --profile quick
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import diskcache

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


class DiskcacheDB:
    """A store in a folder.

    Each value that the cache returns is a new object, so the caller may change it.
    """

    def __init__(self, folder: Path) -> None:
        # By default, a cache removes items when it has 1 GiB. A store must keep its records.
        self._cache = diskcache.Cache(str(folder), eviction_policy="none")

    def add_record(self, msg_id: str, rec: Mapping[str, Any], /) -> None:
        """Store a new record. `Cache.add` writes only if the id is new, so no check can race."""
        if not self._cache.add(msg_id, new_record(msg_id, **checked_fields(msg_id, rec))):
            raise DuplicateRecord(f"there is a record {msg_id!r} already")

    def get_record(self, msg_id: str, /) -> TaskRecord:
        """Return the whole record."""
        checked_fields(msg_id, {})  # refuses an id that is not a str; a cache accepts any key
        record: TaskRecord | None = self._cache.get(msg_id)
        if record is None:
            raise RecordNotFound(f"there is no record {msg_id!r}")
        return record

    def update_record(self, msg_id: str, rec: Mapping[str, Any], /) -> None:
        """Replace the fields that `rec` names."""
        fields = checked_fields(msg_id, rec)
        with self._cache.transact():  # no other process writes between the read and the write
            self._cache.set(msg_id, {**self.get_record(msg_id), **fields})

    def drop_record(self, msg_id: str, /) -> None:
        """Remove the record."""
        checked_fields(msg_id, {})
        if not self._cache.delete(msg_id):
            raise RecordNotFound(f"there is no record {msg_id!r}")

    def drop_matching_records(self, check: dict[str, Any], /) -> None:
        """Remove the records that `find_records` finds."""
        with self._cache.transact():
            for msg_id in self.find_records(check):
                self._cache.delete(msg_id)

    def find_records(
        self, check: dict[str, Any], keys: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """Return the records that the query matches, by id: whole, or the fields in `keys`."""
        matches = compile_query(check)
        names = ("msg_id", *(check_keys(keys) or TASK_FIELDS))
        found = [record for record in self._read_all() if matches(record)]
        return {r["msg_id"]: {name: r[name] for name in names} for r in found}

    def get_history(self) -> list[str]:
        """Return all ids by `submitted`; those without it come first."""
        # The ids make the order of records that were submitted at the same instant a stable one.
        times = [(r["submitted"], r["msg_id"]) for r in self._read_all()]
        return [i for _, _, i in sorted((time is not None, time or 0, i) for time, i in times)]

    def close(self) -> None:
        """Close the files."""
        self._cache.close()

    def _read_all(self) -> list[Any]:
        with self._cache.transact():
            return [self._cache[msg_id] for msg_id in self._cache]


backend = Backend(name="diskcache", open=DiskcacheDB, capabilities=QUERY_CAPABILITIES | {"durable"})
