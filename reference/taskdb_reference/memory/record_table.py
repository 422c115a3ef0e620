"""Record table: the records of a store in memory, and the indexes on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol, TypeVar

from taskdb_reference.memory.hash_index import HashIndex
from taskdb_reference.memory.size_index import SizeIndex
from taskdb_reference.memory.sorted_index import (
    SortedIndex,
    get_completed_key,
    get_history_key,
    make_field_key,
)
from taskdb_reference.memory.stored_record import StoredRecord
from taskdb_spec.records.fields import TASK_FIELDS


class Index(Protocol):
    """An index that is notified of every inserted and every removed record."""

    def insert(self, records: Iterable[StoredRecord], /) -> None:
        """Add records."""

    def remove(self, records: Iterable[StoredRecord], /) -> None:
        """Remove records whose indexed fields have not changed since `insert`."""


AnyIndex = TypeVar("AnyIndex", bound=Index)


@dataclass(slots=True)
class LazyIndex:
    """An index that is updated when it is next used, and how far it has been updated.

    Attributes:
        index: The index.
        removals_applied: How many entries of the table's list of removed records it has applied.
        indexed_count: The number of records that it contains.
        last_number: The number of the last record that it has inserted.
    """

    index: Any
    removals_applied: int
    indexed_count: int = 0
    last_number: int = 0

    def apply_removals(self, removed: list[StoredRecord]) -> None:
        """Remove the records that the table has removed since the last call."""
        if self.removals_applied < len(removed):
            pending = removed[self.removals_applied :]
            # The index never saw records that were added after its last update.
            known = [record for record in pending if record.number <= self.last_number]
            self.index.remove(known)
            self.removals_applied = len(removed)
            self.indexed_count -= len(known)

    def apply_insertions(self, records: dict[str, StoredRecord], last_number: int) -> None:
        """Insert the records that the table has added since the last call.

        They are the last ones in `records`, because a dict keeps the order of insertion.
        """
        if self.indexed_count < len(records):
            new = [*islice(reversed(records.values()), len(records) - self.indexed_count)]
            self.index.insert(reversed(new))
            self.indexed_count, self.last_number = len(records), last_number


_MAX_PENDING_REMOVALS = 1000
"""After this many removals all indexes are updated, so that the removed records can be freed."""


class RecordTable:
    """The records by msg_id, with indexes that are built on first use.

    An index is built from all records when a query first needs it, and kept from then on. So a
    store pays only for the indexes that its queries use. Added and removed records reach an index
    when it is next used; the write itself does not wait. A changed record is updated at once, but
    only in indexes that contain it.

    All writes go through `insert`, `update` and `remove`, so the indexes stay consistent.

    >>> table = RecordTable()
    >>> record = table.insert({"msg_id": "a", "label": "x"})
    >>> list(table.get_hash_index("label").get_ids("x"))
    ['a']
    >>> table.update(record, {"label": None})
    >>> list(table.get_hash_index("label").get_ids("x")), list(table.history)
    ([], ['a'])
    """

    def __init__(self) -> None:
        self.records: dict[str, StoredRecord] = {}
        self._last_number = 0
        self._removed: list[StoredRecord] = []  # those that not every index has removed yet
        self._indexes: dict[str, LazyIndex] = {}
        self._indexes_by_field: dict[str, list[LazyIndex]] = {}

    def insert(self, fields: Mapping[str, Any]) -> StoredRecord:
        """Store a new record. ``fields["msg_id"]`` must not exist yet."""
        self._last_number += 1
        record = StoredRecord(fields, self._last_number)
        self.records[record.msg_id] = record
        return record

    def update(self, record: StoredRecord, fields: Mapping[str, Any]) -> None:
        """Replace the values of `fields` in a record of the table."""
        affected = self._find_affected(record, fields)
        for lazy in affected:
            lazy.index.remove([record])
        record.update(fields)
        for lazy in affected:
            lazy.index.insert([record])

    def remove(self, records: Sequence[StoredRecord]) -> None:
        """Remove records of the table."""
        for record in records:
            del self.records[record.msg_id]
        if self._indexes:
            self._removed += records
            if len(self._removed) >= _MAX_PENDING_REMOVALS:
                self._apply_all_removals()

    @property
    def history(self) -> SortedIndex:
        """All records, ascending by ``submitted``, None first."""
        return self.get_sorted_index("submitted")

    @property
    def completed(self) -> SortedIndex:
        """The completed records, in the order of the history."""
        return self._get_index(
            "completed records", ("submitted", "completed"), lambda: SortedIndex(get_completed_key)
        )

    @property
    def sizes(self) -> SizeIndex:
        """The size in bytes of each record, and their sum."""
        return self._get_index("sizes", TASK_FIELDS, SizeIndex)

    def get_sorted_index(self, field: str) -> SortedIndex:
        """Return the index of the records that have this time field, ascending by it.

        The index of ``submitted`` is the history, which contains the records without it as well.
        """
        key = get_history_key if field == "submitted" else make_field_key(field)
        return self._get_index(f"sorted by {field}", (field,), lambda: SortedIndex(key))

    def get_hash_index(self, field: str) -> HashIndex:
        """Return the index of all records by the value of this field."""
        return self._get_index(f"hashed by {field}", (field,), lambda: HashIndex(field))

    def _get_index(
        self, name: str, fields: Iterable[str], create: Callable[[], AnyIndex]
    ) -> AnyIndex:
        """Return an index that is up to date.

        Args:
            name: The name of the index in this table.
            fields: The fields whose values determine the index.
            create: Creates the empty index, if there is none of that name yet.
        """
        if name not in self._indexes:
            self._indexes[name] = created = LazyIndex(create(), len(self._removed))
            for field in fields:
                self._indexes_by_field.setdefault(field, []).append(created)
        lazy = self._indexes[name]
        # Removals come first: an id may have been removed and added again.
        lazy.apply_removals(self._removed)
        lazy.apply_insertions(self.records, self._last_number)
        index: AnyIndex = lazy.index
        return index

    def _apply_all_removals(self) -> None:
        """Update all indexes, and free the removed records."""
        for lazy in self._indexes.values():
            lazy.apply_removals(self._removed)
            lazy.removals_applied = 0
        self._removed.clear()

    def _find_affected(self, record: StoredRecord, fields: Iterable[str]) -> list[LazyIndex]:
        """Return the indexes that contain the record and depend on one of the fields."""
        by_field, number = self._indexes_by_field, record.number
        affected = {id(lazy): lazy for name in fields for lazy in by_field.get(name, ())}
        return [lazy for lazy in affected.values() if lazy.last_number >= number]
