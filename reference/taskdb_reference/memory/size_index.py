"""The bytes that the records of a store hold."""

from __future__ import annotations

from collections.abc import Iterable

from taskdb_reference.memory.stored_record import Held
from taskdb_reference.record_size import size_of


class Tally:
    """The sizes of records, each by its id, and their sum.

    >>> tally = Tally()
    >>> record = Held({"msg_id": "a"}, number=1)
    >>> tally.enter([record])
    >>> tally.bytes == size_of(record.whole())
    True
    >>> tally.leave([record])
    >>> tally.bytes
    0
    """

    def __init__(self) -> None:
        self.bytes = 0
        self._sizes: dict[str, int] = {}

    def enter(self, records: Iterable[Held]) -> None:
        """Count the records."""
        for record in records:
            size = self._sizes[record.msg_id] = size_of(record.fields)
            self.bytes += size

    def leave(self, records: Iterable[Held]) -> None:
        """Count the records no longer."""
        for record in records:
            self.bytes -= self._sizes.pop(record.msg_id)

    def size(self, record: Held) -> int:
        """The bytes of a record that is counted."""
        return self._sizes[record.msg_id]
