"""Which records go when a store is above its limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import floor

from taskdb_reference.shelf import Shelf, in_order
from taskdb_spec import Limits, TaskRecord


@dataclass(frozen=True, slots=True)
class Culled:
    """The records that went, first to last, and why they had to."""

    records: list[TaskRecord]
    reason: str

    @property
    def msg_ids(self) -> list[str]:
        """The ids of the records."""
        return [record["msg_id"] for record in self.records]

    @property
    def any_pending(self) -> bool:
        """Whether some of the records were not completed."""
        return any(record["completed"] is None for record in self.records)


def cull(shelf: Shelf, limits: Limits, written: str) -> list[Culled]:
    """Remove records until the shelf keeps its limits; return what went, for each one exceeded.

    Above ``record_limit``, records go until ``record_limit * (1 - cull_fraction)``, rounded down,
    are left; above ``size_limit``, until the bytes are no more than
    ``size_limit * (1 - cull_fraction)``. The record `written` stays, even if that is too much.
    """
    culled = []
    kept = 1 - limits.cull_fraction
    count, most = len(shelf.records), limits.record_limit
    if most is not None and count > most:
        fewer = floor(most * kept)
        gone = _remove_while(lambda: len(shelf.records) > fewer, shelf, written)
        culled.append(Culled(gone, f"{count} records exceed record_limit, {most}"))
    size, most = shelf.bytes, limits.size_limit
    if most is not None and size > most:
        smaller = most * kept
        gone = _remove_while(lambda: shelf.bytes > smaller, shelf, written)
        culled.append(Culled(gone, f"{size} bytes exceed size_limit, {most}"))
    return [part for part in culled if part.records]


def _remove_while(above: Callable[[], bool], shelf: Shelf, written: str) -> list[TaskRecord]:
    gone = []
    for record in _cull_order(shelf, written):
        if not above():
            break
        shelf.remove(record["msg_id"])
        gone.append(record)
    return gone


def _cull_order(shelf: Shelf, written: str) -> list[TaskRecord]:
    """Completed records before pending ones, each oldest first; without the one just written.

    A pending task's record is where its result will go, so it is the last to be lost.
    """
    others = [record for msg_id, record in shelf.records.items() if msg_id != written]
    return sorted(in_order(others), key=lambda record: record["completed"] is None)
