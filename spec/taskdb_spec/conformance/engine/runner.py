"""A run: programs for each clause, from the general to the special, then random walks.

After a clause has failed the run goes on. What is known to fail is avoided, so that each clause
ends on its own evidence.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from taskdb_spec.backend import Backend
from taskdb_spec.capabilities import QUERY_CAPABILITIES, Capability
from taskdb_spec.clauses import Clause, checked_clauses, clauses
from taskdb_spec.conformance.confirmation.counterexamples import Emitter
from taskdb_spec.conformance.core.config import WALK, Profile
from taskdb_spec.conformance.core.events import (
    ClauseFailed,
    Listener,
    Progress,
    RunFinished,
    RunStarted,
)
from taskdb_spec.conformance.core.program import Call, Operation
from taskdb_spec.conformance.core.results import ClauseResult, Counterexample, Report, enough
from taskdb_spec.conformance.diagnosis.blame import blame
from taskdb_spec.conformance.diagnosis.fault_models import explain
from taskdb_spec.conformance.execution.executor import Failure, Player
from taskdb_spec.conformance.execution.isolation.flight_recorder import recorder
from taskdb_spec.conformance.execution.session import Session
from taskdb_spec.conformance.execution.workdirs import Workdirs
from taskdb_spec.conformance.generation.choices import RandomSource
from taskdb_spec.conformance.generation.combinatorial import crossing
from taskdb_spec.conformance.generation.randomized.queries import storm
from taskdb_spec.conformance.generation.randomized.walk import Walk
from taskdb_spec.conformance.generation.targeted import program_for
from taskdb_spec.conformance.generation.values import Pools
from taskdb_spec.conformance.planning.batches import Part, parts
from taskdb_spec.conformance.shrinking.minimizer import Minimizer, carefully

ANNOUNCED = 20
"""After how many random walks those who watch are told."""


@dataclass
class Campaign:
    """One run on one backend."""

    backend: Backend
    profile: Profile
    seed: int
    emitter: Emitter
    folder: Path
    listen: Listener
    failures: dict[str, Counterexample] = field(default_factory=dict)
    doubts: dict[str, list[Counterexample]] = field(default_factory=dict)
    misled: Counter[str] = field(default_factory=Counter)  # failures of the model's own, by clause
    workers: int = 1
    until: str = ""  # the run may end as soon as this clause has failed
    given_up: set[str] = field(default_factory=set)  # the names of programs that are not played
    failing: Callable[[], None] = lambda: None  # when a program that has failed is tried
    learned: Callable[[], None] = lambda: None  # when more is known to fail

    def __post_init__(self) -> None:
        self.started = time.monotonic()
        self.player = Player(self.backend, Workdirs(self.folder))
        self.claimed = checked_clauses(self.backend)

    def run(self, strict: bool) -> Report:
        """Make the run in this process."""
        self.open_once()
        self.announce()
        for part in self.parts():
            if self.is_over(part):
                break
            self.tell(part)
            self.play(part)
        return self.finish(strict)

    def parts(self) -> Iterator[Part]:
        """The parts of the run, in order; it ends before the first that `is_over`."""
        return parts(self.claimed, self.profile, walks=not self.backend.stores_nothing)

    def is_over(self, part: Part) -> bool:
        """Whether the run ends before this part."""
        enough = not part.clause and self.player.operations >= self.profile.operations
        return enough or (part.begins and self.until in self.failures)

    def tell(self, part: Part) -> None:
        """Tell those who watch what comes now."""
        if part.begins and part.numbers.start % ANNOUNCED == 0:
            self.listen(Progress(self.player.operations, part.clause or "random walks"))

    def play(self, part: Part) -> None:
        """Play the programs of a part."""
        for number, name in part.names():
            if name in self.given_up:
                continue
            if part.clause:
                self._focus(clauses()[part.clause], number, name)
            else:
                self._walk(number, name)

    def announce(self) -> None:
        """Tell those who watch that the run begins."""
        self.listen(
            RunStarted(
                self.backend.name,
                self.profile.name,
                self.seed,
                len(self.claimed),
                self.profile.operations,
            )
        )

    def finish(self, strict: bool, cut_short: str = "") -> Report:
        """The report of what was done."""
        report = Report(
            backend=self.backend.name,
            profile=self.profile.name,
            seed=self.seed,
            strict=strict,
            clauses=tuple(map(self._result, clauses().values())),
            seconds=time.monotonic() - self.started,
            operations=self.player.operations,
            cut_short=cut_short,
            workers=self.workers,
        )
        self.listen(RunFinished(report))
        return report

    def open_once(self) -> None:
        """A store that cannot be opened, or is not empty, is refused before anything is written."""
        session = Session(self.backend, self.folder / "first")
        session.refuse_what_is_there()
        session.close()

    def _focus(self, clause: Clause, number: int, name: str) -> None:
        if clause.id in self.failures:
            return
        # Half of the programs use only what the clause needs, the others all that is claimed.
        capabilities = self.backend.capabilities if number // 2 % 2 else clause.needs
        pools = self._pools(name, capabilities & QUERY_CAPABILITIES, self.seed + number)
        program = program_for(clause.id, pools)
        if program.limits is not None and Capability.durable in self.backend.capabilities:
            program = program.but(*program, Operation(Call.reopen))  # what was culled stays away
        careful = number % 5 < 4  # to read everything back may heal what a read has done
        failure = self.player.replay(program, careful=careful, around=number % 2 == 0)
        while failure is not None and self._handle(failure, clause.id):
            failure = self.player.replay(program, around=False)  # it may show more

    def _walk(self, number: int, name: str) -> None:
        # The first walks are crossings for the most part, which take all tables in turn.
        turn, kind = divmod(number, 3)
        pools = self._pools(name, self.backend.query_capabilities, self.seed + 2 * turn + kind)
        if kind < 2:
            durable = Capability.durable in self.backend.capabilities
            failure = self.player.play(lambda session: crossing(pools, durable))
        elif pools.chance(5):
            failure = self.player.play(lambda session: storm(pools))
        else:
            failure = self.player.play(partial(_steps, Walk(pools, self.backend.capabilities)))
        if failure is not None:
            self._handle(failure, "")

    def _pools(
        self, name: str, capabilities: frozenset[Capability], turn: int | None = None
    ) -> Pools:
        recorder().enter(name)
        source = RandomSource(f"{self.seed}/{name}")
        return Pools(source, capabilities, self.backend.resolution, turn)

    def _handle(self, failure: Failure, focus: str) -> bool:
        """Find out which clause is to blame for a failure, and shrink it; False if it is known."""
        self.failing()
        operations, evidence = self.player.operations, self.player.evidence.copy()
        failure, careful = carefully(self.player, failure)
        if isinstance(failure.finding.actual, Exception) and not failure.finding.family:
            # Any record and any condition may have raised: only the smallest program can tell.
            failure = Minimizer(self.player, failure, "", focus, self.failing).smallest(careful)
        clause = blame(self.player, failure, focus)
        if self.is_settled(clause) or (failure.adopted and self.misled[clause] >= DOUBTS):
            self.player.operations, self.player.evidence = operations, evidence
            return False
        self.listen(Progress(operations, f"shrinking {clause}"))
        minimizer = Minimizer(self.player, failure, clause, focus, self.failing)
        failure = minimizer.smallest(careful)
        example = self.emitter.counterexample(minimizer.spelled_out(failure), clause)
        if not example.holds and failure.adopted:  # the model had followed the store too far
            failure = minimizer.smallest(careful, follow=False)
            example = self.emitter.counterexample(failure, clause)
        self.player.operations, self.player.evidence = operations, evidence
        if example.holds:
            words = explain(self.player, failure, careful, minimizer.trials)
            example = replace(example, explanation=words)
        found = self._told(clause, example, failure.adopted)
        if found and clause == "REC-1":
            self.player.find_lost_fields()
        self.learned()
        return found

    def _told(self, clause: str, example: Counterexample, adopted: bool) -> bool:
        """Report an example, unless it shows no more than that the model has followed the store."""
        if adopted and example.ours:
            self.misled[clause] += 1
            return False
        return self.report(clause, example)

    def report(self, clause: str, example: Counterexample) -> bool:
        """Only what was confirmed is held against the backend; what is not, is tried again."""
        if not example.holds:
            self.doubts.setdefault(clause, []).append(example)
            if len(self.doubts[clause]) >= DOUBTS:
                self.player.failed.add(clause)
            return False
        self.doubts.pop(clause, None)
        self.player.failed.add(clause)
        self.failures[clause] = example
        self.listen(ClauseFailed(clause, clauses()[clause].title, example))
        return True

    def is_settled(self, clause: str) -> bool:
        """Whether nothing more is to be found out about a clause."""
        return clause in self.failures or len(self.doubts.get(clause, ())) >= DOUBTS

    def _result(self, clause: Clause) -> ClauseResult:
        counts = {kind: self.player.evidence[clause.id, kind] for kind in clause.evidence}
        if not clause.claimed_by(self.backend):
            return ClauseResult(clause, "unclaimed", counts)
        if clause.id in self.failures:
            return ClauseResult(clause, "fail", counts, self.failures[clause.id])
        if clause.id in self.doubts:
            return ClauseResult(clause, "unexercised", counts, self.doubts[clause.id][-1])
        seen = all(count >= enough(clause.id) for count in counts.values())
        return ClauseResult(clause, "pass" if seen else "unexercised", counts)


DOUBTS = 3
"""How many counterexamples of a clause may fail to be confirmed before it is left alone."""


def _steps(walk: Walk, session: Session) -> Iterator[Operation]:
    yield from walk.begin()
    for _ in range(WALK // 2):
        yield from walk.next(session.model)
