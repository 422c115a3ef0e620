"""From a failure to the smallest program that fails in the same way, as a script of it does too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from taskdb_spec.conformance.core.program import Program
from taskdb_spec.conformance.diagnosis.blame import blame
from taskdb_spec.conformance.diagnosis.fault_models import Trial
from taskdb_spec.conformance.execution.executor import Failure, Player
from taskdb_spec.conformance.shrinking.ddmin import shrink


def carefully(player: Player, failure: Failure) -> tuple[Failure, bool]:
    """The same program with every record read back after each step, if it fails that way."""
    earlier = player.replay(failure.program)
    return (earlier, True) if earlier is not None else (failure, False)


@dataclass
class Minimizer:
    """Looks for smaller programs of a failure for which `clause`, if any is given, is to blame."""

    player: Player
    failure: Failure
    clause: str
    focus: str
    tried: Callable[[], None]  # is told of each try
    trials: list[Trial] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.trials.append(Trial(self.failure.program, self.failure))

    def smallest(self, careful: bool, follow: bool = True) -> Failure:
        """The smallest program of the same failure; with `follow`, known faults may occur in it."""

        def replay(program: Program) -> Failure | None:
            again = self.player.replay(program, careful)
            self.trials.append(Trial(program, again))
            return None if again is not None and again.adopted and not follow else again

        return self._shrunk(self.failure, replay)

    def spelled_out(self, failure: Failure) -> Failure:
        """The same without what is read between the steps, or with as much of it as is needed.

        A store may fail only because its records were read back, which no script does unasked.
        """
        program, plainly = failure.program, self.player.replay_plainly
        if failure.adopted or program.limits is not None or self.player.backend.stores_nothing:
            return failure
        for operations in (program.operations, (*failure.calls, program.operations[-1])):
            self.tried()
            again = plainly(program.but(*operations))
            if again is not None and self._is_same(again):
                return again if operations is program.operations else self._shrunk(again, plainly)
        return failure

    def _shrunk(self, failure: Failure, replay: Callable[[Program], Failure | None]) -> Failure:
        latest = failure

        def fails(program: Program) -> Program | None:
            nonlocal latest
            self.tried()
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
        if wanted.family and finding.suspects != wanted.suspects:
            return False
        return (
            not self.clause
            or self.clause in finding.suspects
            or blame(self.player, again, self.focus) == self.clause
        )
