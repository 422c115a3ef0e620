"""A run in processes of its own: what hangs or ends one gets a verdict, and the run goes on.

The first process watches. It deals the parts of the run out to workers, and takes what came of
them in the order of the run, so that it does not matter how many there are: each part is played
with what the parts before it have brought to light. When more is known to fail, or a worker is
gone, what was played ahead is dropped, and new workers go on from there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, islice

from taskdb_spec.conformance.core.config import ResourceBudget
from taskdb_spec.conformance.core.events import Event, Progress
from taskdb_spec.conformance.core.results import Report
from taskdb_spec.conformance.diagnosis.crashes import CrashAnalyzer, program_of
from taskdb_spec.conformance.engine.runner import Runner
from taskdb_spec.conformance.engine.workers import BatchResult, FailureBarrier, Known, Worker
from taskdb_spec.conformance.execution.isolation.exit import ProcessExit
from taskdb_spec.conformance.execution.isolation.flight_recorder import (
    FlightLog,
    Phase,
    SharedFlightRecorder,
)
from taskdb_spec.conformance.execution.isolation.process import ForkedProcess
from taskdb_spec.conformance.execution.session import StoreNotOpened
from taskdb_spec.conformance.execution.workdirs import Workdirs
from taskdb_spec.conformance.planning.batches import Batch


def run_supervised(runner: Runner, strict: bool, budget: ResourceBudget, workers: int) -> Report:
    """Make the run in forked processes, and in others after them where one does not come back."""
    return _Supervisor(runner, budget, workers).run(strict)


class _Supervisor:
    def __init__(self, runner: Runner, budget: ResourceBudget, workers: int) -> None:
        self.runner, self.budget, self.workers = runner, budget, workers
        self.folder = runner.folder
        self.crash_analyzer = CrashAnalyzer(
            runner.backend, self.folder, SharedFlightRecorder(), budget
        )
        self.accidents: Counter[str] = Counter()
        self.taken = 0  # how many parts
        self.crews = 0

    def run(self, strict: bool) -> Report:
        self.runner.workers = self.workers
        self._open()
        self.runner.announce()
        while self.accidents.total() <= self.budget.restarts:
            if self._go_on():
                return self.runner.finish(strict)
        calls = self.budget.restarts + 1
        why = f"the run was ended after {calls} of its calls had not come back"
        return self.runner.finish(strict, why)

    def _open(self) -> None:
        """See that the store can be opened; what its first calls do wrong, the programs show."""
        recorder = SharedFlightRecorder()
        limit, memory = self.budget.call, self.budget.memory
        process = ForkedProcess(lambda send: self.runner.open_once(), recorder, limit, memory)
        for _ in process.messages():
            pass
        if process.end is not None:
            self._check_opened(recorder.notes(), process.end)

    def _check_opened(self, notes: FlightLog, end: ProcessExit) -> None:
        if notes.phase is Phase.opening:
            name = self.runner.backend.name
            raise StoreNotOpened(f"{name} could not be opened: `open` {end.text}")

    def _go_on(self) -> bool:
        """Go on with new workers; False if others have to go on where these have come to."""
        crew: list[Worker] = []
        self.crews += 1
        try:
            board = FailureBarrier(self.workers)
            crew.extend(self._worker(number, board) for number in range(self.workers))
            for (_, part), worker in zip(self._left(), cycle(crew), strict=False):
                if self.runner.is_over(part):
                    break
                self.runner.tell(part)
                if not self._take(worker):
                    return False
            return True
        finally:
            for worker in crew:
                worker.process.close()

    def _left(self) -> Iterator[tuple[int, Batch]]:
        """The parts that are left, each with its number."""
        return islice(enumerate(self.runner.batches()), self.taken, None)

    def _worker(self, number: int, board: FailureBarrier) -> Worker:
        folder = self.folder / f"run-{self.crews}-{number}"
        self.runner.executor.workdirs = Workdirs(folder)
        parts = islice(self._left(), number, None, self.workers)
        return Worker(number, self.runner, parts, board, self.budget)

    def _take(self, worker: Worker) -> bool:
        """Take what came of a worker's next part; False where the workers have to be replaced."""
        executor, learned = self.runner.executor, False
        for message in worker.messages:
            if isinstance(message, BatchResult):
                executor.evidence.update(message.evidence)
                executor.operations += message.operations
                self.taken += 1
                return self.workers == 1 or not learned
            if isinstance(message, Known):
                message.tell(self.runner)
                learned = True
            else:
                self._pass_on(message)
        assert worker.process.end is not None
        self._learn(worker.recorder.notes(), worker.process.end)
        return False

    def _pass_on(self, event: Event) -> None:
        if isinstance(event, Progress):
            event = replace(event, operations=self.runner.executor.operations + event.operations)
        self.runner.listen(event)

    # Accidents

    def _learn(self, notes: FlightLog, end: ProcessExit) -> None:
        """Find out what has ended a worker, so that the next one can keep away from it."""
        self._check_opened(notes, end)
        self.accidents[notes.program] += 1
        if notes.operations or notes.phase is Phase.closing:
            self._blame(notes, end)

    def _blame(self, notes: FlightLog, end: ProcessExit) -> None:
        runner = self.runner
        focus, _, _ = notes.program.partition("/")
        crash = self.crash_analyzer.analyze(program_of(notes), end, focus)
        if crash.quarantined is None and self.accidents[notes.program] == 1:
            return  # it may have been chance: once more
        runner.skipped_programs.add(notes.program)
        known = runner.is_resolved(crash.clause)
        if crash.quarantined is not None:
            # A second accident under the same clause shows that the clause says too little.
            last = crash.program.operations[-1]
            quarantined = crash.quarantined.generalized(last) if known else crash.quarantined
            runner.executor.quarantine += (quarantined,)
        if not known:
            limit = self.budget.script
            example = runner.writer.write_crash(crash.program, crash.clause, end, limit)
            runner.report(crash.clause, example)
