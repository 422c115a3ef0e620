"""Which records of a store in memory go when it is above its limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from taskdb_reference.culling import Culled, Excess, Unit, excesses
from taskdb_reference.memory.record_table import Shelf
from taskdb_reference.memory.stored_record import Held
from taskdb_spec import Limits


def cull(shelf: Shelf, limits: Limits, written: str) -> list[Culled]:
    """Remove records until the shelf keeps its limits; return what went, for each one exceeded.

    The record `written` stays, even if that is too much. For each record that goes this takes the
    time of a few binary searches.
    """
    _ = shelf.completed, shelf.history  # kept from the first write on, for the first cull
    measures: Mapping[Unit, Callable[[], int]] = {
        "records": lambda: len(shelf.records),
        "bytes": lambda: shelf.tally.bytes,
    }
    parts = [_remove(shelf, excess, written) for excess in excesses(limits, measures)]
    return [part for part in parts if part.msg_ids]


def _remove(shelf: Shelf, excess: Excess, written: str) -> Culled:
    gone = list(_to_go(shelf, excess, written))
    shelf.remove(gone)
    any_pending = any(record.fields["completed"] is None for record in gone)
    return Culled(excess.reason, [record.msg_id for record in gone], any_pending)


def _to_go(shelf: Shelf, excess: Excess, written: str) -> Iterator[Held]:
    """The first in line, until no more would be left than may be."""
    by_count = excess.unit == "records"
    left = len(shelf.records) if by_count else shelf.tally.bytes
    for record in _line(shelf):
        if left <= excess.left:
            return
        if record.msg_id != written:
            left -= 1 if by_count else shelf.tally.size(record)
            yield record


def _line(shelf: Shelf) -> Iterator[Held]:
    """All records, in the order in which they go.

    Completed records go before pending ones, each oldest first: a pending task's record is where
    its result will go, so it is the last to be lost.
    """
    for msg_id in shelf.completed:
        yield shelf.records[msg_id]
    for msg_id in shelf.history:
        record = shelf.records[msg_id]
        if record.fields["completed"] is None:
            yield record
