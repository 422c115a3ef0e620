"""Reduce a failure to the smallest program that fails alike, also when it runs as a script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from taskdb_spec.conformance.core.program import Program
from taskdb_spec.conformance.core.variants import Audit
from taskdb_spec.conformance.diagnosis.blame import blame
from taskdb_spec.conformance.diagnosis.explanation import Trial
from taskdb_spec.conformance.execution.executor import Executor, Failure
from taskdb_spec.conformance.shrinking.ddmin import Fails, shorten, shrink

MAX_AUDITED_OPERATIONS = 60
"""Longer programs are first made shorter: an audit of each step reads every record each time, so
its calls grow with the square of the length. Nearly all programs are shorter."""


MAX_VAIN_ATTEMPTS = 15
"""Programs that fail only after the model took over the store's state, before a search for one that
fails without that is given up. Each one costs many calls, and all of them mostly end alike."""


@dataclass
class Minimizer:
    """Search for smaller programs that fail alike.

    Args:
        executor: runs the programs.
        failure: the failure to reduce.
        clause: the clause to blame, which must not change; empty if it is not known yet.
        target_clause: the clause that the program was generated for, or empty.
        on_attempt: called before each program is run.
    """

    executor: Executor
    failure: Failure
    clause: str
    target_clause: str
    on_attempt: Callable[[], None]
    trials: list[Trial] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.trials.append(Trial(self.failure.program, self.failure))

    def minimize(self, audit: Audit, *, allow_resynchronization: bool = True) -> Failure:
        """Return the smallest program found that fails alike.

        `allow_resynchronization`: known failures may occur in it, after which the model takes over
        the store's state.
        """
        vain = 0

        def execute(program: Program) -> Failure | None:
            nonlocal vain
            if vain >= MAX_VAIN_ATTEMPTS:
                return None
            again = self.executor.execute_program(program, audit=audit)
            self.trials.append(Trial(program, again))
            if again is not None and again.model_resynchronized and not allow_resynchronization:
                vain += 1
                return None
            return again

        return self._shrink(self.failure, execute)

    def audit_each_step(self) -> tuple[Failure, Audit]:
        """Audit the program after each step if it fails that way too, to see where a fault arises.

        Returns:
            The failure, and the audit to continue with.
        """
        failure = self.failure
        if len(failure.program) > MAX_AUDITED_OPERATIONS:
            failure = self._shorten()
        if len(failure.program) > MAX_AUDITED_OPERATIONS:
            return failure, Audit.AT_END
        earlier = self.executor.execute_program(failure.program)
        return (earlier, Audit.EACH_STEP) if earlier is not None else (failure, Audit.AT_END)

    def with_explicit_reads(self, failure: Failure) -> Failure:
        """Make the failure reproducible by a script.

        The executor reads records back between steps; a script does not. Try the program without
        those reads, then with the reads written out as operations and minimized.
        """
        program, execute = failure.program, self.executor.execute_as_script
        if (
            failure.model_resynchronized
            or program.limits is not None
            or self.executor.backend.stores_nothing
        ):
            return failure
        for operations in (program.operations, (*failure.calls, program.operations[-1])):
            self.on_attempt()
            again = execute(program.replace(*operations))
            if again is not None and self._is_same(again):
                return again if operations is program.operations else self._shrink(again, execute)
        return failure

    def _shorten(self) -> Failure:
        def execute(program: Program) -> Failure | None:
            return self.executor.execute_program(program, audit=Audit.AT_END)

        return self._reduce(
            self.failure, execute, lambda p, fails: shorten(p, fails, MAX_AUDITED_OPERATIONS)
        )

    def _shrink(self, failure: Failure, execute: Callable[[Program], Failure | None]) -> Failure:
        return self._reduce(failure, execute, shrink)

    def _reduce(
        self,
        failure: Failure,
        execute: Callable[[Program], Failure | None],
        reduce: Callable[[Program, Fails], Program],
    ) -> Failure:
        latest = failure

        def fails(program: Program) -> Program | None:
            nonlocal latest
            self.on_attempt()
            again = execute(program)
            if again is None or not self._is_same(again):
                return None
            latest = again
            return again.program

        reduce(failure.program, fails)
        return latest

    def _is_same(self, again: Failure) -> bool:
        """Return whether a failure is of the same kind, with the same clause to blame."""
        finding, wanted = again.finding, self.failure.finding
        if finding.kind != wanted.kind:
            return False
        if wanted.accepted_errors and finding.suspects != wanted.suspects:
            return False
        return (
            not self.clause
            or self.clause in finding.suspects
            or blame(self.executor, again, self.target_clause) == self.clause
        )
