"""Culling, independent of the store: how many records to remove, and what to log about it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import floor
from typing import Literal, TypeAlias

from taskdb_spec import Limits

Unit: TypeAlias = Literal["records", "bytes"]

_MAX_LOGGED_IDS = 10


@dataclass(frozen=True, slots=True)
class ExceededLimit:
    """A limit that a store exceeds.

    Attributes:
        unit: What the limit counts.
        target: How many of the unit may remain after culling.
        reason: The limit and the measured value, for the log.
    """

    unit: Unit
    target: int
    reason: str


def find_exceeded_limits(
    limits: Limits, measures: Mapping[Unit, Callable[[], int]]
) -> Iterator[ExceededLimit]:
    """Yield each limit that a store exceeds, with the target for culling.

    Above ``record_limit``, the target is ``record_limit * (1 - cull_fraction)`` records, rounded
    down. The same holds for ``size_limit`` and bytes. Culling for one limit may satisfy the next,
    so each limit is measured only when the caller asks for the next item.

    Args:
        limits: The limits of the store.
        measures: For each unit, a function that measures the store.

    >>> limits = Limits(record_limit=10, size_limit=1000, cull_fraction=0.25)
    >>> next(find_exceeded_limits(limits, {"records": lambda: 11, "bytes": lambda: 0}))
    ExceededLimit(unit='records', target=7, reason='11 records exceed record_limit, 10')
    """
    maxima: dict[Unit, tuple[str, int | None]] = {
        "records": ("record_limit", limits.record_limit),
        "bytes": ("size_limit", limits.size_limit),
    }
    for unit, (name, maximum) in maxima.items():
        if maximum is not None and (measured := measures[unit]()) > maximum:
            target = floor(maximum * (1 - limits.cull_fraction))
            yield ExceededLimit(unit, target, f"{measured} {unit} exceed {name}, {maximum}")


@dataclass(frozen=True, slots=True)
class CullResult:
    """The records that were removed for one limit.

    Attributes:
        reason: The exceeded limit and the measured value.
        msg_ids: The ids of the removed records, in the order of removal.
        has_pending: Whether a pending record is among them.
    """

    reason: str
    msg_ids: list[str]
    has_pending: bool

    def write_to(self, log: logging.Logger) -> None:
        """Log the reason and the first ids."""
        # The result of a pending task cannot be stored any more, and a client may wait for it.
        level = logging.WARNING if self.has_pending else logging.INFO
        listed = ", ".join(self.msg_ids[:_MAX_LOGGED_IDS])
        more = len(self.msg_ids) - _MAX_LOGGED_IDS
        log.log(
            level,
            "%s; culled %d: %s%s",
            *(self.reason, len(self.msg_ids), listed),
            f" and {more} more" if more > 0 else "",
        )
