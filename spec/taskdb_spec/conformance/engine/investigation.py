"""What happens to a failure: blame a clause, shrink, confirm, explain, and record it.

An unexpected exception is shrunk before the blame too, because only the smallest program shows its
cause. The explanation follows the confirmation, because only a failure that counts gets one.

Input: a failure, and the state of the run. Output: a counterexample in the state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from taskdb_spec.clauses import clauses
from taskdb_spec.conformance.confirmation.counterexamples import CounterexampleWriter
from taskdb_spec.conformance.core.events import ClauseFailed, Event, Progress
from taskdb_spec.conformance.core.results import Counterexample
from taskdb_spec.conformance.diagnosis.avoidance import find_unsupported_fields
from taskdb_spec.conformance.diagnosis.blame import blame, find_equal_suspects
from taskdb_spec.conformance.diagnosis.explanation import explain
from taskdb_spec.conformance.engine.state import RunState
from taskdb_spec.conformance.execution.executor import Executor, Failure
from taskdb_spec.conformance.shrinking.minimizer import Minimizer


class RunListener(Protocol):
    """Who follows a run from inside the process that executes it."""

    def emit(self, event: Event) -> None:
        """Receive an event."""

    def attempt_started(self) -> None:
        """Notice that a failing program is about to be executed again."""

    def state_changed(self, state: RunState) -> None:
        """Notice that more is known to fail."""


@dataclass
class Investigation:
    """The way from a failure to a recorded counterexample.

    Args:
        executor: an executor for experiments; nothing that it counts is counted for the run.
        writer: writes and confirms counterexamples.
        state: the state of the run, in which the result is recorded.
        listener: who follows the run.
        operations: how many operations the batch has executed so far, for events.
    """

    executor: Executor
    writer: CounterexampleWriter
    state: RunState
    listener: RunListener
    operations: int

    def examine(self, failure: Failure, target_clause: str) -> bool:
        """Find the clause to blame, shrink and record the failure.

        Returns:
            Whether a new failure was recorded: the program may then show more.
        """
        self.listener.attempt_started()
        failure, audit = self._minimizer(failure, "", target_clause).audit_each_step()
        if isinstance(failure.finding.actual, Exception) and not failure.finding.accepted_errors:
            # Any record and any condition may have raised: only the smallest program can tell.
            failure = self._minimizer(failure, "", target_clause).minimize(audit)
        clause = blame(self.executor, failure, target_clause)
        if self._is_done_with(clause, failure):
            return False
        self.listener.emit(Progress(self.operations, f"shrinking {clause}"))
        minimizer = self._minimizer(failure, clause, target_clause)
        failure = minimizer.minimize(audit)
        counterexample = self.writer.write(minimizer.with_explicit_reads(failure), clause)
        if not counterexample.is_valid and failure.model_resynchronized:
            # The resynchronized model may have caused it: try without known failures.
            failure = minimizer.minimize(audit, allow_resynchronization=False)
            counterexample = self.writer.write(failure, clause)
        if counterexample.is_valid:
            counterexample = replace(
                counterexample,
                explanation=explain(self.executor, failure, audit, minimizer.trials),
                equal_suspects=find_equal_suspects(self.executor, failure, clause),
            )
        return self._record(clause, counterexample, failure)

    def _minimizer(self, failure: Failure, clause: str, target_clause: str) -> Minimizer:
        attempt_started = self.listener.attempt_started
        return Minimizer(self.executor, failure, clause, target_clause, attempt_started)

    def _is_done_with(self, clause: str, failure: Failure) -> bool:
        if self.state.is_resolved(clause):
            return True
        return failure.model_resynchronized and self.state.is_model_artifact(clause)

    def _record(self, clause: str, counterexample: Counterexample, failure: Failure) -> bool:
        """Record the counterexample, unless the resynchronized model caused it."""
        if failure.model_resynchronized and counterexample.fails_on_model:
            self.state.model_artifacts[clause] += 1
            is_new = False
        else:
            is_new = record_and_announce(
                self.state, clause, counterexample, self.listener, self.operations
            )
        if is_new and clause == "REC-1":
            executor = self.executor.with_policy(self.state.known_failures)
            unsupported = find_unsupported_fields(executor)
            if unsupported is not None:
                self.state.unsupported_fields = unsupported
        self.listener.state_changed(self.state)
        return is_new


def record_and_announce(
    state: RunState,
    clause: str,
    counterexample: Counterexample,
    listener: RunListener,
    operations: int,
) -> bool:
    """Record a counterexample, and emit an event if it counts as a failure."""
    is_failure = state.record(clause, counterexample)
    if is_failure:
        listener.emit(ClauseFailed(clause, clauses()[clause].title, counterexample, operations))
    return is_failure
