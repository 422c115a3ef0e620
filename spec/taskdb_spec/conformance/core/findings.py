"""What the comparison of a step yields: findings against the backend, and evidence for it.

Output: a `StepResult`, which later stages read. Only the checks of stage 4 add to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from taskdb_spec.clauses import precedence
from taskdb_spec.conformance.core.observations import Accessor, Interposed, uses_arguments
from taskdb_spec.conformance.core.program import Operation

Evidence: TypeAlias = "Counter[tuple[str, str]]"
"""How often each kind of evidence was seen for each clause."""

ErrorClasses: TypeAlias = tuple[type[Exception], ...]
"""The exception classes that a refusal may raise."""

KEY_ERROR: ErrorClasses = (KeyError,)
VALUE_ERROR: ErrorClasses = (ValueError,)
VALUE_OR_TYPE_ERROR: ErrorClasses = (ValueError, TypeError)
KEY_OR_VALUE_ERROR: ErrorClasses = (KeyError, ValueError)
ANY_REFUSAL: ErrorClasses = (KeyError, ValueError, TypeError)


@dataclass(frozen=True)
class Finding:
    """A violation: the backend behaves differently from the model.

    Attributes:
        suspects: The clauses that may be violated, from the most general to the most specific.
            Without further diagnosis, the last one is blamed.
        accessor: Where the difference is, or None if the step or the probe should have raised.
        expected: The value there by the model. The error classes, if an error is due.
        actual: The value that the backend gave, or the exception that it raised.
        probe: The read that shows the difference, or None if the step itself shows it.
        accepted_errors: The error classes that fulfil the clause, if an error is due.
        interposed: What the caller does between the step and the probe.
    """

    suspects: tuple[str, ...]
    accessor: Accessor | None
    expected: Any
    actual: Any
    probe: Operation | None = None
    accepted_errors: ErrorClasses = ()
    interposed: tuple[Interposed, ...] = ()

    @property
    def clause(self) -> str:
        """The most specific suspect."""
        return self.suspects[-1]

    @property
    def kind(self) -> tuple[object, ...]:
        """What must stay the same while the program of this finding is shrunk."""
        raised = type(self.actual) if isinstance(self.actual, BaseException) else None
        return (self.accessor is not None, raised, bool(self.interposed))

    @property
    def uses_arguments(self) -> bool:
        """Whether a script must keep the arguments of the step, to look at them or change them."""
        about_arguments = self.accessor is not None and self.accessor.is_about_arguments
        return about_arguments or any(map(uses_arguments, self.interposed))


@dataclass
class StepResult:
    """The findings and the evidence of one step, and whether the step raised."""

    findings: list[Finding] = field(default_factory=list)
    evidence: Evidence = field(default_factory=Counter)
    raised: bool = False

    def add_evidence(self, clause: str, kind: str) -> None:
        """Count one observation of a kind of evidence for a clause."""
        self.evidence[clause, kind] += 1

    def add_finding(
        self,
        suspects: Iterable[str],
        accessor: Accessor,
        expected: Any,
        actual: Any,
        *,
        probe: Operation | None = None,
        interposed: tuple[Interposed, ...] = (),
    ) -> None:
        """Add a finding: a value that differs from the expected one. See `Finding`."""
        found = Finding(tuple(suspects), accessor, expected, actual, probe, (), interposed)
        self.findings.append(found)

    def add_missing_refusal(
        self,
        suspects: Iterable[str],
        accepted_errors: ErrorClasses,
        actual: Any,
        *,
        probe: Operation | None = None,
    ) -> None:
        """Add a finding: the step, or `probe`, should have raised one of `accepted_errors`."""
        self.findings.append(
            Finding(tuple(suspects), None, accepted_errors, actual, probe, accepted_errors)
        )


def most_general_first(suspects: Iterable[str]) -> list[str]:
    """Return the suspects, each once, from the general to the special; see `precedence`."""
    return sorted(set(suspects), key=precedence)
