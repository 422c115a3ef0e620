"""What a run tells those who watch it. The runner emits events; reporters consume them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from taskdb_spec.conformance.core.results import Counterexample, Report


@dataclass(frozen=True)
class RunStarted:
    """A run on `backend` begins; it means to make `operations` operations."""

    backend: str
    profile: str
    seed: int
    clauses: int
    operations: int


@dataclass(frozen=True)
class Progress:
    """So many operations are done; `doing` says in a word what comes now."""

    operations: int
    doing: str


@dataclass(frozen=True)
class ClauseFailed:
    """A clause was found broken; the run goes on."""

    clause: str
    title: str
    counterexample: Counterexample


@dataclass(frozen=True)
class RunFinished:
    report: Report


Event: TypeAlias = RunStarted | Progress | ClauseFailed | RunFinished
Listener: TypeAlias = Callable[[Event], None]
