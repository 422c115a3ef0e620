"""One run: its configuration, its progress, and its report at the end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from taskdb_spec.backend import Backend
from taskdb_spec.clauses import Clause, checked_clauses, clauses
from taskdb_spec.conformance.confirmation.counterexamples import CounterexampleWriter
from taskdb_spec.conformance.core.config import Profile
from taskdb_spec.conformance.core.events import Listener, Progress, RunFinished, RunStarted
from taskdb_spec.conformance.core.results import (
    ClauseResult,
    ClauseVerdict,
    Report,
    required_evidence,
)
from taskdb_spec.conformance.engine.state import RunCounters, RunState
from taskdb_spec.conformance.planning.batches import Batch, plan_batches

PROGRESS_INTERVAL_PROGRAMS = 20
"""Untargeted programs between two `Progress` events: often enough to look alive."""


@dataclass(frozen=True)
class RunConfig:
    """What a run is asked to do.

    Args:
        backend: the backend under check.
        profile: how much is executed.
        seed: the seed of all random choices.
        writer: writes and confirms counterexamples.
        folder: the folder under which all stores are opened.
        strict: whether SHOULD clauses are enforced.
        workers: how many processes share the work.
        only: if not None, targeted programs are executed for these clauses alone.
        stop_after: if set, the run may end as soon as this clause has failed.
    """

    backend: Backend
    profile: Profile
    seed: int
    writer: CounterexampleWriter
    folder: Path
    strict: bool = False
    workers: int = 1
    only: frozenset[str] | None = None
    stop_after: str = ""

    def clauses(self) -> list[Clause]:
        """Return the clauses that targeted programs are executed for, in order."""
        checked = checked_clauses(self.backend)
        return [clause for clause in checked if self.only is None or clause.id in self.only]

    def batches(self) -> Iterator[Batch]:
        """Yield the batches of the run, in order."""
        with_untargeted = not self.backend.stores_nothing
        return plan_batches(self.clauses(), self.profile, with_untargeted=with_untargeted)


@dataclass
class Run:
    """A run in progress: what it has found and counted, and who listens."""

    config: RunConfig
    listen: Listener
    state: RunState = field(default_factory=RunState)
    counters: RunCounters = field(default_factory=RunCounters)
    started: float = field(default_factory=time.monotonic)

    def replace_state(self, state: RunState) -> None:
        """Continue with the state that a batch has left."""
        self.state = state

    def announce(self) -> None:
        """Emit the event that begins the run."""
        config = self.config
        planned = config.profile.operations
        self.listen(
            RunStarted(
                config.backend.name,
                config.profile.name,
                config.seed,
                len(config.clauses()),
                planned,
            )
        )

    def announce_batch(self, batch: Batch) -> None:
        """Emit a progress event before each clause, and at intervals among untargeted programs."""
        if batch.is_untargeted:
            is_due = batch.numbers.start % PROGRESS_INTERVAL_PROGRAMS == 0
        else:
            is_due = batch.is_first_of_clause
        if is_due:
            self.listen(Progress(self.counters.operations, batch.clause or "untargeted programs"))

    def is_over(self, batch: Batch) -> bool:
        """Return whether the run ends before this batch."""
        budget_used = self.counters.operations >= self.config.profile.operations
        # A run does not stop between two batches of the same clause.
        can_stop = batch.is_untargeted or batch.is_first_of_clause
        is_stopped = can_stop and self.config.stop_after in self.state.counterexamples
        return (batch.is_untargeted and budget_used) or is_stopped

    def finish(self, aborted_reason: str = "") -> Report:
        """Return the report of what was done, and emit it as the last event."""
        config = self.config
        report = Report(
            backend=config.backend.name,
            profile=config.profile.name,
            seed=config.seed,
            strict=config.strict,
            clauses=tuple(map(self._result, clauses().values())),
            seconds=time.monotonic() - self.started,
            operations=self.counters.operations,
            aborted_reason=aborted_reason,
            workers=config.workers,
        )
        self.listen(RunFinished(report))
        return report

    def _result(self, clause: Clause) -> ClauseResult:
        counts = {kind: self.counters.evidence[clause.id, kind] for kind in clause.evidence}
        if not clause.claimed_by(self.config.backend):
            return ClauseResult(clause, ClauseVerdict.UNCLAIMED, counts)
        if clause.id in self.state.counterexamples:
            counterexample = self.state.counterexamples[clause.id]
            return ClauseResult(clause, ClauseVerdict.FAIL, counts, counterexample)
        if clause.id in self.state.unconfirmed:
            counterexample = self.state.unconfirmed[clause.id][-1]
            return ClauseResult(clause, ClauseVerdict.UNEXERCISED, counts, counterexample)
        is_proved = all(count >= required_evidence(clause.id) for count in counts.values())
        verdict = ClauseVerdict.PASS if is_proved else ClauseVerdict.UNEXERCISED
        return ClauseResult(clause, verdict, counts)
