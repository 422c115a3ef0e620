"""Hash index: the ids of records by the value of one field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from taskdb_reference.memory.stored_record import StoredRecord

LOW_CARDINALITY_FIELDS = frozenset({"client_uuid", "engine_uuid", "queue", "label"})
"""Text fields in which many records have the same value. They are indexed by their value."""


class NotNone:
    """The index value of all values but None, in fields other than `LOW_CARDINALITY_FIELDS`."""

    def __repr__(self) -> str:
        return "NOT_NONE"


NOT_NONE = NotNone()


class HashIndex:
    """The ids of the records that have the same value in a field, by that value.

    In fields other than `LOW_CARDINALITY_FIELDS` few records share a value. There the index only
    distinguishes None from `NOT_NONE`.

    Iteration yields the values that at least one record has.

    >>> index = HashIndex("label")
    >>> index.insert([StoredRecord({"msg_id": "a", "label": "x"}, number=1)])
    >>> list(index), list(index.get_ids("x"))
    (['x'], ['a'])
    """

    def __init__(self, field: str) -> None:
        self._field = field
        self._has_values = field in LOW_CARDINALITY_FIELDS
        self._ids: dict[object, dict[str, None]] = {}

    def __iter__(self) -> Iterator[object]:
        return iter(self._ids)

    def insert(self, records: Iterable[StoredRecord]) -> None:
        """Add records to the index."""
        for record in records:
            value = self.get_value(record)
            ids = self._ids.get(value)
            if ids is None:
                ids = self._ids[value] = {}
            ids[record.msg_id] = None

    def remove(self, records: Iterable[StoredRecord]) -> None:
        """Remove records, whose field must be unchanged since `insert`."""
        for record in records:
            value = self.get_value(record)
            ids = self._ids[value]
            del ids[record.msg_id]
            if not ids:
                del self._ids[value]

    def get_value(self, record: StoredRecord) -> object:
        """Return the value under which the record is indexed."""
        value = record.fields[self._field]
        return value if self._has_values or value is None else NOT_NONE

    def get_ids(self, value: object) -> Mapping[str, None]:
        """Return the ids of the records that are indexed under the value."""
        return self._ids.get(value, {})
