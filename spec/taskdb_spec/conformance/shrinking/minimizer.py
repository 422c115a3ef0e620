"""From a failure to the smallest program that fails in the same way, as a script of it does too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from taskdb_spec.conformance.core.program import Program
from taskdb_spec.conformance.diagnosis.blame import blame
from taskdb_spec.conformance.diagnosis.explanation import Trial
from taskdb_spec.conformance.execution.executor import Executor, Failure
from taskdb_spec.conformance.shrinking.ddmin import shrink


def read_back_after_each_step(executor: Executor, failure: Failure) -> tuple[Failure, bool]:
    """The same program with every record read back after each step, if it fails that way."""
    earlier = executor.replay(failure.program)
    return (earlier, True) if earlier is not None else (failure, False)


@dataclass
class Minimizer:
    """Looks for smaller programs of a failure for which `clause`, if any is given, is to blame."""

    executor: Executor
    failure: Failure
    clause: str
    focus: str
    on_attempt: Callable[[], None]  # is told of each try
    trials: list[Trial] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.trials.append(Trial(self.failure.program, self.failure))

    def minimize(self, careful: bool, follow: bool = True) -> Failure:
        """The smallest program of the same failure; with `follow`, known faults may occur in it."""

        def replay(program: Program) -> Failure | None:
            again = self.executor.replay(program, careful)
            self.trials.append(Trial(program, again))
            return (
                None if again is not None and again.model_resynchronized and not follow else again
            )

        return self._shrunk(self.failure, replay)

    def with_explicit_reads(self, failure: Failure) -> Failure:
        """The same without what is read between the steps, or with as much of it as is needed.

        A store may fail only because its records were read back, which no script does unasked.
        """
        program, plainly = failure.program, self.executor.execute_as_script
        if (
            failure.model_resynchronized
            or program.limits is not None
            or self.executor.backend.stores_nothing
        ):
            return failure
        for operations in (program.operations, (*failure.calls, program.operations[-1])):
            self.on_attempt()
            again = plainly(program.replace(*operations))
            if again is not None and self._is_same(again):
                return again if operations is program.operations else self._shrunk(again, plainly)
        return failure

    def _shrunk(self, failure: Failure, replay: Callable[[Program], Failure | None]) -> Failure:
        latest = failure

        def fails(program: Program) -> Program | None:
            nonlocal latest
            self.on_attempt()
            again = replay(program)
            if again is None or not self._is_same(again):
                return None
            latest = again
            return again.program

        shrink(failure.program, fails)
        return latest

    def _is_same(self, again: Failure) -> bool:
        """Whether a failure is of the kind that is looked for, and its clause to blame as well."""
        finding, wanted = again.finding, self.failure.finding
        if finding.kind != wanted.kind:
            return False
        if wanted.accepted_errors and finding.suspects != wanted.suspects:
            return False
        return (
            not self.clause
            or self.clause in finding.suspects
            or blame(self.executor, again, self.focus) == self.clause
        )
