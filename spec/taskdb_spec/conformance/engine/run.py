"""One run: its configuration, its progress, and its report at the end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from taskdb_spec.backend import Backend
from taskdb_spec.clauses import Clause, checked_clauses, clauses
from taskdb_spec.conformance.confirmation.counterexamples import CounterexampleWriter
from taskdb_spec.conformance.core.config import EVERYTHING_SELECTED, Openings, Profile, Selection
from taskdb_spec.conformance.core.events import (
    Event,
    Listener,
    Progress,
    RunFinished,
    RunStarted,
    counted_from,
)
from taskdb_spec.conformance.core.results import (
    ClauseResult,
    ClauseVerdict,
    Report,
    required_evidence,
)
from taskdb_spec.conformance.engine.state import RunCounters, RunState
from taskdb_spec.conformance.planning.batches import (
    Batch,
    plan_batches,
    plan_more_batches,
)

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
        selection: what the caller leaves out, and when the run ends early.
        openings: which store a program runs on.
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
    selection: Selection = EVERYTHING_SELECTED
    openings: Openings = Openings.FRESH

    def clauses(self) -> list[Clause]:
        """Return the clauses that targeted programs are executed for, in order."""
        checked = checked_clauses(self.backend)
        return [
            clause
            for clause in checked
            if (self.only is None or clause.id in self.only) and self.selection.has(clause.id)
        ]

    def batches(self, state: RunState) -> Iterator[Batch]:
        """Yield the batches of the plan, or those that are added to it at the end, in order."""
        if state.short_of_evidence is not None:
            return plan_more_batches(state.short_of_evidence, self.profile)
        # Untargeted programs are for no clause, so they cannot be about the selected ones.
        with_untargeted = not self.backend.stores_nothing and self.selection.has_all_clauses
        return plan_batches(self.clauses(), self.profile, with_untargeted=with_untargeted)


@dataclass
class Run:
    """A run in progress: what it has found and counted, and who listens."""

    config: RunConfig
    listen: Listener
    state: RunState = field(default_factory=RunState)
    counters: RunCounters = field(default_factory=RunCounters)
    started: float = field(default_factory=time.monotonic)
    cut_reason: str = ""

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
                config.workers,
                config.openings,
            )
        )

    def announce_batch(self, batch: Batch) -> None:
        """Emit a progress event before each clause, and at intervals among untargeted programs."""
        if batch.clause or batch.positions.start % PROGRESS_INTERVAL_PROGRAMS == 0:
            self.emit(Progress(0, batch.purpose))

    def emit(self, event: Event) -> None:
        """Emit an event whose operations are counted from the batches that are done."""
        counters = self.counters
        self.listen(counted_from(event, counters.operations, counters.calls))

    def is_over(self, batch: Batch) -> bool:
        """Return whether the run ends before this batch."""
        self.cut_reason = self._find_cut_reason()
        if self.cut_reason:
            return True
        budget_used = self.counters.operations >= self.config.profile.operations
        is_stopped = self.config.stop_after in self.state.counterexamples
        return (batch.is_untargeted and budget_used) or is_stopped

    def extend(self) -> bool:
        """Give more programs to the clauses that lack evidence; return whether there are any.

        To be called when all batches were executed. It returns True once at most.
        """
        if self.state.short_of_evidence is not None or self.cut_reason:
            return False
        short = [each for each in self.config.clauses() if self._is_short_of_evidence(each)]
        self.state.short_of_evidence = tuple(clause.id for clause in short)
        return bool(short) and self.config.stop_after not in self.state.counterexamples

    def _is_short_of_evidence(self, clause: Clause) -> bool:
        result = self._result(clause)
        return result.verdict is ClauseVerdict.UNEXERCISED and result.counterexample is None

    def interrupt(self) -> None:
        """Emit the report of what was done so far."""
        self.finish(f"interrupted after {self.counters.programs:,} programs")

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
            aborted_reason=aborted_reason or self.cut_reason,
            workers=config.workers,
            calls=self.counters.calls,
            openings=config.openings,
            reuse_problem=self.state.reuse_problem,
        )
        self.listen(RunFinished(report))
        return report

    def _find_cut_reason(self) -> str:
        """Return why the run ends early, or an empty text."""
        selection, done = self.config.selection, self.counters.programs
        if selection.is_fail_fast and self._fails():
            return f"ended at the first failure, after {done:,} programs"
        seconds = selection.seconds
        if seconds is not None and time.monotonic() - self.started >= seconds:
            return f"ended after {seconds:g} seconds and {done:,} programs"
        return ""

    def _fails(self) -> bool:
        failed = (clauses()[name] for name in self.state.counterexamples)
        return any(clause.is_enforced(strict=self.config.strict) for clause in failed)

    def _result(self, clause: Clause) -> ClauseResult:
        counts = {kind: self.counters.evidence[clause.id, kind] for kind in clause.evidence}
        if not clause.claimed_by(self.config.backend):
            return ClauseResult(clause, ClauseVerdict.UNCLAIMED, counts)
        if not self.config.selection.has(clause.id):
            return ClauseResult(clause, ClauseVerdict.NOT_SELECTED, counts)
        if clause.id in self.state.counterexamples:
            counterexample = self.state.counterexamples[clause.id]
            return ClauseResult(clause, ClauseVerdict.FAIL, counts, counterexample)
        if clause.id in self.state.unconfirmed:
            counterexample = self.state.unconfirmed[clause.id][-1]
            return ClauseResult(clause, ClauseVerdict.UNEXERCISED, counts, counterexample)
        is_proved = all(count >= required_evidence(clause.id) for count in counts.values())
        verdict = ClauseVerdict.PASS if is_proved else ClauseVerdict.UNEXERCISED
        return ClauseResult(clause, verdict, counts)
