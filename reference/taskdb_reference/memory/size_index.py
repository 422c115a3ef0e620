"""Size index: the bytes that the records of a store hold."""

from __future__ import annotations

from collections.abc import Iterable

from taskdb_reference.memory.stored_record import StoredRecord
from taskdb_reference.record_size import measure_size


class SizeIndex:
    """The size in bytes of each record, and their sum `total_bytes`.

    >>> index = SizeIndex()
    >>> record = StoredRecord({"msg_id": "a"}, number=1)
    >>> index.insert([record])
    >>> index.total_bytes == measure_size(record.copy())
    True
    >>> index.remove([record])
    >>> index.total_bytes
    0
    """

    def __init__(self) -> None:
        self.total_bytes = 0
        self._sizes: dict[str, int] = {}

    def insert(self, records: Iterable[StoredRecord]) -> None:
        """Measure records and add their sizes."""
        for record in records:
            size = self._sizes[record.msg_id] = measure_size(record.fields)
            self.total_bytes += size

    def remove(self, records: Iterable[StoredRecord]) -> None:
        """Subtract the sizes of records."""
        for record in records:
            self.total_bytes -= self._sizes.pop(record.msg_id)

    def get_size(self, record: StoredRecord) -> int:
        """Return the bytes of a record of the index."""
        return self._sizes[record.msg_id]
