"""Which records of a store in memory go when it is above its limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from taskdb_reference.culling import Culled, Excess, Unit, excesses
from taskdb_reference.memory.held import Held
from taskdb_reference.memory.order import Order
from taskdb_reference.memory.shelf import Shelf
from taskdb_spec import Limits


def cull(shelf: Shelf, limits: Limits, written: str) -> list[Culled]:
    """Remove records until the shelf keeps its limits; return what went, for each one exceeded.

    The record `written` stays, even if that is too much. For each record that goes this takes the
    time of a few binary searches.
    """
    line = shelf.completed, shelf.history  # kept from the first write on, for the first cull
    measures: Mapping[Unit, Callable[[], int]] = {
        "records": lambda: len(shelf.records),
        "bytes": lambda: shelf.tally.bytes,
    }

    def remove(excess: Excess) -> Culled:
        gone: list[Held] = []
        while measures[excess.unit]() > excess.left:
            msg_id = _next_to_go(line, written)
            if msg_id is None:
                break
            gone.append(shelf.remove(msg_id))
        any_pending = any("completed" not in record for record in gone)
        return Culled(excess.reason, [record["msg_id"] for record in gone], any_pending)

    parts = [remove(excess) for excess in excesses(limits, measures)]
    return [part for part in parts if part.msg_ids]


def _next_to_go(line: Iterable[Order], written: str) -> str | None:
    """The first in line but for the one just written.

    Completed records go before pending ones, each oldest first: a pending task's record is where
    its result will go, so it is the last to be lost.
    """
    first = (msg_id for order in line for msg_id in order.first(2))
    return next((msg_id for msg_id in first if msg_id != written), None)
