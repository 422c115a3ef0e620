"""What a run costs, in words: the pace, where the time goes, and how to make it shorter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from taskdb_spec.conformance.core.calls import Activity, StoreCalls
from taskdb_spec.conformance.core.config import Openings

SLOW_CALL_MILLISECONDS = 0.5
"""A store with slower calls is told what to do. A store in memory takes a hundredth of it, one on
a disk or behind a socket 0.5 to 5 ms."""

OPENING_SHARE = 1 / 3
"""Where opening takes more of a run's time than this, fewer openings are the first thing to try."""

QUICK_SECONDS = 10
"""A run that ends within this time needs no advice."""


@dataclass(frozen=True)
class Cost:
    """What a run has cost so far.

    Attributes:
        calls: The calls of the store.
        seconds: The time since the run began.
        workers: The number of processes that shared the work.
        openings: Which store a program ran on.
    """

    calls: StoreCalls
    seconds: float
    workers: int
    openings: Openings = Openings.FRESH

    @property
    def milliseconds_per_call(self) -> float:
        """The mean time of a call."""
        return 1000 * self.calls.seconds / max(self.calls.count, 1)

    @property
    def is_slow(self) -> bool:
        """Whether the calls of the store make the run long."""
        has_slow_calls = self.milliseconds_per_call >= SLOW_CALL_MILLISECONDS
        return self.seconds >= QUICK_SECONDS and (has_slow_calls or self.is_mostly_opening)

    @property
    def is_mostly_opening(self) -> bool:
        """Whether opening takes so much time that fewer openings are worth it."""
        return self.share_of(Activity.OPENING) > OPENING_SHARE

    def share_of(self, activity: Activity) -> float:
        """Return the share of the run's time that the store spends so, at most 1."""
        # All workers together have this much time.
        available = max(self.seconds * self.workers, self.calls.seconds)
        return self.calls.seconds_of(activity) / available if available else 0.0


def format_pace(cost: Cost) -> str:
    """Return how many calls were made, and how long they take.

    >>> calls = StoreCalls()
    >>> calls.note("get_record", 0.002)
    >>> format_pace(Cost(calls, seconds=1, workers=1))
    '1 call of 2.0 ms'
    """
    count = cost.calls.count
    return f"{count:,} call{'' if count == 1 else 's'} of {cost.milliseconds_per_call:.1f} ms"


def explain_cost(cost: Cost) -> Iterator[str]:
    """Yield where the time of a slow store goes and what makes the run shorter, a line each."""
    if not cost.is_slow:
        return
    shares = ", ".join(f"{activity} {cost.share_of(activity):.0%}" for activity in Activity)
    slowest = max(cost.calls.kinds, key=lambda kind: cost.calls.kinds[kind].slowest)
    milliseconds = 1000 * cost.calls.kinds[slowest].slowest
    yield (
        f"a slow store: {format_pace(cost)}; share of the time: {shares}; "
        f"slowest call: {slowest}, {milliseconds:.0f} ms"
    )
    yield f"to make it shorter: {'; '.join(_suggestions(cost))}"


def _suggestions(cost: Cost) -> Iterator[str]:
    if cost.is_mostly_opening and cost.openings is Openings.FRESH:
        yield "--openings shared, or Backend(reset=...), to open fewer stores"
    yield "TMPDIR=/dev/shm, a RAM disk, for a store in files"
    if cost.workers == 1:
        yield "--workers 2 or more"
    yield "--seconds N, to end after N seconds with a report"
