"""How far a store that is above a limit has to go down, and what is said of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import floor
from typing import Literal, TypeAlias

from taskdb_spec import Limits

Unit: TypeAlias = Literal["records", "bytes"]

_IDS_LOGGED = 10


@dataclass(frozen=True, slots=True)
class Excess:
    """That a store is above a limit: no more than `left` of the `unit` may be left."""

    unit: Unit
    left: int
    reason: str


def excesses(limits: Limits, measures: Mapping[Unit, Callable[[], int]]) -> Iterator[Excess]:
    """Each limit that is exceeded, measured when what came before it has been made up for.

    Above ``record_limit``, ``record_limit * (1 - cull_fraction)`` records are left, rounded down;
    above ``size_limit``, ``size_limit * (1 - cull_fraction)`` bytes or less.

    >>> limits = Limits(record_limit=10, size_limit=1000, cull_fraction=0.25)
    >>> next(excesses(limits, {"records": lambda: 11, "bytes": lambda: 0}))
    Excess(unit='records', left=7, reason='11 records exceed record_limit, 10')
    """
    mosts: dict[Unit, tuple[str, int | None]] = {
        "records": ("record_limit", limits.record_limit),
        "bytes": ("size_limit", limits.size_limit),
    }
    for unit, (name, most) in mosts.items():
        if most is not None and (there := measures[unit]()) > most:
            left = floor(most * (1 - limits.cull_fraction))
            yield Excess(unit, left, f"{there} {unit} exceed {name}, {most}")


@dataclass(frozen=True, slots=True)
class Culled:
    """The ids that went, first to last, and why they had to."""

    reason: str
    msg_ids: list[str]
    any_pending: bool

    def log(self, log: logging.Logger) -> None:
        """Say what went."""
        # The result of a pending task has nowhere to go any more, and somebody may wait for it.
        say = log.warning if self.any_pending else log.info
        listed = ", ".join(self.msg_ids[:_IDS_LOGGED])
        more = len(self.msg_ids) - _IDS_LOGGED
        say(
            "%s; culled %d: %s%s",
            *(self.reason, len(self.msg_ids), listed),
            f" and {more} more" if more > 0 else "",
        )
