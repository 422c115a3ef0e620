"""What a run emits while it runs. The engine emits events; reporters consume them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from taskdb_spec.conformance.core.calls import StoreCalls
from taskdb_spec.conformance.core.config import Openings
from taskdb_spec.conformance.core.results import Counterexample, Report


@dataclass(frozen=True)
class RunStarted:
    """A run on `backend` begins; it plans to execute `operations` operations."""

    backend: str
    profile: str
    seed: int
    clauses: int
    operations: int
    workers: int = 1
    openings: Openings = Openings.FRESH


@dataclass(frozen=True)
class Progress:
    """`operations` operations are done; `doing` names what comes next.

    `calls` are those of the batches that are done. Its times are of all processes together.
    """

    operations: int
    doing: str
    calls: StoreCalls = field(default_factory=StoreCalls)


@dataclass(frozen=True)
class ClauseFailed:
    """A clause failed, after `operations` operations; the run continues."""

    clause: str
    title: str
    counterexample: Counterexample
    operations: int = 0


@dataclass(frozen=True)
class RunFinished:
    """A run has ended, with this report."""

    report: Report


Event: TypeAlias = RunStarted | Progress | ClauseFailed | RunFinished
Listener: TypeAlias = Callable[[Event], None]


def counted_from(event: Event, operations: int, calls: StoreCalls) -> Event:
    """Return an event of a batch with its operations counted from the start of the run.

    Args:
        event: an event that counts the operations of its batch.
        operations: the operations that were done before the batch.
        calls: the calls that were made before the batch.
    """
    if isinstance(event, Progress):
        return replace(event, operations=operations + event.operations, calls=calls)
    if isinstance(event, ClauseFailed):
        return replace(event, operations=operations + event.operations)
    return event
