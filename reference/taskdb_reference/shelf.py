"""The records that a store in memory holds, counted, and their order in the history."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from taskdb_reference.sizes import size_of
from taskdb_spec import TaskRecord
from taskdb_spec.records.order import EPOCH


class Shelf:
    """Whole records by msg_id, and the bytes that they hold together.

    Its two calls are the only way in and out, so the count cannot go astray.

    >>> from taskdb_spec import new_record
    >>> shelf = Shelf()
    >>> shelf.put(new_record("a", label="x"))
    >>> shelf.put(new_record("a", label="xyz"))
    >>> shelf.bytes == size_of(shelf.records["a"])
    True
    >>> shelf.remove("a")
    >>> shelf.bytes
    0
    """

    def __init__(self) -> None:
        self.records: dict[str, TaskRecord] = {}
        self.bytes = 0

    def put(self, record: TaskRecord) -> None:
        """Hold `record`, in the place of the one of the same msg_id if there is one."""
        msg_id = record["msg_id"]
        before = size_of(self.records[msg_id]) if msg_id in self.records else 0
        self.bytes += size_of(record) - before
        self.records[msg_id] = record

    def remove(self, msg_id: str) -> None:
        """Hold the record of `msg_id` no longer. Raises KeyError where there is none."""
        self.bytes -= size_of(self.records.pop(msg_id))


def in_order(records: Iterable[TaskRecord]) -> list[TaskRecord]:
    """The records as the history has them: ascending by ``submitted``, None first.

    Ties keep the order in which they came.

    >>> from datetime import UTC, datetime
    >>> from taskdb_spec import new_record
    >>> old, new = (datetime(year, 1, 1, tzinfo=UTC) for year in (2010, 2020))
    >>> tasks = [new_record("n", submitted=new), new_record("x"), new_record("o", submitted=old)]
    >>> [record["msg_id"] for record in in_order(tasks)]
    ['x', 'o', 'n']
    """
    return sorted(records, key=_when_submitted)


def _when_submitted(record: TaskRecord) -> tuple[bool, datetime]:
    submitted = record["submitted"]
    return (submitted is not None, submitted or EPOCH)
