"""Analyze a call that hangs or ends the process: the smallest program, and the clause to blame."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from taskdb_spec.backend import Backend
from taskdb_spec.conformance.comparison.step import WHOLE_STORE_CHECKS, check_step
from taskdb_spec.conformance.comparison.suspects import call_suspects, general_clause
from taskdb_spec.conformance.core.config import ResourceBudget
from taskdb_spec.conformance.core.findings import StepResult
from taskdb_spec.conformance.core.program import WHOLE_STORE_CALLS, Method, Operation, Program
from taskdb_spec.conformance.core.variants import Audit
from taskdb_spec.conformance.core.vocabulary import EPOCH
from taskdb_spec.conformance.diagnosis.quarantine import CALLS_OF_OTHER_METHODS, QuarantinedCall
from taskdb_spec.conformance.execution.isolation.exit import ProcessExit
from taskdb_spec.conformance.execution.isolation.flight_recorder import (
    FlightLog,
    Phase,
    SharedFlightRecorder,
)
from taskdb_spec.conformance.execution.isolation.process import ForkedProcess, SendMessage
from taskdb_spec.conformance.execution.session import Session
from taskdb_spec.model import Model
from taskdb_spec.records.fields import new_record

MAX_CRASH_REPLAYS = 25
"""Smaller programs that are tried. Each takes a process, and a hang takes the whole time limit."""


@dataclass(frozen=True)
class CrashDiagnosis:
    """A program whose last call hangs or ends the process, and the clause to blame.

    Args:
        program: the smallest program found.
        clause: the clause to blame.
        quarantined: what later programs must avoid; None if the crash did not happen again.
    """

    program: Program
    clause: str
    quarantined: QuarantinedCall | None


def program_of(log: FlightLog) -> Program:
    """Return the program that a process executed when it ended, up to the call in flight."""
    operations = log.operations
    if log.phase is Phase.closing and operations[-1:] != (Operation(Method.close),):
        operations = (*operations, Operation(Method.close))
    return Program(operations, log.limits)


class CrashAnalyzer:
    """Executes programs that crash their process, each in a separate one."""

    def __init__(
        self, backend: Backend, folder: Path, recorder: SharedFlightRecorder, budget: ResourceBudget
    ) -> None:
        self.backend, self.folder = backend, folder
        self._recorder, self.budget = recorder, budget
        self._processes = 0

    def analyze(self, program: Program, end: ProcessExit, target_clause: str) -> CrashDiagnosis:
        """Shrink the program, and find the clause that its last call exercises."""
        again = self._among_its_calls(program, end) or self._crashes_alike(program, end)
        if again is None:
            return CrashDiagnosis(program, self._suspect(program, target_clause), None)
        program = self._shrunk(again, end)
        before = tuple(Counter(operation.call for operation in program.operations[:-1]).items())
        call = program.operations[-1].call
        general = general_clause(call, stores_nothing=self.backend.stores_nothing)
        plain = self._plain(program)
        if plain is None or self._crashes_alike(plain, end) == plain:
            return CrashDiagnosis(plain or program, general, QuarantinedCall(call, before))
        clause = self._suspect(program, target_clause)
        return CrashDiagnosis(program, clause, QuarantinedCall(call, before, clause))

    def _among_its_calls(self, program: Program, end: ProcessExit) -> Program | None:
        """Return a program with the single call that crashes by itself, or None.

        Only if the check of the last step calls other methods.
        """
        if program.operations[-1].call not in CALLS_OF_OTHER_METHODS or self.backend.stores_nothing:
            return None
        for calls in (*_PLAIN.values(), (Operation(Method.history),)):
            died = self._crashes(Program((_ADD, *calls)))
            if died is not None and died[1].timed_out == end.timed_out:
                return died[0]
        return None

    def _crashes_alike(self, program: Program, end: ProcessExit) -> Program | None:
        """Return the program up to the call that crashes, if it crashes in the same way again."""
        died = self._crashes(program)
        if died is None or died[1].timed_out != end.timed_out:
            return None
        return died[0] if died[0].operations[-1].call is program.operations[-1].call else None

    def _crashes(self, program: Program) -> tuple[Program, ProcessExit] | None:
        self._processes += 1
        folder = self.folder / f"accident-{self._processes}"

        def work(_: SendMessage) -> None:
            _execute(self.backend, folder, program, self._recorder)

        process = ForkedProcess(work, self._recorder, self.budget.probe, self.budget.memory)
        try:
            list(process.messages())
        except Exception:
            return None  # the store cannot even be opened
        died = program_of(self._recorder.read_log())
        return (died, process.exit) if process.exit is not None and died.operations else None

    def _shrunk(self, program: Program, end: ProcessExit) -> Program:
        """Leave out smaller and smaller parts of what precedes the last call."""
        tries, size = 0, len(program) - 1
        while size:
            start = 0
            while start < len(program) - 1 and tries < MAX_CRASH_REPLAYS:
                *before, last = program.operations
                tries += 1
                shorter = program.replace(*before[:start], *before[start + size :], last)
                again = self._crashes_alike(shorter, end)
                start = start if again else start + size
                program = again or program
            size //= 2
        return program

    # Which clause

    def _plain(self, program: Program) -> Program | None:
        """Return the program with a last call that exercises only the most general clause.

        None if every call of the method does.
        """
        *before, last = program.operations
        if self.backend.stores_nothing or last.call not in _PLAIN:
            return None
        return program.replace(*before, *_PLAIN[last.call])

    def _suspect(self, program: Program, target_clause: str) -> str:
        """Return the target clause if the last call exercises it, or else the most specific one."""
        *before, last = program.operations
        if last.call in WHOLE_STORE_CALLS or self.backend.stores_nothing:
            return general_clause(last.call, stores_nothing=self.backend.stores_nothing)
        model = replace(self.backend, open=lambda folder: Model(self.backend.query_capabilities))
        session = Session(model, self.folder / "model")
        for operation in before:
            if operation.call not in WHOLE_STORE_CALLS:
                check_step(session, operation, Audit.AT_END)
        found = call_suspects(session, last)
        return target_clause if target_clause in found else found[-1]


_ID = "plain"
_ADD = Operation(Method.add, (_ID, dict(new_record(_ID, submitted=EPOCH))))
_PLAIN = {
    Method.add: (_ADD,),
    Method.get: (_ADD, Operation(Method.get, (_ID,))),
    Method.update: (_ADD, Operation(Method.update, (_ID, {"label": "plain"}))),
    Method.drop: (_ADD, Operation(Method.drop, (_ID,))),
    Method.find: (Operation(Method.find, ({"msg_id": _ID},)),),
    Method.purge: (Operation(Method.purge, ({"msg_id": _ID},)),),
}
"""Calls without anything special, each with the record that it needs."""


def _execute(
    backend: Backend, folder: Path, program: Program, recorder: SharedFlightRecorder
) -> None:
    """Make the calls of a program, and ignore what they return or raise."""
    session = Session(backend, folder, program.limits, recorder=recorder)
    for operation in program:
        session.recorder.step_started(operation)
        if operation.call in WHOLE_STORE_CALLS:
            WHOLE_STORE_CHECKS[operation.call](session, operation, StepResult())
        else:
            session.call(operation)
    session.close()
