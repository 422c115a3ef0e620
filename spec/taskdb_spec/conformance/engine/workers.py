"""Processes that play the parts of a run, each every so many-th, and tell what came of them."""

from __future__ import annotations

import mmap
import os
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from taskdb_spec.conformance.core.config import Patience
from taskdb_spec.conformance.core.findings import Evidence
from taskdb_spec.conformance.core.results import Counterexample
from taskdb_spec.conformance.engine.runner import Campaign
from taskdb_spec.conformance.execution.isolation.flight_recorder import SharedRecorder
from taskdb_spec.conformance.execution.isolation.process import Apart, Send
from taskdb_spec.conformance.planning.batches import Part


@dataclass(frozen=True)
class Played:
    """What came of a part that was played to its end."""

    evidence: Evidence
    operations: int


@dataclass(frozen=True)
class Known:
    """What is known to fail."""

    failures: dict[str, Counterexample]
    doubts: dict[str, list[Counterexample]]
    misled: Counter[str]
    failed: set[str]
    lost: frozenset[str]
    mixing: bool

    @classmethod
    def by(cls, campaign: Campaign) -> Known:
        player = campaign.player
        found = campaign.failures, campaign.doubts, campaign.misled
        return cls(*found, player.failed, player.lost, player.mixing)

    def tell(self, campaign: Campaign) -> None:
        campaign.failures, campaign.doubts = self.failures, self.doubts
        campaign.misled = self.misled
        player = campaign.player
        player.failed, player.lost, player.mixing = self.failed, self.lost, self.mixing


def cores() -> int:
    """How many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Board:
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
    that there is more, and then what it has `Played`.
    """

    def __init__(
        self,
        number: int,
        campaign: Campaign,
        parts: Iterable[tuple[int, Part]],
        board: Board,
        patience: Patience,
    ) -> None:
        self._number, self._campaign, self._parts, self._board = number, campaign, parts, board
        self.recorder = SharedRecorder()
        self.process = Apart(self._work, self.recorder, patience.call, patience.memory)
        self.messages = self.process.messages()

    def _work(self, send: Send) -> None:
        campaign, player = self._campaign, self._campaign.player
        learned = False

        def learn() -> None:
            nonlocal learned
            learned = True
            send(Known.by(campaign))

        campaign.listen, campaign.learned = send, learn
        for number, part in self._parts:
            self._board.wait_at(number)
            campaign.failing = partial(self._board.note, self._number, number)
            player.evidence, player.operations = Counter(), 0
            campaign.play(part)
            send(Played(player.evidence, player.operations))
            if learned and not self._board.alone:
                return  # the others have to be told, and wait until they are
            self._board.clear(self._number)
