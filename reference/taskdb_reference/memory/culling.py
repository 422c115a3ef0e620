"""Which records go when a store is above its limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import floor

from taskdb_reference.memory.held import Held
from taskdb_reference.memory.order import Order
from taskdb_reference.memory.shelf import Shelf
from taskdb_spec import Limits


@dataclass(frozen=True, slots=True)
class Culled:
    """The records that went, first to last, and why they had to."""

    records: list[Held]
    reason: str

    @property
    def msg_ids(self) -> list[str]:
        """The ids of the records."""
        return [record["msg_id"] for record in self.records]

    @property
    def any_pending(self) -> bool:
        """Whether some of the records were not completed."""
        return any("completed" not in record for record in self.records)


def cull(shelf: Shelf, limits: Limits, written: str) -> list[Culled]:
    """Remove records until the shelf keeps its limits; return what went, for each one exceeded.

    Above ``record_limit``, records go until ``record_limit * (1 - cull_fraction)``, rounded down,
    are left; above ``size_limit``, until the bytes are no more than
    ``size_limit * (1 - cull_fraction)``. The record `written` stays, even if that is too much.

    For each record that goes this takes the time of a few binary searches.
    """
    line = shelf.completed, shelf.history  # kept from the first write on, for the first cull
    culled = []
    kept = 1 - limits.cull_fraction
    count, most = len(shelf.records), limits.record_limit
    if most is not None and count > most:
        fewer = floor(most * kept)
        gone = _remove_while(lambda: len(shelf.records) > fewer, shelf, line, written)
        culled.append(Culled(gone, f"{count} records exceed record_limit, {most}"))
    most = limits.size_limit
    if most is not None and shelf.tally.bytes > most:
        size, smaller = shelf.tally.bytes, most * kept
        gone = _remove_while(lambda: shelf.tally.bytes > smaller, shelf, line, written)
        culled.append(Culled(gone, f"{size} bytes exceed size_limit, {most}"))
    return [part for part in culled if part.records]


def _remove_while(
    above: Callable[[], bool], shelf: Shelf, line: Iterable[Order], written: str
) -> list[Held]:
    gone = []
    while above():
        msg_id = _next_to_go(line, written)
        if msg_id is None:
            break
        gone.append(shelf.remove(msg_id))
    return gone


def _next_to_go(line: Iterable[Order], written: str) -> str | None:
    """The first in line but for the one just written.

    Completed records go before pending ones, each oldest first: a pending task's record is where
    its result will go, so it is the last to be lost.
    """
    first = (msg_id for order in line for msg_id in order.first(2))
    return next((msg_id for msg_id in first if msg_id != written), None)
