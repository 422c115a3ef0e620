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
from taskdb_spec.conformance.confirmation.counterexamples import CounterexampleWriter
from taskdb_spec.conformance.core.config import RANDOM_WALK_OPERATIONS, Profile
from taskdb_spec.conformance.core.events import (
    ClauseFailed,
    Listener,
    Progress,
    RunFinished,
    RunStarted,
)
from taskdb_spec.conformance.core.program import Operation, StoreAction
from taskdb_spec.conformance.core.results import (
    ClauseResult,
    Counterexample,
    Report,
    required_evidence,
)
from taskdb_spec.conformance.diagnosis.blame import blame
from taskdb_spec.conformance.diagnosis.explanation import explain
from taskdb_spec.conformance.execution.executor import Executor, Failure
from taskdb_spec.conformance.execution.isolation.flight_recorder import recorder
from taskdb_spec.conformance.execution.session import Session
from taskdb_spec.conformance.execution.workdirs import Workdirs
from taskdb_spec.conformance.generation.choices import RandomSource
from taskdb_spec.conformance.generation.combinatorial import combinatorial_program
from taskdb_spec.conformance.generation.randomized.queries import random_query_program
from taskdb_spec.conformance.generation.randomized.walk import RandomWalk
from taskdb_spec.conformance.generation.targeted import program_for
from taskdb_spec.conformance.generation.values import ValueGenerator
from taskdb_spec.conformance.planning.batches import Batch, plan_batches
from taskdb_spec.conformance.shrinking.minimizer import Minimizer, read_back_after_each_step

PROGRESS_INTERVAL_PROGRAMS = 20
"""After how many random walks those who watch are told."""


@dataclass
class Runner:
    """One run on one backend."""

    backend: Backend
    profile: Profile
    seed: int
    writer: CounterexampleWriter
    folder: Path
    listen: Listener
    failures: dict[str, Counterexample] = field(default_factory=dict)
    unconfirmed: dict[str, list[Counterexample]] = field(default_factory=dict)
    model_artifacts: Counter[str] = field(
        default_factory=Counter
    )  # failures of the model's own, by clause
    workers: int = 1
    until: str = ""  # the run may end as soon as this clause has failed
    skipped_programs: set[str] = field(
        default_factory=set
    )  # the names of programs that are not played
    failing: Callable[[], None] = lambda: None  # when a program that has failed is tried
    learned: Callable[[], None] = lambda: None  # when more is known to fail

    def __post_init__(self) -> None:
        self.started = time.monotonic()
        self.executor = Executor(self.backend, Workdirs(self.folder))
        self.claimed = checked_clauses(self.backend)

    def run(self, strict: bool) -> Report:
        """Make the run in this process."""
        self.open_once()
        self.announce()
        for part in self.batches():
            if self.is_over(part):
                break
            self.tell(part)
            self.play(part)
        return self.finish(strict)

    def batches(self) -> Iterator[Batch]:
        """The parts of the run, in order; it ends before the first that `is_over`."""
        return plan_batches(self.claimed, self.profile, walks=not self.backend.stores_nothing)

    def is_over(self, part: Batch) -> bool:
        """Whether the run ends before this part."""
        required_evidence = not part.clause and self.executor.operations >= self.profile.operations
        return required_evidence or (part.is_first and self.until in self.failures)

    def tell(self, part: Batch) -> None:
        """Tell those who watch what comes now."""
        if part.is_first and part.numbers.start % PROGRESS_INTERVAL_PROGRAMS == 0:
            self.listen(Progress(self.executor.operations, part.clause or "random walks"))

    def play(self, part: Batch) -> None:
        """Play the programs of a part."""
        for number, name in part.names():
            if name in self.skipped_programs:
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

    def finish(self, strict: bool, aborted_reason: str = "") -> Report:
        """The report of what was done."""
        report = Report(
            backend=self.backend.name,
            profile=self.profile.name,
            seed=self.seed,
            strict=strict,
            clauses=tuple(map(self._result, clauses().values())),
            seconds=time.monotonic() - self.started,
            operations=self.executor.operations,
            aborted_reason=aborted_reason,
            workers=self.workers,
        )
        self.listen(RunFinished(report))
        return report

    def open_once(self) -> None:
        """A store that cannot be opened, or is not empty, is refused before anything is written."""
        session = Session(self.backend, self.folder / "first")
        session.refuse_nonempty_store()
        session.close()

    def _focus(self, clause: Clause, number: int, name: str) -> None:
        if clause.id in self.failures:
            return
        # Half of the programs use only what the clause needs, the others all that is claimed.
        capabilities = self.backend.capabilities if number // 2 % 2 else clause.needs
        generator = self._pools(name, capabilities & QUERY_CAPABILITIES, self.seed + number)
        program = program_for(clause.id, generator)
        if program.limits is not None and Capability.durable in self.backend.capabilities:
            program = program.replace(
                *program, Operation(StoreAction.reopen)
            )  # what was culled stays away
        careful = number % 5 < 4  # to read everything back may heal what a read has done
        failure = self.executor.replay(program, careful=careful, around=number % 2 == 0)
        while failure is not None and self._handle(failure, clause.id):
            failure = self.executor.replay(program, around=False)  # it may show more

    def _walk(self, number: int, name: str) -> None:
        # The first walks are crossings for the most part, which take all tables in turn.
        rotation, kind = divmod(number, 3)
        generator = self._pools(
            name, self.backend.query_capabilities, self.seed + 2 * rotation + kind
        )
        if kind < 2:
            durable = Capability.durable in self.backend.capabilities
            failure = self.executor.play(lambda session: combinatorial_program(generator, durable))
        elif generator.chance(5):
            failure = self.executor.play(lambda session: random_query_program(generator))
        else:
            failure = self.executor.play(
                partial(_steps, RandomWalk(generator, self.backend.capabilities))
            )
        if failure is not None:
            self._handle(failure, "")

    def _pools(
        self, name: str, capabilities: frozenset[Capability], rotation: int | None = None
    ) -> ValueGenerator:
        recorder().enter(name)
        source = RandomSource(f"{self.seed}/{name}")
        return ValueGenerator(source, capabilities, self.backend.resolution, rotation)

    def _handle(self, failure: Failure, focus: str) -> bool:
        """Find out which clause is to blame for a failure, and shrink it; False if it is known."""
        self.failing()
        operations, evidence = self.executor.operations, self.executor.evidence.copy()
        failure, careful = read_back_after_each_step(self.executor, failure)
        if isinstance(failure.finding.actual, Exception) and not failure.finding.accepted_errors:
            # Any record and any condition may have raised: only the smallest program can tell.
            failure = Minimizer(self.executor, failure, "", focus, self.failing).minimize(careful)
        clause = blame(self.executor, failure, focus)
        if self.is_resolved(clause) or (
            failure.model_resynchronized and self.model_artifacts[clause] >= MAX_UNCONFIRMED
        ):
            self.executor.operations, self.executor.evidence = operations, evidence
            return False
        self.listen(Progress(operations, f"shrinking {clause}"))
        minimizer = Minimizer(self.executor, failure, clause, focus, self.failing)
        failure = minimizer.minimize(careful)
        example = self.writer.write(minimizer.with_explicit_reads(failure), clause)
        if (
            not example.is_valid and failure.model_resynchronized
        ):  # the model had followed the store too far
            failure = minimizer.minimize(careful, follow=False)
            example = self.writer.write(failure, clause)
        self.executor.operations, self.executor.evidence = operations, evidence
        if example.is_valid:
            words = explain(self.executor, failure, careful, minimizer.trials)
            example = replace(example, explanation=words)
        found = self._told(clause, example, failure.model_resynchronized)
        if found and clause == "REC-1":
            self.executor.find_lost_fields()
        self.learned()
        return found

    def _told(self, clause: str, example: Counterexample, model_resynchronized: bool) -> bool:
        """Report an example, unless it shows no more than that the model has followed the store."""
        if model_resynchronized and example.fails_on_model:
            self.model_artifacts[clause] += 1
            return False
        return self.report(clause, example)

    def report(self, clause: str, example: Counterexample) -> bool:
        """Only what was confirmed is held against the backend; what is not, is tried again."""
        if not example.is_valid:
            self.unconfirmed.setdefault(clause, []).append(example)
            if len(self.unconfirmed[clause]) >= MAX_UNCONFIRMED:
                self.executor.failed.add(clause)
            return False
        self.unconfirmed.pop(clause, None)
        self.executor.failed.add(clause)
        self.failures[clause] = example
        self.listen(ClauseFailed(clause, clauses()[clause].title, example))
        return True

    def is_resolved(self, clause: str) -> bool:
        """Whether nothing more is to be found out about a clause."""
        return clause in self.failures or len(self.unconfirmed.get(clause, ())) >= MAX_UNCONFIRMED

    def _result(self, clause: Clause) -> ClauseResult:
        counts = {kind: self.executor.evidence[clause.id, kind] for kind in clause.evidence}
        if not clause.claimed_by(self.backend):
            return ClauseResult(clause, "unclaimed", counts)
        if clause.id in self.failures:
            return ClauseResult(clause, "fail", counts, self.failures[clause.id])
        if clause.id in self.unconfirmed:
            return ClauseResult(clause, "unexercised", counts, self.unconfirmed[clause.id][-1])
        seen = all(count >= required_evidence(clause.id) for count in counts.values())
        return ClauseResult(clause, "pass" if seen else "unexercised", counts)


MAX_UNCONFIRMED = 3
"""How many counterexamples of a clause may fail to be confirmed before it is left alone."""


def _steps(walk: RandomWalk, session: Session) -> Iterator[Operation]:
    yield from walk.begin()
    for _ in range(RANDOM_WALK_OPERATIONS // 2):
        yield from walk.next(session.model)
