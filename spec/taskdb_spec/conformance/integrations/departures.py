"""From a failing step of the state machine to an exception that names a clause.

Input: a failure. Output: the exception to raise, with the smallest program as a script.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, TypeAlias

from taskdb_spec.backend import Backend
from taskdb_spec.clauses import clauses, precedence
from taskdb_spec.conformance.comparison.step import COMPARISON
from taskdb_spec.conformance.confirmation.counterexamples import CounterexampleWriter
from taskdb_spec.conformance.core.results import Counterexample
from taskdb_spec.conformance.engine.investigation import Investigation
from taskdb_spec.conformance.engine.runner import EventsOnly, generate_targeted
from taskdb_spec.conformance.engine.state import RunState
from taskdb_spec.conformance.execution.executor import Executor, Failure
from taskdb_spec.conformance.execution.workdirs import Workdirs
from taskdb_spec.conformance.planning.batches import PlannedProgram

PROGRAMS_OF_GENERAL_CLAUSE = 4
"""Programs that show whether a more general clause fails too: most faults need one or two."""


class DepartureFromSpec(AssertionError):
    """The backend violates a clause.

    Each clause has a subclass of its own, because Hypothesis tells failures apart by their class.
    `clause` is its id.
    """

    clause: ClassVar[str]


_CLASSES: dict[str, type[DepartureFromSpec]] = {}


def departure_class(clause: str) -> type[DepartureFromSpec]:
    """Return the exception class of a clause.

    >>> departure_class("EQ-1").__name__
    'DepartureFromEQ1'
    """
    name = f"DepartureFrom{clause.replace('-', '')}"
    attributes = {"clause": clause, "__module__": "taskdb_spec.conformance"}
    return _CLASSES.setdefault(clause, type(name, (DepartureFromSpec,), attributes))


_Signature: TypeAlias = tuple[object, ...]


@dataclass
class FailureExaminer:
    """Examines failures as a run does: which clause, the smallest program, confirmed.

    A failure that looks like an earlier one is not examined again. So it costs little if Hypothesis
    executes a failing example repeatedly.

    Args:
        backend: the backend under test.
        writer: writes and confirms counterexamples.
        programs: the programs for clauses, by name.
        strict: whether SHOULD clauses are enforced.
    """

    backend: Backend
    writer: CounterexampleWriter
    programs: Mapping[str, PlannedProgram]
    strict: bool = False
    _known: dict[_Signature, tuple[str, Counterexample] | None] = field(default_factory=dict)

    def enforces(self, clause: str) -> bool:
        """Return whether a violation of the clause is a failure."""
        return clauses()[clause].is_enforced(strict=self.strict)

    def examine(self, failure: Failure, target_clause: str) -> DepartureFromSpec | None:
        """Return the exception for a failure; None if it was not confirmed, or is no violation."""
        finding, step = failure.finding, failure.program.operations[-1]
        signature = (step.call, target_clause, finding.suspects, finding.kind)
        if signature not in self._known:
            found = self._investigate(failure, target_clause)
            self._known[signature] = found and self._prefer_general_clause(failure, *found)
        known = self._known[signature]
        if known is None or not self.enforces(known[0]):
            return None
        clause, counterexample = known
        return departure_class(clause)(_write_message(clause, counterexample))

    def _investigate(
        self, failure: Failure, target_clause: str
    ) -> tuple[str, Counterexample] | None:
        state, listener = RunState(), EventsOnly(lambda event: None)
        with _open_executor(self.backend) as executor:
            investigation = Investigation(executor, self.writer, state, listener, 0)
            investigation.examine(failure, target_clause)
        for clause, unconfirmed in state.unconfirmed.items():
            sentence = f"{unconfirmed[-1].summary} {unconfirmed[-1].confirmed}"
            warnings.warn(f"{clause} may fail, but it was not confirmed: {sentence}", stacklevel=2)
        return next(iter(state.counterexamples.items()), None)

    def _prefer_general_clause(
        self, failure: Failure, clause: str, counterexample: Counterexample
    ) -> tuple[str, Counterexample]:
        """Return a failure of a more general clause if there is one.

        A run tests general clauses first; the machine starts anywhere. Without this, a fault of all
        refusals would be told as one of the rarest kind of refusal.
        """
        general = {*failure.finding.suspects, *clauses()[clause].refines} - {clause}
        for name in sorted(general, key=precedence):
            if precedence(name) > precedence(clause):
                break
            found = self._fails(name)
            if found is not None and precedence(found[0]) < precedence(clause):
                return found
        return clause, counterexample

    def _fails(self, clause: str) -> tuple[str, Counterexample] | None:
        """Execute the first programs of a clause, and return what fails."""
        for number in range(PROGRAMS_OF_GENERAL_CLAUSE):
            planned = self.programs.get(f"{clause}/{number}")
            if planned is None:
                return None
            failure = execute_planned(planned, self.backend)
            if failure is not None:
                return self._investigate(failure, clause)
        return None


def execute_planned(planned: PlannedProgram, backend: Backend) -> Failure | None:
    """Execute a program that targets a clause, on a new store in a folder of its own."""
    program = generate_targeted(planned, backend, seed=0)
    with _open_executor(backend) as executor:
        return executor.execute_program(program, audit=planned.variant.audit)


@contextmanager
def _open_executor(backend: Backend) -> Iterator[Executor]:
    """Yield an executor in a folder of its own, which is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="taskdb-") as folder:
        yield Executor(backend, Workdirs(Path(folder)), COMPARISON)
        backend.discard(Path(folder))


def _write_message(clause: str, counterexample: Counterexample) -> str:
    level, title = clauses()[clause].level, clauses()[clause].title
    lines = [f"{clause} ({level}) {title}"]
    if counterexample.equal_suspects:
        lines.append(f"or instead: {', '.join(counterexample.equal_suspects)}")
    if counterexample.explanation:
        lines.append(f"likely: {counterexample.explanation}")
    return "\n".join([*lines, "", counterexample.script])
