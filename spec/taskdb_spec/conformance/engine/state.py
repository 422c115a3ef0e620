"""The state of a run: all that later batches depend on, and what is counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from taskdb_spec.conformance.core.calls import StoreCalls
from taskdb_spec.conformance.core.findings import Evidence
from taskdb_spec.conformance.core.results import Counterexample
from taskdb_spec.conformance.diagnosis.avoidance import KnownFailures
from taskdb_spec.conformance.diagnosis.quarantine import QuarantinedCall

MAX_UNCONFIRMED = 3
"""Counterexamples of a clause that may fail to be confirmed before the clause is left alone: one
may be chance, and every attempt costs a shrinking and two processes."""


@dataclass
class RunState:
    """Everything that later batches of a run depend on. Sent to the supervisor as a whole."""

    counterexamples: dict[str, Counterexample] = field(default_factory=dict)
    """Counterexamples that count as failures, by clause."""
    unconfirmed: dict[str, list[Counterexample]] = field(default_factory=dict)
    """Counterexamples that were not confirmed, by clause."""
    model_artifacts: Counter[str] = field(default_factory=Counter)
    """Failures that occur only because the model was resynchronized, counted by clause."""
    unsupported_fields: frozenset[str] = frozenset()
    """Root fields that the backend never gives back."""
    stores_share_state: bool = False
    """Whether two stores were observed to share state."""
    reuse_problem: str = ""
    """What went wrong on a used store and not on a new one. Then no store is used again."""
    quarantine: tuple[QuarantinedCall, ...] = ()
    """Calls that hang or end the process."""
    short_of_evidence: tuple[str, ...] | None = None
    """The clauses that lack evidence, and so get more programs. None until the plan is executed."""
    skipped_programs: frozenset[str] = frozenset()
    """Programs that crashed the process twice for no reason that could be found."""

    @property
    def known_failures(self) -> KnownFailures:
        """What later programs avoid."""
        given_up = {clause for clause, tried in self.unconfirmed.items() if _is_given_up(tried)}
        clauses = frozenset(self.counterexamples) | given_up
        return KnownFailures(clauses, self.unsupported_fields, self.quarantine)

    def add_quarantine(self, call: QuarantinedCall) -> None:
        """Let no later program make this kind of call."""
        self.quarantine = (*self.quarantine, call)

    def skip_program(self, name: str) -> None:
        """Let no process execute this program again."""
        self.skipped_programs |= {name}

    def is_resolved(self, clause: str) -> bool:
        """Return whether nothing more is to be found out about a clause."""
        return clause in self.counterexamples or _is_given_up(self.unconfirmed.get(clause, []))

    def is_model_artifact(self, clause: str) -> bool:
        """Return whether failures of the clause were the model's own, often enough to stop."""
        return self.model_artifacts[clause] >= MAX_UNCONFIRMED

    def record(self, clause: str, counterexample: Counterexample) -> bool:
        """Record a counterexample; return whether it was confirmed, and so counts as a failure."""
        if not counterexample.is_valid:
            self.unconfirmed.setdefault(clause, []).append(counterexample)
            return False
        self.unconfirmed.pop(clause, None)
        self.counterexamples[clause] = counterexample
        return True


def _is_given_up(counterexamples: list[Counterexample]) -> bool:
    return len(counterexamples) >= MAX_UNCONFIRMED


@dataclass
class RunCounters:
    """What a run has counted so far."""

    operations: int = 0
    programs: int = 0
    evidence: Evidence = field(default_factory=Counter)
    calls: StoreCalls = field(default_factory=StoreCalls)
    """All calls in the processes of the run, those of experiments included. Scripts run in other
    processes."""

    def add(self, other: RunCounters) -> None:
        """Add the counts of a batch."""
        self.operations += other.operations
        self.programs += other.programs
        self.evidence.update(other.evidence)
        self.calls.add(other.calls)
