"""The calls of a store, counted and timed by kind. Calls are what a run costs its user."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from taskdb_spec.conformance.core.program import Method

OPEN = "open"
"""The kind of the call that opens a store."""

RESET = "reset"
"""The kind of the call of `Backend.reset`."""


class Activity(StrEnum):
    """What a store does in a call, as a report names it."""

    OPENING = "opening"
    WRITING = "writing"
    READING = "reading"


_READS = {Method.get.value, Method.find.value, Method.history.value}
_OPENINGS = {OPEN, RESET, Method.close.value}


def activity_of(kind: str) -> Activity:
    """Return what a store does in a call of this kind.

    >>> [str(activity_of(kind)) for kind in ("close", "find_records", "update_record")]
    ['opening', 'reading', 'writing']
    """
    if kind in _OPENINGS:
        return Activity.OPENING
    return Activity.READING if kind in _READS else Activity.WRITING


@dataclass
class CallTotal:
    """The calls of one kind.

    Attributes:
        count: How many calls were made.
        seconds: How long all of them took.
        slowest: The seconds of the slowest one.
    """

    count: int = 0
    seconds: float = 0.0
    slowest: float = 0.0

    def add(self, other: CallTotal) -> None:
        """Add other calls of the same kind."""
        self.count += other.count
        self.seconds += other.seconds
        self.slowest = max(self.slowest, other.slowest)


@dataclass
class StoreCalls:
    """The calls of a store, by kind: the name of the method, `OPEN` or `RESET`.

    >>> calls = StoreCalls()
    >>> for seconds in (0.25, 0.5):
    ...     calls.note("get_record", seconds)
    >>> calls.count, calls.seconds, calls.kinds["get_record"].slowest
    (2, 0.75, 0.5)
    """

    kinds: dict[str, CallTotal] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many calls were made."""
        return sum(total.count for total in self.kinds.values())

    @property
    def seconds(self) -> float:
        """How long all calls took."""
        return sum(total.seconds for total in self.kinds.values())

    def note(self, kind: str, seconds: float) -> None:
        """Count a call."""
        total = self.kinds.setdefault(kind, CallTotal())
        total.count += 1
        total.seconds += seconds
        total.slowest = max(total.slowest, seconds)

    def add(self, other: StoreCalls) -> None:
        """Add other calls."""
        for kind, total in other.kinds.items():
            self.kinds.setdefault(kind, CallTotal()).add(total)

    def seconds_of(self, activity: Activity) -> float:
        """Return how long the calls took in which the store does this."""
        return sum(
            total.seconds for kind, total in self.kinds.items() if activity_of(kind) is activity
        )

    def to_json(self) -> dict[str, Any]:
        """Return the object of the calls in the JSON report."""
        return {
            kind: {
                "count": total.count,
                "seconds": round(total.seconds, 6),
                "slowest": round(total.slowest, 6),
            }
            for kind, total in sorted(self.kinds.items())
        }
