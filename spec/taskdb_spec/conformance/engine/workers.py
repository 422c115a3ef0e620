"""Worker processes: worker k of n executes batches k, k + n, k + 2n, … and sends each result."""

from __future__ import annotations

import mmap
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass

from taskdb_spec.conformance.core.config import ResourceBudget
from taskdb_spec.conformance.core.events import Event
from taskdb_spec.conformance.engine.run import RunConfig
from taskdb_spec.conformance.engine.runner import Runner
from taskdb_spec.conformance.engine.state import RunCounters, RunState
from taskdb_spec.conformance.execution.isolation.flight_recorder import SharedFlightRecorder
from taskdb_spec.conformance.execution.isolation.process import ForkedProcess, SendMessage
from taskdb_spec.conformance.execution.workdirs import Workdirs
from taskdb_spec.conformance.planning.batches import Batch


@dataclass(frozen=True)
class BatchResult:
    """What a batch counted that was executed to its end."""

    counters: RunCounters


def available_cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class FailureBarrier:
    """Lets workers wait that are ahead of a failing batch.

    Nearly all that they do would be discarded, because it depends on what is known to fail.
    """

    def __init__(self, workers: int) -> None:
        self.is_single = workers == 1
        self._failing = memoryview(mmap.mmap(-1, 8 * workers)).cast("Q")
        for worker in range(workers):
            self.clear(worker)

    def announce(self, worker: int, batch: int) -> None:
        """Say that the batch of a worker fails, and wait for earlier ones that fail."""
        self._failing[worker] = batch
        self.wait_for_earlier(batch)

    def clear(self, worker: int) -> None:
        """Say that no batch of a worker fails."""
        self._failing[worker] = _NO_BATCH

    def wait_for_earlier(self, batch: int) -> None:
        """Wait while an earlier batch fails."""
        while min(self._failing) < batch:
            time.sleep(0.01)


_NO_BATCH = 2**64 - 1


@dataclass(frozen=True)
class Assignment:
    """What one worker does: its number, its batches with their numbers, and where it works."""

    worker: int
    batches: Iterable[tuple[int, Batch]]
    workdirs: Workdirs


class Worker:
    """One worker process.

    For each of its batches, `messages` yields the events, a `RunState` each time that more is known
    to fail, and then a `BatchResult`.
    """

    def __init__(
        self,
        config: RunConfig,
        state: RunState,
        assignment: Assignment,
        barrier: FailureBarrier,
        budget: ResourceBudget,
    ) -> None:
        self._config, self._state = config, state
        self._assignment, self._barrier = assignment, barrier
        self.recorder = SharedFlightRecorder()
        self.process = ForkedProcess(self._work, self.recorder, budget.call, budget.memory)
        self.messages = self.process.messages()

    def _work(self, send: SendMessage) -> None:
        worker, workdirs = self._assignment.worker, self._assignment.workdirs
        listener = _WorkerListener(send, self._barrier, worker)
        runner = Runner(self._config, self._state, listener, workdirs, self.recorder)
        try:
            for number, batch in self._assignment.batches:
                self._barrier.wait_for_earlier(number)
                listener.batch_started(number)
                send(BatchResult(runner.run_batch(batch)))
                if listener.has_new_state and not self._barrier.is_single:
                    return  # the others need the new state, and wait until they get it
                self._barrier.clear(worker)
        finally:
            runner.close()


class _WorkerListener:
    """Sends what happens in a worker to the supervisor."""

    def __init__(self, send: SendMessage, barrier: FailureBarrier, worker: int) -> None:
        self._send, self._barrier, self._worker = send, barrier, worker
        self._batch = 0
        self.has_new_state = False

    def batch_started(self, number: int) -> None:
        self._batch = number

    def emit(self, event: Event) -> None:
        self._send(event)

    def attempt_started(self) -> None:
        self._barrier.announce(self._worker, self._batch)

    def state_changed(self, state: RunState) -> None:
        self.has_new_state = True
        self._send(state)
