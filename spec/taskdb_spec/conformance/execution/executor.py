"""The executor: run programs on a backend, each on a new store in a new folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from taskdb_spec.backend import Backend, Limits
from taskdb_spec.conformance.core.findings import Evidence, Finding, StepResult
from taskdb_spec.conformance.core.program import (
    WHOLE_STORE_CALLS,
    WRITES,
    Method,
    Operation,
    Program,
    StoreAction,
)
from taskdb_spec.conformance.core.variants import Audit, Avoidance
from taskdb_spec.conformance.execution.isolation.flight_recorder import FlightRecorder
from taskdb_spec.conformance.execution.policy import AvoidancePolicy, NoAvoidance, StepComparison
from taskdb_spec.conformance.execution.session import CallSkipped, Session
from taskdb_spec.conformance.execution.store_reuse import StoreReuse
from taskdb_spec.conformance.execution.workdirs import Workdirs

DynamicProgram = Callable[[Session], Iterator[Operation]]
"""Yields the operations of a program one by one, and may look at the session between them."""


@dataclass(frozen=True)
class Failure:
    """A program whose last step differs from the model, and the finding that says how."""

    program: Program
    finding: Finding
    raised: list[bool]
    """For each step, whether the store raised."""
    model_resynchronized: bool = False
    """Whether the model took over the store's state before: it may then be wrong itself."""
    calls: tuple[Operation, ...] = ()
    """All calls before the last step, reads between the steps included."""
    on_used_store: bool = False
    """Whether other programs had been executed on the store before."""


@dataclass
class Executor:
    """Run programs on a backend beside the model, up to the first finding that is not known.

    `policy` decides what is avoided. `evidence` and `operations` count what was executed.
    """

    backend: Backend
    workdirs: Workdirs
    comparison: StepComparison
    policy: AvoidancePolicy = field(default_factory=NoAvoidance)
    recorder: FlightRecorder = field(default_factory=FlightRecorder)
    stores_share_state: bool = False
    """Whether two stores were observed to share state. Every store is then emptied, before the
    program and after it."""
    evidence: Evidence = field(default_factory=Counter)
    operations: int = 0

    def with_policy(self, policy: AvoidancePolicy) -> Executor:
        """Return an executor with this policy and with counters of zero."""
        return replace(self, policy=policy, evidence=Counter(), operations=0)

    def for_experiments(self) -> Executor:
        """Return an executor with the same policy and with counters of zero."""
        return self.with_policy(self.policy)

    def execute(
        self,
        program: DynamicProgram,
        *,
        limits: Limits | None = None,
        audit: Audit = Audit.AT_END,
        avoidance: Avoidance = Avoidance.SKIP,
    ) -> Failure | None:
        """Execute a program to its end, or to the first finding that is not known yet."""
        if limits is not None and self.policy.skips_limited_programs:
            return None
        session = self.open_session(limits)
        try:
            return self._execute(session, program(session), audit, avoidance)
        finally:
            self.close_session(session)

    def execute_reusing(
        self,
        reuse: StoreReuse,
        program: DynamicProgram,
        *,
        audit: Audit = Audit.AT_END,
        avoidance: Avoidance = Avoidance.SKIP,
    ) -> Failure | None:
        """Execute a program on the store that was kept, and keep the store if it passes."""
        session = reuse.take(self.open_session, self.policy.is_quarantined)
        try:
            failure = self._execute(session, program(session), audit, avoidance)
        except BaseException:
            self.close_session(session)
            raise
        if failure is None:
            reuse.give_back(session, self.close_session)
            return None
        self.close_session(session)
        return replace(failure, on_used_store=session.is_used)

    def execute_program(
        self,
        program: Program,
        *,
        audit: Audit = Audit.EACH_STEP,
        avoidance: Avoidance = Avoidance.NONE,
    ) -> Failure | None:
        """Execute a program that is given whole."""
        return self.execute(
            lambda session: iter(program.operations),
            limits=program.limits,
            audit=audit,
            avoidance=avoidance,
        )

    def execute_as_script(self, program: Program) -> Failure | None:
        """Execute a program as its script does: its calls and no others, and check the last."""
        result, raised = self._execute_as_script(program)
        new = self._first_unknown(result)
        return None if new is None else Failure(program, new, raised)

    def findings_of_last_step(self, program: Program) -> list[Finding]:
        """Return all findings of the last step, known ones included, executed as a script does."""
        result, _ = self._execute_as_script(program)
        return [each for each in result.findings if not isinstance(each.actual, CallSkipped)]

    def open_session(self, limits: Limits | None = None) -> Session:
        """Open a new store in a new folder."""
        session = Session(
            self.backend,
            self.workdirs.take(),
            limits,
            recorder=self.recorder,
            is_quarantined=self.policy.is_quarantined,
        )
        if self.stores_share_state:
            _drop_all(session)
        return session

    def close_session(self, session: Session) -> None:
        """Close the store, and remove what it has left."""
        if self.stores_share_state:
            _drop_all(session)
        session.close()
        for folder in session.folders:
            self.backend.discard(folder)
            self.workdirs.give_back(folder)

    def _execute_as_script(self, program: Program) -> tuple[StepResult, list[bool]]:
        if not program.operations:
            return StepResult(), []
        *before, last = program.operations
        session = self.open_session(program.limits)
        try:
            if any(map(session.is_quarantined, program)):
                return StepResult(), []
            raised = []
            for operation in before:
                self.recorder.step_started(operation)
                raised.append(self.comparison.run(session, operation))
            self.recorder.step_started(last)
            result = self.comparison.check(session, last, Audit.EACH_STEP)
            return result, [*raised, result.raised]
        finally:
            self.close_session(session)

    def _execute(
        self, session: Session, steps: Iterable[Operation], audit: Audit, avoidance: Avoidance
    ) -> Failure | None:
        audit = max(audit, self.policy.least_audit)
        done: list[Operation] = []
        raised: list[bool] = []
        calls = session.history.calls
        for operation in self._adapted(session, steps, avoidance):
            done.append(operation)
            self.operations += 1
            self.recorder.step_started(operation)
            before = len(calls)
            result = self.comparison.check(session, operation, audit)
            raised.append(result.raised)
            session.history.steps.append(operation.call)
            new = self._first_unknown(result) or self._reinterpret(result, operation)
            if new is not None:
                # What a used store shows may be left from the program before.
                shares_state = "ISO-9" in new.suspects and not session.is_used
                self.stores_share_state = self.stores_share_state or shares_state
                program = Program(tuple(done), session.limits)
                resynchronized = session.model_resynchronized
                return Failure(program, new, raised, resynchronized, tuple(calls[:before]))
            if operation.call in WHOLE_STORE_CALLS:  # the check makes its own calls again
                calls[before:] = [operation]
            if result.findings and not self._resynchronize(session, operation):
                return None
            if operation.call in (Method.close, StoreAction.next_store):
                return None
        return None if audit is Audit.EACH_STEP else self._read_back(session, done, raised)

    def _adapted(
        self, session: Session, steps: Iterable[Operation], avoidance: Avoidance
    ) -> Iterator[Operation]:
        for step in steps:
            operation: Operation | None = step
            if avoidance is not Avoidance.NONE:
                operation = self.policy.adapt(session, step, avoidance)
            if operation is not None and not session.is_quarantined(operation):
                yield operation

    def _first_unknown(self, result: StepResult) -> Finding | None:
        """Return the first finding that no known failure explains, or else count the evidence."""
        for finding in result.findings:
            if not isinstance(finding.actual, CallSkipped) and not self.policy.is_known(finding):
                return finding
        for kind, times in result.evidence.items():
            self.evidence[kind] += times
        return None

    def _reinterpret(self, result: StepResult, operation: Operation) -> Finding | None:
        def fails(program: Program, policy: AvoidancePolicy) -> bool:
            executor = self.with_policy(policy)
            return executor.execute_program(program, audit=Audit.AT_END) is not None

        return self.policy.reinterpret(result, operation, fails)

    def _resynchronize(self, session: Session, operation: Operation) -> bool:
        """Copy the state of a store that is known to be wrong here; False ends the program."""
        if operation.call in WHOLE_STORE_CALLS:
            return False
        if operation.call not in WRITES:
            return True
        return session.limits is None and session.resynchronize()

    def _read_back(
        self, session: Session, done: list[Operation], raised: list[bool]
    ) -> Failure | None:
        """Compare all records at the end of a program."""
        if not done or session.backend.stores_nothing or session.limits is not None:
            return None
        calls = tuple(session.history.calls)
        new = self._first_unknown(self.comparison.read_back(session))
        if new is None:
            return None
        program = Program((*done, Operation(Method.history)))
        return Failure(program, new, [*raised, False], calls=calls)


def _drop_all(session: Session) -> None:
    """Drop what other programs left in a store, or this one would leave."""
    history = session.call(Operation(Method.history)).value
    for msg_id in history if isinstance(history, list) else ():
        session.call(Operation(Method.drop, (msg_id,)))
