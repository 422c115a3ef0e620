"""Playing programs on a backend: each on a store of its own, in a folder of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from taskdb_spec.backend import Backend, Limits
from taskdb_spec.conformance.comparison.answers import keys_suspects, query_suspects, write_suspects
from taskdb_spec.conformance.comparison.effects import audit
from taskdb_spec.conformance.comparison.refusals import refusals
from taskdb_spec.conformance.comparison.step import (
    STORE_ACTION_CHECKS,
    check_step,
    run_step,
    shared_clause,
)
from taskdb_spec.conformance.comparison.values import value_clauses
from taskdb_spec.conformance.core.findings import Evidence, Finding, StepResult
from taskdb_spec.conformance.core.program import (
    QUERY_CALLS,
    RECORD_CALLS,
    WRITES,
    Method,
    Operation,
    Program,
    StoreAction,
)
from taskdb_spec.conformance.diagnosis.quarantine import QuarantinedCall, is_quarantined
from taskdb_spec.conformance.execution.isolation.flight_recorder import recorder
from taskdb_spec.conformance.execution.session import CallSkipped, Session
from taskdb_spec.conformance.execution.workdirs import Workdirs
from taskdb_spec.conformance.generation.values import EPOCH
from taskdb_spec.records.fields import TASK_FIELDS, new_record

Steps = Callable[[Session], Iterator[Operation]]
"""Gives the operations of a program one by one, and may look at the session between them."""


@dataclass(frozen=True)
class Failure:
    """A program whose last step departs from the model, and the finding that says how."""

    program: Program
    finding: Finding
    raised: list[bool]
    model_resynchronized: bool = (
        False  # the model followed the store before, so it may be wrong itself
    )
    calls: tuple[Operation, ...] = ()  # all that were made before the last step


@dataclass
class Executor:
    """Plays programs on a backend, and knows which clauses it is known to break.

    What is known is avoided where it can be, and where it cannot, the model follows the store.
    """

    backend: Backend
    workdirs: Workdirs
    failed: set[str] = field(default_factory=set)
    lost: frozenset[str] = frozenset()  # root fields that the backend does not have (REC-1)
    quarantine: tuple[QuarantinedCall, ...] = ()  # calls that do not come back
    evidence: Evidence = field(default_factory=Counter)
    operations: int = 0
    stores_share_state: bool = (
        False  # stores have been seen to share something, so all are left empty
    )

    def find_lost_fields(self) -> None:
        """See which root fields of a whole record the backend does not give back."""
        session = self._session()
        probe = new_record("probe", submitted=EPOCH)
        session.call(Operation(Method.add, ("probe", dict(probe))))
        answer = session.call(Operation(Method.get, ("probe",))).value
        self._end(session)
        if isinstance(answer, dict):
            self.lost = frozenset(TASK_FIELDS) - answer.keys()

    @property
    def _leaves_out_fields(self) -> bool:
        """Whether records that are whole are given back whole, and others are not."""
        return "REC-1" in self.failed and not self.lost

    def _session(self, limits: Limits | None = None) -> Session:
        session = Session(self.backend, self.workdirs.take(), limits)
        if self.quarantine:
            session.shuns = partial(is_quarantined, self.quarantine)
        if self.stores_share_state:
            _empty(session)
        return session

    def _end(self, session: Session) -> None:
        """Close the store, and remove what it has left."""
        if self.stores_share_state:
            _empty(session)
        session.close()
        for folder in session.folders:
            self.backend.discard(folder)
            self.workdirs.give_back(folder)

    def play(
        self,
        steps: Steps,
        limits: Limits | None = None,
        careful: bool = False,
        around: bool | None = True,
    ) -> Failure | None:
        """Play a program until its end, or to the first departure that is not known yet.

        `careful` reads everything back after each step; `around` leaves out what is known to fail,
        where None leaves the program as it is to the letter.
        """
        if limits is not None and any(quarantined.any for quarantined in self.quarantine):
            return None  # what a store has culled is seen by calls that may be among them
        careful = careful or bool(self.failed)
        session = self._session(limits)
        try:
            return self._play(session, steps(session), careful, around)
        finally:
            self._end(session)

    def replay(
        self, program: Program, careful: bool = True, around: bool | None = None
    ) -> Failure | None:
        """Play a program that is given whole."""

        def steps(session: Session) -> Iterator[Operation]:
            return iter(program.operations)

        return self.play(steps, program.limits, careful, around)

    def execute_as_script(self, program: Program) -> Failure | None:
        """Play a program as its script does: its calls and no others, and a look at the last."""
        result, raised = self._execute_as_script(program)
        new = self._unknown(result)
        return None if new is None else Failure(program, new, raised)

    def findings_of_last_step(self, program: Program) -> list[Finding]:
        """All that the last step of a program departs from, known or not; played as by a script."""
        result, _ = self._execute_as_script(program)
        return [each for each in result.findings if not isinstance(each.actual, CallSkipped)]

    def _execute_as_script(self, program: Program) -> tuple[StepResult, list[bool]]:
        if not program.operations:
            return StepResult(), []
        *before, last = program.operations
        session = self._session(program.limits)
        try:
            if any(map(session.is_quarantined, program)):
                return StepResult(), []
            raised = []
            for operation in before:
                recorder().step(operation)
                raised.append(run_step(session, operation))
            recorder().step(last)
            result = check_step(session, last, careful=True)
            return result, [*raised, result.raised]
        finally:
            self._end(session)

    def _play(
        self, session: Session, steps: Iterable[Operation], careful: bool, around: bool | None
    ) -> Failure | None:
        done: list[Operation] = []
        raised: list[bool] = []
        for step in steps:
            operation = step if around is None else self._around_known(session, step, around)
            if operation is None or session.is_quarantined(operation):
                continue
            done.append(operation)
            self.operations += 1
            recorder().step(operation)
            before = len(session.calls)
            result = check_step(session, operation, careful)
            raised.append(result.raised)
            session.made.append(operation.call)
            new = self._unknown(result) or self._only_when_empty(result, operation)
            if new is not None:
                self.stores_share_state = self.stores_share_state or "ISO-9" in new.suspects
                program, calls = Program(tuple(done), session.limits), session.calls[:before]
                return Failure(program, new, raised, session.model_resynchronized, tuple(calls))
            if operation.call in STORE_ACTION_CHECKS:  # it makes its own calls again
                session.calls[before:] = [operation]
            if result.findings and not self._follow(session, operation):
                return None
            if operation.call in (Method.close, StoreAction.next_store):
                return None
        return None if careful else self._last_look(session, done, raised)

    def _unknown(self, result: StepResult) -> Finding | None:
        """The first finding that no known failure explains; without one, count the evidence."""
        for finding in result.findings:
            known = isinstance(finding.actual, CallSkipped)
            if not known and self.failed.isdisjoint(finding.suspects):
                return finding
        for seen, times in result.evidence.items():
            self.evidence[seen] += times
        return None

    def _only_when_empty(self, result: StepResult, operation: Operation) -> Finding | None:
        """A query that an empty store takes, of a kind that the store is known to take at times,
        but that it refuses as soon as there is a record: then QRY-9 is to blame.
        """
        if "QRY-9" in self.failed:
            return None
        for finding in result.findings:
            if finding.suspects[-1] == "QRY-9" and finding.accepted_errors:
                whole = Operation(Method.add, ("a", dict(new_record("a", label="a"))))
                control = Executor(self.backend, self.workdirs, {"ERR-5"})
                failure = control.replay(Program((whole, operation)), careful=False)
                if failure is None:
                    return replace(finding, suspects=("QRY-9",))
        return None

    def _follow(self, session: Session, operation: Operation) -> bool:
        """Let the model follow a store that is known to be wrong here; False ends the program."""
        if operation.call in STORE_ACTION_CHECKS:
            return False
        if operation.call not in WRITES:
            return True
        return session.limits is None and session.resynchronize()

    def _last_look(
        self, session: Session, done: list[Operation], raised: list[bool]
    ) -> Failure | None:
        """At the end of a program, read everything back."""
        if not done or session.backend.stores_nothing or session.limits is not None:
            return None
        result, calls = StepResult(), tuple(session.calls)
        audit(session, Operation(Method.history), result, refused=False)
        new = self._unknown(result)
        if new is None:
            return None
        program = Program((*done, Operation(Method.history)))
        return Failure(program, new, [*raised, False], calls=calls)

    # What is known is avoided

    def _around_known(
        self, session: Session, operation: Operation, around: bool
    ) -> Operation | None:
        """The operation without what is known to fail, or None where nothing is left of it."""
        if not self.failed or session.backend.stores_nothing:
            return operation
        if shared_clause(operation) in self.failed:  # what the caller changes would be stored
            operation = operation.replace(mutate_afterwards=False)
        if operation.call in RECORD_CALLS and isinstance(operation.args[1], dict):
            operation = self._healthy(session, operation, around)
        if operation.call in QUERY_CALLS and mentions(operation.args, self.lost):
            return None
        if not around:
            return operation
        due = refusals(session.model, operation)
        if due:
            known = {refusal.clause for refusal in due} & self.failed
            return None if known and operation.call in WRITES else operation
        if operation.call in QUERY_CALLS and isinstance(operation.args[0], dict):
            suspects = query_suspects(session, operation, session.model.records)
            suspects += keys_suspects(operation)
            if not self.failed.isdisjoint(suspects):
                return None
        # REC-5 is about ids that differ; one that is the same can hardly be avoided.
        elif operation.call in WRITES and self.failed & set(write_suspects(session, operation)) - {
            "REC-5"
        }:
            return None
        return operation

    def _healthy(self, session: Session, operation: Operation, around: bool) -> Operation:
        """A record or update without the values that are known not to be kept, and whole."""
        msg_id, fields = operation.args
        if refusals(session.model, operation):
            return operation
        fields = {
            name: value
            for name, value in fields.items()
            if name not in self.lost
            if name == "msg_id" or not around or self.failed.isdisjoint(value_clauses(name, value))
        }
        if operation.call is Method.add and ("REC-2" in self.failed or self._leaves_out_fields):
            whole = dict.fromkeys(TASK_FIELDS) | {"stdout": "", "stderr": ""}
            fields = {**whole, "msg_id": msg_id, **fields}
        return operation.replace(args=(msg_id, fields))


def _empty(session: Session) -> None:
    """Drop what programs before this one have left in a store, or this one would leave."""
    history = session.call(Operation(Method.history)).value
    for msg_id in history if isinstance(history, list) else ():
        session.call(Operation(Method.drop, (msg_id,)))


def mentions(value: Any, fields: frozenset[str]) -> bool:
    """Whether a query, or a list of keys, names one of the fields."""
    if isinstance(value, dict):
        return any(
            str(key).partition(".")[0] in fields or mentions(item, fields)
            for key, item in value.items()
        )
    if isinstance(value, list | tuple):
        return any(
            item in fields if isinstance(item, str) else mentions(item, fields) for item in value
        )
    return False
