"""What a step of a program brought to light: findings against the backend, or evidence for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from taskdb_spec.clauses import precedence
from taskdb_spec.conformance.comparison.refusals import ErrorClasses
from taskdb_spec.conformance.core.program import Operation

Evidence: TypeAlias = "Counter[tuple[str, str]]"
"""How often each kind of evidence was seen for each clause."""


@dataclass(frozen=True)
class Finding:
    """A departure from the model.

    The last of `suspects`, clause ids from the general to the special, is to blame. `probe` is the
    operation whose answer shows it (None: the step itself), `subject` an expression over
    ``answer`` (or ``given``, the step's first mutable argument), which should be `expected` and is
    `actual`. Where a refusal is due, `accepted_errors` has the errors that will do and `subject` is empty.
    `interposed` are statements of the caller between the step and the probe.
    """

    suspects: tuple[str, ...]
    subject: str
    expected: Any
    actual: Any
    probe: Operation | None = None
    accepted_errors: ErrorClasses = ()
    interposed: tuple[str, ...] = ()

    @property
    def clause(self) -> str:
        return self.suspects[-1]

    @property
    def kind(self) -> tuple[object, ...]:
        """What stays the same while the program that shows it is shrunk."""
        raised = type(self.actual) if isinstance(self.actual, BaseException) else None
        return (bool(self.subject), raised, bool(self.interposed))


@dataclass
class StepResult:
    """The outcome of one step."""

    findings: list[Finding] = field(default_factory=list)
    evidence: Evidence = field(default_factory=Counter)
    raised: bool = False

    def add_evidence(self, clause: str, kind: str) -> None:
        self.evidence[clause, kind] += 1

    def add_finding(
        self,
        suspects: Iterable[str],
        subject: str,
        expected: Any,
        actual: Any,
        probe: Operation | None = None,
        **more: Any,
    ) -> None:
        names = tuple(suspects)
        self.findings.append(Finding(names, subject, expected, actual, probe, **more))


def most_general_first(suspects: Iterable[str]) -> list[str]:
    """Return the suspects, each once, from the general to the special; see `precedence`."""
    return sorted(set(suspects), key=precedence)
