"""The bytes that the records of a store hold."""

from __future__ import annotations

from taskdb_reference.memory.held import Held
from taskdb_reference.sizes import VALUE_BYTES, size_of
from taskdb_spec.records.fields import TASK_FIELDS

_EMPTY = size_of(dict.fromkeys(TASK_FIELDS))


class Tally:
    """The sizes of records, each by its id, and their sum.

    >>> tally = Tally()
    >>> record = Held({"msg_id": "a"}, number=1)
    >>> tally.enter(record)
    >>> tally.bytes == size_of(record.whole())
    True
    >>> tally.leave(record)
    >>> tally.bytes
    0
    """

    def __init__(self) -> None:
        self.bytes = 0
        self._sizes: dict[str, int] = {}

    def enter(self, record: Held) -> None:
        """Count the record."""
        size = _EMPTY + sum(map(size_of, record.values())) - VALUE_BYTES * len(record)
        self._sizes[record["msg_id"]] = size
        self.bytes += size

    def leave(self, record: Held) -> None:
        """Count the record no longer."""
        self.bytes -= self._sizes.pop(record["msg_id"])

    def size(self, record: Held) -> int:
        """The bytes of a record that is counted."""
        return self._sizes[record["msg_id"]]
