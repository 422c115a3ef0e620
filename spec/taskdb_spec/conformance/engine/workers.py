"""Processes that play the parts of a run, each every so many-th, and tell what came of them."""

from __future__ import annotations

import mmap
import os
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from taskdb_spec.conformance.core.config import ResourceBudget
from taskdb_spec.conformance.core.findings import Evidence
from taskdb_spec.conformance.core.results import Counterexample
from taskdb_spec.conformance.engine.runner import Runner
from taskdb_spec.conformance.execution.isolation.flight_recorder import SharedFlightRecorder
from taskdb_spec.conformance.execution.isolation.process import ForkedProcess, SendMessage
from taskdb_spec.conformance.planning.batches import Batch


@dataclass(frozen=True)
class BatchResult:
    """What came of a part that was played to its end."""

    evidence: Evidence
    operations: int


@dataclass(frozen=True)
class Known:
    """What is known to fail."""

    failures: dict[str, Counterexample]
    unconfirmed: dict[str, list[Counterexample]]
    model_artifacts: Counter[str]
    failed: set[str]
    lost: frozenset[str]
    stores_share_state: bool

    @classmethod
    def by(cls, runner: Runner) -> Known:
        executor = runner.executor
        found = runner.failures, runner.unconfirmed, runner.model_artifacts
        return cls(*found, executor.failed, executor.lost, executor.stores_share_state)

    def tell(self, runner: Runner) -> None:
        runner.failures, runner.unconfirmed = self.failures, self.unconfirmed
        runner.model_artifacts = self.model_artifacts
        executor = runner.executor
        executor.failed, executor.lost, executor.stores_share_state = (
            self.failed,
            self.lost,
            self.stores_share_state,
        )


def cores() -> int:
    """How many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class FailureBarrier:
    """Where workers see which parts have failed.

    Those that are ahead of such a part wait, because nearly all that they do would be dropped.
    """

    def __init__(self, workers: int) -> None:
        self.alone = workers == 1
        self._failing = memoryview(mmap.mmap(-1, 8 * workers)).cast("Q")
        for worker in range(workers):
            self.clear(worker)

    def note(self, worker: int, part: int) -> None:
        self._failing[worker] = part
        self.wait_at(part)

    def clear(self, worker: int) -> None:
        self._failing[worker] = _NONE

    def wait_at(self, part: int) -> None:
        """Wait while an earlier part fails."""
        while min(self._failing) < part:
            time.sleep(0.01)


_NONE = 2**64 - 1


class Worker:
    """One of the workers, by its number on the board.

    For each of its numbered parts, `messages` has the events, what is `Known` to fail each time
    that there is more, and then what it has `BatchResult`.
    """

    def __init__(
        self,
        number: int,
        runner: Runner,
        batches: Iterable[tuple[int, Batch]],
        board: FailureBarrier,
        budget: ResourceBudget,
    ) -> None:
        self._number, self._runner, self._batches, self._board = number, runner, batches, board
        self.recorder = SharedFlightRecorder()
        self.process = ForkedProcess(self._work, self.recorder, budget.call, budget.memory)
        self.messages = self.process.messages()

    def _work(self, send: SendMessage) -> None:
        runner, executor = self._runner, self._runner.executor
        learned = False

        def learn() -> None:
            nonlocal learned
            learned = True
            send(Known.by(runner))

        runner.listen, runner.learned = send, learn
        for number, part in self._batches:
            self._board.wait_at(number)
            runner.failing = partial(self._board.note, self._number, number)
            executor.evidence, executor.operations = Counter(), 0
            runner.play(part)
            send(BatchResult(executor.evidence, executor.operations))
            if learned and not self._board.alone:
                return  # the others have to be told, and wait until they are
            self._board.clear(self._number)
