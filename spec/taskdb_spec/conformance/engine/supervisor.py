"""Supervise a run that executes in forked worker processes.

The supervisor assigns batches to workers in turn and consumes their results in plan order, so the
report does not depend on the number of workers. When a batch changes the run state, or a worker
dies, results that were computed ahead are discarded, and new workers continue from there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import cycle, islice

from taskdb_spec.conformance.core.config import ResourceBudget
from taskdb_spec.conformance.core.events import Event, Listener
from taskdb_spec.conformance.core.results import Report
from taskdb_spec.conformance.diagnosis.crashes import CrashAnalyzer, program_of
from taskdb_spec.conformance.engine.investigation import record_and_announce
from taskdb_spec.conformance.engine.run import Run, RunConfig
from taskdb_spec.conformance.engine.runner import refuse_unusable_store
from taskdb_spec.conformance.engine.state import RunState
from taskdb_spec.conformance.engine.workers import Assignment, BatchResult, FailureBarrier, Worker
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


def run_supervised(config: RunConfig, listen: Listener, budget: ResourceBudget) -> Report:
    """Make a run in forked processes, and in others after them if one hangs or crashes.

    Args:
        config: the configuration of the run.
        listen: receives each event.
        budget: what the store may cost before a call counts as hung.

    Raises:
        StoreNotOpened: no run can be made.
    """
    return _Supervisor(config, listen, budget).run()


class _Supervisor:
    def __init__(self, config: RunConfig, listen: Listener, budget: ResourceBudget) -> None:
        self._config, self._budget = config, budget
        self._run = Run(config, listen)
        self._crash_analyzer = CrashAnalyzer(
            config.backend, config.folder, SharedFlightRecorder(), budget
        )
        self._crashes: Counter[str] = Counter()
        self._consumed_batches = 0
        self._worker_generation = 0

    def run(self) -> Report:
        try:
            return self._run_to_end()
        except KeyboardInterrupt:
            self._run.interrupt()
            raise

    def _run_to_end(self) -> Report:
        self._run.announce()
        self._refuse_unusable_store()
        while self._crashes.total() <= self._budget.restarts:
            if self._run_until_restart():
                if not self._run.extend():
                    return self._run.finish()
                self._consumed_batches = 0  # of those that were added
        crashes = self._budget.restarts + 1
        return self._run.finish(f"the run was ended after {crashes} of its calls had not come back")

    def _refuse_unusable_store(self) -> None:
        """Check that the store can be opened; programs show what its first calls do wrong."""
        recorder = SharedFlightRecorder()
        process = ForkedProcess(
            lambda send: refuse_unusable_store(self._config, recorder),
            recorder,
            self._budget.call,
            self._budget.memory,
        )
        for _ in process.messages():
            pass
        if process.exit is not None:
            self._raise_if_opening_failed(recorder.read_log(), process.exit)

    def _raise_if_opening_failed(self, log: FlightLog, process_exit: ProcessExit) -> None:
        if log.phase is Phase.opening:
            name = self._config.backend.name
            raise StoreNotOpened(f"{name} could not be opened: `open` {process_exit.text}")

    def _run_until_restart(self) -> bool:
        """Consume batches from new workers; return False if they have to be replaced."""
        workers: list[Worker] = []
        self._worker_generation += 1
        try:
            barrier = FailureBarrier(self._config.workers)
            for number in range(self._config.workers):
                workers.append(self._start_worker(number, barrier))
            for (_, batch), worker in zip(self._remaining_batches(), cycle(workers), strict=False):
                if self._run.is_over(batch):
                    break
                self._run.announce_batch(batch)
                if not self._consume_batch(worker):
                    return False
            return True
        finally:
            for worker in workers:
                worker.process.close()

    def _remaining_batches(self) -> Iterator[tuple[int, Batch]]:
        """Yield the batches that are not consumed yet, each with its number."""
        return islice(
            enumerate(self._config.batches(self._run.state)), self._consumed_batches, None
        )

    def _start_worker(self, number: int, barrier: FailureBarrier) -> Worker:
        folder = self._config.folder / f"run-{self._worker_generation}-{number}"
        batches = islice(self._remaining_batches(), number, None, self._config.workers)
        assignment = Assignment(number, batches, Workdirs(folder))
        return Worker(self._config, self._run.state, assignment, barrier, self._budget)

    def _consume_batch(self, worker: Worker) -> bool:
        """Consume the result of a worker's next batch; False if workers have to be replaced."""
        has_new_state = False
        for message in worker.messages:
            if isinstance(message, BatchResult):
                self._run.counters.add(message.counters)
                self._consumed_batches += 1
                return self._config.workers == 1 or not has_new_state
            if isinstance(message, RunState):
                self._run.replace_state(message)
                has_new_state = True
            else:
                self.emit(message)
        assert worker.process.exit is not None
        self._handle_crash(worker.recorder.read_log(), worker.process.exit)
        return False

    # A `RunListener` for what the supervisor itself records.

    def emit(self, event: Event) -> None:
        self._run.emit(event)

    def attempt_started(self) -> None:
        pass

    def state_changed(self, state: RunState) -> None:
        pass

    # Crashes

    def _handle_crash(self, log: FlightLog, process_exit: ProcessExit) -> None:
        """Find out what has ended a worker, so that the next one can avoid it."""
        self._raise_if_opening_failed(log, process_exit)
        self._crashes[log.program] += 1
        if log.operations or log.phase is Phase.closing:
            self._diagnose_crash(log, process_exit)

    def _diagnose_crash(self, log: FlightLog, process_exit: ProcessExit) -> None:
        state = self._run.state
        target_clause, _, _ = log.program.partition("/")
        crash = self._crash_analyzer.analyze(program_of(log), process_exit, target_clause)
        if crash.quarantined is None and self._crashes[log.program] == 1:
            return  # it may have been chance: once more
        state.skip_program(log.program)
        is_known = state.is_resolved(crash.clause)
        if crash.quarantined is not None:
            # A second crash under the same clause shows that the clause alone says too little.
            last = crash.program.operations[-1]
            quarantined = crash.quarantined.generalized(last) if is_known else crash.quarantined
            state.add_quarantine(quarantined)
        if not is_known:
            timeout = self._budget.script
            writer = self._config.writer
            counterexample = writer.write_crash(crash.program, crash.clause, process_exit, timeout)
            record_and_announce(state, crash.clause, counterexample, self, 0)
