"""A call that does not come back: the smallest program with it, and the clause to blame."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from taskdb_spec.backend import Backend
from taskdb_spec.conformance.comparison.step import ACTS, take
from taskdb_spec.conformance.core.config import Patience
from taskdb_spec.conformance.core.findings import Judgement
from taskdb_spec.conformance.core.program import Call, Operation, Program
from taskdb_spec.conformance.diagnosis.quarantine import OF_SEVERAL_CALLS, Danger, base, suspects
from taskdb_spec.conformance.execution.isolation.exit import End
from taskdb_spec.conformance.execution.isolation.flight_recorder import (
    Notes,
    Phase,
    SharedRecorder,
    recorder,
)
from taskdb_spec.conformance.execution.isolation.process import Apart, Send
from taskdb_spec.conformance.execution.session import Session
from taskdb_spec.conformance.generation.values import EPOCH
from taskdb_spec.model import Model
from taskdb_spec.records.fields import new_record

TRIES = 25
"""How many smaller programs are tried at the most, each in a process of its own."""


@dataclass(frozen=True)
class Accident:
    """A program whose last call does not come back, and the clause to blame for it.

    `danger` says what to keep away from; it is None where the accident did not happen again.
    """

    program: Program
    clause: str
    danger: Danger | None


def program_of(notes: Notes) -> Program:
    """The program that a process was in when it ended, up to the call in flight."""
    operations = notes.operations
    if notes.phase is Phase.closing and operations[-1:] != (Operation(Call.close),):
        operations = (*operations, Operation(Call.close))
    return Program(operations, notes.limits)


class Examiner:
    """Plays programs that end their process, each in one of its own."""

    def __init__(
        self, backend: Backend, folder: Path, shared: SharedRecorder, patience: Patience
    ) -> None:
        self.backend, self.folder = backend, folder
        self.shared, self.patience = shared, patience
        self.used = 0

    def examine(self, program: Program, end: End, focus: str) -> Accident:
        """Shrink the program, and find out under which clause its last call is."""
        again = self._among_its_calls(program, end) or self._again(program, end)
        if again is None:
            return Accident(program, self._suspect(program, focus), None)
        program = self._shrunk(again, end)
        before = tuple(Counter(operation.call for operation in program.operations[:-1]).items())
        call = program.operations[-1].call
        general = base(self.backend.stores_nothing, call)
        plain = self._plain(program)
        if plain is None or self._again(plain, end) == plain:
            return Accident(plain or program, general, Danger(call, before))
        clause = self._suspect(program, focus)
        return Accident(program, clause, Danger(call, before, clause))

    def _among_its_calls(self, program: Program, end: End) -> Program | None:
        """Where the last step makes several calls, the plain one of them that is to blame, if any.

        That one ends the process on its own.
        """
        if program.operations[-1].call not in OF_SEVERAL_CALLS or self.backend.stores_nothing:
            return None
        for calls in (*_PLAIN.values(), (Operation(Call.history),)):
            died = self._dies(Program((_ADD, *calls)))
            if died is not None and died[1].hung == end.hung:
                return died[0]
        return None

    def _again(self, program: Program, end: End) -> Program | None:
        """The part of the program up to the call that ends the process, if it does so again."""
        died = self._dies(program)
        if died is None or died[1].hung != end.hung:
            return None
        return died[0] if died[0].operations[-1].call is program.operations[-1].call else None

    def _dies(self, program: Program) -> tuple[Program, End] | None:
        self.used += 1
        folder = self.folder / f"accident-{self.used}"

        def work(send: Send) -> None:
            _play(self.backend, folder, program)

        process = Apart(work, self.shared, self.patience.probe, self.patience.memory)
        try:
            list(process.messages())
        except Exception:
            return None  # the store cannot even be opened
        died = program_of(self.shared.notes())
        return (died, process.end) if process.end is not None and died.operations else None

    def _shrunk(self, program: Program, end: End) -> Program:
        """Leave out ever smaller parts of what comes before the last call."""
        tries, size = 0, len(program) - 1
        while size:
            start = 0
            while start < len(program) - 1 and tries < TRIES:
                *before, last = program.operations
                tries += 1
                shorter = program.but(*before[:start], *before[start + size :], last)
                again = self._again(shorter, end)
                start = start if again else start + size
                program = again or program
            size //= 2
        return program

    # Which clause

    def _plain(self, program: Program) -> Program | None:
        """The program with a last call that only the most general clause is about.

        None where the call is such a one, whatever its arguments are.
        """
        *before, last = program.operations
        if self.backend.stores_nothing or last.call not in _PLAIN:
            return None
        return program.but(*before, *_PLAIN[last.call])

    def _suspect(self, program: Program, focus: str) -> str:
        """The clause that the program was made for, if it applies to the last call, or its own."""
        *before, last = program.operations
        if last.call in ACTS or self.backend.stores_nothing:
            return base(self.backend.stores_nothing, last.call)
        model = replace(self.backend, open=lambda folder: Model(self.backend.query_capabilities))
        session = Session(model, self.folder / "model")
        for operation in before:
            if operation.call not in ACTS:
                take(session, operation)
        found = suspects(session, last)
        return focus if focus in found else found[-1]


_ID = "plain"
_ADD = Operation(Call.add, (_ID, dict(new_record(_ID, submitted=EPOCH))))
_PLAIN = {
    Call.add: (_ADD,),
    Call.get: (_ADD, Operation(Call.get, (_ID,))),
    Call.update: (_ADD, Operation(Call.update, (_ID, {"label": "plain"}))),
    Call.drop: (_ADD, Operation(Call.drop, (_ID,))),
    Call.find: (Operation(Call.find, ({"msg_id": _ID},)),),
    Call.purge: (Operation(Call.purge, ({"msg_id": _ID},)),),
}
"""Calls that nothing is special about, each with the record that it takes."""


def _play(backend: Backend, folder: Path, program: Program) -> None:
    """Make the calls of a program, whatever they come to."""
    session = Session(backend, folder, program.limits)
    for operation in program:
        recorder().step(operation)
        if operation.call in ACTS:
            ACTS[operation.call](session, operation, Judgement())
        else:
            session.call(operation)
    session.close()
