"""What the executor leaves to others: how a step is compared, and what is avoided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from taskdb_spec.conformance.core.findings import Finding, StepResult
from taskdb_spec.conformance.core.program import Operation, Program
from taskdb_spec.conformance.core.variants import Audit, Avoidance
from taskdb_spec.conformance.execution.session import Session


@dataclass(frozen=True)
class StepComparison:
    """How one step is executed on the store and on the model.

    `check` compares the two; `run` only executes, and returns whether the store raised;
    `read_back` compares all records at the end of a program. ``comparison.step`` has the one that
    the suite uses.
    """

    check: Callable[[Session, Operation, Audit], StepResult]
    run: Callable[[Session, Operation], bool]
    read_back: Callable[[Session], StepResult]


Fails: TypeAlias = "Callable[[Program, AvoidancePolicy], bool]"
"""Execute a program under another policy; return whether it fails."""


class AvoidancePolicy(Protocol):
    """Decide how an operation is executed, given what is known to fail."""

    @property
    def least_audit(self) -> Audit:
        """How often the records are compared with the model at least."""
        ...

    @property
    def skips_limited_programs(self) -> bool:
        """Whether programs on a store with limits cannot be executed."""
        ...

    def adapt(
        self, session: Session, operation: Operation, avoidance: Avoidance
    ) -> Operation | None:
        """Return the operation to execute, or None to skip it."""
        ...

    def is_quarantined(self, session: Session, operation: Operation) -> bool:
        """Return whether the call is known to hang or to end the process."""
        ...

    def is_known(self, finding: Finding) -> bool:
        """Return whether a known failure explains the finding."""
        ...

    def reinterpret(self, result: StepResult, operation: Operation, fails: Fails) -> Finding | None:
        """Return a new finding that hides among known ones, or None."""
        ...


class NoAvoidance:
    """The policy of a run that knows no failure yet."""

    least_audit = Audit.AT_END
    skips_limited_programs = False

    def adapt(
        self, session: Session, operation: Operation, avoidance: Avoidance
    ) -> Operation | None:
        return operation

    def is_quarantined(self, session: Session, operation: Operation) -> bool:
        return False

    def is_known(self, finding: Finding) -> bool:
        return False

    def reinterpret(self, result: StepResult, operation: Operation, fails: Fails) -> Finding | None:
        return None
